"""Seats. The event's row is locked first, so that seats are given out one after the other, in order of arrival."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import MailFrequency, User
from accounts.services import notify
from core import pagecache, thai
from groups.services import Refused

from .. import joining
from ..details import when
from ..models import CALLED_OFF, HELD, OVER, Event, Interest, Mode, Registration, Seat, ViewingSite

NO_TIME = "กิจกรรมนี้ไม่ได้เปิดรับลงทะเบียนในขณะนี้"
SITE_CLOSED = "จุดรับชมที่เลือกปิดแล้ว กรุณาเลือกจุดอื่น"


@transaction.atomic
def register(
    *,
    event: Event,
    user: User,
    mode: str,
    site: ViewingSite | None = None,
    by: User | None = None,
    now: datetime | None = None,
) -> Registration:
    """Take a seat, or a place in the queue. Asking twice answers the seat one has, in the mode last asked for.

    `by` is a coordinator who registers somebody else: that person is told, and can decline.
    """
    event = lock(event)
    now = now or timezone.now()  # once it is one's turn: places in the queue follow the order of the lock
    refuse_closed(event, now)
    if site and not ViewingSite.objects.open().filter(event=event, pk=site.pk).exists():
        raise Refused(SITE_CLOSED)
    row = Registration.objects.filter(event=event, user=user).first()
    if row and row.is_held:
        if by is None and (row.mode, row.site_id) != (mode, site and site.pk):
            row.mode, row.site, row.changed_at = mode, site, now
            row.save(update_fields=["mode", "site", "changed_at"])
        return row
    if by is not None and row and row.seat == Seat.DECLINED:
        raise Refused(f"{user.get_full_name()} แจ้งว่าไม่สะดวกเข้าร่วม จึงลงทะเบียนแทนไม่ได้")
    row = row or Registration(event=event, user=user)
    row.mode, row.site, row.registered_by = mode, site, by
    row.seat = Seat.WAITING if event.is_full else Seat.SEATED
    row.queued_at = row.changed_at = now
    row.save()
    Interest.objects.filter(event=event, user=user).delete()
    recount(event)
    confirm(row, by=by)
    return row


@transaction.atomic
def cancel(*, event: Event, user: User, now: datetime | None = None) -> Registration | None:
    """Give the seat or the place back; whoever waits longest gets the seat. Cancelling twice is cancelling once.

    Who was registered by a coordinator declines: nobody registers that person again.
    """
    event = lock(event)
    now = now or timezone.now()
    row = Registration.objects.filter(event=event, user=user).first()
    if row is None or not row.is_held:
        return row
    if event.state_at(now) in OVER:
        raise Refused("กิจกรรมนี้เสร็จสิ้นแล้ว จึงยกเลิกการลงทะเบียนไม่ได้")
    row.seat = Seat.DECLINED if row.registered_by_id and row.registered_by_id != user.pk else Seat.CANCELLED
    row.changed_at = now
    row.save(update_fields=["seat", "changed_at"])
    if row.seat == Seat.DECLINED:
        event.log(f"{user.get_full_name()} แจ้งไม่สะดวกเข้าร่วม", by=user)
    fill_seats(event, now=now)
    return row


@transaction.atomic
def remove(*, event: Event, user: User, by: User, reason: str, now: datetime | None = None) -> bool:
    """Those who run the event take somebody off the list and say why; the seat goes to whoever waits longest.

    The person may register again. False where there was nothing to take away.
    """
    now = now or timezone.now()
    event = lock(event)
    row = Registration.objects.filter(event=event, user=user, seat__in=HELD).first()
    if row is None:
        return False
    if event.state_at(now) in OVER:
        raise Refused("กิจกรรมนี้เสร็จสิ้นแล้ว จึงแก้ไขรายชื่อผู้ลงทะเบียนไม่ได้")
    row.seat, row.changed_at = Seat.CANCELLED, now
    row.save(update_fields=["seat", "changed_at"])
    event.log(f"นำ{user.get_full_name()}ออกจากรายชื่อ: {reason}", by=by)
    fill_seats(event, now=now)
    notify(
        recipients=[user],
        text=f"การลงทะเบียนของท่านถูกยกเลิก: {event.title}",
        detail=f"{by.get_full_name()} นำท่านออกจากรายชื่อ\nเหตุผล: {reason}\n{when(event.starts_at, event.ends_at)}",
        url=event.get_absolute_url(),
        source=str(event.group),
        frequencies={user.pk: MailFrequency.INSTANT},
    )
    return True


def fill_seats(event: Event, *, now: datetime | None = None) -> list[Registration]:
    """Promote from the queue while there are seats; the event's row is locked by the caller."""
    now = now or timezone.now()
    recount(event)
    if event.state_at(now) in (*OVER, *CALLED_OFF):
        return []
    waiting = Registration.objects.filter(event=event).waiting().in_queue().select_related("user")
    if event.capacity is not None:
        waiting = waiting[: max(0, event.capacity - event.seated_count)]
    promoted = list(waiting)
    for row in promoted:
        row.seat, row.changed_at = Seat.SEATED, now
        row.save(update_fields=["seat", "changed_at"])
        row.event = event
        tell(row, f"ท่านได้ที่นั่งแล้ว: {event.title}", "มีผู้สละสิทธิ์หรือเพิ่มที่นั่ง ท่านเลื่อนจากรายชื่อสำรองเป็นผู้ลงทะเบียนแล้ว")
    if promoted:
        recount(event)
    return promoted


