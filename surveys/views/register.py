"""The register of questions: of all groups, of one, one's own; one question; sending, taking back, voting."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.contrib import messages
from django.core.validators import slug_re
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import SignedInRequest
from core.access import posted, public, signed_in
from core.forms import whole_number
from core.fragments import shared_row, wants_fragment, with_tokens
from events.access import visible_event
from events.listing import reader_of
from events.models import Event
from groups.frame import follows_renames, frame, group_named
from groups.models import Group
from groups.services import Refused

from .. import register
from ..access import visible_question
from ..forms.question import AskForm, GroupChoices, QuestionFilter, query_of
from ..models import Question, QuestionState, takes_questions
from ..register import Lines, QuestionRow
from ..services import asking
from ..standing import standing_of

KEPT_FOR = 1  # seconds: a vote raises no version


# --- Lists ------------------------------------------------------------------------------------------------
@public(cache=KEPT_FOR)
@require_safe
def question_list(request: HttpRequest) -> HttpResponse:
    reader, choices = reader_of(request.user), register.choices(request)
    form = QuestionFilter(request.GET, groups=choices.all) if request.GET else None
    chosen = form.wanted() if form else {}
    order = chosen.get("order", "")
    page = lines_of(request, chosen)
    counted = {name: value for name, value in chosen.items() if name != "order"}
    context = {
        "toolbar": draw(form) if form and form.errors else toolbar(choices, tuple(chosen.items())),
        "order_name": dict(QuestionFilter.ORDERS)[order],
        "figures": register.figures(request, reader, counted),
        "page": page,
        "rows": drawn_rows(request, page.rows),
        "is_filtered": bool(chosen),
        "ask": ask_form(request, groups=choices.asked),
    }
    part = "#results" if wants_fragment(request) else ""
    return render(request, f"surveys/question_list.html{part}", context)


@lru_cache(maxsize=256)
def toolbar(choices: GroupChoices, chosen: tuple[tuple[str, str], ...]) -> SafeString:
    """The same for all who chose the same."""
    return draw(QuestionFilter(query_of(dict(chosen)), groups=choices.all))


def draw(form: QuestionFilter) -> SafeString:
    return render_to_string("surveys/question_filter.html", {"form": form})


def lines_of(request: HttpRequest, chosen: dict[str, str]) -> Lines:
    params = query_of(chosen, page=request.GET.get("page", ""))
    if not params:
        return register.beginning(request)
    found = register.wanted(register.published(request.user), **chosen)
    return register.lines(found, request.user, params, chosen.get("order", ""))


def drawn_rows(request: HttpRequest, rows: list[QuestionRow]) -> SafeString:
    return with_tokens(request, "".join(f"<li>{row.html}</li>" for row in rows))


@public(cache=KEPT_FOR)
@follows_renames
@require_safe
def group_question_list(request: HttpRequest, slug: str) -> HttpResponse:
    group = group_named(request, slug)
    if params := query_of({}, page=request.GET.get("page", "")):
        page = register.lines(register.published(request.user).of_group(group), request.user, params, of=group)
    else:
        page = register.beginning(request, group)
    context = frame(request, group) | {
        "figures": register.figures(request, reader_of(request.user), {"group": group.slug}),
        "page": page,
        "rows": drawn_rows(request, page.rows),
        "takes_questions": takes_questions(group, None),
        "ask": ask_form(request),
    }
    return render(request, "surveys/group_question_list.html", context)


@signed_in
@require_safe
def my_questions(request: SignedInRequest) -> HttpResponse:
    own = Question.objects.visible_to(request.user).filter(asker=request.user)
    page = register.page_of(own, query_of({}, page=request.GET.get("page", "")), "new")
    lines = [(question, *register.badge_of(question), register.owed_by(question)) for question in page]
    return render(request, "surveys/my_questions.html", {"page": page, "lines": lines})


# --- One question -----------------------------------------------------------------------------------------
@public(cache=KEPT_FOR)
@require_safe
def question(request: HttpRequest, question_id: int) -> HttpResponse:
    found = shared_row(request, f"question:{question_id}", lambda viewer: detailed(viewer, question_id))
    if (found is None or found.state == QuestionState.MERGED) and (goal := merged_into(request, question_id)):
        return HttpResponsePermanentRedirect(goal.get_absolute_url())
    if found is None:
        raise Http404
    standing = standing_of(request.user, found)
    badge, tone = register.badge_of(found)
    context = {
        "question": found,
        "standing": standing,
        "badge": badge,
        "tone": tone,
        "owed": register.owed_by(found),
        "answered": register.answered_by(found),
        "asker": register.public_name(found),
        "button": vote_button(request, found, standing.mark) if found.takes_votes() else "",
        "may_withdraw": standing.is_own and found.state == QuestionState.PENDING,
    }
    return render(request, "surveys/question.html", context)


def detailed(viewer: Any, question_id: int) -> Question | None:
    rows = Question.objects.visible_to(viewer).select_related("group", "event", "agency", "asker", "answered_by")
    return rows.defer("group__about", "group__agreements", "event__agenda").filter(pk=question_id).first()


def merged_into(request: HttpRequest, question_id: int) -> Question | None:
    """The question that it lives on in, for those who may see that one."""
    goal = Question.objects.filter(pk=question_id, state=QuestionState.MERGED).values("merged_into")
    return Question.objects.visible_to(request.user).filter(pk__in=goal).first()


def vote_button(request: HttpRequest, found: Question, mark: str) -> SafeString:
    button = register.VoteButton(found.pk, found.text, register.votes_for(found), mark)
    return with_tokens(request, button.html)


# --- Sending ----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Place:
    """Where a question goes; nothing yet, where a group is to be chosen."""

    group: Group | None = None
    event: Event | None = None

    @property
    def takes_questions(self) -> bool:
        return self.group is None or takes_questions(self.group, self.event)


def ask_form(request: HttpRequest, *, groups: tuple[tuple[str, str], ...] = ()) -> AskForm | None:
    """With what was typed before the session ended. Visitors have none: they are asked to sign in."""
    if not request.user.is_authenticated:
        return None
    return AskForm(posted(request, path=reverse("surveys:question_new")), groups=groups)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def question_new(request: SignedInRequest) -> HttpResponse:
    """The form stands on several pages; here it is shown again with what is to be repaired."""
    data = posted(request)
    place = place_of(request, data if data is not None else request.GET)
    groups = () if place.group else register.choices(request).asked
    form = AskForm(data, groups=groups)
    if request.method == "POST" and form.is_valid():
        try:
            return sent(request, place, form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"ask": form, "group": place.group, "event": place.event, "takes_questions": place.takes_questions}
    return render(request, "surveys/question_new.html", context, status=422 if form.errors else 200)


def place_of(request: SignedInRequest, data: QueryDict) -> Place:
    """An event or a group that the form stands for; the group that was chosen in it is read by the form."""
    if data.get("event"):
        event = visible_event(request, whole_number(data["event"]))
        return Place(event.group, event)
    if slug := data.get("of_group"):
        if not slug_re.fullmatch(slug):  # PostgreSQL refuses some of what an address may hold
            raise Http404
        return Place(get_object_or_404(Group.objects.visible_to(request.user), slug=slug))
    return Place()


def sent(request: SignedInRequest, place: Place, form: AskForm) -> HttpResponse:
    chosen = form.cleaned_data
    group = place.group or get_object_or_404(Group.objects.visible_to(request.user), slug=chosen["group"])
    question = asking.ask(
        group=group,
        event=place.event,
        asker=request.user,
        text=chosen["text"],
        detail=chosen["detail"],
        is_anonymous=chosen["anonymous"],
    )
    messages.success(request, "ส่งคำถามแล้ว ผู้ดำเนินกลุ่มตรวจสอบก่อนเผยแพร่ และระบบจะแจ้งท่านทุกขั้น")
    return redirect(question)


# --- What one does with a question ------------------------------------------------------------------------
@signed_in
@require_POST
def question_withdrawal(request: SignedInRequest, question_id: int) -> HttpResponse:
    question = get_object_or_404(Question.objects.visible_to(request.user).filter(asker=request.user), pk=question_id)
    try:
        asking.withdraw(question=question, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect(question)
    messages.success(request, "ถอนคำถามแล้ว")
    return redirect("surveys:my_questions")


@signed_in
@require_POST
def question_vote(request: SignedInRequest, question_id: int) -> HttpResponse:
    """A vote on a question that was merged while the page was open goes to where it lives on."""
    question = merged_into(request, question_id) or visible_question(request, question_id)
    wants = request.POST.get("wants")
    try:
        if wants not in ("0", "1"):
            raise Refused("กรุณากดปุ่มสนใจอีกครั้ง")
        question = asking.set_vote(question=question, user=request.user, wants=wants == "1")
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return refused(request, question)
    if wants_fragment(request):
        mark = register.marks_of(request.user, [question.pk]).get(question.pk, register.STRANGER)
        return HttpResponse(vote_button(request, question, mark))
    return redirect(f"{back(request, question)}#question-{question.pk}")


def refused(request: SignedInRequest, question: Question) -> HttpResponse:
    """The page anew, with the reason on top."""
    address = back(request, question)
    return HttpResponse(headers={"HX-Redirect": address}) if wants_fragment(request) else redirect(address)


def back(request: HttpRequest, question: Question) -> str:
    """The page on which the button was pressed."""
    referer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(referer, allowed_hosts={request.get_host()}):
        return referer.partition("#")[0]
    return question.get_absolute_url()
