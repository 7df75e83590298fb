"""To whom a message goes, and its way there: each person's inbox and mail preference."""

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import MailFrequency, User
from accounts.services import notify
from groups.models import Membership

from .access import readers_of
from .models import HELD, Attendance, Audience, CoHost, Delivery, Event, Interest, Mailing, Registration, Seat

BATCH = 500


def recipients_of(event: Event, audience: str) -> QuerySet[User]:
    """Who belongs to the audience at this moment; suspended and closed accounts never."""
    registrations = Registration.objects.filter(event=event)
    held = registrations.filter(seat__in=HELD).values("user")
    # Interest may be older than the level of publication; who has a seat is told of it whatever the level.
    interested = Interest.objects.filter(event=event, user__in=readers_of(event)).values("user")
    attended = Attendance.objects.present().filter(event=event, user__isnull=False).values("user")
    active = User.objects.active()
    match audience:
        case Audience.SEATED:
            return active.filter(pk__in=registrations.seated().values("user"))
        case Audience.HELD:
            return active.filter(pk__in=held)
        case Audience.WAITING:
            return active.filter(pk__in=registrations.filter(seat=Seat.WAITING).values("user"))
        case Audience.INTERESTED:
            return active.filter(pk__in=interested).exclude(pk__in=held)
        case Audience.MEMBERS:
            groups = [event.group_id, *CoHost.objects.filter(event=event).values_list("group", flat=True)]
            members = Membership.objects.active().filter(group__in=groups).values("user")
            return active.filter(pk__in=members).exclude(pk__in=held)
        case Audience.ATTENDED:
            return active.filter(pk__in=attended)
        case Audience.FOLLOWING:
            return active.filter(Q(pk__in=held) | Q(pk__in=interested) | Q(pk__in=attended))
    raise ValueError(audience)


def deliver(mailing: Mailing) -> int:
    """To everybody who has no copy yet, batch by batch: a second run after a crash sends nothing twice.

    What is sent is sent: whoever joins the audience later has no part in it.
    """
    if mailing.state == Mailing.State.SENT:
        return mailing.recipient_count
    recipients = recipients_of(mailing.event, mailing.audience).exclude(
        pk__in=Delivery.objects.filter(mailing=mailing).values("user")
    )
    while batch := list(recipients.order_by("pk")[:BATCH]):
        with transaction.atomic():
            lines = notify(
                recipients=batch,
                text=mailing.subject,
                detail=mailing.body,
                url=mailing.event.get_absolute_url(),
                source=str(mailing.event.group),
                frequencies={person.pk: MailFrequency.INSTANT for person in batch},
            )
            Delivery.objects.bulk_create(
                Delivery(mailing=mailing, user_id=line.recipient_id, notification=line) for line in lines
            )
    count = Delivery.objects.filter(mailing=mailing).count()
    Mailing.objects.filter(pk=mailing.pk).update(state=Mailing.State.SENT, recipient_count=count)
    return count
