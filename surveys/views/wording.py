"""What a survey asks, for its editors: sections, items, their order, a new wording, a look at the whole."""

import re
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import SignedInRequest
from core.access import posted, signed_in
from core.fragments import wants_fragment
from groups.services import Refused

from ..access import editable_survey
from ..builder import Part, parts_of, survey_frame, turnout
from ..form import form_of
from ..forms.survey import ItemForm, SectionForm
from ..models import BREAKDOWNS, PHASE_TONES, Item, ItemKind, Section, Survey, SurveyState, SurveyVersion
from ..services import wording
from ..services.wording import DOWN, ITEM, UP, ItemDetails, Place

MOVE = re.compile("([si])([0-9]{1,18}) (up|down)")
PLACE = re.compile("([si])([0-9]{1,18})")
FIRST_KIND = {"kind": ItemKind.LIKERT.value, "is_required": True}


@signed_in
@require_safe
def survey_edit(request: SignedInRequest, survey_id: int) -> HttpResponse:
    """The wording that is being edited, else the one that is asked, and what can be done with the survey."""
    survey = editable_survey(request, survey_id)
    version, phase = wording.latest(survey), survey.phase_at(timezone.now())
    context = survey_frame(request, survey) | wording_of(survey, version) | turnout(survey)
    context |= {
        "phase": phase,
        "tone": PHASE_TONES[phase],
        "problem": wording.problem_of(version) if context["is_edited"] else "",
        "link": request.build_absolute_uri(reverse("surveys:survey_by_link", args=[survey.key])),
    }
    return render(request, "surveys/survey_edit.html", context)


def wording_of(survey: Survey, version: SurveyVersion) -> dict[str, Any]:
    return {
        "survey": survey,
        "version": version,
        "parts": parts_of(version),
        "is_edited": version.published_at is None and survey.state != SurveyState.CLOSED,
    }


@signed_in
@require_safe
def survey_preview(request: SignedInRequest, survey_id: int) -> HttpResponse:
    """As those who answer will see it; nothing can be sent."""
    survey = editable_survey(request, survey_id)
    version = wording.latest(survey)
    context = survey_frame(request, survey) | {
        "form": form_of(version.pk),
        "answers": {},
        "errors": {},
        "version": version,
    }
    return render(request, "surveys/survey_preview.html", context)


