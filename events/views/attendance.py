"""Who took part, for those who run the event: noted by hand, counted, taken out as a table."""

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import SignedInRequest
from accounts.models import User
from core.access import posted, signed_in
from core.downloads import spreadsheet
from core.forms import whole_number
from core.paging import paginate
from groups.services import Refused

from .. import attendees
from ..access import editable_event
from ..forms.attendance import AttendanceFilter, MarkForm
from ..manage import manage_frame
from ..models import Attendance, Event, Status
from ..services import attendance as services
from ..services.presence import refuse_marking
from ..services.reach import reach_of

PAGE_SIZE = 30


@signed_in
@require_safe
def attendance_list(request: SignedInRequest, event_id: int) -> HttpResponse:
    event = editable_event(request, event_id)
    form = AttendanceFilter(request.GET, auto_id="a_%s")
    form.is_valid()
    q, show = form.cleaned_data.get("q", ""), attendees.chosen(request.GET.get("show", ""))
    rows, order = attendees.rows_of(event, show, q)
    page = paginate(rows, order=order, request_params=request.GET, size=PAGE_SIZE)
    people = attendees.people_of(event, list(page))
    context = manage_frame(request, event) | {
        "form": form,
        "q": q,
        "show": show,
        "tabs": attendees.tabs(event),
        "page": page,
        "people": people,
        "unmarked": [person for person in people if not person.status],
        "reach": reach_of(event),
        "why_not": why_not(event),
        "back": request.GET.urlencode(),
    }
    return render(request, "events/attendance_list.html", context)


def why_not(event: Event) -> str:
    """Why nothing can be noted now."""
    try:
        refuse_marking(event, timezone.now())
    except Refused as refusal:
        return str(refusal)
    return ""


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def attendance_mark(request: SignedInRequest, event_id: int) -> HttpResponse:
    """One person, by their account (`user`) or by the row of somebody who has none (`row`)."""
    event = editable_event(request, event_id)
    asked = request.POST or request.GET
    person, row = person_of(event, asked)
    back = asked.get("back", "")
    # The lists mark who came and who did not; whoever opens this page wants to note an absence with its reason.
    form = MarkForm(posted(request), initial={"status": Status.EXCUSED, "reason": row.reason if row else ""})
    if request.method == "POST" and form.is_valid():
        try:
            marked = services.mark(event=event, user=person, attendance=row, by=request.user, **form.cleaned_data)
            messages.success(request, f"บันทึก{marked.name}: {marked.get_status_display()}")
        except Refused as refusal:
            messages.warning(request, str(refusal))
        return redirect(list_address(event, back))
    context = manage_frame(request, event) | {"form": form, "person": person, "row": row, "back": back}
    return render(request, "events/attendance_mark.html", context)


def person_of(event: Event, asked: QueryDict) -> tuple[User | None, Attendance | None]:
    if pk := whole_number(asked.get("user")):
        person = get_object_or_404(attendees.connected(event).select_related("agency"), pk=pk)
        return person, Attendance.objects.filter(event=event, user=person).first()
    rows = Attendance.objects.filter(event=event, user=None).select_related("agency")
    return None, get_object_or_404(rows, pk=whole_number(asked.get("row")))


def list_address(event: Event, back: str) -> str:
    """The page of the list that one came from; whatever `back` holds, it stays a query of the list."""
    query = QueryDict(back[:2000]).urlencode()
    return reverse("events:attendance_list", args=[event.pk]) + (f"?{query}" if query else "")


@signed_in
@require_POST
def attendance_page(request: SignedInRequest, event_id: int) -> HttpResponse:
    """Everybody on the page who is not noted yet came."""
    event = editable_event(request, event_id)
    chosen = [pk for pk in map(whole_number, request.POST.getlist("user")[:PAGE_SIZE]) if pk]
    try:
        marked = services.mark_all(event=event, by=request.user, users=attendees.connected(event).filter(pk__in=chosen))
        messages.success(request, f"บันทึกว่าเข้าร่วมแล้ว {marked:,} คน" if marked else "ทุกคนในหน้านี้บันทึกไว้แล้ว")
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect(list_address(event, request.POST.get("back", "")))


@signed_in
@require_POST
def attendance_closing(request: SignedInRequest, event_id: int) -> HttpResponse:
    event = editable_event(request, event_id)
    try:
        if request.POST.get("action") == "reopen":
            services.reopen_attendance(event=event, by=request.user)
            messages.success(request, "เปิดการรายงานผู้เข้าร่วมอีกครั้งแล้ว")
        else:
            services.close_attendance(event=event, by=request.user)
            messages.success(request, "ปิดการรายงานผู้เข้าร่วมแล้ว")
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("events:attendance_list", event.pk)


@signed_in
@require_safe
def attendance_export(request: SignedInRequest, event_id: int) -> HttpResponse:
    """Everybody who is registered or noted. Without addresses: messages go through the portal."""
    event = editable_event(request, event_id)
    rows = attendees.table(event)
    return spreadsheet(f"attendance-{event.pk}", attendees.COLUMNS, rows, title="ผู้เข้าร่วม")
