"""Messages to an event's people, sent by the worker."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from groups.services import Refused

from .. import tasks
from ..models import Audience, Event, Mailing
from .registration import lock

ONE_CLICK = timedelta(minutes=2)  # whoever sends the same again within this time has clicked twice


@transaction.atomic
def send(
    *, event: Event, audience: str, subject: str, body: str, by: User | None = None, send_at: datetime | None = None
) -> Mailing:
    """Queue a message; without `by` it is the portal's own about a change."""
    mailing = Mailing.objects.create(
        event=event,
        audience=audience,
        subject=subject[:150],
        body=body,
        by=by,
        is_automatic=by is None,
        send_at=send_at or timezone.now(),
    )
    task = tasks.deliver.using(run_after=mailing.send_at) if send_at else tasks.deliver
    task.enqueue(mailing.pk)
    return mailing


@transaction.atomic
def send_once(
    *, event: Event, audience: str, subject: str, body: str, by: User, send_at: datetime | None = None
) -> tuple[Mailing, bool]:
    """A person's message; of two clicks the second answers the first one's message. Whether it is new."""
    event = lock(event)
    recent = Mailing.objects.filter(event=event, audience=audience, subject=subject[:150], is_automatic=False)
    if twin := recent.filter(created_at__gt=timezone.now() - ONE_CLICK).first():
        return twin, False
    mailing = send(event=event, audience=audience, subject=subject, body=body, by=by, send_at=send_at)
    event.log(f"ส่งข้อความถึง{Audience(audience).label}: {subject}", by=by)
    return mailing, True


@transaction.atomic
def withdraw(*, mailing: Mailing, by: User) -> None:
    """Before the worker has begun with it. Withdrawing twice is withdrawing once."""
    row = Mailing.objects.select_for_update(of=("self",)).select_related("event").filter(pk=mailing.pk).first()
    if row is None:
        return
    if row.is_automatic:
        raise Refused("ข้อความที่ระบบแจ้งเอง ถอนไม่ได้")
    if row.state != Mailing.State.QUEUED or row.deliveries.exists():
        raise Refused("ข้อความนี้เริ่มส่งแล้ว จึงถอนไม่ได้")
    row.event.log(f"ถอนข้อความที่รอส่ง: {row.subject}", by=by)
    row.delete()
