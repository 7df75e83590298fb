"""The moderators' console beside a running event: what came in is checked, chosen and ticked off."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest
from core.access import signed_in
from core.fragments import wants_fragment
from events.access import runs, visible_event
from events.manage import manage_frame
from events.models import Event
from groups.services import Refused

from ..access import moderates_event
from ..forms.live import ConsoleForm
from ..live import ordered
from ..models import OWED, Question, QuestionState, Way
from ..services import moderating
from ..services.live_marking import mark

PENDING_SHOWN, OWED_SHOWN = 50, 60
DONE = {
    "publish": "เผยแพร่คำถามแล้ว",
    "refuse": "ไม่รับคำถามนี้ และแจ้งเหตุผลแก่ผู้ถามแล้ว",
    "start": "เลือกเป็นข้อที่กำลังตอบแล้ว",
    "stop": "เลิกเป็นข้อที่กำลังตอบแล้ว",
    "answer": "บันทึกว่าตอบในเวทีแล้ว",
}


@dataclass(frozen=True)
class Typed:
    """An act that did not succeed, to be shown where it was tried."""

    question: Question | None = None
    problem: str = ""
    answer: str = ""
    reason: str = ""

    @property
    def pk(self) -> int:
        return self.question.pk if self.question else 0


def moderated_event(request: HttpRequest, event_id: int) -> Event:
    event = visible_event(request, event_id)
    if not moderates_event(request.user, event):
        raise Http404
    return event


@signed_in
@require_safe
def live_console(request: SignedInRequest, event_id: int) -> HttpResponse:
    event = moderated_event(request, event_id)
    return console(request, event, Typed())


@signed_in
@require_safe
def live_console_board(request: SignedInRequest, event_id: int) -> HttpResponse:
    """What the console asks for again and again."""
    event = moderated_event(request, event_id)
    return render(request, "surveys/live_console_board.html", work(event, Typed()))


@signed_in
@require_POST
def live_marking(request: SignedInRequest, event_id: int, question_id: int) -> HttpResponse:
    event = moderated_event(request, event_id)
    rows = Question.objects.editable_by(request.user).select_related("group", "event")
    question = get_object_or_404(rows, pk=question_id, event=event)
    form = ConsoleForm(request.POST)
    problem = form.problems() or attempt(request, question, form.cleaned_data)
    if problem:
        answer, reason = (request.POST.get(name, "") for name in ("answer", "reason"))
        return console(request, event, Typed(question, problem, answer, reason), status=409)
    if wants_fragment(request):
        context = work(event, Typed()) | {"done": DONE[form.cleaned_data["act"]]}
        return render(request, "surveys/live_console_board.html", context)
    messages.success(request, DONE[form.cleaned_data["act"]])
    return redirect("surveys:live_console", event.pk)


def attempt(request: SignedInRequest, question: Question, asked: dict[str, Any]) -> str:
    """In Thai, why it could not be done; nothing where it was."""
    common = {"question": question, "by": request.user, "revision": asked["revision"]}
    try:
        match asked["act"]:
            case "publish":
                moderating.publish(**common)
            case "refuse":
                moderating.refuse(**common, reason=asked["reason"])
            case "answer":
                moderating.answer(**common, how=Way.LIVE, answer=asked["answer"])
            case act:
                mark(question=question, is_now=act == "start", seen=asked["seen"])
    except Refused as refusal:
        return str(refusal)
    return ""


def console(request: SignedInRequest, event: Event, typed: Typed, *, status: int = 200) -> HttpResponse:
    if wants_fragment(request):
        return render(request, "surveys/live_console_board.html", work(event, typed), status=status)
    frame = manage_frame(request, event, may_edit=runs(request.user, event))
    return render(request, "surveys/live_console.html", frame | work(event, typed), status=status)


def work(event: Event, typed: Typed) -> dict[str, Any]:
    """Two queries and the counts."""
    questions = Question.objects.filter(event=event)
    unchecked = questions.filter(state=QuestionState.PENDING).select_related("asker").order_by("pk")
    pending = list(unchecked[:PENDING_SHOWN])
    owed = list(ordered(questions.owed())[:OWED_SHOWN])
    counts = questions.aggregate(
        pending=Count("pk", filter=Q(state=QuestionState.PENDING)),
        owed=Count("pk", filter=Q(state__in=OWED)),
        answered=Count("pk", filter=Q(state=QuestionState.ANSWERED)),
    )
    current = next((row for row in owed if row.is_being_answered), None)
    shown = {row.pk for row in [*pending, *owed]}
    return {
        "event": event,
        "pending": pending,
        "is_lost": typed.pk != 0 and typed.pk not in shown,  # what somebody else did took it off the lists
        "current": current,
        "owed": [row for row in owed if row is not current],
        "counts": counts,
        "typed": typed,
        "done": "",
        "seen": current.pk if current else 0,
    }
