"""Who is registered, for those who run the event: read, searched, taken out as a table, taken off the list."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import SignedInRequest
from core.access import posted, signed_in
from core.downloads import spreadsheet
from core.paging import paginate
from groups.services import Refused

from .. import attendees
from ..access import editable_event
from ..forms.registration_list import TABS, RegistrationFilter, RemovalForm
from ..manage import manage_frame
from ..models import HELD, Registration, Seat
from ..services import registration as services

PAGE_SIZE = 30
SEATS = {Seat.SEATED: [Seat.SEATED], Seat.WAITING: [Seat.WAITING], Seat.CANCELLED: [Seat.CANCELLED, Seat.DECLINED]}
COLUMNS = [
    "ลำดับ", "ชื่อ นามสกุล", "ตำแหน่ง", "หน่วยงาน", "ระดับ", "เข้าร่วมทาง", "จุดรับชม", "สถานะ", "เมื่อ", "ลงทะเบียนแทนโดย",
]  # fmt: skip


@signed_in
@require_safe
def registration_list(request: SignedInRequest, event_id: int) -> HttpResponse:
    event = editable_event(request, event_id)
    form = RegistrationFilter(request.GET, auto_id="r_%s")
    form.is_valid()
    seat = Seat(form.cleaned_data.get("seat") or Seat.SEATED)
    q = form.cleaned_data.get("q", "")
    rows = complete(attendees.searched(Registration.objects.filter(event=event, seat__in=SEATS[seat]), q))
    order = ["-changed_at", "-pk"] if seat == Seat.CANCELLED else ["queued_at", "pk"]
    counts = {Seat.SEATED: event.seated_count, Seat.WAITING: event.waiting_count}
    context = manage_frame(request, event) | {
        "form": form,
        "seat": seat,
        "tabs": [(value, label, counts.get(value)) for value, label in TABS.items()],
        "q": q,
        "page": paginate(rows, order=order, request_params=request.GET, size=PAGE_SIZE),
    }
    return render(request, "events/registration_list.html", context)


def complete(rows: QuerySet[Registration]) -> QuerySet[Registration]:
    return rows.select_related("user__agency", "site__agency", "registered_by")


@signed_in
@require_safe
def registration_export(request: SignedInRequest, event_id: int) -> HttpResponse:
    """Everybody, the queue after the seated and in its order. Without addresses: messages go through the portal."""
    event = editable_event(request, event_id)
    rows = complete(Registration.objects.filter(event=event)).in_queue()  # type: ignore[attr-defined]
    seats = list(Seat)
    ordered = sorted(rows, key=lambda row: seats.index(Seat(row.seat)))
    table = ([number, *cells(row)] for number, row in enumerate(ordered, 1))
    return spreadsheet(f"registrations-{event.pk}", COLUMNS, table, title="ผู้ลงทะเบียน")


def cells(row: Registration) -> list[object]:
    person = row.user
    return [
        person.get_full_name(),
        person.full_position,
        str(person.agency or ""),
        person.agency.get_level_display() if person.agency else "",
        row.get_mode_display(),
        str(row.site or ""),
        row.get_seat_display(),
        row.queued_at if row.seat in HELD else row.changed_at,
        row.registered_by.get_full_name() if row.registered_by else "",
    ]


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def registration_removal(request: SignedInRequest, event_id: int, registration_id: int) -> HttpResponse:
    event = editable_event(request, event_id)
    row = get_object_or_404(Registration.objects.filter(event=event).select_related("user__agency"), pk=registration_id)
    if not row.is_held:
        messages.info(request, f"{row.user}ไม่ได้อยู่ในรายชื่อแล้ว")
        return redirect("events:registration_list", event.pk)
    form = RemovalForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.remove(event=event, user=row.user, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, f"นำ{row.user}ออกจากรายชื่อแล้ว ระบบแจ้งเหตุผลให้ทราบแล้ว")
        return redirect("events:registration_list", event.pk)
    context = manage_frame(request, event) | {"row": row, "form": form}
    return render(request, "events/registration_removal.html", context)
