"""A month of the calendar, week by week."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from core import thai

from .calendar import EventRow, listed, marked, rows
from .models import Event
from .models.event import EventQuerySet

MOST = 500  # events


@dataclass(frozen=True)
class Entry:
    row: EventRow
    begins: str  # empty on the further days of an event that lasts longer


@dataclass(frozen=True)
class Day:
    day: date
    is_of_month: bool
    is_today: bool
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Leaves:
    """Where to leaf to, as queries; empty where there is nothing."""

    previous: str = ""
    today: str = ""
    next: str = ""


@dataclass(frozen=True)
class Month:
    title: str
    weeks: tuple[tuple[Day, ...], ...]
    rows: tuple[EventRow, ...]
    today: str  # as rows write their day
    leaves: Leaves = Leaves()
    is_filtered: bool = False

    @cached_property
    def pks(self) -> frozenset[int]:
        return frozenset(row.pk for row in self.rows)

    def marked(self, seats: Mapping[int, str]) -> "Month":
        own = {row.pk: row for row in marked(self.rows, seats) if row.mark}

        def with_marks(day: Day) -> Day:
            return replace(day, entries=tuple(replace(one, row=own.get(one.row.pk, one.row)) for one in day.entries))

        weeks = tuple(tuple(with_marks(day) for day in week) for week in self.weeks)
        return replace(self, weeks=weeks, rows=tuple(own.get(row.pk, row) for row in self.rows))

    @cached_property
    def html(self) -> SafeString:
        return render_to_string("events/month.html", {"month": self})


def month_of(events: EventQuerySet, first: date, now: datetime) -> Month:
    """One query."""
    begin = datetime.combine(first, time(), thai.BANGKOK)
    end = datetime.combine(following(first), time(), thai.BANGKOK)
    found = listed(events.announced().filter(starts_at__lt=end, ends_at__gt=begin)).order_by("starts_at", "pk")
    shown = list(found[:MOST])
    told = rows(shown, now)
    entries: dict[date, list[Entry]] = {}
    for event, row in zip(shown, told, strict=True):
        for day in days_of(event):
            entries.setdefault(day, []).append(Entry(row, row.begins if day.isoformat() == row.day_iso else ""))

    def made(day: date) -> Day:
        inside = day.month == first.month
        return Day(day, inside, day == thai.local_date(now), tuple(entries.get(day, ())) if inside else ())

    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return Month(
        title=f"{thai.MONTHS[first.month - 1]} {first.year + thai.BUDDHIST_ERA}",
        weeks=tuple(tuple(map(made, week)) for week in weeks),
        rows=tuple(told),
        today=thai.local_date(now).isoformat(),
    )


def days_of(event: Event) -> list[date]:
    """Midnight belongs to the day that ends with it. Of one that lasts for years, the first is enough."""
    first, last = thai.local_date(event.starts_at), thai.local_date(event.ends_at - timedelta(microseconds=1))
    return [first + timedelta(days=number) for number in range(min((last - first).days, 366) + 1)]


def following(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def preceding(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)


def written(first: date) -> str:
    """As it stands in an address: 2569-12."""
    return f"{first.year + thai.BUDDHIST_ERA}-{first.month:02}"
