"""Surveys for those who run an event or a group: attached or begun, set up, published, copied, closed."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import SignedInRequest
from core.access import posted, signed_in
from core.forms import whole_number
from core.paging import paginate
from events.access import editable_event
from events.details import when
from events.manage import manage_frame
from events.models import CoHost, Event, State
from groups.frame import follows_renames, frame
from groups.models import Group
from groups.models.group import ENDED
from groups.services import Refused

from ..access import editable_survey
from ..builder import rows_of, survey_frame, with_answers
from ..forms.survey import CopyForm, NewSurveyForm, SettingsForm
from ..models import Kind, Receipt, Survey
from ..services import building, invitations

PAGE_SIZE = 20
EVENTS_TO_CHOOSE = 60  # the newest ones, for a copy
DONE = {
    Kind.SATISFACTION: "แนบแบบประเมินความพึงพอใจแล้ว เปิดรับคำตอบเมื่อกิจกรรมเริ่ม",
    Kind.FOLLOW_UP: "แนบแบบติดตามการนำความรู้ไปใช้แล้ว ระบบส่งให้ผู้เข้าร่วมเมื่อถึงกำหนด",
}


# --- Lists ------------------------------------------------------------------------------------------------
@signed_in
@require_safe
def event_surveys(request: SignedInRequest, event_id: int) -> HttpResponse:
    event = editable_event(request, event_id)
    rows = rows_of(with_answers(Survey.objects.filter(event=event)).order_by("pk"), timezone.now())
    attached = {row.survey.kind for row in rows}
    may_add = event.state != State.CANCELLED
    context = manage_frame(request, event) | {
        "rows": rows,
        "attachable": [(kind.value, kind.label) for kind in building.STANDARD if kind not in attached and may_add],
        "may_add": may_add,
    }
    return render(request, "surveys/event_surveys.html", context)


@signed_in
@follows_renames
@require_safe
def group_surveys(request: SignedInRequest, slug: str) -> HttpResponse:
    group = get_object_or_404(Group.objects.editable_by(request.user), slug=slug)
    hosted = CoHost.objects.filter(group=group).values("event")
    surveys = with_answers(Survey.objects.filter(Q(group=group) | Q(event__in=hosted)))
    page = paginate(surveys, order=["-pk"], request_params=request.GET, size=PAGE_SIZE)
    context = frame(request, group) | {"page": page, "rows": rows_of(page.items, timezone.now())}
    return render(request, "surveys/group_surveys.html", context)


# --- A new one --------------------------------------------------------------------------------------------
@signed_in
@require_POST
def survey_attachment(request: SignedInRequest, event_id: int) -> HttpResponse:
    event = editable_event(request, event_id)
    kind = request.POST.get("kind", "")
    if kind not in building.STANDARD:
        messages.warning(request, "กรุณาเลือกแบบประเมินที่จะแนบ")
        return redirect("surveys:event_surveys", event.pk)
    try:
        survey, is_new = building.attach(event=event, kind=kind, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("surveys:event_surveys", event.pk)
    if is_new:
        messages.success(request, DONE[Kind(kind)])
    else:
        messages.info(request, f"กิจกรรมนี้มี{survey.get_kind_display()}แล้ว")
    return redirect("surveys:event_surveys", event.pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def event_survey_new(request: SignedInRequest, event_id: int) -> HttpResponse:
    event = editable_event(request, event_id)
    context = manage_frame(request, event) | {
        "base_template": "events/base_manage.html",
        "back": reverse("surveys:event_surveys", args=[event.pk]),
    }
    return survey_new(request, event.group, event, context)


@signed_in
@follows_renames
@require_http_methods(["GET", "HEAD", "POST"])
def group_survey_new(request: SignedInRequest, slug: str) -> HttpResponse:
    group = get_object_or_404(Group.objects.editable_by(request.user), slug=slug)
    context = frame(request, group) | {
        "base_template": "groups/base_group.html",
        "back": reverse("groups:survey_list", args=[group.slug]),
    }
    return survey_new(request, group, None, context)


def survey_new(request: SignedInRequest, group: Group, event: Event | None, context: dict[str, Any]) -> HttpResponse:
    form = NewSurveyForm(posted(request), event=event)
    if request.method == "POST" and form.is_valid():
        try:
            survey, _ = building.begin(group=group, event=event, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "สร้างร่างแล้ว ยังไม่มีผู้ใดเห็นจนกว่าท่านจะเผยแพร่")
            return redirect("surveys:survey_edit", survey.pk)
    return render(request, "surveys/survey_new.html", context | {"form": form})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def survey_copy(request: SignedInRequest, survey_id: int) -> HttpResponse:
    survey = editable_survey(request, survey_id)
    form = copy_form(request, survey)
    if request.method == "POST" and form.is_valid():
        group, event = form.chosen()
        try:
            draft, is_new = building.copy(survey=survey, group=group, event=event, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            told = "คัดลอกเป็นร่างแล้ว กรุณาตรวจการตั้งค่าก่อนเผยแพร่" if is_new else "คัดลอกไว้แล้วเมื่อสักครู่"
            messages.success(request, told)
            return redirect("surveys:survey_edit", draft.pk)
    return render(request, "surveys/survey_copy.html", survey_frame(request, survey) | {"form": form})


def copy_form(request: SignedInRequest, survey: Survey) -> CopyForm:
    """To where the viewer is an editor; where it is now comes first."""
    events = Event.objects.editable_by(request.user).exclude(state=State.CANCELLED).select_related("group")
    newest = list(events.order_by("-starts_at", "-pk")[:EVENTS_TO_CHOOSE])
    own = [event for event in newest if event.pk == survey.event_id]
    if survey.event is not None and not own and survey.event.state != State.CANCELLED:
        newest = [survey.event, *newest]
    groups = Group.objects.editable_by(request.user).exclude(stage__in=ENDED).in_order()
    initial = f"e{survey.event_id}" if survey.event_id else f"g{survey.group_id}"
    return CopyForm(posted(request), groups=groups, events=newest, initial=initial)


# --- Settings ---------------------------------------------------------------------------------------------
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def survey_settings(request: SignedInRequest, survey_id: int) -> HttpResponse:
    survey = editable_survey(request, survey_id)
    has_answers = Receipt.objects.filter(survey=survey).exists()
    data = posted(request)
    form = SettingsForm(data, survey=survey, has_answers=has_answers, now=timezone.now())
    seen = whole_number(data.get("seen")) if data is not None else survey.revision
    stored: Survey | None = None
    if request.method == "POST" and form.is_valid():
        try:
            building.change_settings(survey=survey, settings=form.settings(), revision=seen, by=request.user)
        except building.Overtaken as refusal:
            stored, seen = refusal.stored, refusal.stored.revision
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "บันทึกข้อมูลเรียบร้อยแล้ว")
            return redirect("surveys:survey_edit", survey.pk)
    context = survey_frame(request, survey) | {
        "form": form,
        "seen": seen,
        "stored": stored,
        "has_answers": has_answers,
        "window": when(survey.event.starts_at, survey.event.ends_at) if survey.event else "",
    }
    return render(request, "surveys/survey_settings.html", context)


# --- Acts that a button does ------------------------------------------------------------------------------
@signed_in
@require_POST
def survey_publication(request: SignedInRequest, survey_id: int) -> HttpResponse:
    return done(request, survey_id, building.publish, "เผยแพร่แล้ว")


@signed_in
@require_POST
def survey_closing(request: SignedInRequest, survey_id: int) -> HttpResponse:
    return done(request, survey_id, building.close, "ปิดรับคำตอบแล้ว")


@signed_in
@require_POST
def survey_reminder(request: SignedInRequest, survey_id: int) -> HttpResponse:
    return done(request, survey_id, invitations.remind, "สั่งเตือนแล้ว ระบบทยอยแจ้งเฉพาะผู้ที่ยังไม่ตอบ")


@signed_in
@require_POST
def survey_deletion(request: SignedInRequest, survey_id: int) -> HttpResponse:
    survey = editable_survey(request, survey_id)
    try:
        building.delete_draft(survey=survey, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("surveys:survey_edit", survey.pk)
    messages.success(request, f"ลบร่าง “{survey.title}” แล้ว")
    if survey.event_id:
        return redirect("surveys:event_surveys", survey.event_id)
    return redirect("groups:survey_list", survey.group.slug)


def done(request: SignedInRequest, survey_id: int, act: Callable[..., Any], told: str) -> HttpResponse:
    survey = editable_survey(request, survey_id)
    try:
        act(survey=survey, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, told)
    return redirect("surveys:survey_edit", survey.pk)
