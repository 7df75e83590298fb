"""A person's own calendar: what of the portal's events concerns them, behind an address that they can renew."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from core.throttle import happens_too_often
from groups.models import Membership

from . import joining
from .calendar import MARKS
from .ics import Entry, entry, in_feeds
from .models import HELD, OVER, CalendarFeed, CoHost, Event, Interest, Registration, Seat
from .models.keys import new_secret

FETCHES, WITHIN = 60, 600  # of one address, in seconds: programs ask once an hour, from a few devices


@transaction.atomic
def renew(*, user: User) -> CalendarFeed:
    """A new address; the former one leads nowhere from now on."""
    fresh = {"secret": new_secret(), "created_at": timezone.now()}
    feed, _ = CalendarFeed.objects.update_or_create(user=user, defaults=fresh)
    return feed


def withdraw(*, user: User) -> None:
    CalendarFeed.objects.filter(user=user).delete()


def owner_of(secret: str) -> User | None:
    """Suspended and closed accounts have no feed."""
    feed = CalendarFeed.objects.filter(secret=secret, user__is_active=True, user__closed_at=None)
    found = feed.select_related("user").first()
    return found.user if found else None


def is_asked_too_often(secret: str) -> bool:
    return happens_too_often("calendar-feed", secret, most=FETCHES, seconds=WITHIN)


def own_entries(person: User, now: datetime) -> list[Entry]:
    """Five queries, however many events."""
    seats = {row.event_id: row for row in Registration.objects.filter(user=person, seat__in=HELD)}
    groups = Membership.objects.active().filter(user=person).values("group")
    concerning = (
        Q(pk__in=Registration.objects.filter(user=person, seat__in=HELD).values("event"))
        | Q(pk__in=Interest.objects.filter(user=person).values("event"))
        | Q(group__in=groups)
        | Q(pk__in=CoHost.objects.filter(group__in=groups).values("event"))
    )
    events = list(in_feeds(Event.objects.visible_to(person).filter(concerning), now))
    run = set(
        Event.objects.editable_by(person).filter(pk__in=[event.pk for event in events]).values_list("pk", flat=True)
    )
    return [entry_for(event, seats.get(event.pk), now, may_edit=event.pk in run) for event in events]


def entry_for(event: Event, registration: Registration | None, now: datetime, *, may_edit: bool) -> Entry:
    """As somebody with this seat, or without one, sees the event."""
    may_join = joining.may_join(event, registration, may_edit=may_edit) and event.state_at(now) not in OVER
    held = registration if registration and registration.is_held else None
    return entry(
        event,
        links=joining.links(event.channels.all()) if may_join else (),
        seat=MARKS[Seat(held.seat)] if held else "",
        is_busy=held is not None,
    )
