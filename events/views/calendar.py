"""The calendar of all groups, as lists and month by month, and a group's own events."""

from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from core import thai
from core.access import public
from core.fragments import shared, wants_fragment
from core.paging import Page, paginate
from groups.frame import GroupFrame, follows_renames, frame
from groups.models import Group

from .. import listing
from ..calendar import listed, rows
from ..forms.calendar import EventFilter, Options, month_of, query_of
from ..listing import Lines
from ..models import Event, State
from ..models.event import EventQuerySet

MONTH = "month"


@public(cache=True)
@require_safe
def event_list(request: HttpRequest) -> HttpResponse:
    """Two queries besides those for the person and for what there is to choose from; one for a month."""
    now, options = timezone.now(), listing.options(request, timezone.now())
    by_month = request.GET.get("view") == MONTH
    form = EventFilter(request.GET, options=options, by_month=by_month) if request.GET else None
    chosen = form.wanted() if form else {}
    reader = listing.reader_of(request.user)
    first = month_of(request.GET.get("month", ""), today=thai.local_date(now), options=options) if by_month else None
    context: dict[str, Any] = {
        "toolbar": toolbar(request, form, options, first),
        "toolbar_form": form,
        "is_filtered": bool(chosen),
        "list_query": query_of(chosen).urlencode(),
    }
    if first:
        context |= month_links(chosen, first, options, now)
        context["month"] = listing.month_for(request, reader, chosen, first, now)
    else:
        context |= {"lists": listing.calendar_lists(request, reader, chosen, now)}
        context["month_query"] = query_of(chosen, view=MONTH).urlencode()
    part = "#results" if wants_fragment(request) else ""
    return render(request, f"events/event_list.html{part}", context)


def toolbar(request: HttpRequest, form: EventFilter | None, options: Options, first: date | None) -> str:
    """Of the untouched calendar it is the same for all: drawing it costs more than the lists."""
    if form is None:
        return shared(request, "events:toolbar", lambda: draw(EventFilter({}, options=options), None))
    return draw(form, first)


def draw(form: EventFilter, first: date | None) -> str:
    month = listing.written(first) if first else ""
    return render_to_string("events/event_filter.html", {"form": form, "asked_month": month})


def month_links(chosen: dict[str, Any], first: date, options: Options, now: datetime) -> dict[str, str]:
    """Queries; empty where there is nothing to leaf to."""
    chosen = {name: value for name, value in chosen.items() if name != "year"}
    earliest, latest = options.months

    def query(to: date) -> str:
        return query_of(chosen, view=MONTH, month=listing.written(to)).urlencode() if earliest <= to <= latest else ""

    today = thai.local_date(now).replace(day=1)
    return {
        "month_query": query(first),
        "previous_query": query(listing.preceding(first)),
        "next_query": query(listing.following(first)),
        "today_query": query(today) if today != first else "",
    }


@public(cache=True)
@follows_renames
@require_safe
def group_event_list(request: HttpRequest, slug: str) -> HttpResponse:
    now, group = timezone.now(), group_named(request, slug)
    reader = listing.reader_of(request.user)

    def events() -> EventQuerySet:
        return Event.objects.visible_to(request.user).of_group(group)

    params = query_of({}, **{name: request.GET.get(name, "") for name in (listing.COMING, listing.PAST)})
    context = frame(request, group)
    context["lists"] = listing.lists_for(request, reader, f"group:{group.pk}", events, now, params)
    context["drafts"] = drafts(request, group, context["frame"], now)
    return render(request, "events/group_event_list.html", context)


def group_named(request: HttpRequest, slug: str) -> Group:
    found = shared(request, f"group-of-events:{slug}", lambda: seen_by(AnonymousUser(), slug)) or seen_by(
        request.user, slug
    )
    if found is None:
        raise Http404
    return found


def seen_by(viewer: Any, slug: str) -> Group | None:
    return Group.objects.visible_to(viewer).defer("about", "agreements").filter(slug=slug).first()


def drafts(request: HttpRequest, group: Group, seen: GroupFrame, now: datetime) -> Lines | None:
    """For those who work on them."""
    if not seen.may_edit:
        return None
    events = Event.objects.editable_by(request.user).filter(state=State.DRAFT).of_group(group)
    page: Page[Event] = paginate(
        listed(events), order=["starts_at", "pk"], request_params=request.GET, size=listing.SIZE, parameter="drafts"
    )
    return Lines(rows(page.items, now), page)
