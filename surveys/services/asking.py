"""Sending a question, taking it back, and "I want to know that, too"."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from events.models import Event
from groups.models import Group
from groups.services import Refused

from ..models import Question, QuestionState, QuestionStep, Vote, takes_questions
from .telling import tell_moderators

SAME_WITHIN = timedelta(minutes=2)  # a second tap on the button, not a second question
MOST_AN_HOUR = 20  # questions of one person
CLOSED = "ปิดรับคำถามแล้ว"
TOO_MANY = f"ท่านส่งคำถามครบ {MOST_AN_HOUR} ข้อในหนึ่งชั่วโมงแล้ว กรุณาส่งข้อต่อไปภายหลัง"
MOVED_ON = "คำถามนี้เปลี่ยนสถานะแล้ว จึงกดสนใจไม่ได้"
OWN = "ท่านเป็นผู้ถามคำถามนี้ ระบบจึงนับท่านเป็นผู้สนใจเสมอ"
TAKEN_UP = "ผู้ดำเนินกลุ่มตรวจสอบคำถามนี้แล้ว จึงถอนไม่ได้"


@transaction.atomic
def ask(
    *,
    group: Group,
    event: Event | None = None,
    asker: User,
    text: str,
    detail: str = "",
    is_anonymous: bool = False,
) -> Question:
    """A question to check. The same words sent twice in a row answer the question that they made."""
    group, event = locked_place(group, event)
    if not takes_questions(group, event):
        raise Refused(CLOSED)
    now = timezone.now()
    own = Question.objects.filter(asker=asker)
    recent = own.filter(group=group, event=event, text=text, created_at__gt=now - SAME_WITHIN)
    if first := recent.exclude(state=QuestionState.WITHDRAWN).order_by("pk").first():
        return first
    refuse_flood(asker, now)
    question = Question.objects.create(
        group=group, event=event, asker=asker, text=text, detail=detail, is_anonymous=is_anonymous,
        created_at=now, vote_count=1,
    )  # fmt: skip
    Vote.objects.create(question=question, user=asker, is_asker=True)
    question.steps.create(kind=QuestionStep.Kind.ASKED, by=asker, at=now)
    tell_moderators(question)
    return question


def locked_place(group: Group, event: Event | None) -> tuple[Group, Event | None]:
    """As they are now. Of two taps at once the second waits here until the first one's question is in."""
    if event is None:
        return Group.objects.select_for_update(no_key=True).get(pk=group.pk), None
    rows = Event.objects.select_for_update(no_key=True, of=("self",)).select_related("group")
    event = rows.get(pk=event.pk)
    return event.group, event


def refuse_flood(asker: User, now: datetime) -> None:
    if Question.objects.filter(asker=asker, created_at__gt=now - timedelta(hours=1)).count() >= MOST_AN_HOUR:
        raise Refused(TOO_MANY)


@transaction.atomic
def withdraw(*, question: Question, by: User) -> Question:
    """By who asked it, while nobody has taken it up. Withdrawing twice is withdrawing once."""
    row = locked(question)
    if row.asker_id != by.pk:
        raise Refused("ผู้ถามเท่านั้นที่ถอนคำถามได้")
    if row.state == QuestionState.WITHDRAWN:
        return row
    if row.state != QuestionState.PENDING:
        raise Refused(TAKEN_UP)
    row.state, row.revision = QuestionState.WITHDRAWN, row.revision + 1
    row.save(update_fields=["state", "revision"])
    row.steps.create(kind=QuestionStep.Kind.WITHDRAWN, by=by)
    return row


@transaction.atomic
def set_vote(*, question: Question, user: User, wants: bool) -> Question:
    """One vote each, however often it is asked for. Public pages are not told: they keep a count for a second only."""
    row = locked(question)
    if not row.takes_votes():
        raise Refused(MOVED_ON)
    own = Vote.objects.filter(question=row, user=user).first()
    if own and own.is_asker and not wants:
        raise Refused(OWN)
    if wants == (own is not None):
        return row
    if own is not None:
        own.delete()
    else:
        Vote.objects.create(question=row, user=user)
    row.vote_count += 1 if wants else -1
    row.save(update_fields=["vote_count"])
    return row


def locked(question: Question) -> Question:
    rows = Question.objects.select_for_update(of=("self",), no_key=True).select_related("group", "event")
    return rows.get(pk=question.pk)
