"""Parts of a page that are the same for everybody, rendered once per process and version of the public pages."""

from collections.abc import Callable
from typing import TypeVar

from django.core.cache import caches
from django.http import HttpRequest

from . import pagecache

T = TypeVar("T")
LONGEST_NAME = 150  # longer than any name that leads to something; keys have a limit


def shared(request: HttpRequest, name: str, build: Callable[[], T]) -> T:
    """What `build` answers, kept until something public changes (or a minute has passed, as whole pages are)."""
    key = f"fragment:{version_for(request)}:{name[:LONGEST_NAME]}"
    kept = caches["local"].get(key)
    if kept is None:
        kept = build()
        if kept is not None:  # an address that leads nowhere takes no place
            caches["local"].set(key, kept, pagecache.MAX_AGE)
    return kept


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
