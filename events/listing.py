"""The calendar's two lists. What several people may see alike is read and put into words once for all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import BigIntegerField, CharField, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Now
from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.models import User
from core import thai
from core.fragments import shared
from core.paging import Page, paginate, query_after
from core.prepared import Prepared
from groups.models import Group, Membership, Role, Stage
from groups.visibility import Visibility

from .calendar import COLUMNS, EventRow, ahead, event_of, listed, marked, row_of, rows
from .forms.calendar import Options
from .models import HELD, Event, Registration
from .models.event import EventQuerySet

M = TypeVar("M", bound="Markable")
SIZE = 10
COMING, PAST, DRAFTS = "coming", "page", "drafts"  # each list's own place in the address
ORDER = {COMING: ["starts_at", "pk"], PAST: ["-starts_at", "-pk"], DRAFTS: ["starts_at", "pk"]}


# --- Whose page it is -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Reader:
    """Two readers of the same `scope` may see the same announced events."""

    viewer: Any
    kind: str  # one of KINDS
    scope: str
    seats: Mapping[int, str] = field(default_factory=dict)  # by event, where one is registered or waiting


# Somebody of each kind, while a query is compiled.
KINDS: dict[str, Callable[[int], Any]] = {
    "visitor": lambda pk: AnonymousUser(),
    "person": lambda pk: User(pk=pk),
    "officer": lambda pk: User(pk=pk, is_km_officer=True),
}


def reader_of(viewer: Any) -> Reader:
    if not viewer.is_authenticated:
        return Reader(viewer, "visitor", "visitor")
    seats, groups = {}, []
    for source, pk, seat in personal.rows(viewer.pk):
        if source == "seat":
            seats[pk] = seat
        else:
            groups.append(pk)
    if viewer.is_officer:
        return Reader(viewer, "officer", "officer", seats)
    # Whoever is signed in reads the same, but for the events of one's own groups.
    return Reader(viewer, "person", f"in {sorted(groups)}", seats)


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


class Markable(Protocol):
    @property
    def pks(self) -> frozenset[int]: ...

    def marked(self, seats: Mapping[int, str]) -> Self: ...


def kept(request: HttpRequest, reader: Reader, name: str, build: Callable[[], M]) -> M:
    """With the reader's marks. Drawn once for all who may see the same, and for all who have the same seats in it."""
    found = shared(request, f"events:{reader.scope}:{name}", build)
    own = {pk: reader.seats[pk] for pk in sorted(found.pks & reader.seats.keys())}
    return shared(request, f"events:{reader.scope}:{name}:{own}", lambda: found.marked(own)) if own else found


# --- Lists ------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Links:
    """Whole query strings, as ui/pager.html wants them."""

    next_query: str | None = None
    previous_query: str | None = None
    first_query: str | None = None


@dataclass(frozen=True)
class Lines:
    rows: tuple[EventRow, ...] = ()
    links: Links = Links()


@dataclass(frozen=True)
class Lists:
    coming: Lines
    past: Lines
    is_filtered: bool = False

    @cached_property
    def pks(self) -> frozenset[int]:
        return frozenset(row.pk for row in self.coming.rows)

    def marked(self, seats: Mapping[int, str]) -> "Lists":
        return replace(self, coming=replace(self.coming, rows=tuple(marked(self.coming.rows, seats))))

    @cached_property
    def html(self) -> SafeString:
        return render_to_string("events/event_lists.html", {"lists": self})


def lists(events: EventQuerySet, now: datetime, params: QueryDict) -> Lists:
    """Two queries, wherever in the lists the reader is."""
    coming = lines(ahead(events, now), now, params, COMING)
    return Lists(live_first(coming), lines(events.past(now), now, params, PAST))


def lines(events: EventQuerySet, now: datetime, params: QueryDict, part: str) -> Lines:
    page: Page[Event] = paginate(listed(events), order=ORDER[part], request_params=params, size=SIZE, parameter=part)
    return Lines(tuple(rows(page.items, now)), Links(page.next_query, page.previous_query, page.first_query))


def live_first(coming: Lines) -> Lines:
    return replace(coming, rows=tuple(sorted(coming.rows, key=lambda row: not row.is_live)))


class Beginning:
    """Where both lists begin, which is what nearly everybody asks for: compiled once for each kind of reader."""

    def __init__(self, events: Callable[..., EventQuerySet]) -> None:
        """`events` answers those that a viewer may see, for the viewer and further numbers."""
        self.coming = {kind: self.prepared(events, kind, COMING) for kind in KINDS}
        self.past = {kind: self.prepared(events, kind, PAST) for kind in KINDS}

    def prepared(self, events: Callable[..., EventQuerySet], kind: str, part: str) -> Prepared:
        def build(user: int, *values: int) -> QuerySet:
            seen = events(KINDS[kind](user), *values)
            now: Any = Now()  # the database's, so that nothing but numbers changes
            chosen = ahead(seen, now) if part == COMING else seen.past(now)
            return listed(chosen).order_by(*ORDER[part]).values_list(*COLUMNS)[: SIZE + 1]

        return Prepared(build)

    def coming_for_visitors(self, now: datetime, *values: int) -> list[EventRow]:
        """The first that are live or to come, of those that everybody may see."""
        return [row_of(row, now) for row in self.coming["visitor"].rows(0, *values)]

    def lists(self, reader: Reader, now: datetime, params: QueryDict, *values: int) -> Lists:
        """Two queries."""
        who = reader.viewer.pk or 0
        coming = first_lines(self.coming[reader.kind].rows(who, *values), now, params, COMING)
        past = first_lines(self.past[reader.kind].rows(who, *values), now, params, PAST)
        return Lists(live_first(coming), past)


def first_lines(found: Sequence[tuple], now: datetime, params: QueryDict, part: str) -> Lines:
    told = tuple(row_of(values, now) for values in found[:SIZE])
    if len(found) <= SIZE:
        return Lines(told)
    last = event_of(found[SIZE - 1])
    return Lines(told, Links(query_after(last, order=ORDER[part], request_params=params, parameter=part)))


of_all = Beginning(lambda viewer: Event.objects.visible_to(viewer))
of_group = Beginning(lambda viewer, group: Event.objects.visible_to(viewer).of_group(Group(pk=group)))


# --- What there is to choose from -------------------------------------------------------------------------
def options(request: HttpRequest, now: datetime) -> Options:
    return shared(request, "events:options", lambda: read_options(now))


def read_options(now: datetime) -> Options:
    """One query: every group that anybody may see, and from which fiscal year to which there are events."""
    named, this_year = [], thai.fiscal_year(now)
    first = last = this_year
    for slug, number, name, oldest, newest in groups_and_years.rows():
        named.append((slug, f"{thai.to_thai_digits(number)} {name}"))
        first, last = min(oldest or this_year, this_year), max(newest or this_year, this_year)
    return Options(tuple(named), tuple(range(last, first - 1, -1)))


def offered() -> QuerySet:
    years = Event.objects.announced().order_by().values("fiscal_year")
    return (
        Group.objects.visible_to(AnonymousUser())
        .in_order()
        .annotate(first=Subquery(years.order_by("fiscal_year")[:1]), last=Subquery(years.order_by("-fiscal_year")[:1]))
        .values_list("slug", "number", "name", "first", "last")
    )


groups_and_years = Prepared(offered)
