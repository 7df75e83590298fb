"""The calendar's lists. What several people may see alike is read and put into words once for all of them."""

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import BigIntegerField, CharField, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast
from django.http import HttpRequest, QueryDict

from core import thai
from core.fragments import shared
from core.paging import Page, paginate
from core.prepared import Prepared
from groups.models import Group, Membership, Role, Stage
from groups.visibility import Visibility

from .calendar import EventRow, ahead, listed, marked, rows, wanted
from .forms.calendar import Options, query_of
from .models import HELD, Event, Registration
from .models.event import EventQuerySet

T = TypeVar("T")
SIZE = 10
COMING, PAST = "coming", "page"  # the two lists' own place in the address
MOST_IN_A_MONTH = 500


# --- Whose page it is -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Reader:
    """Two readers of the same `scope` may see the same announced events."""

    viewer: Any
    scope: str
    seats: Mapping[int, str] = field(default_factory=dict)  # by event, where one is registered or waiting


def reader_of(viewer: Any) -> Reader:
    if not viewer.is_authenticated:
        return Reader(viewer, "visitor")
    seats, groups = {}, []
    for source, pk, seat in personal.rows(viewer.pk):
        if source == "seat":
            seats[pk] = seat
        else:
            groups.append(pk)
    # Whoever is signed in reads the same, but for the events of one's own groups.
    scope = "officer" if viewer.is_officer else f"in {sorted(groups)}"
    return Reader(viewer, scope, seats)


def told_of(user: int) -> QuerySet:
    """One's seats, and one's groups that have what others do not see."""
    hidden = Event.objects.announced().filter(
        Q(group=OuterRef("group")) | Q(cohosting__group=OuterRef("group")), visibility=Visibility.GROUP
    )
    runs_draft = Q(role=Role.FACILITATOR, group__stage=Stage.DRAFT)
    groups = Membership.objects.active().filter(Exists(hidden) | runs_draft, user=user)
    seats = Registration.objects.filter(user=user, seat__in=HELD)
    return (
        seats.order_by()
        .values_list(Value("seat", CharField()), Cast("event_id", BigIntegerField()), "seat")
        .union(
            groups.order_by().values_list(
                Value("group", CharField()), Cast("group_id", BigIntegerField()), Value("", CharField())
            ),
            all=True,
        )
    )


personal = Prepared(told_of)


def kept(request: HttpRequest, reader: Reader, name: str, build: Callable[[], T]) -> T:
    return shared(request, f"events:{reader.scope}:{name}", build)


# --- Lists ------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Lines:
    rows: list[EventRow]
    links: Page[Event]  # without its rows


@dataclass(frozen=True)
class Lists:
    coming: Lines
    past: Lines

    def marked(self, seats: Mapping[int, str]) -> "Lists":
        if not seats:
            return self
        return Lists(replace(self.coming, rows=marked(self.coming.rows, seats)), self.past)


def lists(events: EventQuerySet, now: datetime, params: QueryDict) -> Lists:
    """Two queries. What is live leads; what was last comes first among the past."""
    coming = lines(ahead(events, now), now, params, order=["starts_at", "pk"], parameter=COMING)
    past = lines(events.past(now), now, params, order=["-starts_at", "-pk"], parameter=PAST)
    return Lists(replace(coming, rows=sorted(coming.rows, key=lambda row: not row.is_live)), past)


def lines(events: EventQuerySet, now: datetime, params: QueryDict, *, order: list[str], parameter: str) -> Lines:
    page = paginate(listed(events), order=order, request_params=params, size=SIZE, parameter=parameter)
    return Lines(rows(page.items, now), replace(page, items=[]))


def lists_for(
    request: HttpRequest,
    reader: Reader,
    name: str,
    events: Callable[[], EventQuerySet],
    now: datetime,
    params: QueryDict,
) -> Lists:
    """Only where both lists begin: later pages are seldom asked for, and endless."""

    def build() -> Lists:
        return lists(events(), now, params)

    found = build() if COMING in params or PAST in params else kept(request, reader, name, build)
    return found.marked(reader.seats)


