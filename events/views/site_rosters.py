"""A viewing site's roster: typed or from a file with a dry run, or on paper to be entered later."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import SignedInRequest
from core.access import posted, signed_in
from core.downloads import spreadsheet
from groups.services import Refused

from .. import sign_in
from ..forms.sites import RosterForm
from ..models import RosterEntry, ViewingSite
from ..rosters import dry_run
from ..services.site_reports import remove_entry
from .sites import editable_site, site_frame

MOST_LINES, FEWEST_BLANK = 400, 5  # of the printed sheet


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def site_roster(request: SignedInRequest, event_id: int, site_id: int) -> HttpResponse:
    site = editable_site(request, event_id, site_id)
    if "shown" in request.POST:
        return confirm(request, site)
    form = RosterForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        roster = dry_run.examine(site, form.cleaned_data["entries"])
        return preview(request, site, roster, form if roster.problems and form.cleaned_data["people"] else None)
    return render(request, "events/site_roster.html", site_frame(request, site) | {"form": form})


def preview(
    request: SignedInRequest, site: ViewingSite, roster: dry_run.Roster, form: RosterForm | None = None
) -> HttpResponse:
    """What was typed stands below what is wrong with it, to be corrected there."""
    sealed = "" if roster.problems else dry_run.sealed(roster, site=site, by=request.user)
    context = site_frame(request, site) | {"roster": roster, "sealed": sealed, "form": form}
    return render(request, "events/site_roster_preview.html", context)


def confirm(request: SignedInRequest, site: ViewingSite) -> HttpResponse:
    """Exactly what was shown, or nothing: where a line would do something else by now, it is shown again."""
    shown = dry_run.unsealed(request.POST["shown"], site=site, by=request.user)
    if shown is None:
        messages.warning(request, "รายชื่อที่ตรวจไว้หมดอายุแล้ว กรุณาตรวจอีกครั้ง")
        return redirect("events:site_roster", site.event_id, site.pk)
    try:
        done = dry_run.apply(shown, site=site, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("events:site", site.event_id, site.pk)
    if isinstance(done, dry_run.Roster):
        messages.warning(request, "ข้อมูลเปลี่ยนไปหลังจากที่ท่านตรวจ ยังไม่ได้บันทึกผู้ใด กรุณาตรวจอีกครั้ง")
        return preview(request, site, done)
    messages.success(request, f"เพิ่มรายชื่อ {len(done):,} คนแล้ว" if done else "ทุกคนอยู่ในรายชื่อแล้ว")
    return redirect("events:site", site.event_id, site.pk)


@signed_in
@require_safe
def site_roster_template(request: SignedInRequest, event_id: int, site_id: int) -> HttpResponse:
    site = editable_site(request, event_id, site_id)
    return spreadsheet(f"roster-{site.pk}", [dry_run.NAME, dry_run.POSITION, dry_run.EMAIL, dry_run.AGENCY])


@signed_in
@require_POST
def site_roster_removal(request: SignedInRequest, event_id: int, site_id: int, entry_id: int) -> HttpResponse:
    site = editable_site(request, event_id, site_id)
    entry = get_object_or_404(RosterEntry.objects.filter(site=site), pk=entry_id)
    entry.site = site
    try:
        remove_entry(entry=entry, by=request.user)
        messages.success(request, "นำออกจากรายชื่อแล้ว")
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("events:site", event_id, site_id)


# --- On paper ---------------------------------------------------------------------------------------------
@signed_in
@require_safe
def site_sheet(request: SignedInRequest, event_id: int, site_id: int) -> HttpResponse:
    """To print and sign: who registered for the site is named, everybody else finds an empty line."""
    site = editable_site(request, event_id, site_id)
    people = list(site.registrations.seated().select_related("user").order_by("user__sort_key", "pk")[:MOST_LINES])
    lines = min(MOST_LINES, max(site.expected, len(people) + FEWEST_BLANK))
    code = sign_in.sheet_code(site)
    context: dict[str, Any] = site_frame(request, site) | {
        "people": [row.user for row in people],
        "blank": range(len(people) + 1, lines + 1),
        "code": code,
        "drawing": sign_in.drawing(sign_in.address(site.event, code)),
        "sign_in_path": reverse("events:sign_in", args=[event_id]),
        "window": sign_in.window(site.event),
    }
    return render(request, "events/site_sheet.html", context)