@signed_in
@require_POST
def survey_revision(request: SignedInRequest, survey_id: int) -> HttpResponse:
    """Begin to edit what is published, or go on with what is published after all."""
    survey = editable_survey(request, survey_id)
    try:
        if request.POST.get("action") == "drop":
            wording.drop_revision(survey=survey, by=request.user)
            messages.success(request, "ทิ้งการแก้ไขแล้ว ผู้ตอบเห็นฉบับที่เผยแพร่ตามเดิม")
        else:
            wording.revise(survey=survey, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("surveys:survey_edit", survey.pk)


# --- Order ------------------------------------------------------------------------------------------------
@signed_in
@require_POST
def survey_order(request: SignedInRequest, survey_id: int) -> HttpResponse:
    """One step by a button (`move`), or all as they were dragged (`order`, with `moved` for what was)."""
    survey = editable_survey(request, survey_id)
    pressed = MOVE.fullmatch(request.POST.get("move", ""))
    try:
        if pressed:
            place: Place = (pressed[1], int(pressed[2]))
            wording.move(survey=survey, place=place, direction=UP if pressed[3] == UP else DOWN)
        else:
            order = [(kind, int(pk)) for kind, pk in PLACE.findall(request.POST.get("order", ""))]
            dragged = PLACE.fullmatch(request.POST.get("moved", ""))
            place = (dragged[1], int(dragged[2])) if dragged else ("", 0)
            wording.arrange(survey=survey, order=order)
    except Refused as refusal:
        return moved(request, survey, ("", 0), str(refusal))
    return moved(request, survey, place)


def moved(request: SignedInRequest, survey: Survey, place: Place, problem: str = "") -> HttpResponse:
    if not wants_fragment(request):
        if problem:
            messages.warning(request, problem)
        return redirect(f"{reverse('surveys:survey_edit', args=[survey.pk])}#{place[0]}{place[1] or 'wording'}")
    context = wording_of(survey, wording.latest(survey))
    context["told"] = problem or where(context["parts"], place)
    return render(request, "surveys/survey_wording_moved.html", context)


def where(parts: list[Part], place: Place) -> str:
    """For whoever does not see where it went."""
    kind, pk = place
    for at, part in enumerate(parts, 1):
        if kind != ITEM and part.section.pk == pk:
            return f"“{part.section.title}” อยู่ลำดับที่ {at} จาก {len(parts)} ตอน"
        for line in part.lines:
            if kind == ITEM and line.item.pk == pk:
                return f"“{line.item.text}” เป็นข้อ {line.number} ใน “{part.section.title}”"
    return "บันทึกลำดับแล้ว"


# --- Sections ---------------------------------------------------------------------------------------------
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def section_new(request: SignedInRequest, survey_id: int) -> HttpResponse:
    survey = editable_survey(request, survey_id)
    form = SectionForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            section = wording.add_section(survey=survey, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return saved(request, survey, f"s{section.pk}", f"เพิ่ม “{section.title}” แล้ว")
    return render(request, "surveys/section_form.html", survey_frame(request, survey) | {"form": form, "section": None})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def section_edit(request: SignedInRequest, survey_id: int, section_id: int) -> HttpResponse:
    survey = editable_survey(request, survey_id)
    section = get_object_or_404(Section, version__survey=survey, pk=section_id)
    if outdated(request, survey, section.version_id):
        return redirect("surveys:survey_edit", survey.pk)
    form = SectionForm(posted(request), initial={"title": section.title, "intro": section.intro})
    if request.method == "POST" and form.is_valid():
        try:
            wording.change_section(survey=survey, section_id=section_id, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return saved(request, survey, f"s{section_id}")
    context = survey_frame(request, survey) | {"form": form, "section": section, "items": section.items.count()}
    return render(request, "surveys/section_form.html", context)


@signed_in
@require_POST
def section_removal(request: SignedInRequest, survey_id: int, section_id: int) -> HttpResponse:
    survey = editable_survey(request, survey_id)
    try:
        wording.remove_section(survey=survey, section_id=section_id)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("surveys:survey_edit", survey.pk)
    return saved(request, survey, "wording", "ลบตอนและข้อคำถามในตอนแล้ว")


# --- Items ------------------------------------------------------------------------------------------------
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def item_new(request: SignedInRequest, survey_id: int, section_id: int) -> HttpResponse:
    survey = editable_survey(request, survey_id)
    section = get_object_or_404(Section, version__survey=survey, pk=section_id)
    if outdated(request, survey, section.version_id):
        return redirect("surveys:survey_edit", survey.pk)
    form = ItemForm(posted(request), taken=taken(section.version_id), initial=like_the_last(section))
    if request.method == "POST" and form.is_valid():
        try:
            item = wording.add_item(survey=survey, section_id=section_id, details=form.details())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return added(request, survey, section, item)
    return render(request, "surveys/item_form.html", item_context(request, survey, section, form))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def item_edit(request: SignedInRequest, survey_id: int, item_id: int) -> HttpResponse:
    survey = editable_survey(request, survey_id)
    item = get_object_or_404(Item.objects.select_related("section"), section__version__survey=survey, pk=item_id)
    if outdated(request, survey, item.section.version_id):
        return redirect("surveys:survey_edit", survey.pk)
    data = posted(request)
    form = ItemForm(data, taken=taken(item.section.version_id, but=item), item=item)
    seen = data.get("seen", "") if data is not None else ItemDetails.of(item).mark
    if request.method == "POST" and form.is_valid():
        try:
            wording.change_item(survey=survey, item_id=item_id, details=form.details(), seen=seen)
        except wording.Overtaken as refusal:
            form.add_error(None, str(refusal))
            item, seen = refusal.stored, ItemDetails.of(refusal.stored).mark
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return saved(request, survey, f"i{item_id}")
    context = item_context(request, survey, item.section, form) | {"item": item, "seen": seen}
    return render(request, "surveys/item_form.html", context)


@signed_in
@require_POST
def item_removal(request: SignedInRequest, survey_id: int, item_id: int) -> HttpResponse:
    survey = editable_survey(request, survey_id)
    try:
        wording.remove_item(survey=survey, item_id=item_id)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("surveys:survey_edit", survey.pk)
    return saved(request, survey, "wording", "ลบข้อคำถามแล้ว")


def item_context(request: SignedInRequest, survey: Survey, section: Section, form: ItemForm) -> dict[str, Any]:
    aspects = Item.objects.filter(section__version=section.version_id).exclude(aspect="").order_by()
    return survey_frame(request, survey) | {
        "form": form,
        "section": section,
        "item": None,
        "seen": "",
        "aspects": sorted(aspects.values_list("aspect", flat=True).distinct()),
    }


def taken(version_id: int, but: Item | None = None) -> set[str]:
    """The breakdowns for which an item of the version asks already."""
    rows = Item.objects.filter(section__version=version_id, about__in=BREAKDOWNS, kind=ItemKind.SINGLE).order_by()
    return set((rows.exclude(pk=but.pk) if but else rows).values_list("about", flat=True))


def like_the_last(section: Section) -> dict[str, Any]:
    """Items of a kind come one after the other."""
    last = section.items.order_by("-position", "-pk").first()
    return {"kind": last.kind, "aspect": last.aspect, "is_required": last.is_required} if last else FIRST_KIND


def added(request: SignedInRequest, survey: Survey, section: Section, item: Item) -> HttpResponse:
    told = f"เพิ่ม “{item.text}” แล้ว"
    if request.POST.get("action") == "another":
        messages.success(request, told)
        return redirect("surveys:item_new", survey.pk, section.pk)
    return saved(request, survey, f"i{item.pk}", told)


# --- What the views share ---------------------------------------------------------------------------------
def outdated(request: SignedInRequest, survey: Survey, version_id: int) -> bool:
    """Of a wording that was published, or replaced by a newer one, since the page was opened."""
    version = wording.latest(survey)
    if version.pk == version_id and version.published_at is None and survey.state != SurveyState.CLOSED:
        return False
    messages.warning(request, wording.PUBLISHED if survey.state != SurveyState.CLOSED else "แบบประเมินนี้ปิดรับคำตอบแล้ว")
    return True


def saved(request: SignedInRequest, survey: Survey, at: str, told: str = "บันทึกข้อมูลเรียบร้อยแล้ว") -> HttpResponse:
    messages.success(request, told)
    return redirect(f"{reverse('surveys:survey_edit', args=[survey.pk])}#{at}")
