"""Parts of a page that are the same for everybody, made once per process and version of the public pages."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template import Context
from django.utils.safestring import SafeString

from . import pagecache
from .templatetags.forms import csrf_token

T = TypeVar("T")
MOST = 500  # parts; then all are forgotten

_kept: dict[tuple[int, str], tuple[float, Any]] = {}
_newest = -1


def shared(request: HttpRequest, name: str, build: Callable[[], T]) -> T:
    """What `build` answers, kept until something public changes (or a minute has passed, as whole pages are).

    It is kept as it is, not as a copy: whoever gets it reads it and leaves it alone.
    """
    global _newest
    key = version_for(request), name
    if key[0] > _newest or len(_kept) >= MOST:
        _kept.clear()
        _newest = key[0]
    made_at, part = _kept.get(key, (0.0, None))
    if part is None or time.monotonic() - made_at > pagecache.MAX_AGE:
        part = build()
        if part is not None:  # an address that leads nowhere takes no place
            _kept[key] = (time.monotonic(), part)
    return part


# Stands in a shared part for what makes a form the viewer's own: `{{ form_mark }}` in place of `{% csrf_token %}`.
FORM_MARK = SafeString("<!--form-->")


def with_tokens(request: HttpRequest, part: str) -> SafeString:
    """The shared part with the viewer's own token in each form. A part without forms opens no session."""
    if FORM_MARK not in part:
        return SafeString(part)
    token = csrf_token(Context({"csrf_token": get_token(request), "user": request.user}))
    return SafeString(part.replace(FORM_MARK, token))


def forget() -> None:
    _kept.clear()


def version_for(request: HttpRequest) -> int:
    """Read anew for people: who changed something sees it at once, whichever process answers."""
    if not hasattr(request, "page_version"):
        if request.user.is_authenticated:
            pagecache.forget()
        request.page_version = pagecache.version().number  # type: ignore[attr-defined]
    return request.page_version  # type: ignore[attr-defined]


def wants_fragment(request: HttpRequest) -> bool:
    """HTMX asks for a part of the page; when it restores the history it wants the whole one."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers
