"""Finished pages for visitors, kept in each process under a key that carries the version of what they show.

`changed()` raises the version inside the transaction that changes something public. Each process reads the
version at most twice a second, so a change shows to visitors within a second; signed-in people never get
a kept page and see it at once. A page is also rendered anew after `MAX_AGE`, because time alone changes some,
or sooner where its view says so (`core.access.public`).

Addresses below `/shared/` are for what many people ask for again and again: they answer everybody as a visitor, who
is signed in, too. Their cookies are not looked at, here nor by nginx.
"""

import gzip
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import brotli
from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import DisallowedHost
from django.db import connection, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers

from .models import PageVersion

MAX_AGE = 60  # seconds
READ_EVERY = 0.5  # seconds
LONGEST_QUERY = 200  # characters; longer addresses are not worth a place
PUBLIC = "public, max-age=0, s-maxage=1"
PRIVATE = "private, no-cache"
SHARED = "/shared/"
UNKEPT = ("/static/", "/healthz", "/readyz")  # files, and probes that must answer without the database


@dataclass
class Seen:
    number: int
    changed_at: datetime
    read_at: float  # time.monotonic()


_seen: Seen | None = None


def changed() -> None:
    """Something that visitors see has changed: call inside the transaction that changes it."""
    now = int(time.time())
    if not PageVersion.objects.filter(pk=1).update(number=F("number") + 1, changed_at=now):
        PageVersion.objects.create(pk=1, number=1, changed_at=now)
    transaction.on_commit(forget)


def forget() -> None:
    """Read the version anew on the next request (this process only)."""
    global _seen
    _seen = None


def version() -> Seen:
    global _seen
    seen = _seen
    if seen is None or time.monotonic() - seen.read_at > READ_EVERY:
        seen = _seen = read()
    return seen


def read() -> Seen:
    """By hand: every page of a signed-in person asks this, and the ORM would take five times as long."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, changed_at FROM core_pageversion WHERE id = 1")
        number, changed_at = cursor.fetchone() or (0, time.time())
    return Seen(number, datetime.fromtimestamp(changed_at, tz=UTC), time.monotonic())


class PageCacheMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(SHARED):
            make_visitor(request)
        encoding = best_encoding(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        key = self.key(request, encoding)
        if key is None:
            return mark_private(self.get_response(request))
        kept = caches["local"].get(key)
        if kept is None:
            response = self.get_response(request)
            if not is_keepable(response):
                return mark_private(response)
            kept = keep(response, encoding)
            caches["local"].set(key, kept, getattr(response, "kept_for", MAX_AGE))
        return answer(request, kept)

    def key(self, request: HttpRequest, encoding: str) -> str | None:
        """None where the page cache has no business: a person, a form, a fragment, a file, an odd address."""
        if (
            request.method not in ("GET", "HEAD")
            or settings.SESSION_COOKIE_NAME in request.COOKIES
            or "HTTP_HX_REQUEST" in request.META
            or len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY
            or request.path_info.startswith(UNKEPT)
        ):
            return None
        try:
            host = request.get_host()
        except DisallowedHost:
            return None
        address = f"{request.scheme}://{host}{request.path_info}?{request.META.get('QUERY_STRING', '')}"
        digest = hashlib.sha256(address.encode("utf-8", "surrogateescape")).hexdigest()
        return f"page:{version().number}:{encoding}:{digest}"


def make_visitor(request: HttpRequest) -> None:
    """Whoever asks: what the view never learns it cannot show to others."""
    request.COOKIES = {}
    for name in ("HTTP_COOKIE", "HTTP_HX_REQUEST"):
        request.META.pop(name, None)


def best_encoding(accepted: str) -> str:
    return "br" if "br" in accepted else "gzip" if "gzip" in accepted else ""


@dataclass
class Kept:
    headers: dict[str, str]
    body: bytes  # compressed as the headers say
    etag: str


def is_keepable(response: HttpResponse) -> bool:
    return (
        response.status_code == 200
        and getattr(response, "is_public_page", False)
        and not response.cookies
        and not response.streaming
    )


COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=4),
    "gzip": lambda body: gzip.compress(body, 4, mtime=0),
    "": lambda body: body,
}


def keep(response: HttpResponse, encoding: str) -> Kept:
    """Compressed once, for all who ask in this encoding; who asks in another has a copy of their own."""
    body = response.content
    headers = {k: v for k, v in response.items() if k not in ("Vary", "Content-Length", "Cache-Control", "ETag")}
    headers |= {"Vary": "Accept-Encoding", "Cache-Control": PUBLIC}
    if encoding:
        headers["Content-Encoding"] = encoding
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    return Kept(headers=headers, body=COMPRESS[encoding](body), etag=etag)


def answer(request: HttpRequest, kept: Kept) -> HttpResponse:
    if request.META.get("HTTP_IF_NONE_MATCH") == kept.etag:
        response: HttpResponse = HttpResponseNotModified()
        response["Cache-Control"], response["Vary"] = kept.headers["Cache-Control"], kept.headers["Vary"]
    else:
        response = HttpResponse(kept.body, headers=kept.headers)
        response["Content-Length"] = str(len(kept.body))
    response["ETag"] = kept.etag
    # The visitor counter looks at this: a program that asks whether a calendar has changed opens no page.
    is_page = kept.headers.get("Content-Type", "").startswith("text/html")
    # Nor does a page that looks for news by itself.
    response.is_public_page = is_page and not request.path_info.startswith(SHARED)  # type: ignore[attr-defined]
    return response


def mark_private(response: HttpResponse) -> HttpResponse:
    if "Cache-Control" not in response and response.get("Content-Type", "").startswith("text/html"):
        response["Cache-Control"] = PRIVATE
        patch_vary_headers(response, ["HX-Request"])  # or the back button shows a fragment as the page
    return response
