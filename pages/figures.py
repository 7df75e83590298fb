"""The figures on the home page, counted from the records."""

import time
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from typing import Any

from django.core.cache import caches
from django.db.models import CharField, Count, Q, QuerySet, Sum, Value
from django.db.models.functions import Now
from django.utils import timezone

from core import thai
from core.prepared import Prepared
from events.models import Event, Reach
from groups.models import Membership
from surveys.models import Question, QuestionState

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
    events: int  # held in the fiscal year
    took_part: int  # people at them, each once for each event
    asked: int  # questions of the fiscal year that were published
    answered: int  # of these


def figures(today: date | None = None) -> Figures:
    kept = caches["local"].get(KEY)
    if kept is None:
        started = time.perf_counter()
        kept = count(today or timezone.localdate())
        caches["local"].set(KEY, kept, SHARE * (time.perf_counter() - started))
    return kept


def count(today: date) -> Figures:
    """All in one statement."""
    year = thai.fiscal_year(today)
    nothing = dict.fromkeys(tuple(field.name for field in fields(Figures) if field.name != "fiscal_year"), 0)
    return Figures(fiscal_year=year, **nothing | dict(counts_of(year).rows()))


@lru_cache(maxsize=2)
def counts_of(year: int) -> Prepared:
    """Building this query costs more than its answer: once for each fiscal year."""

    def build() -> QuerySet:
        first, beyond = thai.fiscal_year_span(year)
        now: Any = Now()
        members = Membership.objects.active()
        held = Event.objects.held(now).filter(starts_at__gte=first, starts_at__lt=beyond)
        asked = Question.objects.published().filter(created_at__gte=first, created_at__lt=beyond)
        in_province = ~Q(user__agency__province="")
        return named(members, "people", Count("user", distinct=True)).union(
            named(members, "agencies", Count("user__agency", distinct=True)),
            named(members, "provinces", Count("user__agency__province", distinct=True, filter=in_province)),
            named(members, "joined", Count("user", distinct=True, filter=Q(joined_at__gte=first))),
            named(held, "events", Count("pk")),
            named(Reach.objects.filter(event__in=held.order_by().values("pk")), "took_part", Sum("people")),
            named(asked, "asked", Count("pk")),
            named(asked.filter(state=QuestionState.ANSWERED), "answered", Count("pk")),
            all=True,
        )

    return Prepared(build)


def named(rows: QuerySet, name: str, figure: Any) -> QuerySet:
    return rows.order_by().values(name=Value(name, CharField())).annotate(figure=figure).values_list("name", "figure")
