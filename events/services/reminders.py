"""Reminders to the seated, a day and an hour before the start; each once, and none that has become wrong.

A registration notes the start of which it was reminded, in the transaction that puts the line into the inbox. The
event's row is locked meanwhile: no second worker, no cancellation and no seat given back comes in between.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, prefetch_related_objects
from django.utils import timezone

from accounts.models import MailFrequency, Notification
from accounts.services import notify
from core import thai

from ..details import when
from ..models import CALLED_OFF, Delivery, Event, Registration, State
from .registration import how_to_join, lock

BATCH = 200
OPENING = "เตือนล่วงหน้า: "  # every reminder begins so, and what has become wrong is found by it


@dataclass(frozen=True)
class Kind:
    field: str  # of Registration
    before: timedelta
    until: timedelta  # of no use any more: the next reminder is due, or it has begun
    note: str


KINDS = (
    Kind("day_reminder", timedelta(days=1), timedelta(hours=1), "กิจกรรมที่ท่านลงทะเบียนไว้จะเริ่มในไม่ช้า"),
    Kind("hour_reminder", timedelta(hours=1), timedelta(0), "กิจกรรมที่ท่านลงทะเบียนไว้กำลังจะเริ่ม"),
)


def remind(now: datetime | None = None) -> int:
    """Whatever is due and still of use, however long no worker ran; answer how many reminders."""
    now = now or timezone.now()
    withdraw_wrong()
    sent = 0
    for kind in KINDS:
        events = due(kind, now).order_by().values_list("event", flat=True).distinct()
        sent += sum(remind_all(kind, event_id, now) for event_id in list(events))
    return sent


def remind_all(kind: Kind, event_id: int, now: datetime) -> int:
    """Batch by batch, so that nobody who registers meanwhile waits for long."""
    sent = 0
    while told := remind_some(kind, event_id, now):
        sent += told
        if told < BATCH:
            break
    return sent


def due(kind: Kind, now: datetime) -> QuerySet[Registration]:
    """Not to those whose seat is newer than the reminder: its confirmation said the same."""
    return (
        Registration.objects.seated()
        .filter(
            event__state=State.OPEN,
            event__starts_at__gt=now + kind.until,
            event__starts_at__lte=now + kind.before,
            changed_at__lte=F("event__starts_at") - kind.before,
            user__is_active=True,
        )
        .exclude(**{kind.field: F("event__starts_at")})
    )


@transaction.atomic
def remind_some(kind: Kind, event_id: int, now: datetime) -> int:
    event = lock(Event(pk=event_id))
    rows = due(kind, now).filter(event=event).select_for_update(of=("self",)).select_related("user", "site__agency")
    batch = list(rows.order_by("pk")[:BATCH])
    if batch:
        prefetch_related_objects([event], "channels")
        tell(event, batch, kind.note)
        Registration.objects.filter(pk__in=[row.pk for row in batch]).update(**{kind.field: event.starts_at})
    return len(batch)


def tell(event: Event, rows: Iterable[Registration], note: str) -> None:
    """Many at once: whoever comes the same way reads the same."""
    alike = defaultdict(list)
    for row in rows:
        row.event = event
        alike["\n".join([note, when(event.starts_at, event.ends_at), *how_to_join(row)])].append(row.user)
    for detail, people in alike.items():
        notify(
            recipients=people,
            text=f"{OPENING}{event.title} · {start_of(event)}",
            detail=detail,
            url=event.get_absolute_url(),
            source=str(event.group),
            frequencies={person.pk: MailFrequency.INSTANT for person in people},
        )


def start_of(event: Event) -> str:
    """The date, not "tomorrow": a mail may lie on its way for hours."""
    return f"{thai.format_date(event.starts_at)} เวลา {thai.format_time(event.starts_at)}"


def withdraw_wrong() -> int:
    """Reminders that no mail server has taken yet are not sent after the event was called off or moved, or the seat
    given back; the inbox keeps its line. Answer how many."""
    pending = {
        pk: (int(url.rstrip("/").rpartition("/")[2]), person)
        for pk, person, url in unsent().values_list("pk", "recipient", "url")
    }
    if not pending:
        return 0
    events, people = zip(*pending.values(), strict=True)
    right = set(
        Registration.objects.seated()
        .exclude(event__state__in=CALLED_OFF)
        .filter(Q(day_reminder=F("event__starts_at")) | Q(hour_reminder=F("event__starts_at")))
        .filter(event__in=set(events), user__in=set(people))
        .values_list("event", "user")
    )
    wrong = [pk for pk, key in pending.items() if key not in right]
    return Notification.objects.filter(pk__in=wrong, mailed_at=None).update(frequency=MailFrequency.NONE)


def unsent() -> QuerySet[Notification]:
    """Not a message that somebody wrote, whatever its first word: those are deliveries."""
    written = Delivery.objects.filter(notification=OuterRef("pk"))
    return Notification.objects.filter(
        ~Exists(written), frequency=MailFrequency.INSTANT, mailed_at=None, text__startswith=OPENING
    )
