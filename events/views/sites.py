"""Viewing sites: where people watch together, opened by provinces and districts, run by whoever answers for them."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import SignedInRequest
from accounts.models import Agency, User
from core.access import posted, public, signed_in
from core.paging import paginate
from core.words import with_words
from groups.services import Refused

from ..access import runs, visible_event
from ..forms.sites import AnySiteForm, HeadCountForm, SiteEditForm, SiteFilter, SiteForm
from ..manage import manage_frame
from ..models import Event, RosterEntry, ViewingSite
from ..services import sites as services
from ..services.reach import named_at
from ..services.site_reports import report_head_count

PAGE_SIZE = 30


def editable_site(request: SignedInRequest, event_id: int, site_id: int) -> ViewingSite:
    rows = ViewingSite.objects.editable_by(request.user).select_related("event__group", "agency", "officer")
    return get_object_or_404(rows, pk=site_id, event__pk=event_id)


def site_frame(request: SignedInRequest, site: ViewingSite) -> dict[str, Any]:
    return manage_frame(request, site.event, may_edit=runs(request.user, site.event)) | {"site": site}


# --- All sites of an event --------------------------------------------------------------------------------
@public(cache=True)
@require_safe
def site_list(request: HttpRequest, event_id: int) -> HttpResponse:
    """For whoever sees the event. Names of officers are for people who signed in, what was reported for who runs it."""
    event = visible_event(request, event_id)
    may_edit = request.user.is_authenticated and runs(request.user, event)
    form = SiteFilter(request.GET, auto_id="s_%s")
    form.is_valid()
    rows = wanted(ViewingSite.objects.visible_to(request.user).filter(event=event), **form.cleaned_data)
    silent = may_edit and request.GET.get("reported") == "no"
    if silent:
        rows = rows.filter(reported_at=None)
    rows = (rows if may_edit and not silent else rows.open()).select_related("agency", "officer")
    page = paginate(rows, order=["agency__sort_key", "pk"], request_params=request.GET, size=PAGE_SIZE, count=True)
    context = {
        "event": event,
        "form": form,
        "page": page,
        "is_filtered": silent or any(form.cleaned_data.values()),
        "may_open": request.user.is_authenticated and (may_edit or services.may_open(request.user)),
    }
    if may_edit:
        named = named_at(ViewingSite.objects.filter(pk__in=[site.pk for site in page]))
        context |= manage_frame(request, event) | {"rows": [(site, named[site.pk]) for site in page], "silent": silent}
        return render(request, "events/site_list_manage.html", context)
    context["own"] = own_sites(request.user, event)
    return render(request, "events/site_list.html", context)


def own_sites(viewer: Any, event: Event) -> list[ViewingSite]:
    """Those that the viewer answers for, the closed ones, too."""
    if not viewer.is_authenticated:
        return []
    return list(ViewingSite.objects.filter(event=event, officer=viewer).select_related("agency").order_by("pk"))


def wanted(rows: QuerySet[ViewingSite], *, q: str = "", level: str = "") -> Any:
    rows = with_words(rows, q, "place", "agency__name", "agency__province")
    return rows.filter(level=level) if level else rows


# --- Opening one ------------------------------------------------------------------------------------------
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def site_new(request: SignedInRequest, event_id: int) -> HttpResponse:
    """For one's own agency, if that is a province or district; who runs the event opens one for any."""
    event = visible_event(request, event_id)
    may_edit = runs(request.user, event)
    if not may_edit and not services.may_open(request.user):
        messages.warning(request, "เปิดจุดรับชมได้เฉพาะผู้ปฏิบัติงานในจังหวัดหรืออำเภอ หากท่านย้ายสังกัดแล้ว กรุณาแก้ไขสังกัดในข้อมูลส่วนตัว")
        return redirect("events:site_list", event.pk)
    form = new_form(request, may_edit=may_edit)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            site = services.open_site(
                event=event,
                agency=data["agency"] if may_edit else own_agency(request.user),
                place=data["place"],
                expected=data["expected"],
                officer=data.get("officer") or request.user,
                by=request.user,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "เปิดจุดรับชมแล้ว พิมพ์ใบลงชื่อได้จากหน้านี้ และรายงานผู้เข้าร่วมหลังกิจกรรม")
            return redirect(address_of(request, site))
    return render(request, "events/site_new.html", manage_frame(request, event, may_edit=may_edit) | {"form": form})


