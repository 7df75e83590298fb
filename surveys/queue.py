"""The moderators' queue: questions of all the groups that one works for, and what is left to do with them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from core.forms import whole_number
from core.paging import Page, paginate
from core.words import with_words
from events.models import Event

from .access import moderated_groups
from .forms.moderation import QueueFilter
from .forms.question import query_of
from .models import OWED, Question, QuestionState
from .models.question import QuestionQuerySet

PAGE_SIZE = 20
MOST_EVENTS = 60  # to choose from, the latest first
OPEN = (QuestionState.PENDING, *OWED)
TABS: dict[str, tuple[str, tuple[str, ...]]] = {
    "open": ("ที่ต้องดำเนินการ", OPEN),
    "pending": ("รอตรวจสอบ", (QuestionState.PENDING,)),
    "waiting": ("รอคำตอบ", (QuestionState.WAITING,)),
    "considering": ("อยู่ระหว่างพิจารณา", (QuestionState.CONSIDERING,)),
    "answered": ("ตอบแล้ว", (QuestionState.ANSWERED,)),
    "refused": ("ไม่รับ", (QuestionState.REFUSED,)),
}
OF_WHO_OWES = ("waiting", "considering")


@dataclass(frozen=True)
class Tab:
    label: str
    query: str
    is_current: bool
    count: int | None  # of what is left to do


@dataclass(frozen=True)
class Queue:
    form: QueueFilter
    tabs: list[Tab]
    page: Page[Question]
    is_filtered: bool


def listing(viewer: Any, params: QueryDict) -> Queue:
    form = QueueFilter(
        params, groups=moderated_groups(viewer).in_order(), events=events_of(viewer, params), auto_id="q_%s"
    )
    form.is_valid()
    chosen = form.cleaned_data
    state = chosen.get("state") or "open"
    rows = narrowed(Question.objects.editable_by(viewer), chosen)
    found = with_words(rows.filter(state__in=TABS[state][1]), chosen.get("q", ""), "text", "detail")
    page = paginate(
        found.select_related("group", "event", "agency", "asker"),
        order=order_of(chosen.get("order", ""), state),
        request_params=params,
        size=PAGE_SIZE,
    )
    is_filtered = any(chosen.get(name) for name in ("q", "group", "event"))
    return Queue(form, tabs(rows, state, params), page, is_filtered)


def events_of(viewer: Any, params: QueryDict) -> QuerySet[Event]:
    """Those with something left to do, and the one that is asked for."""
    of_mine = Question.objects.editable_by(viewer).filter(event__isnull=False)
    asked = Q(pk=whole_number(params.get("event")), pk__in=of_mine.values("event"))
    with_work = Q(pk__in=of_mine.filter(state__in=OPEN).values("event"))
    return Event.objects.filter(asked | with_work).order_by("-starts_at", "-pk")[:MOST_EVENTS]


def narrowed(rows: QuestionQuerySet, chosen: dict[str, Any]) -> QuestionQuerySet:
    """By group also those sent to an event that the group holds with others."""
    if group := chosen.get("group"):
        rows = rows.of_group(group)
    if event := chosen.get("event"):
        rows = rows.filter(event=event)
    return rows


def order_of(wanted: str, state: str) -> list[str]:
    """Who asked first has waited longest; for an answer, since it has been owed."""
    if wanted == "votes":
        return ["-vote_count", "-pk"]
    if wanted == "newest":
        return ["-pk"]
    return ["owed_since", "pk"] if state in OF_WHO_OWES else ["pk"]


def tabs(rows: QuerySet[Question], current: str, params: QueryDict) -> list[Tab]:
    counted = rows.filter(state__in=OPEN).order_by().values_list("state").annotate(count=Count("pk"))
    counts = {str(state): int(count) for state, count in counted}
    return [
        Tab(
            label=label,
            query=query_in(params, name),
            is_current=name == current,
            count=sum(counts.get(state, 0) for state in states) if set(states) <= set(OPEN) else None,
        )
        for name, (label, states) in TABS.items()
    ]


def query_in(params: QueryDict, state: str) -> str:
    """The same choice in another tab, from its first page."""
    kept = {name: params.get(name, "")[:100] for name in ("q", "group", "event", "order")}
    return f"?{query_of({'state': state} | kept).urlencode()}"
