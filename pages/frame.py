"""What stands around every page: navigation and footer. Each is rendered once per process and version, because
together they would be half of what a page costs. Lazy: a page without them pays nothing.
"""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import cached_property

from core import pagecache

from .counter import counter
from .visits import Totals

SECTIONS = ("groups", "about", "faq", "contact")  # of ui/site_nav.html, by the first part of the address
_kept: dict[str, tuple[object, str]] = {}  # name: (what it was rendered from, HTML)


class Footer:
    @cached_property
    def visits(self) -> Totals:
        return counter.totals()

    @cached_property
    def updated(self) -> datetime:
        return pagecache.version().changed_at

    @property
    def html(self) -> str:
        return keep("footer", (self.visits, self.updated), "ui/site_footer.html", {"footer": self})


class Nav:
    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def html(self) -> str:
        first = self.request.path.split("/")[1]
        section = first if first in SECTIONS else "elsewhere"
        section = section if self.request.path != "/" else "home"
        return keep(f"nav:{section}", None, "ui/site_nav.html", {"request": self.request})


def keep(name: str, source: object, template: str, context: dict[str, Any]) -> str:
    kept = _kept.get(name)
    if kept is None or kept[0] != source:
        kept = _kept[name] = source, render_to_string(template, context)
    return kept[1]


def footer(request: HttpRequest) -> dict[str, Any]:
    return {"footer": Footer(), "nav": Nav(request)}
