"""The clock's part in an event's life: what has begun is live, what is over has ended."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from core import pagecache

from ..models import Event, State
from .registration import lock

BATCH = 50
LINES = {State.LIVE: "เริ่มถ่ายทอดสดตามเวลา", State.ENDED: "เสร็จสิ้นตามเวลา"}


def follow_clock(*, now: datetime | None = None) -> int:
    """Write down every state that time has changed, however long ago; answer how many. A second run finds nothing."""
    now = now or timezone.now()
    moved = 0
    while batch := list(due(now)[:BATCH]):
        with transaction.atomic():
            moved += sum(write_down(event, now) for event in batch)
            pagecache.changed()
    return moved


def due(now: datetime) -> QuerySet[Event]:
    begun, over = Q(state=State.OPEN, starts_at__lte=now), Q(state=State.LIVE, ends_at__lte=now)
    return Event.objects.filter(begun | over).order_by("pk")


def write_down(event: Event, now: datetime) -> bool:
    """Not `updated_at`: nobody has edited anything."""
    event = lock(event)
    state = State(event.state_at(now))
    if state == event.state:  # somebody was faster
        return False
    event.state = state
    event.state_since = event.ends_at if state == State.ENDED else event.starts_at
    event.save(update_fields=["state", "state_since"])
    event.log(LINES[state])
    return True
