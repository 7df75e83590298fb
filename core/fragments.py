"""Parts of a page that are the same for everybody, made once per process and version of the public pages.

What changes from second to second, whatever the version, is made at most once a second (`once_a_second`).
"""

import time
from collections import defaultdict
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template import Context
from django.utils.safestring import SafeString

from . import pagecache
from .templatetags.forms import csrf_token

T = TypeVar("T")
MOST = 500  # parts; then all are forgotten

_kept: dict[tuple[int, str], tuple[float, Any]] = {}
_lasting: dict[str, Any] = {}
_newest = -1
_of_moment: dict[str, tuple[float, Any]] = {}
_making: defaultdict[str, Lock] = defaultdict(Lock)


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


def shared_row(request: HttpRequest, name: str, find: Callable[[Any], T | None]) -> T | None:
    """What everybody may see is looked up once for all; the rest is looked up for this viewer."""
    return shared(request, name, lambda: find(AnonymousUser())) or find(request.user)


def lasting(name: str, build: Callable[[], T]) -> T:
    """What `build` answers, kept as long as the process lives: for what never changes once it is written."""
    part = _lasting.get(name)
    if part is None:
        part = build()
        if part is not None:  # what is not written yet takes no place
            if len(_lasting) >= MOST:
                _lasting.clear()
            _lasting[name] = part
    return part


def once_a_second(name: str, build: Callable[[], T]) -> T:
    """What `build` answered within the last second. One thread makes it anew, and the others wait for that."""
    kept = _of_moment.get(name)
    if kept is not None and time.monotonic() - kept[0] < 1:
        return kept[1]
    with _making[name]:
        made_at, part = _of_moment.get(name, (0.0, None))
        now = time.monotonic()
        if part is None or now - made_at >= 1:
            if len(_of_moment) >= MOST:
                _of_moment.clear()
            part = build()
            _of_moment[name] = (now, part)
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
    _of_moment.clear()
    _lasting.clear()


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
