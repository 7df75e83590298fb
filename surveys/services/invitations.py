"""Telling people that their answer is asked for, once each, and reminding those who have not given it.

How far a survey's invitations have come is written down in the transaction that puts them into the inboxes: a second
run after a crash tells nobody twice. Rows are followed in the order in which they were made, so that whoever joins the
audience later, with a viewing site's late roster for one, is invited too while the survey is open.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.services import notify
from core import thai
from events.models import OVER, State
from groups.services import Refused

from ..audiences import belonging, silent
from ..models import INVITED, Kind, Phase, Survey
from .building import locked, note

logger = logging.getLogger(__name__)

BATCH = 500
BETWEEN_REMINDERS = timedelta(days=3)
ANONYMOUS = "คำตอบไม่เชื่อมกับชื่อผู้ตอบ ระบบบันทึกแยกกันว่าท่านตอบแล้ว"
NAMED = "แบบประเมินนี้ระบุชื่อผู้ตอบ ผู้ดำเนินกลุ่มเห็นชื่อพร้อมคำตอบ"


def invite_due(*, now: datetime | None = None) -> int:
    """Invitations to what has opened, and reminders that were asked for, however long no worker ran; answer to how
    many people they were due."""
    now = now or timezone.now()
    told = sum(all_of(invite_some, survey, now) for survey in due(now))
    asked = Survey.objects.filter(reminded_up_to__isnull=False).order_by("pk")
    return told + sum(all_of(remind_some, survey, now) for survey in asked)


def all_of(some: Callable[[Survey, datetime], int], survey: Survey, now: datetime) -> int:
    """Batch by batch. One survey that fails does not stop the others; the next minute tries it again."""
    told = 0
    try:
        while batch := some(survey, now):
            told += batch
    except Exception:
        logger.exception("survey %d: %s failed", survey.pk, some.__name__)
    return told


# --- Invitations ------------------------------------------------------------------------------------------
def due(now: datetime) -> list[Survey]:
    """Open, and for people who can be told."""
    rows = Survey.objects.open_at(now).filter(audience__in=INVITED).select_related("event", "group").order_by("pk")
    return [survey for survey in rows if is_time(survey, now)]


def is_time(survey: Survey, now: datetime) -> bool:
    """What somebody thinks of an event is asked when it is over."""
    if survey.event is None:
        return True
    if survey.kind == Kind.SATISFACTION:
        return survey.event.state_at(now) in OVER
    return survey.event.state != State.DRAFT


def invite_some(survey: Survey, now: datetime) -> int:
    """The next rows of the audience; answer how many."""
    if not belonging(survey).filter(pk__gt=survey.invited_up_to).exists():  # most minutes, without a lock
        return 0
    with transaction.atomic():
        row = locked_to_tell(survey)
        if row is None or row.phase_at(now) != Phase.OPEN:
            return 0
        rows = belonging(row).filter(pk__gt=row.invited_up_to).order_by("pk")
        batch = list(rows.values_list("pk", "user")[:BATCH])
        if batch:
            tell(row, silent(row).filter(pk__in=[person for _, person in batch]), f"ขอเชิญตอบ: {row.title}")
            row.invited_up_to, row.announced_at = batch[-1][0], row.announced_at or now
            row.save(update_fields=["invited_up_to", "announced_at"])
    survey.invited_up_to = row.invited_up_to
    return len(batch)


# --- Reminders --------------------------------------------------------------------------------------------
@transaction.atomic
def remind(*, survey: Survey, by: User, now: datetime | None = None) -> int:
    """Those who have not answered yet, at most once in three days; the worker does it. Answer how many they are."""
    row = locked(survey)
    now = now or timezone.now()
    if problem := reminder_problem(row, now):
        raise Refused(problem)
    people = silent(row).count()
    if not people:
        raise Refused("ผู้ได้รับเชิญตอบครบทุกคนแล้ว จึงไม่มีผู้ที่ต้องเตือน")
    row.reminded_at, row.reminded_up_to = now, 0
    row.save(update_fields=["reminded_at", "reminded_up_to"])
    note(row, f"เตือนผู้ที่ยังไม่ตอบ “{row.title}”", by)
    return people


def reminder_problem(survey: Survey, now: datetime) -> str:
    """Why nobody can be reminded now; empty where they can."""
    if survey.audience not in INVITED:
        return "แบบประเมินนี้ไม่มีรายชื่อผู้ได้รับเชิญ จึงเตือนไม่ได้"
    if survey.phase_at(now) != Phase.OPEN:
        return "แบบประเมินนี้ไม่ได้เปิดรับคำตอบในขณะนี้ จึงเตือนไม่ได้"
    if survey.announced_at is None:
        return "ระบบยังไม่ได้เชิญผู้ตอบ เมื่อถึงเวลาระบบเชิญให้เอง"
    again = max(filter(None, [survey.announced_at, survey.reminded_at])) + BETWEEN_REMINDERS
    if now < again:
        return f"เชิญหรือเตือนไปแล้วไม่ถึง 3 วัน เตือนได้อีกตั้งแต่ {thai.format_date(again)} เวลา {thai.format_time(again)}"
    return ""


def remind_some(survey: Survey, now: datetime) -> int:
    """The next of those who are silent; when all are through, or it has closed, the round is over."""
    with transaction.atomic():
        row = locked_to_tell(survey)
        if row is None or row.reminded_up_to is None:
            return 0
        is_open = row.phase_at(now) == Phase.OPEN
        batch = list(silent(row).filter(pk__gt=row.reminded_up_to).order_by("pk")[:BATCH]) if is_open else []
        tell(row, batch, f"เตือนให้ตอบ: {row.title}")
        row.reminded_up_to = batch[-1].pk if batch else None
        row.save(update_fields=["reminded_up_to"])
    return len(batch)


# --- What both share --------------------------------------------------------------------------------------
def locked_to_tell(survey: Survey) -> Survey | None:
    """In the weaker way: who is answering need not wait."""
    rows = Survey.objects.select_for_update(of=("self",), no_key=True).select_related("group", "event")
    return rows.filter(pk=survey.pk).first()


def tell(survey: Survey, people: QuerySet[User] | list[User], text: str) -> None:
    about = f" · {survey.event.title}" if survey.event else ""
    lines = [survey.intro, ANONYMOUS if survey.is_anonymous else NAMED]
    if survey.closing:
        lines.append(f"ปิดรับคำตอบ {thai.format_date(survey.closing)} เวลา {thai.format_time(survey.closing)}")
    notify(
        recipients=people,
        text=f"{text}{about}",
        detail="\n".join(filter(None, lines)),
        url=survey.get_absolute_url(),
        source=str(survey.group),
    )
