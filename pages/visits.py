"""Counting visitors: what a visit is, how visits become the numbers of a day, and their totals.

A visitor of a day is a distinct HMAC of address and browser under a salt that is drawn for that day and deleted
after it. The address itself is never stored. The footer's figure is the sum of the daily visitors.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils import timezone

from core import thai
from core.visitors import Visit, digest, is_human

from .models import VisitDay, VisitorOfDay, VisitSalt

CHUNK = 400  # digests in one statement: SQLite limits the number of parameters


@dataclass
class Tally:
    views: int = 0
    digests: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Totals:
    """Sums of daily visitors; `views` counts pages. `total` holds the balance carried over from the old site."""

    today: int
    month: int
    year: int
    total: int
    views: int
    opening: int
    since: date


def record(visits: Iterable[Visit]) -> None:
    """Add the visits of humans to their days, all or none."""
    days: dict[date, list[Visit]] = defaultdict(list)
    for visit in visits:
        if is_human(visit.agent):
            days[visit.day].append(visit)
    with transaction.atomic():
        for day in sorted(days):  # always in the same order: two processes never wait for each other
            _add(day, days[day])


def _add(day: date, visits: list[Visit]) -> None:
    VisitDay.objects.get_or_create(day=day)
    row = VisitDay.objects.select_for_update().get(day=day)
    new = 0 if row.is_closed else _remember(day, _digests(day, visits))
    VisitDay.objects.filter(pk=row.pk).update(views=F("views") + len(visits), visitors=F("visitors") + new)


def _digests(day: date, visits: Iterable[Visit]) -> set[str]:
    row, _ = VisitSalt.objects.get_or_create(day=day, defaults={"salt": secrets.token_bytes(32)})
    return {digest(bytes(row.salt), visit) for visit in visits}


def _remember(day: date, digests: set[str]) -> int:
    """How many of these were not there yet. The caller holds the day's row, so nobody adds meanwhile."""
    known = VisitorOfDay.objects.filter(day=day)
    new = 0
    for chunk in _chunks(digests):
        unknown = chunk - set(known.filter(digest__in=chunk).values_list("digest", flat=True))
        VisitorOfDay.objects.bulk_create(VisitorOfDay(day=day, digest=digest) for digest in unknown)
        new += len(unknown)
    return new


def _chunks(digests: set[str]) -> Iterator[set[str]]:
    rest = iter(digests)
    while chunk := set(islice(rest, CHUNK)):
        yield chunk


def close_days(*, before: date) -> int:
    """Make the numbers of earlier days final and forget what they were counted from; answer how many days."""
    with transaction.atomic():
        closed = VisitDay.objects.filter(day__lt=before, is_closed=False).update(is_closed=True)
        VisitorOfDay.objects.filter(day__lt=before).delete()
        VisitSalt.objects.filter(day__lt=before).delete()
    return closed


def totals(today: date | None = None) -> Totals:
    today = today or timezone.localdate()
    first_of_year, _ = thai.fiscal_year_bounds(thai.fiscal_year(today))
    sums = VisitDay.objects.aggregate(
        today=Sum("visitors", filter=Q(day=today), default=0),
        month=Sum("visitors", filter=Q(day__gte=today.replace(day=1), day__lte=today), default=0),
        year=Sum("visitors", filter=Q(day__gte=first_of_year, day__lte=today), default=0),
        total=Sum("visitors", default=0),
        views=Sum("views", default=0),
    )
    nothing = nothing_yet()
    return replace(nothing, **sums | {"total": nothing.opening + sums["total"]})


def nothing_yet() -> Totals:
    """Before the first visit, and while the numbers cannot be read."""
    opening, since = settings.COUNTER_OPENING_BALANCE, date.fromisoformat(settings.COUNTER_SINCE)
    return Totals(today=0, month=0, year=0, total=opening, views=0, opening=opening, since=since)
