"""A seat for oneself: taken, changed, given back; and "interested", which is none."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest
from core.access import signed_in
from groups.services import Refused

from ..access import visible_event
from ..forms.registration import RegistrationForm
from ..models import Event, Seat, ViewingSite
from ..page import parts_of
from ..personal import part_of
from ..services import registration as services
from .detail import page


@signed_in
@require_POST
def registration(request: SignedInRequest, event_id: int) -> HttpResponse:
    event = visible_event(request, event_id)
    try:
        if request.POST.get("action") == "cancel":
            return cancel(request, event)
        return register(request, event)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect(event)


def register(request: SignedInRequest, event: Event) -> HttpResponse:
    services.refuse_closed(event, timezone.now())
    parts = parts_of(request, event, event.face_at(timezone.now()))
    form = RegistrationForm(request.POST, modes=parts.modes, sites=parts.sites)
    if not form.is_valid():
        return page(request, event, part_of(request.user, event), request.POST, status=422)
    chosen = form.cleaned_data
    site = ViewingSite.objects.filter(event=event, pk=chosen["site"]).first() if chosen["site"] else None
    row = services.register(event=event, user=request.user, mode=chosen["mode"], site=site)
    if row.seat == Seat.SEATED:
        messages.success(request, "ลงทะเบียนเรียบร้อยแล้ว ระบบส่งรายละเอียดให้ท่านแล้ว และจะเตือนก่อนเริ่ม 1 วันและ 1 ชั่วโมง")
    else:
        messages.info(request, "ที่นั่งเต็มแล้ว ท่านอยู่ในรายชื่อสำรอง เมื่อมีที่นั่งว่าง ระบบเลื่อนให้ตามลำดับและแจ้งท่านทันที")
    return redirect(event)


def cancel(request: SignedInRequest, event: Event) -> HttpResponse:
    services.cancel(event=event, user=request.user)
    messages.success(request, "ยกเลิกการลงทะเบียนแล้ว ที่นั่งของท่านให้ผู้อื่นใช้ได้")
    return redirect(event)


@signed_in
@require_POST
def interest(request: SignedInRequest, event_id: int) -> HttpResponse:
    event = visible_event(request, event_id)
    interested = request.POST.get("interested") == "on"
    services.set_interest(event=event, user=request.user, interested=interested)
    messages.success(request, "บันทึกว่าท่านสนใจแล้ว ระบบจะแจ้งเมื่อมีข่าวของกิจกรรมนี้" if interested else "เลิกติดตามกิจกรรมนี้แล้ว")
    return redirect(event)
