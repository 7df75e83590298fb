"""An event's life: planned, announced, changed, postponed, cancelled, held, closed, and held again.

Each act locks the event's row first, happens once however often it is asked for, tells whom it concerns, and writes
a line into the event's log. What is not possible is `Refused`, with a message for the person who asked.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Max, ProtectedError
from django.utils import timezone

from accounts.models import User
from core import pagecache
from groups.models import Group, Stage
from groups.services import Refused

from .. import moves, notices
from ..details import COLUMNS, Change, ChannelDetails, Details, changes, hours_of, when, write
from ..models import OVER, Attendance, Audience, Event, State
from . import mailing
from .registration import fill_seats, lock
from .reminders import withdraw_wrong

IN_CALENDAR = {"title", "lead", "agenda", "time", "visibility", *notices.CHANNELS}  # what events.ics writes
ENDED_GROUP = "กลุ่มนี้สิ้นสุดแล้ว จึงจัดกิจกรรมใหม่ไม่ได้"
PAST_DATE = "เวลาเริ่มผ่านไปแล้ว กรุณากำหนดวันและเวลาใหม่"
GONE = "กิจกรรมนี้ถูกลบไปแล้ว"


class Overtaken(Refused):
    """Somebody else has changed the event since the form was given out."""

    def __init__(self, stored: Details, names: set[str]) -> None:
        super().__init__("มีผู้อื่นแก้ไขข้อมูลนี้แล้ว")
        self.stored, self.names = stored, names  # of the facts that were changed


@dataclass(frozen=True)
class Saved:
    event: Event
    changed: list[Change] = field(default_factory=list)
    told: list[Change] = field(default_factory=list)
    promoted: int = 0


# --- A new event ------------------------------------------------------------------------------------------
@transaction.atomic
def plan(*, group: Group, details: Details, by: User, uid: str = "") -> tuple[Event, bool]:
    """A draft with the next number, and whether it is new: a form that is sent twice (`uid`) is stored once."""
    group = Group.objects.select_for_update().get(pk=group.pk)
    if uid and (known := Event.objects.filter(uid=uid).first()):
        if (known.group_id, known.created_by_id) != (group.pk, by.pk) or changes(Details.of(known), details):
            raise Refused("แบบฟอร์มนี้บันทึกเป็นกิจกรรมไปแล้ว กรุณาแก้ไขต่อที่หน้าแก้ไขของกิจกรรมนั้น")
        return known, False
    if group.has_ended:
        raise Refused(ENDED_GROUP)
    event = Event(group=group, created_by=by, **details.columns)
    if uid:
        event.uid = uid
    give_number(event)
    event.save()
    write(event, details)
    event.log("สร้างร่างกิจกรรม", by=by)
    return event, True


@transaction.atomic
def copy(*, event: Event, by: User, now: datetime | None = None) -> tuple[Event, bool]:
    """ "จัดครั้งถัดไป": a draft for the same weekday and time, whole weeks later, without the links; and whether it is
    new. The uid comes from source and date, so that pressing twice makes one draft."""
    now = now or timezone.now()
    event = locked(event)
    weeks = timedelta(weeks=max(1, (now - event.starts_at) // timedelta(weeks=1) + 1))
    uid = str(uuid.uuid5(uuid.UUID(event.uid), f"{event.starts_at + weeks:%Y%m%d%H%M}"))
    if known := Event.objects.filter(uid=uid).first():
        return known, False
    source = Details.of(event)
    moved = {"starts_at": event.starts_at + weeks, "ends_at": event.ends_at + weeks}
    window = {"registration_opens_at": None, "registration_closes_at": None}
    details = replace(
        source,
        columns={**source.columns, **moved, **window},
        cohosts=tuple(group for group in source.cohosts if not group.has_ended),
        channels=tuple(ChannelDetails(channel.kind, channel.note) for channel in source.channels),
    )
    draft, is_new = plan(group=event.group, details=details, by=by, uid=uid)
    draft.log(f"คัดลอกจากครั้งที่ {event.serial}", by=by)
    return draft, is_new


@transaction.atomic
def delete_draft(*, event: Event, by: User) -> None:
    event = ready(event, moves.DELETE, timezone.now())
    files = [(row.file.storage, str(row.file.name)) for row in event.documents.all()]
    try:
        event.delete()
    except ProtectedError:
        raise Refused("ร่างนี้มีจุดรับชมหรือผู้ลงทะเบียนแล้ว จึงลบไม่ได้") from None
    for storage, name in files:
        transaction.on_commit(partial(storage.delete, name))


# --- Editing ----------------------------------------------------------------------------------------------
@transaction.atomic
def change(
    *, event: Event, details: Details, by: User, seen: Mapping[str, str] | None = None, now: datetime | None = None
) -> Saved:
    """Save what was edited. `seen` are the marks of what the editor was shown: `Overtaken` where others were faster."""
    event = locked(event)
    now = now or timezone.now()
    before, state = Details.of(event), event.state_at(now)
    if state in (State.COMPLETE, State.CANCELLED):
        raise Refused(f"กิจกรรมนี้{State(state).label} จึงแก้ไขไม่ได้ กรุณาเปิดงานอีกครั้งก่อน")
    changed = changes(before, details)
    if not changed:
        return Saved(event)
    names = {one.name for one in changed}
    refuse_overtaken(before, names, seen)
    if state == State.POSTPONED and "time" in names:
        raise Refused("กิจกรรมนี้เลื่อนกำหนดอยู่ กรุณากำหนดวันใหม่ที่หน้าสถานะ")
    if problem := seats_problem(event, details.columns["capacity"]):
        raise Refused(problem)
    for name in COLUMNS:
        setattr(event, name, details.columns[name])
    save(event, now, *COLUMNS, for_calendar=bool(names & IN_CALENDAR))
    write(event, details)
    event.log(f"แก้ไข: {', '.join(one.label for one in changed)}", by=by)
    promoted = fill_seats(event, now=now) if "capacity" in names else []
    told = tell_changes(event, changed) if state not in (State.DRAFT, *OVER) else []
    return Saved(event, changed, told, len(promoted))


def refuse_overtaken(before: Details, names: set[str], seen: Mapping[str, str] | None) -> None:
    if seen is None:
        return
    marks = before.marks()
    if overtaken := {name for name, mark in marks.items() if seen.get(name) != mark} & names:
        raise Overtaken(before, overtaken)


def seats_problem(event: Event, capacity: int | None) -> str:
    """Nobody loses a seat that was given."""
    if capacity is None or capacity >= event.seated_count or capacity == event.capacity:
        return ""
    return f"มีผู้ลงทะเบียนแล้ว {event.seated_count:,} คน กรุณาระบุไม่น้อยกว่านั้น"


def tell_changes(event: Event, changed: list[Change]) -> list[Change]:
    concerning = notices.concerning(changed)
    if concerning:
        mailing.send(
            event=event,
            audience=notices.audience_of(concerning),
            subject=f"เปลี่ยนแปลงกิจกรรม: {event.title}",
            body=notices.body_of(event, concerning),
        )
    return concerning


# --- Moves ------------------------------------------------------------------------------------------------
@transaction.atomic
def announce(*, event: Event, by: User, now: datetime | None = None) -> Event:
    """Show it to its readers, and take registrations."""
    now = now or timezone.now()
    event = ready(event, moves.ANNOUNCE, now)
    if event.group.has_ended or event.group.stage == Stage.DRAFT:
        raise Refused("กลุ่มนี้ยังไม่เปิดหรือสิ้นสุดแล้ว จึงเปิดรับลงทะเบียนไม่ได้")
    if event.starts_at <= now:
        raise Refused(PAST_DATE)
    if not event.channels.exists():
        raise Refused("ยังไม่มีช่องทางเข้าร่วม กรุณาเลือกอย่างน้อยหนึ่งช่องทางก่อนเปิดรับลงทะเบียน")
    Group.objects.filter(pk=event.group_id).update(last_activity_at=now)
    enter(event, State.OPEN, now)
    event.log("เปิดรับลงทะเบียน", by=by)
    return event


@transaction.atomic
def postpone(
    *,
    event: Event,
    by: User,
    reason: str = "",
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    now: datetime | None = None,
) -> Event:
    """Call the date off, and name the new one if there is one: then it is open again. Registrations stay.

    Reminders go out anew: each registration notes of which start it was reminded.
    """
    now = now or timezone.now()
    event = ready(event, moves.POSTPONE, now)
    was, is_postponed = when(event.starts_at, event.ends_at), event.state == State.POSTPONED
    if is_postponed and starts_at is None:
        raise Refused("กิจกรรมนี้เลื่อนกำหนดอยู่แล้ว กรุณาระบุวันใหม่")
    if not reason and not is_postponed:
        raise Refused("กรุณากรอกเหตุผล ผู้ลงทะเบียนจะได้ทราบ")
    if starts_at is None:
        enter(event, State.POSTPONED, now, reason=reason, for_calendar=True)
        text = notices.postponed(event, was=was, has_new_date=False, reason=reason)
        tell_followers(event, f"เลื่อนกำหนด: {event.title}", text)
        event.log(f"เลื่อนกำหนด ({reason})", by=by)
        return event
    if not is_postponed and starts_at == event.starts_at:
        raise Refused("วันใหม่ตรงกับกำหนดเดิม กรุณาระบุวันหรือเวลาอื่น")
    set_date(event, starts_at, ends_at or starts_at + event.duration, now)
    enter(event, State.OPEN, now, for_calendar=True, also=COLUMNS)
    if is_postponed:
        text = notices.rescheduled(event, was=was, reason=reason)
    else:
        text = notices.postponed(event, was=was, has_new_date=True, reason=reason)
    tell_followers(event, f"กำหนดใหม่: {event.title}", text)
    event.log(f"กำหนดวันใหม่ {when(event.starts_at, event.ends_at)}{f' ({reason})' if reason else ''}", by=by)
    fill_seats(event, now=now)  # whoever gave a seat up meanwhile
    return event


def set_date(event: Event, starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """The registration window moves along; one that would have closed already stays open until the end."""
    if starts_at <= now:
        raise Refused(PAST_DATE)
    if ends_at <= starts_at:
        raise Refused("เวลาสิ้นสุดต้องอยู่หลังเวลาเริ่ม")
    if event.hours == hours_of(event.starts_at, event.ends_at):
        event.hours = hours_of(starts_at, ends_at)
    moved = starts_at - event.starts_at
    if event.registration_closes_at:
        closes = min(event.registration_closes_at + moved, ends_at)
        event.registration_closes_at = closes if closes > now else None
    if event.registration_opens_at and event.registration_opens_at > now:
        event.registration_opens_at += moved
    event.starts_at, event.ends_at = starts_at, ends_at


@transaction.atomic
def cancel(*, event: Event, by: User, reason: str, now: datetime | None = None) -> Event:
    now = now or timezone.now()
    event = ready(event, moves.CANCEL, now)
    if not reason:
        raise Refused("กรุณากรอกเหตุผล ผู้ลงทะเบียนจะได้ทราบ")
    enter(event, State.CANCELLED, now, reason=reason, for_calendar=True)
    tell_followers(event, f"ยกเลิกกิจกรรม: {event.title}", notices.cancelled(event, reason=reason))
    event.log(f"ยกเลิกกิจกรรม ({reason})", by=by)
    return event


@transaction.atomic
def go_live(*, event: Event, by: User, now: datetime | None = None) -> Event:
    """By hand, before the clock does it."""
    now = now or timezone.now()
    event = ready(event, moves.GO_LIVE, now)
    enter(event, State.LIVE, now)
    tell_held(event, f"เริ่มถ่ายทอดสดแล้ว: {event.title}", notices.early(event))
    event.log("เริ่มถ่ายทอดสด", by=by)
    return event


@transaction.atomic
def end(*, event: Event, by: User, now: datetime | None = None) -> Event:
    now = now or timezone.now()
    event = ready(event, moves.END, now)
    enter(event, State.ENDED, now)
    event.log("จบกิจกรรม", by=by)
    return event


@transaction.atomic
def complete(*, event: Event, by: User, now: datetime | None = None) -> Event:
    """Everything about it is done; what is missing (events.closing) the caller has looked at."""
    now = now or timezone.now()
    event = ready(event, moves.COMPLETE, now)
    enter(event, State.COMPLETE, now)
    event.log("ปิดงาน", by=by)
    return event


@transaction.atomic
def reopen(*, event: Event, by: User, now: datetime | None = None) -> Event:
    """Take the last step back: a completed event is ended again, a cancelled one open, one that went live or ended
    too early goes on as planned."""
    now = now or timezone.now()
    event = ready(event, moves.REOPEN, now)
    was = event.state_at(now)
    back = {State.COMPLETE: State.ENDED, State.ENDED: State.LIVE}.get(State(was), State.OPEN)
    enter(event, back, now, for_calendar=was == State.CANCELLED)
    if was == State.CANCELLED:
        tell_followers(event, f"จัดตามกำหนดเดิม: {event.title}", notices.reopened(event))
        fill_seats(event, now=now)
    elif was == State.LIVE:
        tell_held(event, f"ยังไม่เริ่ม: {event.title}", notices.not_yet(event))
    event.log(f"เปิดงานอีกครั้ง จาก “{State(was).label}” เป็น “{back.label}”", by=by)
    return event


# --- What the acts share ----------------------------------------------------------------------------------
def locked(event: Event) -> Event:
    try:
        return lock(event)
    except Event.DoesNotExist:
        raise Refused(GONE) from None


def ready(event: Event, move: str, now: datetime) -> Event:
    """The event, locked, if the move is possible; else the reason why not."""
    event = locked(event)
    has_attendance = Attendance.objects.present().filter(event=event).exists()
    if problem := moves.problem_of(event, move, now, has_attendance=has_attendance):
        raise Refused(problem)
    return event


def enter(
    event: Event,
    state: State,
    now: datetime,
    *,
    reason: str = "",
    for_calendar: bool = False,
    also: tuple[str, ...] = (),
) -> None:
    event.state, event.state_reason, event.state_since = state, reason, now
    save(event, now, "state", "state_reason", "state_since", *also, for_calendar=for_calendar)
    if for_calendar:
        withdraw_wrong()  # a reminder that waits for the mail server must not come after this


def save(event: Event, now: datetime, *columns: str, for_calendar: bool) -> None:
    """Only these columns: counters belong to others. A draft is in nobody's calendar yet."""
    if for_calendar and event.state != State.DRAFT:
        event.sequence += 1
    if event.fiscal_year != event.fiscal_year_of_start():
        give_number(event)
    event.updated_at = now
    event.save(update_fields=[*columns, "fiscal_year", "number", "sequence", "updated_at"])
    if event.state != State.DRAFT:
        pagecache.changed()


def give_number(event: Event) -> None:
    """The next of its group in the fiscal year of its start; the group's row is locked, so that none is given twice."""
    Group.objects.select_for_update().get(pk=event.group_id)
    event.fiscal_year = event.fiscal_year_of_start()
    others = Event.objects.filter(group=event.group_id, fiscal_year=event.fiscal_year)
    event.number = (others.aggregate(last=Max("number"))["last"] or 0) + 1


def tell_followers(event: Event, subject: str, body: str) -> None:
    mailing.send(event=event, audience=Audience.FOLLOWING, subject=subject, body=body)


def tell_held(event: Event, subject: str, body: str) -> None:
    mailing.send(event=event, audience=Audience.HELD, subject=subject, body=body)
