"""What every page's footer shows. Lazy: a page without a footer pays nothing."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.functional import cached_property

from core import pagecache

from .counter import counter
from .visits import Totals


class Footer:
    @cached_property
    def visits(self) -> Totals:
        return counter.totals()

    @cached_property
    def updated(self) -> datetime:
        return pagecache.version().changed_at


def footer(request: HttpRequest) -> dict[str, Any]:
    return {"footer": Footer()}
