"""Handing in a filled-in form: once, in time, by somebody who may.

The receipt (who) and the response (what) are two rows that nothing joins: docs/decisions/0012-anonymous-answers.md.
A submission changes no row that others change, too, so that many people send theirs at once. It reads the survey
under a share lock: whoever changes the settings of a survey (for update) waits for it, and the other way round.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from core import thai
from core.prepared import Prepared, PreparedInsert, PreparedObject, Statement, run
from core.thai import format_date, format_time
from events.models import Event
from events.services.certificates import MARK_EVALUATED
from groups.services import Refused

from ..audiences import may_answer
from ..form import Form, form_of
from ..models import AnswerDraft, Audience, Kind, Phase, Receipt, Response, Survey, SurveyVersion

ALREADY = "ท่านตอบแบบประเมินนี้แล้ว คำตอบที่ส่งไว้ครั้งแรกนับแล้ว"
NOT_YET = "แบบประเมินนี้ยังไม่เปิดรับคำตอบ"
CLOSED = "แบบประเมินนี้ปิดรับคำตอบแล้ว"
UNKNOWN = "ไม่พบแบบประเมินฉบับที่ท่านตอบ กรุณาเปิดหน้านี้ใหม่แล้วตอบอีกครั้ง"
NAMED_NOW = "แบบประเมินนี้เปลี่ยนเป็นระบุชื่อผู้ตอบระหว่างที่ท่านตอบ ระบบจึงยังไม่บันทึก หากยังต้องการตอบ กรุณาส่งอีกครั้ง"
WHO: dict[str, str] = {
    Audience.ATTENDEES: "แบบประเมินนี้สำหรับผู้เข้าร่วมกิจกรรม ระบบไม่พบการลงชื่อเข้าร่วมของท่าน",
    Audience.REGISTERED: "แบบประเมินนี้สำหรับผู้ลงทะเบียนกิจกรรม",
    Audience.MEMBERS: "แบบประเมินนี้สำหรับสมาชิกกลุ่ม",
    Audience.SIGNED_IN: "กรุณาเข้าสู่ระบบก่อนตอบแบบประเมิน",
    Audience.LINK: "แบบประเมินนี้ตอบได้จากลิงก์ที่ได้รับเท่านั้น",
}


class Answered(Refused):
    """By the same person, or from the same browser; perhaps a moment ago, from another tab."""


class SharedSurvey(PreparedObject[Survey]):
    """Its row under the lock that every row pointing at it takes: it excludes FOR UPDATE, and nothing else."""

    def compile(self) -> None:
        super().compile()
        if connection.vendor == "postgresql":
            self.sql += " FOR KEY SHARE"


surveys = SharedSurvey(Survey)
events = PreparedObject(Event)
receipts = PreparedInsert(Receipt)
responses = PreparedInsert(Response)
people = Prepared(lambda pk: User.objects.filter(pk=pk).select_for_update(no_key=True).values_list("pk"))

# By hand, as are the others: a hall of people sends at once, and building a statement takes longer than running it.
FORGET_DRAFT = f"DELETE FROM {AnswerDraft._meta.db_table} WHERE survey_id = %s AND user_id = %s"  # noqa: S608  ours


# --- Sending ----------------------------------------------------------------------------------------------
def submit(
    *,
    survey: Survey,
    version: int,
    answers: dict[str, Any],
    user: User | None = None,
    token: str = "",
    as_unnamed: bool = False,
) -> None:
    """`version` is the one whose wording was seen, `answers` what filled.read found valid for it; `token` is what the
    browser of somebody unknown holds; `as_unnamed`: the form that was filled in promised to ask for no name. Refused
    with Answered where there is an answer already."""
    wording(survey, version)
    try:
        with transaction.atomic():
            held = held_survey(survey.pk)
            refuse(held, user, timezone.now())
            if as_unnamed and not held.is_anonymous:
                raise Refused(NAMED_NOW)
            run([receipt(held, user, token), response(held, version, answers, user), *settled(held, user)])
    except IntegrityError:
        if has_answered(survey, user, token):
            raise Answered(ALREADY) from None
        raise


def wording(survey: Survey, version: int) -> Form:
    """A version that was published, this one or an earlier: somebody may have been answering while it was edited."""
    try:
        form = form_of(version)
    except SurveyVersion.DoesNotExist:
        raise Refused(UNKNOWN) from None
    if form.survey != survey.pk or not form.is_published:
        raise Refused(UNKNOWN)
    return form


def held_survey(pk: int) -> Survey:
    """As it is now, not as it was when the page was asked for."""
    survey = surveys.get(pk)
    if survey is None:
        raise Refused(CLOSED)
    if survey.follows_event and survey.event_id:
        survey.event = events.get(survey.event_id)
    return survey


def refuse(survey: Survey, user: User | None, now: datetime) -> None:
    """Too early, too late, or without the right."""
    if problem := closed_to_all(survey, now):
        raise Refused(problem)
    if survey.audience != Audience.LINK and (user is None or not may_answer(survey, user)):
        raise Refused(WHO[survey.audience])


def closed_to_all(survey: Survey, now: datetime) -> str:
    """Why nobody can answer at this moment; empty where it takes answers."""
    match survey.phase_at(now):
        case Phase.OPEN:
            return ""
        case Phase.CLOSED:
            return CLOSED
    if survey.opening and survey.opening > now:
        return f"{NOT_YET} จะเปิดวันที่ {format_date(survey.opening)} เวลา {format_time(survey.opening)}"
    return NOT_YET


def receipt(survey: Survey, user: User | None, token: str) -> Statement:
    if user is not None:
        return receipts.statement(survey_id=survey.pk, user_id=user.pk)
    if token:
        return receipts.statement(survey_id=survey.pk, token=hashed(token))
    raise Refused("กรุณาส่งอีกครั้ง ระบบยังไม่ได้รับคำตอบของท่าน")


def response(survey: Survey, version: int, answers: dict[str, Any], user: User | None) -> Statement:
    named = {}
    if not survey.is_anonymous and user is not None:
        named = {"user_id": user.pk, "answered_on": thai.local_date(timezone.now())}
    return responses.statement(version_id=version, answers=answers, **named)


def settled(survey: Survey, user: User | None) -> Iterator[Statement]:
    """What follows from the receipt, not from the answers. The draft goes last, under the person's lock: one that is
    being saved at this moment is saved before and goes, too, or finds the receipt."""
    if user is None:
        return
    if survey.event_id and survey.kind == Kind.SATISFACTION:
        yield MARK_EVALUATED, [survey.event_id, user.pk]
    yield people.statement(user.pk)
    yield FORGET_DRAFT, [survey.pk, user.pk]


# --- Receipts ---------------------------------------------------------------------------------------------
def has_answered(survey: Survey, user: Any, token: str = "") -> bool:
    if user is not None and user.is_authenticated:
        return Receipt.objects.filter(survey=survey, user=user.pk).exists()
    return bool(token) and Receipt.objects.filter(survey=survey, user=None, token=hashed(token)).exists()


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
