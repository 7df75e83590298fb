"""The calendar of all groups, as lists and month by month, and a group's own events."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from core import thai
from core.access import public
from core.fragments import wants_fragment
from groups.frame import follows_renames, frame, group_named
from groups.models import Group

from .. import listing, months
from ..calendar import wanted
from ..forms.calendar import EventFilter, Options, asked_month, query_of
from ..listing import COMING, DRAFTS, PAST, Lines, Lists, Reader
from ..models import Event, State
from ..models.event import EventQuerySet
from ..months import Leaves, Month

MONTH = "month"


# --- Of all groups ----------------------------------------------------------------------------------------
@public(cache=True)
@require_safe
def event_list(request: HttpRequest) -> HttpResponse:
    now, reader = timezone.now(), listing.reader_of(request.user)
    options = listing.options(request, now)
    by_month = request.GET.get("view") == MONTH
    form = EventFilter(request.GET, options=options, by_month=by_month) if request.GET else None
    chosen = form.wanted() if form else {}
    context: dict[str, Any] = {"form": form, "list_query": query_of(chosen).urlencode()}
    month = ""
    if by_month:
        first = asked_month(request.GET.get("month", ""), today=thai.local_date(now), options=options)
        month = months.written(first)
        context["month"] = month_for(request, reader, chosen, first, options, now)
        context["month_query"] = month_query(chosen, first, options)
    else:
        context["lists"] = lists_for(request, reader, chosen, now)
        context["month_query"] = query_of(chosen, view=MONTH).urlencode()
    if form and form.errors:
        context["toolbar"] = draw(form, month)
    else:
        context["toolbar"] = toolbar(options, tuple(chosen.items()), month)
    part = "#results" if wants_fragment(request) else ""
    return render(request, f"events/event_list.html{part}", context)


@lru_cache(maxsize=256)
def toolbar(options: Options, chosen: tuple[tuple[str, Any], ...], month: str) -> SafeString:
    """The same for all who chose the same: drawing it costs more than the lists."""
    return draw(EventFilter(query_of(dict(chosen)), options=options, by_month=bool(month)), month)


def draw(form: EventFilter, month: str) -> SafeString:
    return render_to_string("events/event_filter.html", {"form": form, "asked_month": month})


def lists_for(request: HttpRequest, reader: Reader, chosen: dict[str, Any], now: datetime) -> Lists:
    """Two queries at most. Kept where both lists begin: later pages are seldom asked for, and many."""
    params = query_of(chosen, **places(request))

    def build() -> Lists:
        if not params:
            return listing.of_all.lists(reader, now, params)
        events = wanted(Event.objects.visible_to(reader.viewer), now, **chosen)
        return replace(listing.lists(events, now, params), is_filtered=bool(chosen))

    if COMING in params or PAST in params:
        return build().marked(reader.seats)
    return listing.kept(request, reader, f"list:{params.urlencode()}", build)


def places(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "") for name in (COMING, PAST)}


def month_for(
    request: HttpRequest, reader: Reader, chosen: dict[str, Any], first: date, options: Options, now: datetime
) -> Month:
    """One query at most."""
    today = thai.local_date(now).replace(day=1)
    leaves = Leaves(
        previous=month_query(chosen, months.preceding(first), options),
        today=month_query(chosen, today, options) if today != first else "",
        next=month_query(chosen, months.following(first), options),
    )

    def build() -> Month:
        month = months.month_of(wanted(Event.objects.visible_to(reader.viewer), now, **chosen), first, now)
        return replace(month, leaves=leaves, is_filtered=bool(chosen))

    name = f"month:{first}:{query_of(chosen).urlencode()}"
    return listing.kept(request, reader, name, build)


def month_query(chosen: dict[str, Any], to: date, options: Options) -> str:
    """Empty where there is nothing to leaf to."""
    earliest, latest = options.months
    return query_of(chosen, view=MONTH, month=months.written(to)).urlencode() if earliest <= to <= latest else ""


# --- Of one group -----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class GroupEvents:
    slug: str
    has_ended: bool
    may_edit: bool
    coming: Lines
    past: Lines
    drafts: Lines  # of those who work on them

    @property
    def html(self) -> SafeString:
        return drawn(self)


@lru_cache(maxsize=256)
def drawn(events: GroupEvents) -> SafeString:
    return render_to_string("events/group_event_lists.html", {"events": events})


@public(cache=True)
@follows_renames
@require_safe
def group_event_list(request: HttpRequest, slug: str) -> HttpResponse:
    now, group = timezone.now(), group_named(request, slug)
    context = frame(request, group)
    may_edit = context["frame"].may_edit
    found = group_lists(request, listing.reader_of(request.user), group, now)
    context["events"] = GroupEvents(
        slug=group.slug,
        has_ended=group.has_ended,
        may_edit=may_edit,
        coming=found.coming,
        past=found.past,
        drafts=drafts(request, group, now) if may_edit else Lines(),
    )
    return render(request, "events/group_event_list.html", context)


def group_lists(request: HttpRequest, reader: Reader, group: Group, now: datetime) -> Lists:
    params = query_of({}, **places(request))
    if params:
        events = Event.objects.visible_to(reader.viewer).of_group(group)
        return listing.lists(events, now, params).marked(reader.seats)
    return listing.kept(
        request, reader, f"group:{group.pk}", lambda: listing.of_group.lists(reader, now, params, group.pk)
    )


def drafts(request: HttpRequest, group: Group, now: datetime) -> Lines:
    events: EventQuerySet = Event.objects.editable_by(request.user).filter(state=State.DRAFT).of_group(group)
    params: QueryDict = query_of({}, **{DRAFTS: request.GET.get(DRAFTS, "")})
    return listing.lines(events, now, params, DRAFTS)
