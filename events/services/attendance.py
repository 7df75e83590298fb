"""Who took part. The event's row is locked first, so that a person who comes by two ways at once is counted once."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core import pagecache
from groups.services import Refused

from ..joining import modes_of
from ..models import HELD, OVER, Attendance, Event, Mode, Registration, RosterEntry, Source, Status, ViewingSite
from ..models.keys import new_secret
from ..rosters.matching import own_name_key
from .presence import is_present, new_row, own, refuse_marking, row_of, seat_of, set_status, way_in
from .reach import add_one, recount
from .registration import lock


@transaction.atomic
def sign_in(
    *, event: Event, user: User, source: str, mode: str, site: ViewingSite | None = None, now: datetime | None = None
) -> Attendance:
    """Somebody says that they are here. Twice is once, and who is named on a roster is that person."""
    now = now or timezone.now()
    event = lock(event)
    refuse_marking(event, now)
    row = row_of(event, user)
    if row is None:
        mode, site = way_in(seat_of(event, user), mode, site)
        row = new_row(event, user, mode=mode, site=site)
        set_status(row, Status.PRESENT, source=source, by=None, now=now)
        row.save()
        if site is not None and ViewingSite.objects.filter(pk=site.pk, head_count__isnull=False).exists():
            recount(event)  # one person fewer is there without a name
        else:
            add_one(event, row.level, row.mode)
        return row
    row.event = event
    return come_again(row, user, source=source, mode=mode, site=site, now=now)


def come_again(
    row: Attendance, user: User, *, source: str, mode: str, site: ViewingSite | None, now: datetime
) -> Attendance:
    """The first way of taking part stays; being here oneself is better evidence than a roster."""
    if is_present(row) and row.user_id and row.source != Source.ROSTER and (site is None or row.site_id == site.pk):
        return row
    if not is_present(row):
        row.mode, row.site = way_in(seat_of(row.event, user), mode, site)
    if row.user_id is None:
        own(row, user, row.site)
    if not is_present(row) or row.source == Source.ROSTER:
        set_status(row, Status.PRESENT, source=source, by=None, now=now)
    if site and row.site is None:
        row.site = site
    elif site and row.site_id != site.pk:
        RosterEntry.objects.get_or_create(site=site, attendance=row)
    row.save()
    recount(row.event)
    return row


@transaction.atomic
def mark(
    *,
    event: Event,
    by: User,
    status: str,
    user: User | None = None,
    attendance: Attendance | None = None,
    reason: str = "",
    now: datetime | None = None,
) -> Attendance:
    """By hand, for somebody with an account or for a row that is there. Who is excused has a reason."""
    now = now or timezone.now()
    event = lock(event)
    refuse_marking(event, now)
    reason = reason if status == Status.EXCUSED else ""
    if status == Status.EXCUSED and not reason:
        raise Refused("กรุณากรอกเหตุผลที่ลา")
    row = found(event, user, attendance)
    is_named_only = user is not None and row.user_id is None
    if row.pk and not is_named_only and (row.status, row.reason) == (status, reason):
        return row
    if user is not None and is_named_only:
        own(row, user, row.site)
    set_status(row, status, source=Source.HAND, by=by, now=now, reason=reason)
    row.save()
    event.log(f"บันทึก{row.name}: {row.get_status_display()}{f' ({reason})' if reason else ''}", by=by)
    recount(event)
    return row


def found(event: Event, user: User | None, attendance: Attendance | None) -> Attendance:
    """The row to mark; of somebody who has none yet, a new one that is not saved."""
    if user is None:
        assert attendance is not None, "nobody to mark"
        return Attendance.objects.select_related("user", "site").get(pk=attendance.pk, event=event)
    if row := row_of(event, user):
        return row
    mode, site = way_in(seat_of(event, user), usual_mode(event), None)
    return new_row(event, user, mode=mode, site=site)


def usual_mode(event: Event) -> Mode:
    """Of somebody who came without registering."""
    return modes_of(event.channels.all())[0]


@transaction.atomic
def mark_all(*, event: Event, by: User, users: Iterable[User], now: datetime | None = None) -> int:
    """Everybody of a list took part, but for those about whom something is noted already. Answers how many."""
    now = now or timezone.now()
    event = lock(event)
    refuse_marking(event, now)
    noted = Attendance.objects.filter(event=event, user__isnull=False).values("user")
    listed = User.objects.filter(pk__in=[user.pk for user in users])
    people = list(listed.exclude(pk__in=noted).select_related("agency").order_by("pk"))
    seats = Registration.objects.filter(event=event, user__in=people, seat__in=HELD).select_related("site")
    seat_by_user = {seat.user_id: seat for seat in seats}
    keys = {own_name_key(person) for person in people}
    named = {row.name_key: row for row in Attendance.objects.filter(event=event, user=None, name_key__in=keys)}
    usual = usual_mode(event)
    for person in people:
        row = named.pop(own_name_key(person), None)
        if row is None:
            mode, site = way_in(seat_by_user.get(person.pk), usual, None)
            row = new_row(event, person, mode=mode, site=site)
        else:
            own(row, person, row.site)
        set_status(row, Status.PRESENT, source=Source.HAND, by=by, now=now)
        row.save()
    if people:
        event.log(f"บันทึกว่าเข้าร่วมแล้ว {len(people):,} คน", by=by)
        recount(event)
    return len(people)


@transaction.atomic
def close_attendance(*, event: Event, by: User, now: datetime | None = None) -> None:
    """ "รายงานครบแล้ว": nothing is added or changed until it is opened again. Closing twice is closing once."""
    now = now or timezone.now()
    event = lock(event)
    if event.attendance_closed_at:
        return
    refuse_marking(event, now)
    if now < event.ends_at and event.state not in OVER:
        raise Refused("ปิดการรายงานได้เมื่อกิจกรรมเสร็จสิ้นแล้ว")
    set_closed(event, now)
    event.log("ปิดการรายงานผู้เข้าร่วม: รายงานครบแล้ว", by=by)


@transaction.atomic
def reopen_attendance(*, event: Event, by: User) -> None:
    event = lock(event)
    if event.attendance_closed_at:
        set_closed(event, None)
        event.log("เปิดการรายงานผู้เข้าร่วมอีกครั้ง", by=by)


def set_closed(event: Event, moment: datetime | None) -> None:
    event.attendance_closed_at = moment
    event.save(update_fields=["attendance_closed_at"])
    pagecache.changed()


@transaction.atomic
def renew_codes(*, event: Event, by: User) -> None:
    """Every code of the event that was shown or printed so far is worthless from now on."""
    event = lock(event)
    event.sign_in_secret = new_secret()
    event.save(update_fields=["sign_in_secret"])
    event.log("ออกรหัสลงชื่อใหม่ รหัสเดิมทั้งหมดใช้ไม่ได้แล้ว", by=by)
