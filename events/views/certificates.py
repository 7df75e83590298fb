"""A certificate: verified by anybody, opened by its owner, answered for by those who run the event."""

from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import SignedInRequest
from core.access import posted, public, signed_in
from core.fragments import wants_fragment
from core.paging import Page, paginate
from core.throttle import asks_too_often
from core.words import with_words
from groups.services import Refused

from ..access import editable_event
from ..certificates import render_pdf, wording
from ..certificates.document import qr_image
from ..forms.certificates import CertificateCodeForm, CertificateFilter, ReissueForm, RevocationForm, plain_code
from ..manage import manage_frame
from ..models import OVER, Attendance, Certificate, Event, Standing, Status
from ..services import certificates as services

PAGE_SIZE = 30
MISSES, WITHIN = 30, 300  # unknown codes from one address, in so many seconds
TONES = {Standing.VALID: "ok", Standing.REPLACED: "warn", Standing.REVOKED: "bad"}


# --- For everybody ----------------------------------------------------------------------------------------
@public(cache=True)
@require_safe
def certificate_find(request: HttpRequest) -> HttpResponse:
    form = CertificateCodeForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        code = form.cleaned_data["code"]
        return redirect(Certificate(code=code))
    return render(request, "events/certificate_find.html", {"form": form})


@public
@require_safe
def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """Name, topic, date, number and standing; the whole document for its owner and those who run the event."""
    row = Certificate.objects.filter(code=plain_code(code)).first()
    if row is None:
        return unknown(request, code)
    may_open = Certificate.objects.visible_to(request.user).filter(pk=row.pk).exists()
    context: dict[str, Any] = {"certificate": row, "tone": TONES[Standing(row.standing)], "may_open": may_open}
    if may_open:
        words = wording(row)
        context |= {
            "words": words,
            "qr": qr_image(words.address),
            "successor": Certificate.objects.visible_to(request.user).filter(replaces=row).first(),
        }
    return render(request, "events/certificate.html", context)


def unknown(request: HttpRequest, code: str) -> HttpResponse:
    if asks_too_often(request, "certificate", most=MISSES, seconds=WITHIN):
        return render(request, "429.html", status=429)
    form = CertificateCodeForm(initial={"code": code[:40]})
    return render(request, "events/certificate_unknown.html", {"form": form}, status=404)


# --- For its owner ----------------------------------------------------------------------------------------
@signed_in
@require_safe
@never_cache
def certificate_pdf(request: SignedInRequest, code: str) -> HttpResponse:
    """Only of one that holds: what was revoked or replaced is not printed again."""
    row = get_object_or_404(Certificate.objects.visible_to(request.user), code=plain_code(code))
    if row.standing != Standing.VALID:
        successor = Certificate.objects.visible_to(request.user).filter(replaces=row).first()
        return render(request, "events/certificate_void.html", {"certificate": row, "successor": successor}, status=410)
    response = HttpResponse(render_pdf(row), content_type="application/pdf")
    name = f"เกียรติบัตร KM {row.number:03}-{row.fiscal_year}.pdf"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


# --- For those who run the event --------------------------------------------------------------------------
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def certificate_list(request: SignedInRequest, event_id: int) -> HttpResponse:
    """Who has one, who is due one and why not yet. A POST issues at once what the worker would within a minute."""
    event = editable_event(request, event_id)
    if request.method == "POST":
        return issue_now(request, event)
    form = CertificateFilter(request.GET, auto_id="c_%s")
    wanted = form.wanted()
    page = shown(event, request.GET, **wanted)
    context = manage_frame(request, event) | {
        "form": form,
        "show": wanted["show"],
        "page": page,
        "is_filtered": bool(wanted["q"]),
        "figures": figures(event),
    }
    part = "#results" if wants_fragment(request) else ""
    return render(request, f"events/certificate_list.html{part}", context)


