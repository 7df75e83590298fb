"""Who opens something: a person's browser or a program, a new one or the same again. No address is ever stored."""

import hashlib
import hmac
import re
import secrets
import time
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, cast

from django.conf import settings
from django.core.cache import cache, caches
from django.core.cache.backends.db import DatabaseCache
from django.db import connection
from django.http import HttpRequest

from . import thai

LONGEST_AGENT = 300  # characters
# Every browser says so first; most programs do not. Those that pretend give themselves away by a word.
BROWSERS = ("Mozilla/", "Opera/", "UCWEB/")
ROBOTS = re.compile(
    r"(?<!cu)bot|crawl|spider|slurp|archiver|httrack|headless|phantom|selenium|puppeteer|playwright|jsdom|lighthouse"
    r"|pagespeed|monitor|uptime|pingdom|statuscake|zabbix|checker|validator|scan|preview|externalhit|embedly"
    r"|google-read",
    re.IGNORECASE,  # Cubot is a phone
)
SALT_KEPT = 24 * 3600  # seconds


class Visit(NamedTuple):
    """Something that was opened. Lives in memory for a few seconds only, because of the address."""

    at: float  # seconds since the epoch
    address: str
    agent: str

    @property
    def day(self) -> date:
        return datetime.fromtimestamp(self.at, thai.BANGKOK).date()


def visit_of(request: HttpRequest) -> Visit:
    return Visit(time.time(), client_address(request), request.META.get("HTTP_USER_AGENT", "")[:LONGEST_AGENT])


def client_address(request: HttpRequest) -> str:
    """What the outermost trusted proxy saw; what stands left of that in the header anybody can make up."""
    trusted = settings.TRUSTED_PROXIES
    if trusted:
        seen = [entry.strip() for entry in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        if len(seen) >= trusted and seen[-trusted]:
            return seen[-trusted]
    return request.META.get("REMOTE_ADDR", "")


def is_human(agent: str) -> bool:
    return agent.startswith(BROWSERS) and not ROBOTS.search(agent)


def is_loaded_ahead(request: HttpRequest) -> bool:
    """By the browser, for somebody who may look at it later or never."""
    headers = request.META
    purpose = f"{headers.get('HTTP_SEC_PURPOSE', '')} {headers.get('HTTP_PURPOSE', '')} {headers.get('HTTP_X_MOZ', '')}"
    return "prefetch" in purpose


def digest(salt: bytes, visit: Visit) -> str:
    return hmac.digest(salt, f"{visit.address}\n{visit.agent}".encode("utf-8", "replace"), hashlib.sha256)[:16].hex()


def comes_anew(visit: Visit, *, to: str, within: timedelta) -> bool:
    """Whether the visitor was not here lately. Remembered for that time as a digest under a salt of the day."""
    salt = cast(bytes, cache.get_or_set(f"visitor-salt:{visit.day}", lambda: secrets.token_bytes(32), SALT_KEPT))
    return cache.add(f"visitor:{to}:{digest(salt, visit)}", 1, int(within.total_seconds()))


def forget_expired() -> int:
    """A cache in the database clears away what has run out only when it is full: digests would lie there for months."""
    forgotten = 0
    for kept in caches.all(initialized_only=False):
        if isinstance(kept, DatabaseCache):
            table, expires = map(connection.ops.quote_name, (kept._table, "expires"))  # type: ignore[attr-defined]
            now = connection.ops.adapt_datetimefield_value(datetime.now(UTC).replace(microsecond=0))
            with connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {table} WHERE {expires} < %s", [now])  # noqa: S608  a name of our own
                forgotten += cursor.rowcount
    return forgotten
