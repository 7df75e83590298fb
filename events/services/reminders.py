"""Reminders to the seated, a day and an hour before the start; each once, and none that has become wrong.

A `Reminder` notes the start of which a registration was reminded, in the transaction that puts the line into the
inbox. The event's row is locked meanwhile: no second worker, no cancellation and no seat given back comes in between.
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

from ..access import readers_of
from ..details import when
from ..models import CALLED_OFF, Event, Registration, Reminder, Seat, State
from .registration import how_to_join, lock

BATCH = 200
OPENING = "เตือนล่วงหน้า: "


@dataclass(frozen=True)
class Rule:
    kind: Reminder.Kind
    before: timedelta
    until: timedelta  # of no use any more: the next reminder is due, or it has begun
    note: str


RULES = (
    Rule(Reminder.Kind.DAY, timedelta(days=1), timedelta(hours=1), "กิจกรรมที่ท่านลงทะเบียนไว้จะเริ่มในไม่ช้า"),
    Rule(Reminder.Kind.HOUR, timedelta(hours=1), timedelta(0), "กิจกรรมที่ท่านลงทะเบียนไว้กำลังจะเริ่ม"),
)


def remind(now: datetime | None = None) -> int:
    """Whatever is due and still of use, however long no worker ran; answer how many reminders."""
    now = now or timezone.now()
    withdraw_wrong()
    sent = 0
    for rule in RULES:
        events = due(rule, now).order_by().values_list("event", flat=True).distinct()
        sent += sum(remind_all(rule, event_id, now) for event_id in list(events))
    return sent


def remind_all(rule: Rule, event_id: int, now: datetime) -> int:
    """Batch by batch, so that nobody who registers meanwhile waits for long."""
    sent = 0
    while told := remind_some(rule, event_id, now):
        sent += told
        if told < BATCH:
            break
    return sent


def due(rule: Rule, now: datetime) -> QuerySet[Registration]:
    """Not to those whose seat is newer than the reminder: its confirmation said the same."""
    sent = Reminder.objects.filter(registration=OuterRef("pk"), kind=rule.kind, starts_at=OuterRef("event__starts_at"))
    return Registration.objects.seated().filter(
        ~Exists(sent),
        event__state=State.OPEN,
        event__starts_at__gt=now + rule.until,
        event__starts_at__lte=now + rule.before,
        changed_at__lte=F("event__starts_at") - rule.before,
        user__is_active=True,
    )


@transaction.atomic
def remind_some(rule: Rule, event_id: int, now: datetime) -> int:
    event = lock(Event(pk=event_id))
    # Whoever may no longer see the event, restricted to its group by now, is not told how to join it.
    rows = due(rule, now).filter(event=event, user__in=readers_of(event))
    rows = rows.select_for_update(of=("self",)).select_related("user", "site__agency")
    batch = list(rows.order_by("pk")[:BATCH])
    if batch:
        prefetch_related_objects([event], "channels")
        lines = tell(event, batch, rule.note)
        Reminder.objects.bulk_create(
            Reminder(registration=row, kind=rule.kind, starts_at=event.starts_at, notification=lines.get(row.user_id))
            for row in batch
        )
    return len(batch)


def tell(event: Event, rows: Iterable[Registration], note: str) -> dict[int, Notification]:
    """Many at once: whoever comes the same way reads the same. Answers each person's line in the inbox."""
    alike = defaultdict(list)
    for row in rows:
        row.event = event
        alike["\n".join([note, when(event.starts_at, event.ends_at), *how_to_join(row)])].append(row.user)
    lines: dict[int, Notification] = {}
    for detail, people in alike.items():
        told = notify(
            recipients=people,
            text=f"{OPENING}{event.title} · {start_of(event)}",
            detail=detail,
            url=event.get_absolute_url(),
            source=str(event.group),
            frequencies={person.pk: MailFrequency.INSTANT for person in people},
        )
        lines |= {line.recipient_id: line for line in told}
    return lines


def start_of(event: Event) -> str:
    """The date, not "tomorrow": a mail may lie on its way for hours."""
    return f"{thai.format_date(event.starts_at)} เวลา {thai.format_time(event.starts_at)}"


def withdraw_wrong() -> int:
    """Reminders that no mail server has taken yet are not sent after the event was called off or moved, or the seat
    given back; the inbox keeps its line. Answer how many."""
    wrong = Reminder.objects.filter(
        ~Q(registration__seat=Seat.SEATED)
        | Q(registration__event__state__in=CALLED_OFF)
        | ~Q(registration__event__starts_at=F("starts_at")),
        notification=OuterRef("pk"),
    )
    waiting = Notification.objects.filter(frequency=MailFrequency.INSTANT, mailed_at=None)
    return waiting.filter(Exists(wrong)).update(frequency=MailFrequency.NONE)
