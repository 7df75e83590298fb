"""Nightly proof of what events count: seats, queue, interest, and whom they reached."""

from collections import Counter, defaultdict

from django.db import transaction
from django.db.models import Count

from core import pagecache

from ..models import Event, Interest, Reach, Registration, Seat
from .reach import counted, recount
from .registration import lock

COUNTS = ("seated_count", "waiting_count", "interest_count")


def correct_counts() -> list[str]:
    """Put right each count that differs from its rows, and say which. Suspects are counted again under lock:
    somebody may have signed in between two of the questions that found them."""
    found = [*filter(None, map(correct_seats, suspects_of_seats())), *filter(None, map(correct_reach, suspects()))]
    if found:
        pagecache.changed()
    return found


def suspects_of_seats() -> list[Event]:
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for event, seat, people in Registration.objects.order_by().values_list("event", "seat").annotate(Count("pk")):
        if seat in (Seat.SEATED, Seat.WAITING):
            counts[event][seat == Seat.WAITING] = people
    for event, people in Interest.objects.order_by().values_list("event").annotate(Count("pk")):
        counts[event][2] = people
    rows = Event.objects.only("pk", *COUNTS).order_by("pk")
    return [event for event in rows if counts[event.pk] != [getattr(event, name) for name in COUNTS]]


@transaction.atomic
def correct_seats(event: Event) -> str:
    event = lock(event)
    rows = Registration.objects.filter(event=event)
    interest = Interest.objects.filter(event=event).count()
    right = dict(zip(COUNTS, (rows.seated().count(), rows.waiting().count(), interest), strict=True))
    had = {name: getattr(event, name) for name in COUNTS}
    if had == right:
        return ""
    Event.objects.filter(pk=event.pk).update(**right)
    return f"event {event.pk} counted {had}, has {right}"


def suspects() -> list[Event]:
    """Whose reach differs from the rows of those who took part."""
    written: dict[int, Counter[tuple[str, str]]] = defaultdict(Counter)
    for event, level, mode, people in Reach.objects.values_list("event", "level", "mode", "people"):
        written[event][level, mode] = people
    right = counted()
    wrong = [pk for pk in written.keys() | right.keys() if written[pk] != right[pk]]
    return list(Event.objects.filter(pk__in=wrong).order_by("pk"))


@transaction.atomic
def correct_reach(event: Event) -> str:
    event = lock(event)
    had = written_reach(event)
    return f"event {event.pk} reached {had}, has {written_reach(event)}" if recount(event) else ""


def written_reach(event: Event) -> dict[str, int]:
    rows = Reach.objects.filter(event=event, people__gt=0).order_by("level", "mode")
    return {f"{level}/{mode}": people for level, mode, people in rows.values_list("level", "mode", "people")}
