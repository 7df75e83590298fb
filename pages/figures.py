"""The figures on the home page, counted from the records."""

import time
from dataclasses import dataclass
from datetime import date

from django.core.cache import caches
from django.db.models import Count, Q
from django.utils import timezone

from core import thai
from groups.models import Membership

KEY = "figures"
# Counting people over all groups is the one thing here that grows with their number. It may take at most one part
# in so many of the time: a small portal counts at every change, a very large one every few seconds.
SHARE = 50


@dataclass(frozen=True)
class Figures:
    fiscal_year: int
    people: int
    agencies: int
    provinces: int
    joined: int


def figures(today: date | None = None) -> Figures:
    kept = caches["local"].get(KEY)
    if kept is None:
        started = time.perf_counter()
        kept = count(today or timezone.localdate())
        caches["local"].set(KEY, kept, SHARE * (time.perf_counter() - started))
    return kept


def count(today: date) -> Figures:
    year = thai.fiscal_year(today)
    first, _ = thai.fiscal_year_span(year)
    counted = Membership.objects.active().aggregate(
        people=Count("user", distinct=True),
        agencies=Count("user__agency", distinct=True),
        provinces=Count("user__agency__province", distinct=True, filter=~Q(user__agency__province="")),
        joined=Count("user", distinct=True, filter=Q(joined_at__gte=first)),
    )
    return Figures(fiscal_year=year, **counted)