def calendar_lists(request: HttpRequest, reader: Reader, chosen: dict[str, Any], now: datetime) -> Lists:
    places = {name: request.GET.get(name, "") for name in (COMING, PAST)}
    params = query_of(chosen, **places)

    def events() -> EventQuerySet:
        return wanted(Event.objects.visible_to(reader.viewer), now, **chosen)

    return lists_for(request, reader, f"list:{query_of(chosen).urlencode()}", events, now, params)


# --- A month ----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Entry:
    row: EventRow
    begins: str  # empty on the further days of an event that lasts longer


@dataclass(frozen=True)
class Day:
    day: date
    is_of_month: bool
    is_today: bool
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class Month:
    title: str
    weeks: list[list[Day]]
    rows: list[EventRow]
    today: str  # as rows write their day

    def marked(self, seats: Mapping[int, str]) -> "Month":
        own = {row.pk: row for row in marked(self.rows, seats) if row.mark}
        if not own:
            return self
        weeks = [
            [
                replace(day, entries=[replace(one, row=own.get(one.row.pk, one.row)) for one in day.entries])
                for day in week
            ]
            for week in self.weeks
        ]
        return replace(self, weeks=weeks, rows=[own.get(row.pk, row) for row in self.rows])


def month_for(request: HttpRequest, reader: Reader, chosen: dict[str, Any], first: date, now: datetime) -> Month:
    def build() -> Month:
        return month(wanted(Event.objects.visible_to(reader.viewer), now, **chosen), first, now)

    name = f"month:{first}:{query_of(chosen).urlencode()}"
    return kept(request, reader, name, build).marked(reader.seats)


def month(events: EventQuerySet, first: date, now: datetime) -> Month:
    """One query."""
    begin = datetime.combine(first, time(), thai.BANGKOK)
    end = datetime.combine(following(first), time(), thai.BANGKOK)
    days = {
        day: Day(day, is_of_month=day.month == first.month, is_today=day == thai.local_date(now))
        for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
        for day in week
    }
    found = listed(events.announced().filter(starts_at__lt=end, ends_at__gt=begin)).order_by("starts_at", "pk")
    shown = list(found[:MOST_IN_A_MONTH])
    told = rows(shown, now)
    for event, row in zip(shown, told, strict=True):
        for day in days_of(event):
            if day in days and days[day].is_of_month:
                days[day].entries.append(Entry(row, row.begins if day.isoformat() == row.day_iso else ""))
    in_order = list(days.values())
    weeks = [in_order[start : start + 7] for start in range(0, len(in_order), 7)]
    title = f"{thai.MONTHS[first.month - 1]} {first.year + thai.BUDDHIST_ERA}"
    return Month(title, weeks, told, thai.local_date(now).isoformat())


def days_of(event: Event) -> list[date]:
    """Midnight belongs to the day that ends with it. No longer than a month is of interest here."""
    first, last = thai.local_date(event.starts_at), thai.local_date(event.ends_at - timedelta(microseconds=1))
    return [first + timedelta(days=number) for number in range(min((last - first).days, 366) + 1)]


def following(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def preceding(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)


def written(first: date) -> str:
    """As it stands in an address: 2569-12."""
    return f"{first.year + thai.BUDDHIST_ERA}-{first.month:02}"


# --- What there is to choose from -------------------------------------------------------------------------
def options(request: HttpRequest, now: datetime) -> Options:
    return shared(request, "events:options", lambda: read_options(now))


def read_options(now: datetime) -> Options:
    """One query: every group that anybody may see, and from which fiscal year to which there are events."""
    years = Event.objects.announced().order_by().values("fiscal_year")
    groups = (
        Group.objects.visible_to(AnonymousUser())
        .in_order()
        .annotate(first=Subquery(years.order_by("fiscal_year")[:1]), last=Subquery(years.order_by("-fiscal_year")[:1]))
        .values_list("slug", "number", "name", "first", "last")
    )
    named, this_year = [], thai.fiscal_year(now)
    first = last = this_year
    for slug, number, name, oldest, newest in groups:
        named.append((slug, f"{thai.to_thai_digits(number)} {name}"))
        first, last = min(oldest or this_year, this_year), max(newest or this_year, this_year)
    return Options(tuple(named), tuple(range(last, first - 1, -1)))
