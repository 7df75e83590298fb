"""What stands around every page. Lazy: a page without a footer pays nothing for it."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.functional import cached_property

from core import pagecache

from .counter import counter
from .visits import Totals

SECTIONS = ("groups", "events", "questions", "about")  # of ui/site_nav.html, by the first part of the address


class Footer:
    @cached_property
    def visits(self) -> Totals:
        return counter.totals()

    @cached_property
    def updated(self) -> datetime:
        return pagecache.version().changed_at


def footer(request: HttpRequest) -> dict[str, Any]:
    return {"footer": Footer(), "section": section(request.path)}


def section(path: str) -> str:
    """Which link of the main navigation the page stands under."""
    if path == "/":
        return "home"
    first = path.split("/", 2)[1]
    return first if first in SECTIONS else "elsewhere"
