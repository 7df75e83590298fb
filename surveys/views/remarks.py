"""What people wrote, for those who run the survey: read, shown or not, gathered under themes."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import SignedInRequest
from core.access import posted, signed_in
from core.forms import whole_number
from core.fragments import wants_fragment
from core.paging import paginate
from groups.services import Refused

from ..access import editable_survey
from ..builder import survey_frame
from ..forms.results import RemarkFilter, RemarkForm, ThemeForm
from ..models import Remark, Survey, Theme
from ..results import floor_for
from ..services import remarks as services

PAGE_SIZE = 30
TONES = {Remark.State.NEW: "warn", Remark.State.SHOWN: "ok", Remark.State.HIDDEN: ""}


def readable(survey: Survey) -> QuerySet[Remark]:
    """Also by those who run it only where enough have answered."""
    rows = Remark.objects.filter(version__survey=survey, version__counted__gte=floor_for(survey, runs=True))
    return rows.select_related("item", "theme")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def remark_list(request: SignedInRequest, survey_id: int) -> HttpResponse:
    """A POST shows all of those on the page that nobody has decided."""
    survey = editable_survey(request, survey_id)
    if request.method == "POST":
        ids = [UUID(one) for one in request.POST.getlist("remark")[:PAGE_SIZE] if is_uuid(one)]
        shown = services.show_all(survey=survey, ids=ids)
        messages.success(request, f"เผยแพร่ข้อเสนอแนะ {shown:,} ข้อความแล้ว")
        return redirect("surveys:remark_list", survey.pk)
    form = RemarkFilter(request.GET, auto_id="s_%s")
    wanted = form.wanted()
    rows = readable(survey).filter(state=wanted)
    context = (
        survey_frame(request, survey)
        | list_context(survey)
        | {
            "form": form,
            "wanted": wanted,
            "page": paginate(rows, order=["item_id", "pk"], request_params=request.GET, size=PAGE_SIZE, count=True),
            "theme_form": ThemeForm(posted(request, path=reverse("surveys:theme_new", args=[survey.pk]))),
        }
    )
    return render(request, "surveys/remark_list.html", context)


def list_context(survey: Survey) -> dict[str, Any]:
    return {"survey": survey, "themes": list(Theme.objects.filter(survey=survey)), "tones": TONES}


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@signed_in
@require_POST
def remark_moderation(request: SignedInRequest, survey_id: int, remark_id: UUID) -> HttpResponse:
    survey = editable_survey(request, survey_id)
    remark = get_object_or_404(readable(survey), pk=remark_id)
    form = RemarkForm(request.POST, survey=survey)
    if form.is_valid():
        services.moderate(remark=remark, **form.cleaned_data)
        remark = readable(survey).get(pk=remark_id)
    else:
        messages.warning(request, "ไม่พบสถานะหรือประเด็นที่เลือก กรุณาเลือกใหม่")
    if wants_fragment(request):
        return render(request, "surveys/remark.html", list_context(survey) | {"remark": remark, "wanted": ""})
    listed = RemarkFilter({"state": request.POST.get("listed", "")}).wanted()
    return redirect(f"{reverse('surveys:remark_list', args=[survey.pk])}?state={listed}")


# --- Themes -----------------------------------------------------------------------------------------------
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def theme_new(request: SignedInRequest, survey_id: int) -> HttpResponse:
    survey = editable_survey(request, survey_id)
    form = ThemeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            theme = services.add_theme(survey=survey, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("title", str(refusal))
        else:
            messages.success(request, f"เพิ่มประเด็น “{theme.title}” แล้ว")
            return redirect("surveys:remark_list", survey.pk)
    return render(request, "surveys/theme.html", survey_frame(request, survey) | {"form": form, "theme": None})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def theme_edit(request: SignedInRequest, survey_id: int, theme_id: int) -> HttpResponse:
    survey = editable_survey(request, survey_id)
    theme = get_object_or_404(Theme, survey=survey, pk=whole_number(theme_id))
    if request.method == "POST" and request.POST.get("action") == "remove":
        services.remove_theme(theme=theme)
        messages.success(request, f"ลบประเด็น “{theme.title}” แล้ว ข้อความในประเด็นนี้ยังอยู่")
        return redirect("surveys:remark_list", survey.pk)
    form = ThemeForm(posted(request), initial={"title": theme.title, "reply": theme.reply})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_theme(theme=theme, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("title", str(refusal))
        else:
            messages.success(request, "บันทึกข้อมูลเรียบร้อยแล้ว")
            return redirect("surveys:remark_list", survey.pk)
    return render(request, "surveys/theme.html", survey_frame(request, survey) | {"form": form, "theme": theme})
