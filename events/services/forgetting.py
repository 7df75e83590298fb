"""What a person who closes the account leaves behind in events: figures stay, the name goes."""

from contextlib import suppress

from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Left, Replace
from django.utils import timezone

from accounts.models import User
from accounts.services import CLOSED_NAME
from groups.services import Refused

from ..models import (
    HELD,
    Attendance,
    CalendarFeed,
    Certificate,
    Event,
    Interest,
    LogLine,
    Registration,
    RosterEntry,
    Standing,
)
from . import registration
from .certificates import end

REASON = "เจ้าของเกียรติบัตรปิดบัญชี"


@transaction.atomic
def forget(*, user: User) -> None:
    """Seats are given back, certificates revoked and unnamed. The caller closes the account afterwards."""
    hold_events_of(user)
    for row in Registration.objects.filter(user=user, seat__in=HELD).select_related("event"):
        with suppress(Refused):  # it is over: that the person was registered stays, without a name
            registration.cancel(event=row.event, user=user)
    for mark in Interest.objects.filter(user=user).select_related("event"):
        registration.set_interest(event=mark.event, user=user, interested=False)
    CalendarFeed.objects.filter(user=user).delete()
    for certificate in Certificate.objects.valid().select_for_update().filter(user=user):
        end(certificate, Standing.REVOKED, by=None, reason=REASON, now=timezone.now())
    Certificate.objects.filter(user=user).update(name=CLOSED_NAME)
    Attendance.objects.filter(user=user).update(name_key="", email="", full_name="", reason="")
    RosterEntry.objects.filter(attendance__user=user).update(position="")
    unname(user.get_full_name())


def hold_events_of(user: User) -> None:
    """Locked in one order, so that no certificate is issued under the name meanwhile."""
    booked = Registration.objects.filter(user=user, seat__in=HELD).values("event")
    attended = Attendance.objects.filter(user=user).values("event")
    marked = Interest.objects.filter(user=user).values("event")
    events = Event.objects.filter(Q(pk__in=booked) | Q(pk__in=attended) | Q(pk__in=marked))
    list(events.select_for_update().order_by("pk").values_list("pk"))


def unname(name: str) -> None:
    """In the record of who did what."""
    replaced = Replace("text", Value(name), Value(CLOSED_NAME))
    LogLine.objects.filter(text__contains=name).update(text=Left(replaced, 300))
