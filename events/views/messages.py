"""Messages to an event's people: written, looked at as they will be mailed, sent or withdrawn, followed up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import mail
from accounts.access import SignedInRequest
from accounts.models import MailFrequency, Notification
from core import shown
from core.access import posted, signed_in
from core.forms import whole_number
from core.paging import paginate
from groups.services import Refused

from ..access import editable_event
from ..audiences import recipients_of
from ..deliveries import TONES, outcome_of, totals, with_outcome
from ..forms.messages import MessageForm
from ..manage import manage_frame
from ..models import Audience, Delivery, Event, Mailing, State
from ..services import mailing as services

PAGE_SIZE = 20
DELIVERIES = 50  # on a page
SALT = "events.message"


@dataclass(frozen=True)
class Draft:
    """A message as it was shown to its author."""

    audience: str
    subject: str
    body: str
    send_at: datetime | None

    def sealed(self, event: Event, author: Any) -> str:
        moment = self.send_at.isoformat() if self.send_at else ""
        content = [self.audience, self.subject, self.body, moment]
        return shown.signed(content, salt=SALT, bound_to=(event.pk, author.pk))


def unsealed(text: str, event: Event, author: Any) -> Draft | None:
    """None where it was not shown to this author for this event."""
    content = shown.read(text, salt=SALT, bound_to=(event.pk, author.pk))
    if content is None:
        return None
    audience, subject, body, moment = content
    return Draft(audience, subject, body, datetime.fromisoformat(moment) if moment else None)


@signed_in
@require_safe
def message_list(request: SignedInRequest, event_id: int) -> HttpResponse:
    event = editable_event(request, event_id)
    rows = Mailing.objects.filter(event=event).select_related("by").defer("body")
    page = paginate(rows, order=["-pk"], request_params=request.GET, size=PAGE_SIZE)
    return render(request, "events/message_list.html", manage_frame(request, event) | {"page": page})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def message_new(request: SignedInRequest, event_id: int) -> HttpResponse:
    event = editable_event(request, event_id)
    if event.state == State.DRAFT:
        messages.warning(request, "กิจกรรมนี้ยังเป็นร่าง ผู้รับเปิดดูไม่ได้ กรุณาเปิดรับลงทะเบียนก่อนส่งข้อความ")
        return redirect("events:message_list", event.pk)
    if "shown" in request.POST:
        return decide(request, event)
    form = MessageForm(posted(request), event=event, initial=earlier(request, event))
    if request.method == "POST" and form.is_valid():
        return preview(request, event, Draft(**form.cleaned_data))
    return render_form(request, event, form)


def earlier(request: SignedInRequest, event: Event) -> dict[str, Any]:
    """What the form begins with: an audience that another page names, or a message of before to write anew."""
    audience = request.GET.get("audience", "")
    initial = {"audience": audience if audience in Audience.values else Audience.SEATED}
    row = Mailing.objects.filter(event=event, pk=whole_number(request.GET.get("from"))).first()
    return {"audience": row.audience, "subject": row.subject, "body": row.body} if row else initial


def preview(request: SignedInRequest, event: Event, draft: Draft) -> HttpResponse:
    people = recipients_of(event, draft.audience)
    context = manage_frame(request, event) | {
        "draft": draft,
        "audience": Audience(draft.audience).label,
        "people": people.count(),
        "without_mail": people.filter(mail_frequency=MailFrequency.NONE).count(),
        "letter": letter(request, event, draft),
        "sealed": draft.sealed(event, request.user),
    }
    return render(request, "events/message_preview.html", context)


def letter(request: SignedInRequest, event: Event, draft: Draft) -> Any:
    """As its author would get it."""
    line = Notification(
        recipient=request.user,
        text=mail.one_line(draft.subject),
        detail=draft.body,
        url=event.get_absolute_url(),
        source=str(event.group),
    )
    return mail.notification([line])


def decide(request: SignedInRequest, event: Event) -> HttpResponse:
    """Send exactly what was shown, or go back to the form with it."""
    draft = unsealed(request.POST["shown"], event, request.user)
    if draft is None:
        messages.warning(request, "ตัวอย่างที่ตรวจไว้หมดอายุแล้ว กรุณาเขียนและตรวจอีกครั้ง")
        return redirect("events:message_new", event.pk)
    if request.POST.get("action") == "edit":
        return render_form(request, event, MessageForm(event=event, initial=vars(draft)))
    row, is_new = services.send_once(event=event, by=request.user, **due(draft))
    if not is_new:
        messages.info(request, "ข้อความนี้สั่งส่งไปแล้วเมื่อสักครู่ จึงไม่ส่งซ้ำ")
    elif row.send_at > timezone.now():
        messages.success(request, "ตั้งเวลาส่งข้อความแล้ว ถอนได้จนกว่าจะถึงเวลา")
    else:
        messages.success(request, "สั่งส่งข้อความแล้ว ระบบทยอยส่งให้ผู้รับ")
    return redirect("events:message", event.pk, row.pk)


def due(draft: Draft) -> dict[str, Any]:
    """A moment that passed while its author was reading means at once."""
    is_later = draft.send_at is not None and draft.send_at > timezone.now()
    return vars(draft) | {"send_at": draft.send_at if is_later else None}


def render_form(request: SignedInRequest, event: Event, form: MessageForm) -> HttpResponse:
    return render(request, "events/message_form.html", manage_frame(request, event) | {"form": form})


@signed_in
@require_safe
def message(request: SignedInRequest, event_id: int, message_id: int) -> HttpResponse:
    event = editable_event(request, event_id)
    row = get_object_or_404(Mailing.objects.filter(event=event).select_related("by"), pk=message_id)
    deliveries = Delivery.objects.filter(mailing=row)
    rows = with_outcome(deliveries).select_related("user__agency", "notification")
    page = paginate(rows, order=["pk"], request_params=request.GET, size=DELIVERIES)
    context = manage_frame(request, event) | {
        "row": row,
        "is_withdrawable": row.state == Mailing.State.QUEUED and not row.is_automatic,
        "totals": totals(deliveries),
        "copies": [(copy, outcome_of(copy).label, TONES[outcome_of(copy)]) for copy in page],
        "page": page,
    }
    return render(request, "events/message.html", context)


@signed_in
@require_POST
def message_withdrawal(request: SignedInRequest, event_id: int, message_id: int) -> HttpResponse:
    event = editable_event(request, event_id)
    row = get_object_or_404(Mailing, event=event, pk=message_id)
    try:
        services.withdraw(mailing=row, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("events:message", event.pk, row.pk)
    messages.success(request, "ถอนข้อความแล้ว ไม่มีผู้ใดได้รับ")
    return redirect("events:message_list", event.pk)