def issue_now(request: SignedInRequest, event: Event) -> HttpResponse:
    try:
        count = services.issue_all(event=event, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(
            request, f"ออกเกียรติบัตร {count} ฉบับแล้ว ระบบแจ้งให้แต่ละคนทราบแล้ว" if count else "ไม่มีผู้ที่รอรับเกียรติบัตร"
        )
    return redirect("events:certificate_list", event.pk)


def shown(event: Event, params: QueryDict, *, q: str, show: str) -> Page:
    rows = waiting(event) if show == "waiting" else of_standing(event, show)
    written = "full_name" if show == "waiting" else "name"
    rows = with_words(rows, q, written, "user__given_name", "user__family_name")
    page: Page = paginate(rows, order=["-pk"], request_params=params, size=PAGE_SIZE)
    if show == "waiting":
        for row in page.items:
            row.why_not = why_not(row, event)
    return page


def of_standing(event: Event, show: str) -> QuerySet[Any]:
    rows = Certificate.objects.filter(event=event).select_related("user__agency", "ended_by")
    if show == "ended":
        return rows.exclude(standing=Standing.VALID)
    present = Attendance.objects.present().filter(event=event, user=OuterRef("user"))
    rows = rows.valid().annotate(is_entitled=Exists(present))
    return rows.filter(is_entitled=False) if show == "unentitled" else rows


def waiting(event: Event) -> QuerySet[Any]:
    """Present, and never given one."""
    rows = Attendance.objects.present().filter(~Exists(services.issued_to_same()), event=event)
    return rows.select_related("user__agency", "agency")


def why_not(row: Attendance, event: Event) -> str:
    if row.user is None:
        return "ไม่มีบัญชีในระบบ"
    if not row.user.is_active:
        return "บัญชีปิดหรือระงับใช้แล้ว"
    if not event.gives_certificates:
        return "กิจกรรมนี้ไม่ออกเกียรติบัตร"
    if event.needs_evaluation and not row.has_evaluated:
        return "ยังไม่ตอบแบบประเมิน"
    if event.state_at(timezone.now()) not in OVER:
        return "รอกิจกรรมเสร็จสิ้น"
    return "ระบบกำลังออกให้"


def figures(event: Event) -> dict[str, int]:
    is_time = event.gives_certificates and event.state_at(timezone.now()) in OVER
    return {
        "valid": Certificate.objects.valid().filter(event=event).count(),
        "waiting": waiting(event).count(),
        "unentitled": of_standing(event, "unentitled").count(),
        "due": services.due(event).count() if is_time else 0,
    }


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def certificate_edit(request: SignedInRequest, event_id: int, certificate_id: int) -> HttpResponse:
    """One certificate; a POST issues it anew."""
    event, row = editable_certificate(request, event_id, certificate_id)
    form = ReissueForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            new = services.reissue(certificate=row, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return redirect("events:certificate_edit", event.pk, row.pk)
        messages.success(request, f"ออกเกียรติบัตร {new.serial} แทน {row.serial} แล้ว ระบบแจ้งให้{new.name}ทราบแล้ว")
        return redirect("events:certificate_edit", event.pk, new.pk)
    typed = posted(request, path=reverse("events:certificate_revocation", args=[event.pk, row.pk]))
    revocation = RevocationForm(typed if request.method == "GET" else None, auto_id="r_%s")
    return render_certificate(request, event, row, form=form, revocation=revocation)


@signed_in
@require_POST
def certificate_revocation(request: SignedInRequest, event_id: int, certificate_id: int) -> HttpResponse:
    event, row = editable_certificate(request, event_id, certificate_id)
    revocation = RevocationForm(request.POST, auto_id="r_%s")
    if not revocation.is_valid():
        return render_certificate(request, event, row, form=ReissueForm(), revocation=revocation)
    try:
        services.revoke(certificate=row, by=request.user, reason=revocation.cleaned_data["reason"])
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, f"เพิกถอนเกียรติบัตร {row.serial} แล้ว ระบบแจ้งเหตุผลให้เจ้าของทราบแล้ว")
    return redirect("events:certificate_edit", event.pk, row.pk)


def editable_certificate(request: SignedInRequest, event_id: int, certificate_id: int) -> tuple[Event, Certificate]:
    event = editable_event(request, event_id)
    rows = Certificate.objects.filter(event=event).select_related("user__agency", "ended_by", "replaces")
    return event, get_object_or_404(rows, pk=certificate_id)


def presence(event: Event, row: Certificate) -> str:
    """Empty while the person counts as present."""
    attendance = Attendance.objects.filter(event=event, user=row.user_id).first()
    if attendance is None:
        return "ไม่มีบันทึก"
    return "" if attendance.status == Status.PRESENT else attendance.get_status_display()


def render_certificate(
    request: SignedInRequest, event: Event, row: Certificate, *, form: ReissueForm, revocation: RevocationForm
) -> HttpResponse:
    successor = Certificate.objects.filter(replaces=row).first()
    context = manage_frame(request, event) | {
        "row": row,
        "tone": TONES[Standing(row.standing)],
        "presence": presence(event, row),
        "successor": successor,
        "may_reissue": row.standing != Standing.REPLACED and successor is None,
        "name_now": row.user.get_full_name(),
        "form": form,
        "revocation": revocation,
    }
    return render(request, "events/certificate_edit.html", context)
