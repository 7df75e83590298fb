"""Results of a survey: read and taken away by whoever may see them, released by those who run it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import SignedInRequest
from core import thai
from core.access import posted, public, signed_in
from core.documents import CONTENT_TYPES
from core.forms import whole_number
from core.fragments import shared
from core.paging import paginate
from groups.services import Refused

from ..access import editable_survey, visible_survey
from ..builder import survey_frame
from ..comparison import earlier
from ..forms.results import ReleaseForm
from ..models import Remark, Survey, SurveyState, Theme
from ..report.csv import statistics_csv
from ..report.docx import Report, document
from ..report.tables import TOO_FEW, tables
from ..report.xlsx import workbook
from ..results import Results, floor_for, results_of
from ..services import releasing

REMARKS_SHOWN = 30
REMARKS_PRINTED = 500


@dataclass(frozen=True)
class Told:
    """The results, and what the viewer is to them."""

    results: Results
    runs: bool

    @property
    def survey(self) -> Survey:
        return self.results.survey


def told_of(request: HttpRequest, survey_id: int) -> Told:
    """Before they are released, results are for those who run the survey, and for executives."""
    survey = visible_survey(request, survey_id)
    runs = Survey.objects.editable_by(request.user).filter(pk=survey.pk).exists()
    is_executive = getattr(request.user, "is_executive", False) and survey.state != SurveyState.DRAFT
    if not (survey.released_at or runs or is_executive):
        raise Http404
    number, floor = whole_number(request.GET.get("version")), floor_for(survey, runs=runs)

    def build() -> Results:
        return results_of(survey, number=number, floor=floor)

    # What was released changes no more, except together with the version of the public pages. Of made-up numbers of
    # wordings nothing is kept.
    is_kept = survey.released_at is not None and not number
    return Told(shared(request, f"results:{survey.pk}:{number}:{floor}", build) if is_kept else build(), runs)


# --- Reading ----------------------------------------------------------------------------------------------
@public(cache=True)
@require_safe
def results(request: HttpRequest, survey_id: int) -> HttpResponse:
    told = told_of(request, survey_id)
    rows = shown_remarks(told.results)
    context = page_context(request, told) | {
        "remarks": paginate(
            rows, order=["item_id", "pk"], request_params=request.GET, size=REMARKS_SHOWN, parameter="remarks"
        ),
        "waiting": waiting(told),
    }
    return render(request, "surveys/results.html", context)


@public(cache=True)
@require_safe
def results_report(request: HttpRequest, survey_id: int) -> HttpResponse:
    """For paper."""
    told = told_of(request, survey_id)
    lines = earlier(told.survey, request.user)
    context = page_context(request, told) | {
        "tables": list(tables(told.results, lines)) if told.results.is_shown else [],
        "remarks": list(shown_remarks(told.results)[:REMARKS_PRINTED]),
    }
    return render(request, "surveys/results_report.html", context)


def page_context(request: HttpRequest, told: Told) -> dict[str, Any]:
    version = told.results.version
    many = len(told.results.versions) > 1 and version is not None
    return {
        "told": told,
        "survey": told.survey,
        "results": told.results,
        "earlier": earlier(told.survey, request.user) if told.results.is_shown else [],
        "themes": themes_of(told.survey) if told.results.is_shown else [],
        "too_few": TOO_FEW,
        "asked": f"?version={version.number}" if many and version else "",
    }


def shown_remarks(results: Results) -> QuerySet[Remark]:
    if not results.is_shown or results.version is None:
        return Remark.objects.none()
    rows = Remark.objects.filter(version=results.version.pk, state=Remark.State.SHOWN)
    return rows.select_related("item", "theme").order_by("item_id", "pk")


def themes_of(survey: Survey) -> list[Theme]:
    count = Count("remarks", filter=Q(remarks__state=Remark.State.SHOWN))
    return list(Theme.objects.filter(survey=survey).annotate(count=count).order_by("-count", "pk"))


def waiting(told: Told) -> int:
    """Remarks that nobody has read."""
    if not told.runs or not told.results.is_shown:
        return 0
    return Remark.objects.filter(version__survey=told.survey, state=Remark.State.NEW).count()


# --- Taking away ------------------------------------------------------------------------------------------
@public
@require_safe
@never_cache
def results_csv(request: HttpRequest, survey_id: int) -> HttpResponse:
    told = told_of(request, survey_id)
    return file(told, statistics_csv(told.results), "text/csv; charset=utf-8", "csv")


@signed_in
@require_safe
@never_cache
def results_xlsx(request: SignedInRequest, survey_id: int) -> HttpResponse:
    """With the answers themselves, so for those who run the survey."""
    told = told_of(request, survey_id)
    if not told.runs:
        raise Http404
    content = workbook(told.results, earlier(told.survey, request.user))
    return file(told, content, CONTENT_TYPES["XLSX"], "xlsx")


@signed_in
@require_safe
@never_cache
def results_docx(request: SignedInRequest, survey_id: int) -> HttpResponse:
    told = told_of(request, survey_id)
    report = Report(
        results=told.results,
        earlier=earlier(told.survey, request.user) if told.results.is_shown else [],
        themes=themes_of(told.survey) if told.results.is_shown else [],
        remarks=list(shown_remarks(told.results)[:REMARKS_PRINTED]),
        digits=thai.to_thai_digits if request.GET.get("digits") == "thai" else thai.to_arabic_digits,
    )
    return file(told, document(report), CONTENT_TYPES["DOCX"], "docx")


def file(told: Told, content: bytes, kind: str, ending: str) -> HttpResponse:
    name = content_disposition_header(True, f"{told.results.heading}-{told.survey.pk}.{ending}") or ""
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": name})


# --- Releasing --------------------------------------------------------------------------------------------
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def release(request: SignedInRequest, survey_id: int) -> HttpResponse:
    survey = editable_survey(request, survey_id)
    if request.method == "POST" and request.POST.get("action") == "withdraw":
        return withdrawn(request, survey)
    data = posted(request)
    form = ReleaseForm(data, survey=survey)
    seen = plain_lines(data.get("seen", "")) if data is not None else survey.release_note
    if request.method == "POST" and form.is_valid():
        try:
            releasing.release(survey=survey, by=request.user, note=form.cleaned_data["note"], seen=seen)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            survey.refresh_from_db(fields=["release_note", "released_at"])
            seen = survey.release_note
        else:
            messages.success(request, "บันทึกข้อมูลเรียบร้อยแล้ว" if survey.released_at else "เผยแพร่ผลประเมินแล้ว")
            return redirect("surveys:results", survey.pk)
    results = results_of(survey)
    context = survey_frame(request, survey) | {"form": form, "seen": seen, "results": results, "too_few": TOO_FEW}
    return render(request, "surveys/results_release.html", context)


def plain_lines(text: str) -> str:
    """Browsers end lines in their own way."""
    return text.replace("\r\n", "\n")


def withdrawn(request: SignedInRequest, survey: Survey) -> HttpResponse:
    try:
        releasing.withdraw(survey=survey)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "ยกเลิกการเผยแพร่ผลแล้ว")
    return redirect("surveys:release", survey.pk)
