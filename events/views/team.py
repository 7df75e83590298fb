"""Registering a team: name it, look at what each row would do, confirm. Who was brought by whom is shown."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import SignedInRequest
from core.access import posted, signed_in
from core.downloads import spreadsheet
from core.paging import paginate
from groups import roster as member_roster
from groups.services import Refused

from .. import joining, team
from ..access import runs
from ..forms.team import TeamForm
from ..manage import manage_frame
from ..models import Event, Mode, Registration, ViewingSite
from ..services.registration import refuse_closed

PAGE_SIZE = 30


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def team_registration(request: SignedInRequest, event_id: int) -> HttpResponse:
    event = get_object_or_404(team.events_of(request.user).select_related("group"), pk=event_id)
    may_edit = runs(request.user, event)
    scope = team.scope_of(event, request.user, may_edit=may_edit)
    try:
        refuse_closed(event, timezone.now())
        if "shown" in request.POST:
            return confirm(request, event, scope, may_edit=may_edit)
    except Refused as refusal:
        return closed(request, event, str(refusal), may_edit=may_edit)
    form = team_form(request, event)
    if request.method == "POST" and form.is_valid():
        examined = team.examine(event, form.cleaned_data["entries"], scope=scope)
        chosen = {"mode": form.cleaned_data["mode"], "site": site_of(event, form.cleaned_data.get("site"))}
        return preview(request, event, examined, may_edit=may_edit, **chosen)
    return render_team(request, event, may_edit=may_edit, form=form, has_scope=scope is None or bool(scope))


def team_form(request: SignedInRequest, event: Event) -> TeamForm:
    modes = joining.modes_of(event.channels.all())
    sites = ViewingSite.objects.open().filter(event=event).select_related("agency") if Mode.SITE in modes else []
    choices = [(site.pk, str(site)) for site in sites]
    form = TeamForm(posted(request), request.FILES, modes=modes, sites=choices)
    form.initial = {"mode": modes[0]}
    return form


def site_of(event: Event, pk: int | None) -> ViewingSite | None:
    return ViewingSite.objects.open().select_related("agency").filter(event=event, pk=pk).first() if pk else None


def closed(request: SignedInRequest, event: Event, why: str, *, may_edit: bool) -> HttpResponse:
    """Nobody can be added now; who was is still shown."""
    if request.method == "POST":
        messages.warning(request, why)
        return redirect("events:team", event.pk)
    return render_team(request, event, may_edit=may_edit, why_closed=why)


def render_team(request: SignedInRequest, event: Event, *, may_edit: bool, **context: Any) -> HttpResponse:
    """One's own, or for those who run the event all, that were registered for somebody else."""
    rows = Registration.objects.visible_to(request.user).filter(event=event, registered_by__isnull=False)
    if not may_edit:
        rows = rows.filter(registered_by=request.user)
    rows = rows.select_related("user__agency", "registered_by", "site__agency")
    page = paginate(rows, order=["-queued_at", "-pk"], request_params=request.GET, size=PAGE_SIZE)
    context = {"form": None, "why_closed": "", "has_scope": True} | context
    return render(
        request, "events/team.html", manage_frame(request, event, may_edit=may_edit) | {"page": page} | context
    )


def preview(
    request: SignedInRequest,
    event: Event,
    examined: team.Team,
    *,
    may_edit: bool,
    mode: str,
    site: ViewingSite | None,
) -> HttpResponse:
    context = manage_frame(request, event, may_edit=may_edit) | {
        "team": examined,
        "mode": Mode(mode).label,
        "site": site,
        "sealed": team.sealed(examined, event=event, by=request.user, mode=mode, site=site),
    }
    return render(request, "events/team_preview.html", context)


def confirm(request: SignedInRequest, event: Event, scope: set[int] | None, *, may_edit: bool) -> HttpResponse:
    """Exactly what was shown, or nothing: where something has changed meanwhile, it is shown again."""
    shown = team.unsealed(request.POST["shown"], event=event, by=request.user)
    if shown is None or (shown.site_id and site_of(event, shown.site_id) is None):
        messages.warning(request, "รายชื่อที่ตรวจไว้หมดอายุแล้ว หรือจุดรับชมปิดแล้ว กรุณาตรวจอีกครั้ง")
        return redirect("events:team", event.pk)
    site = site_of(event, shown.site_id)
    examined, added = team.apply(shown, event=event, by=request.user, scope=scope, site=site)
    if added is None:
        messages.warning(request, "ข้อมูลเปลี่ยนไปหลังจากที่ท่านตรวจ ยังไม่ได้ลงทะเบียนผู้ใด กรุณาตรวจอีกครั้ง")
        event.refresh_from_db(fields=["seated_count", "waiting_count", "capacity"])
        return preview(request, event, examined, may_edit=may_edit, mode=shown.mode, site=site)
    told = f"ลงทะเบียน {added:,} คนแล้ว ระบบแจ้งให้แต่ละคนทราบแล้ว" if added else "ทุกคนในรายชื่อลงทะเบียนไว้แล้ว"
    messages.success(request, told)
    return redirect("events:team", event.pk)


@signed_in
@require_safe
def team_template(request: SignedInRequest, event_id: int) -> HttpResponse:
    get_object_or_404(team.events_of(request.user), pk=event_id)
    return spreadsheet("team-template", [member_roster.EMAIL, member_roster.NAME])
