"""พื้นที่ทำงานคุณอำนวย: what waits for those who run groups, in all of their groups at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest
from accounts.models import User
from core.paging import paginate
from events.added import Step
from events.closing import checklists
from events.manage import unnamed_links
from events.models import TONES, Event, State
from groups.access import facilitators_only
from groups.models import Group, Membership
from surveys.models import OWED, Question, QuestionState

CLOSING_SIZE = 5
COMING_SIZE = 10
DRAFTS_SIZE = 5
REQUESTS_SHOWN = 5
QUESTIONS_SHOWN = 5


@dataclass(frozen=True)
class Closing:
    """An event that is over, and what is left to do."""

    event: Event
    steps: list[Step]

    @property
    def open(self) -> list[Step]:
        return [step for step in self.steps if not step.is_done]

    @property
    def done(self) -> int:
        return len(self.steps) - len(self.open)

    @property
    def is_ready(self) -> bool:
        return not any(step.is_required for step in self.open)


@dataclass(frozen=True)
class Coming:
    event: Event
    state: State
    tone: str
    missing: list[str]


@facilitators_only
@require_safe
def workspace(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    mine = Event.objects.editable_by(request.user).select_related("group")
    groups = list(Group.objects.editable_by(request.user).in_order())
    context = {
        "groups": groups,
        "hosts": [group for group in groups if not group.has_ended],
        "closing": closing(request, mine, now),
        "coming": coming(request, mine, now),
        "drafts": page_of(request, mine.filter(state=State.DRAFT), "drafts", ["-updated_at", "-pk"], DRAFTS_SIZE),
        "requests": requests_to(request.user),
        "questions": questions_to(request.user),
    }
    return render(request, "pages/workspace.html", context)


def page_of(request: SignedInRequest, rows: QuerySet[Event], name: str, order: list[str], size: int) -> Any:
    return paginate(rows, order=order, request_params=request.GET, size=size, parameter=name, count=True)


def closing(request: SignedInRequest, mine: QuerySet[Event], now: datetime) -> dict[str, Any]:
    """Over and not closed, the latest first."""
    rows = mine.held(now).exclude(state=State.COMPLETE)  # type: ignore[attr-defined]
    page = page_of(request, rows, "closing", ["-starts_at", "-pk"], CLOSING_SIZE)
    steps = checklists(page.items)
    return {"page": page, "rows": [Closing(event, steps[event.pk]) for event in page]}


def coming(request: SignedInRequest, mine: QuerySet[Event], now: datetime) -> dict[str, Any]:
    """To be held, or without a date since it was postponed; the next first."""
    rows = mine.filter(Q(state__in=[State.OPEN, State.LIVE], ends_at__gt=now) | Q(state=State.POSTPONED))
    page = page_of(request, rows.prefetch_related("channels"), "coming", ["starts_at", "pk"], COMING_SIZE)
    return {"page": page, "rows": [coming_of(event, now) for event in page]}


def coming_of(event: Event, now: datetime) -> Coming:
    state = State(event.state_at(now))
    missing = unnamed_links(event, event.channels.all(), now)
    if state == State.POSTPONED:
        missing = ["ยังไม่ได้กำหนดวันใหม่"]
    return Coming(event, state, TONES[state], missing)


def requests_to(user: User) -> dict[str, Any]:
    """To join: those who wait longest, and how many there are."""
    rows = Membership.objects.requested().filter(group__in=Group.objects.editable_by(user))
    waiting = rows.select_related("user__agency", "group").order_by("created_at", "pk")
    return {"rows": list(waiting[:REQUESTS_SHOWN]), "total": rows.count()}


def questions_to(user: User) -> dict[str, Any]:
    """To check or to answer: those who wait longest, and how many there are."""
    rows = Question.objects.editable_by(user).filter(state__in=[QuestionState.PENDING, *OWED])
    oldest = rows.select_related("group", "event", "agency").order_by("created_at", "pk")
    return {"rows": list(oldest[:QUESTIONS_SHOWN]), "total": rows.count()}