@transaction.atomic
def set_interest(*, event: Event, user: User, interested: bool) -> None:
    """A bookmark; whoever is registered needs none."""
    event = lock(event)
    if not interested:
        Interest.objects.filter(event=event, user=user).delete()
    elif not Registration.objects.filter(event=event, user=user, seat__in=HELD).exists():
        Interest.objects.get_or_create(event=event, user=user)
    recount(event)


@transaction.atomic
def register_team(
    *, event: Event, people: Iterable[User], mode: str, by: User, site: ViewingSite | None = None
) -> list[Registration]:
    """Each gets a seat or a place in the queue and is told; who has one, or has declined, stays as is."""
    event = lock(event)
    refuse_closed(event, timezone.now())
    people = list(people)
    known = set(
        Registration.objects.filter(event=event, user__in=people, seat__in=[*HELD, Seat.DECLINED]).values_list(
            "user_id", flat=True
        )
    )
    rows = [
        register(event=event, user=person, mode=mode, site=site, by=by) for person in people if person.pk not in known
    ]
    if rows:
        event.log(f"ลงทะเบียนแทน {len(rows)} คน: {', '.join(row.user.get_full_name() for row in rows)}", by=by)
    return rows


def lock(event: Event) -> Event:
    return Event.objects.select_for_update(of=("self",)).select_related("group").get(pk=event.pk)


def refuse_closed(event: Event, now: datetime) -> None:
    if event.takes_registrations_at(now):
        return
    if event.state in CALLED_OFF:
        raise Refused(f"กิจกรรมนี้{event.get_state_display()} จึงไม่รับลงทะเบียน")
    if event.state_at(now) in OVER:
        raise Refused("กิจกรรมนี้เสร็จสิ้นแล้ว จึงไม่รับลงทะเบียน")
    if event.registration_opens_at and now < event.registration_opens_at:
        opens = event.registration_opens_at
        raise Refused(f"เปิดรับลงทะเบียน {thai.format_date(opens)} เวลา {thai.format_time(opens)}")
    if now >= event.registration_ends_at:
        raise Refused("ปิดรับลงทะเบียนแล้ว")
    raise Refused(NO_TIME)


def recount(event: Event) -> None:
    """Counted, not added up: the row is locked, and an index covers each count."""
    rows = Registration.objects.filter(event=event)
    event.seated_count, event.waiting_count = rows.seated().count(), rows.waiting().count()
    event.interest_count = Interest.objects.filter(event=event).count()
    Event.objects.filter(pk=event.pk).update(
        seated_count=event.seated_count, waiting_count=event.waiting_count, interest_count=event.interest_count
    )
    pagecache.changed()


def confirm(row: Registration, *, by: User | None) -> None:
    event = row.event
    if by is not None and by.pk != row.user_id:
        text = f"{by.get_full_name()} ลงทะเบียนให้ท่าน: {event.title}"
        note = "หากไม่สะดวก ท่านปฏิเสธได้ที่หน้ากิจกรรม"
    elif row.seat == Seat.SEATED:
        text, note = f"ลงทะเบียนแล้ว: {event.title}", ""
    else:
        text, note = f"อยู่ในรายชื่อสำรอง: {event.title}", "เมื่อมีที่นั่งว่าง ระบบเลื่อนให้ตามลำดับและแจ้งท่านทันที"
    tell(row, text, note)


def tell(row: Registration, text: str, note: str = "") -> None:
    """At once, whatever the person chose for news: it is about their seat. With the join link for the seated."""
    notify(
        recipients=[row.user],
        text=text,
        detail="\n".join(filter(None, [note, when(row.event.starts_at, row.event.ends_at), *how_to_join(row)])),
        url=row.event.get_absolute_url(),
        source=str(row.event.group),
        frequencies={row.user_id: MailFrequency.INSTANT},
    )


def how_to_join(row: Registration) -> list[str]:
    lines = [f"เข้าร่วมทาง: {Mode(row.mode).label}"]
    if row.site:
        lines.append(f"จุดรับชม: {row.site}")
    if joining.may_join(row.event, row):
        lines += [f"{name}: {link}" for name, link in joining.links(row.event.channels.all())]
    return lines
