"""The moderators' work on questions: the queue, and one question with everything that can be done with it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest
from core.access import PENDING_FORM, posted, signed_in
from core.forms import whole_number
from core.fragments import wants_fragment
from groups.services import Refused

from .. import merging, queue
from ..access import editable_question, moderators_only
from ..forms import moderation as forms
from ..forms.moderation import ActForm, form_for, possible
from ..models import Question, QuestionState
from ..services import moderating
from ..services.moderating import Overtaken

MOST_MERGED, MOST_WORDS = 50, 100
DONE = {
    forms.PUBLICATION: "เผยแพร่คำถามแล้ว ระบบแจ้งผู้ถามแล้ว",
    forms.WORDING: "แก้ถ้อยคำแล้ว ถ้อยคำเดิมอยู่ในลำดับของคำถาม",
    forms.MERGE: "รวมคำถามแล้ว ผู้ถามและผู้สนใจย้ายมาที่คำถามนี้",
    forms.ROUTING: "ส่งต่อหน่วยงานแล้ว ระบบแจ้งผู้ถามแล้ว",
    forms.CONSIDERATION: "กลุ่มรับคำถามไว้พิจารณาแล้ว ระบบแจ้งผู้ถามแล้ว",
    forms.ANSWER: "บันทึกคำตอบแล้ว ระบบแจ้งผู้ถามแล้ว",
    forms.REFUSAL: "ไม่รับคำถามแล้ว ระบบแจ้งเหตุผลให้ผู้ถามแล้ว",
    forms.REOPENING: "นำคำถามกลับมาพิจารณาแล้ว ระบบแจ้งผู้ถามแล้ว",
}
VERBS: dict[str, Callable[..., Question]] = {
    forms.PUBLICATION: moderating.publish,
    forms.WORDING: moderating.reword,
    forms.MERGE: moderating.merge,
    forms.ROUTING: moderating.route,
    forms.CONSIDERATION: moderating.consider,
    forms.ANSWER: moderating.answer,
    forms.REFUSAL: moderating.refuse,
    forms.REOPENING: moderating.reopen,
}


# --- The queue --------------------------------------------------------------------------------------------
@moderators_only
@require_safe
def question_queue(request: SignedInRequest) -> HttpResponse:
    part = "#results" if wants_fragment(request) else ""
    context = {"queue": queue.listing(request.user, request.GET)}
    return render(request, f"surveys/question_queue.html{part}", context)


# --- One question -----------------------------------------------------------------------------------------
@signed_in
@require_safe
def question_manage(request: SignedInRequest, question_id: int) -> HttpResponse:
    question = editable_question(request, question_id)
    if wants_fragment(request) and forms.MERGE in possible(question):
        context = {"question": question, "merge": found(request, question)}
        return render(request, "surveys/question_merge.html#found", context)
    act, data = unfinished(request, question)
    if data is None:
        return render_manage(request, question)
    return render_manage(request, question, act=act, form=form_for(act, question, request.user, data))


def unfinished(request: SignedInRequest, question: Question) -> tuple[str, QueryDict | None]:
    """What was being typed when the session ended."""
    if PENDING_FORM in request.session:
        for act in forms.TYPED:
            if data := posted(request, path=reverse(f"surveys:question_{act}", args=[question.pk])):
                return act, data
    return "", None


def render_manage(
    request: SignedInRequest,
    question: Question,
    *,
    act: str = "",
    form: ActForm | None = None,
    overtaken: Overtaken | None = None,
) -> HttpResponse:
    """`form` is what was typed for `act`: shown in its place, or by itself where the act is not possible any more."""
    acts = {name: form_for(name, question, request.user) for name in possible(question)}
    is_lost = form is not None and act not in acts
    if form is not None and not is_lost:
        acts[act] = form
    # Who corrects a mistake has seen no more than before; who was told of another's act has seen that.
    seen = whole_number(form.data.get("revision")) if form and not overtaken else question.revision
    context: dict[str, Any] = {
        "question": question,
        "acts": acts,
        "act": act,
        "revision": seen,
        "overtaken": overtaken,
        "lost": typed(form) if form and is_lost else [],
        "merged": Question.objects.filter(merged_into=question).select_related("asker").order_by("pk")[:MOST_MERGED],
        "steps": question.steps.select_related("by"),
        "merge": found(request, question, form) if forms.MERGE in acts else None,
        "is_correction": question.state == QuestionState.ANSWERED,
    }
    return render(request, "surveys/question_manage.html", context)


def typed(form: ActForm) -> list[str]:
    names = [name for name in form.fields if name in ("text", "detail", "reason", "answer")]
    return list(filter(None, (str(form.data.get(name, "")) for name in names)))


def found(request: SignedInRequest, question: Question, form: ActForm | None = None) -> dict[str, Any]:
    """What the question could be merged into: by words, else what is worded alike; and what was chosen before."""
    words = request.GET.get("q", "")[:MOST_WORDS].strip()
    rows = merging.found(request.user, question, words)
    target = whole_number(form.data.get("target")) if form else 0
    if target and target not in {row.pk for row in rows}:
        rows = [*merging.candidates(request.user, question).filter(pk=target), *rows]
    return {"q": words, "rows": rows, "target": target}


# --- Acts -------------------------------------------------------------------------------------------------
@signed_in
@require_POST
def question_publication(request: SignedInRequest, question_id: int) -> HttpResponse:
    return acted(request, question_id, forms.PUBLICATION)


@signed_in
@require_POST
def question_wording(request: SignedInRequest, question_id: int) -> HttpResponse:
    return acted(request, question_id, forms.WORDING)


@signed_in
@require_POST
def question_merge(request: SignedInRequest, question_id: int) -> HttpResponse:
    return acted(request, question_id, forms.MERGE)


@signed_in
@require_POST
def question_routing(request: SignedInRequest, question_id: int) -> HttpResponse:
    return acted(request, question_id, forms.ROUTING)


@signed_in
@require_POST
def question_consideration(request: SignedInRequest, question_id: int) -> HttpResponse:
    return acted(request, question_id, forms.CONSIDERATION)


@signed_in
@require_POST
def question_answer(request: SignedInRequest, question_id: int) -> HttpResponse:
    return acted(request, question_id, forms.ANSWER)


@signed_in
@require_POST
def question_refusal(request: SignedInRequest, question_id: int) -> HttpResponse:
    return acted(request, question_id, forms.REFUSAL)


@signed_in
@require_POST
def question_reopening(request: SignedInRequest, question_id: int) -> HttpResponse:
    return acted(request, question_id, forms.REOPENING)


def acted(request: SignedInRequest, question_id: int, act: str) -> HttpResponse:
    question = editable_question(request, question_id)
    form = form_for(act, question, request.user, request.POST)
    if not form.is_valid():
        return render_manage(request, question, act=act, form=form)
    corrects = act == forms.ANSWER and request.POST.get("corrects") == "1"
    verb = moderating.correct if corrects else VERBS[act]
    revision = whole_number(request.POST.get("revision"))
    try:
        stored = verb(question=question, by=request.user, revision=revision, **form.chosen())
    except Refused as refusal:
        return told(request, question, act, form, refusal)
    messages.success(request, "แก้คำตอบแล้ว ระบบแจ้งผู้ถามแล้ว" if corrects else DONE[act])
    return redirect(way_back(request) or reverse("surveys:question_manage", args=[stored.pk]))


def told(request: SignedInRequest, question: Question, act: str, form: ActForm, refusal: Refused) -> HttpResponse:
    """Nothing that was typed is lost. A button alone is pressed again, if at all, once the page has been read."""
    if act not in forms.TYPED:
        messages.warning(request, str(refusal))
        return redirect("surveys:question_manage", question.pk)
    stored = editable_question(request, question.pk)
    if isinstance(refusal, Overtaken):
        return render_manage(request, stored, act=act, form=rebound(form, act, stored, request), overtaken=refusal)
    form.add_error(None, str(refusal))
    return render_manage(request, stored, act=act, form=form)


def rebound(form: ActForm, act: str, stored: Question, request: SignedInRequest) -> ActForm:
    """What was typed, with the choices that there are now."""
    fresh = form_for(act, stored, request.user, form.data)
    fresh.is_valid()
    return fresh


def way_back(request: SignedInRequest) -> str:
    """To the queue as it was narrowed, for an act that was done from there."""
    back = request.POST.get("back", "")
    is_queue = back.split("?")[0] == reverse("surveys:question_queue")
    return back if is_queue and url_has_allowed_host_and_scheme(back, allowed_hosts=None) else ""
