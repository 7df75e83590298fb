"""Saying on the day that one is here, by the code on the screen or on a viewing site's sheet."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import SignedInRequest
from core.access import signed_in
from core.fragments import wants_fragment
from groups.services import Refused

from .. import sign_in as codes
from ..access import editable_event, visible_event
from ..forms.attendance import ModeForm, SignInCodeForm
from ..joining import modes_of
from ..models import Attendance, Event, Mode, Source, ViewingSite
from ..services import attendance as services
from ..services.presence import seat_of
from ..services.reach import reach_of


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: SignedInRequest, event_id: int) -> HttpResponse:
    event, now = visible_event(request, event_id), timezone.now()
    row = Attendance.objects.present().filter(event=event, user=request.user).select_related("site__agency").first()
    token = request.POST.get("t") or request.GET.get("t", "")
    if row is not None and request.method != "POST":
        return page(request, event, row=row)
    try:
        codes.refuse_outside(event, now)
        if token:
            return by_token(request, event, token, now)
        if request.method == "POST":
            return by_code(request, event, now)
    except codes.TooMany as refusal:
        return page(request, event, problem=str(refusal), status=429)
    except Refused as refusal:
        return page(request, event, problem=str(refusal), status=403)
    return page(request, event, form=SignInCodeForm())


def by_token(request: SignedInRequest, event: Event, token: str, now: datetime) -> HttpResponse:
    """The scanned code leads to a page with one button: opening an address alone signs nobody in."""
    site = codes.read_token(event, token, now)
    if request.method != "POST":
        return ask(request, event, site, token, mode_form(request, event, site, None))
    source = Source.CODE if request.POST.get("by") == "code" else Source.QR
    return done(request, event, site, source, now, form=mode_form(request, event, site, request.POST), token=token)


def by_code(request: SignedInRequest, event: Event, now: datetime) -> HttpResponse:
    form = SignInCodeForm(request.POST)
    if not form.is_valid():
        return page(request, event, form=form)
    try:
        site = codes.read_short(event, form.cleaned_data["code"], now, person=request.user.pk)
    except codes.TooMany:
        raise
    except Refused as refusal:
        form.add_error("code", str(refusal))
        return page(request, event, form=form, status=403)
    token = (codes.sheet_code(site) if site else codes.screen_code(event, now)).token
    return done(request, event, site, Source.CODE, now, form=mode_form(request, event, site, None), token=token)


def mode_form(request: SignedInRequest, event: Event, site: ViewingSite | None, data: Any) -> ModeForm | None:
    """Nothing to ask where the code, the registration or the event itself says how the person takes part."""
    if site is not None or len(modes(event)) == 1 or seat_of(event, request.user):
        return None
    return ModeForm(data, modes=modes(event))


def modes(event: Event) -> list[Mode]:
    return modes_of(event.channels.all())


def done(
    request: SignedInRequest,
    event: Event,
    site: ViewingSite | None,
    source: Source,
    now: datetime,
    *,
    form: ModeForm | None,
    token: str,
) -> HttpResponse:
    if form is not None and not form.is_valid():
        return ask(request, event, site, token, form, by="code" if source == Source.CODE else "")
    mode = form.cleaned_data["mode"] if form else modes(event)[0]
    services.sign_in(event=event, user=request.user, source=source, mode=mode, site=site, now=now)
    return redirect("events:sign_in", event.pk)


def ask(
    request: SignedInRequest,
    event: Event,
    site: ViewingSite | None,
    token: str,
    form: ModeForm | None,
    *,
    by: str = "",
) -> HttpResponse:
    """The event, and the button; the code travels along."""
    return page(request, event, site=site, token=token, mode_form=form, by=by)


def page(request: SignedInRequest, event: Event, *, status: int = 200, **context: Any) -> HttpResponse:
    empty = {"row": None, "problem": "", "form": None, "site": None, "token": "", "mode_form": None, "by": ""}
    return render(request, "events/sign_in.html", {"event": event} | empty | context, status=status)


# --- On the screen ----------------------------------------------------------------------------------------
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_screen(request: SignedInRequest, event_id: int) -> HttpResponse:
    """For the room to see from its back. A new secret makes every code so far worthless, printed ones too."""
    event, now = editable_event(request, event_id), timezone.now()
    if request.method == "POST":
        services.renew_codes(event=event, by=request.user)
        messages.success(request, "ออกรหัสใหม่แล้ว รหัสเดิมทั้งหมดใช้ไม่ได้ กรุณาพิมพ์ใบลงชื่อของจุดรับชมใหม่")
        return redirect("events:sign_in_screen", event.pk)
    context: dict[str, Any] = {"event": event, "problem": "", "code": None, "people": 0}
    try:
        codes.refuse_outside(event, now)
    except Refused as refusal:
        context["problem"] = str(refusal)
    else:
        code = codes.screen_code(event, now)
        context["code"], context["drawing"] = code, codes.drawing(codes.address(event, code))
        context["people"] = reach_of(event).total
    part = "#code" if wants_fragment(request) else ""
    return render(request, f"events/sign_in_screen.html{part}", context)