def own_agency(user: User) -> Agency:
    assert user.agency is not None, "may_open was asked before"
    return user.agency


def new_form(request: SignedInRequest, *, may_edit: bool) -> SiteForm:
    if may_edit:
        return AnySiteForm(posted(request), initial={"officer": request.user.email})
    return SiteForm(posted(request))


def address_of(request: SignedInRequest, site: ViewingSite) -> str:
    """The site's page, for those who still may open it."""
    if ViewingSite.objects.editable_by(request.user).filter(pk=site.pk).exists():
        return reverse("events:site", args=[site.event_id, site.pk])
    return reverse("events:site_list", args=[site.event_id])


# --- One site ---------------------------------------------------------------------------------------------
@signed_in
@require_safe
def site(request: SignedInRequest, event_id: int, site_id: int) -> HttpResponse:
    row = editable_site(request, event_id, site_id)
    kept = posted(request, path=reverse("events:head_count", args=[event_id, site_id]))
    initial = {"count": row.head_count, "remark": row.remark}
    return render_site(request, row, HeadCountForm(kept, initial=initial))


def render_site(request: SignedInRequest, row: ViewingSite, form: HeadCountForm) -> HttpResponse:
    entries = RosterEntry.objects.filter(site=row)
    entries = entries.select_related("attendance__user", "attendance__agency", "attendance__site__agency")
    named = named_at(ViewingSite.objects.filter(pk=row.pk))[row.pk]
    context = site_frame(request, row) | {
        "form": form,
        "named": named,
        "unnamed": max(0, (row.head_count or 0) - named),
        "page": paginate(entries, order=["-pk"], request_params=request.GET, size=PAGE_SIZE),
    }
    return render(request, "events/site.html", context)


@signed_in
@require_POST
def head_count(request: SignedInRequest, event_id: int, site_id: int) -> HttpResponse:
    row = editable_site(request, event_id, site_id)
    form = HeadCountForm(request.POST)
    if not form.is_valid():
        return render_site(request, row, form)
    data = form.cleaned_data
    try:
        row = report_head_count(site=row, count=data["count"], remark=data["remark"], by=request.user)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return render_site(request, row, form)
    named = named_at(ViewingSite.objects.filter(pk=row.pk))[row.pk]
    if named > data["count"]:
        messages.warning(request, f"มีรายชื่อ {named:,} คน มากกว่าจำนวนที่รายงาน ระบบนับตามรายชื่อ")
    else:
        messages.success(request, f"รายงานผู้เข้าร่วม {data['count']:,} คนแล้ว")
    return redirect("events:site", event_id, site_id)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def site_edit(request: SignedInRequest, event_id: int, site_id: int) -> HttpResponse:
    row = editable_site(request, event_id, site_id)
    initial = {"place": row.place, "expected": row.expected, "officer": row.officer.email}
    form = SiteEditForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.change_site(site=row, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("place", str(refusal))
        else:
            messages.success(request, "บันทึกข้อมูลจุดรับชมแล้ว")
            return redirect(address_of(request, row))
    return render(request, "events/site_edit.html", site_frame(request, row) | {"form": form})


@signed_in
@require_POST
def site_opening(request: SignedInRequest, event_id: int, site_id: int) -> HttpResponse:
    """Close it, or open it again."""
    row = editable_site(request, event_id, site_id)
    closes = request.POST.get("action") == "close"
    try:
        (services.close_site if closes else services.reopen_site)(site=row, by=request.user)
        messages.success(request, "ปิดจุดรับชมแล้ว ระบบแจ้งผู้ที่เลือกจุดรับชมนี้ไว้แล้ว" if closes else "เปิดจุดรับชมอีกครั้งแล้ว")
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("events:site", event_id, site_id)
