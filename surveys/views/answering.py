"""Answering a survey: the form, a draft of it, and the thanks."""

import secrets

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import ask_to_sign_in, posted, public
from core.forms import whole_number
from core.fragments import wants_fragment
from core.throttle import asks_too_often
from events.personal import Part, part_of
from groups.services import Refused

from .. import filled
from ..asking_page import Asked, form_html, survey_for, typed_for
from ..form import Form
from ..models import Audience, Survey, SurveyState
from ..services import answering, drafts

COOKIE = "cops_answer"
UNNAMED = "unnamed"  # what the form said of the name: templates/surveys/survey.html
COOKIE_AGE = 365 * 24 * 3600
MOST_AN_HOUR = 500  # answers through a link from one address: a whole provincial hall may stand behind it
TOO_OFTEN = "มีผู้ตอบจากเครือข่ายนี้จำนวนมากในเวลาเดียวกัน กรุณาส่งอีกครั้งในอีกสักครู่"


# --- At its own address -----------------------------------------------------------------------------------
@public(cache=True)
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, survey_id: int) -> HttpResponse:
    row = survey_for(request, survey_id)
    asked = Asked(row, request.user)
    if request.method == "POST":
        return sent(request, asked) if request.user.is_authenticated else ask_to_sign_in(request)
    kept = kept_form(request, row)  # also where it is of no use any more: it does not stay in the session
    if asked.has_answered:
        return redirect("surveys:survey_done", row.pk)
    return page(request, asked, kept)


def kept_form(request: HttpRequest, row: Survey) -> QueryDict | None:
    """What was being sent, or saved for later, when the session ended."""
    if not request.user.is_authenticated:
        return None
    return posted(request) or posted(request, path=reverse("surveys:survey_draft", args=[row.pk]))


@public
@require_safe
def survey_done(request: HttpRequest, survey_id: int) -> HttpResponse:
    row = survey_for(request, survey_id)
    if not answering.has_answered(row, request.user):
        return redirect(row)
    return thanks(request, Asked(row, request.user))


@public
@require_POST
def survey_draft(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Saved by the button, or in silence by static/js/survey.js, which asks for no page."""
    is_silent = wants_fragment(request)
    if not request.user.is_authenticated:
        return HttpResponse(status=401) if is_silent else ask_to_sign_in(request)
    row = survey_for(request, survey_id)
    asked = Asked(row, request.user)
    try:
        asked.refuse_without_link()
        form = answering.wording(row, whole_number(request.POST.get("version")))
        typed = filled.typed_in(form, request.POST)
        drafts.save(survey=row, user=request.user, version=form.version, typed=typed)
    except Refused as refusal:
        return HttpResponse(status=409) if is_silent else unsaved(request, asked, refusal)
    if is_silent:
        return HttpResponse(status=204)
    messages.success(request, "บันทึกไว้แล้ว กลับมาตอบต่อได้จากเครื่องใดก็ได้ คำตอบยังไม่นับจนกว่าท่านจะกดส่ง")
    return redirect(row)


def unsaved(request: HttpRequest, asked: Asked, refusal: Refused) -> HttpResponse:
    if isinstance(refusal, answering.Answered):
        messages.info(request, str(refusal))
        return redirect("surveys:survey_done", asked.survey.pk)
    return page(request, asked, request.POST, problems=[str(refusal)], status=422)


# --- By a link --------------------------------------------------------------------------------------------
@public
@require_http_methods(["GET", "HEAD", "POST"])
def survey_by_link(request: HttpRequest, key: str) -> HttpResponse:
    """For everybody who has the link. One answer for a person; without an account, one for a browser."""
    rows = Survey.objects.filter(audience=Audience.LINK).exclude(state=SurveyState.DRAFT)
    row = get_object_or_404(rows.select_related("group", "event", "current"), key=key)
    token = request.get_signed_cookie(COOKIE, default="", salt=key) or ""
    asked = Asked(row, request.user, token, by_link=True)
    if request.method == "POST":
        return sent_by_link(request, asked, token)
    if asked.has_answered:
        return thanks(request, asked)
    return with_token(request, page(request, asked), key, token)


def sent_by_link(request: HttpRequest, asked: Asked, token: str) -> HttpResponse:
    if asks_too_often(request, "survey-link", most=MOST_AN_HOUR, seconds=3600):
        return page(request, asked, request.POST, problems=[TOO_OFTEN], status=429)
    return with_token(request, sent(request, asked, token), asked.survey.key, token)


def with_token(request: HttpRequest, response: HttpResponse, key: str, token: str) -> HttpResponse:
    """A random number in the browser of somebody unknown, for this survey alone."""
    if not token and not request.user.is_authenticated:
        response.set_signed_cookie(
            COOKIE,
            secrets.token_urlsafe(24),
            salt=key,
            max_age=COOKIE_AGE,
            path=request.path,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    response["X-Robots-Tag"] = "noindex"
    return response


# --- Both -------------------------------------------------------------------------------------------------
def sent(request: HttpRequest, asked: Asked, token: str = "") -> HttpResponse:
    """Validated against the wording that was seen, which may be an earlier version."""
    user = request.user if request.user.is_authenticated else None
    try:
        asked.refuse_without_link()
        form = answering.wording(asked.survey, whole_number(request.POST.get("version")))
        given = filled.read(form, request.POST)
        if not given.is_valid:
            return page(request, asked, request.POST, errors=given.errors, problems=given.problems, status=422)
        answering.submit(
            survey=asked.survey,
            version=form.version,
            answers=given.answers,
            user=user,
            token=token,
            as_unnamed=request.POST.get("promise") == UNNAMED,
        )
    except answering.Answered as refusal:
        if user:
            messages.info(request, str(refusal))
    except Refused as refusal:
        return page(request, asked, request.POST, problems=[str(refusal)], status=422)
    return redirect(request.path if asked.by_link else asked.done_url)


def page(
    request: HttpRequest,
    asked: Asked,
    data: QueryDict | None = None,
    *,
    errors: dict[int, str] | None = None,
    problems: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """`data` is a form to be corrected or completed: it is shown even where nothing can be sent any more."""
    shows_form = asked.takes_answers or data is not None
    form, typed, saved_at = typed_for(asked, data) if shows_form else (None, {}, 0.0)
    context = {
        "asked": asked,
        "survey": asked.survey,
        "event": asked.event,
        "form": form,
        "fields": form_html(form, typed, errors or {}) if form else "",
        "wrong": wrong_items(form, errors or {}),
        "problems": problems or [],
        "saved_at": saved_at,
        "is_returned": data is not None,
        "action": request.path,
    }
    return render(request, "surveys/survey.html", context, status=status)


def wrong_items(form: Form | None, errors: dict[int, str]) -> list[tuple[str, str, str]]:
    """For the error summary, in the order of the form: name, item, what is wrong."""
    return [(item.name, item.text, errors[item.pk]) for item in form.items if item.pk in errors] if form else []


def thanks(request: HttpRequest, asked: Asked) -> HttpResponse:
    part = part_of(request.user, asked.event) if asked.event else Part()
    gives = asked.event is not None and asked.event.gives_certificates and part.attended
    context = {
        "asked": asked,
        "survey": asked.survey,
        "event": asked.event,
        "certificate": part.certificate,
        "waits_for_certificate": gives and not part.certificate,
    }
    return render(request, "surveys/survey_done.html", context)
