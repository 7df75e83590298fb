"""What moderators do with a question, from its publication to the answer.

Each act locks the question's row, is done once however often it is asked for, tells who asked, and leaves a step. It
takes the number (`revision`) of what the moderator looked at: who comes second is told what the first one did.
"""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from accounts.models import Agency, User
from core import pagecache, thai
from groups.services import Refused

from .. import merging
from ..models import OWED, Question, QuestionState, QuestionStep, Vote, Way
from .telling import tell_askers

Kind = QuestionStep.Kind
WRITABLE = (QuestionState.PENDING, *OWED, QuestionState.ANSWERED)
GONE = "คำถามนี้ถูกลบไปแล้ว"
# Counters belong to others.
COLUMNS = (
    "text", "detail", "state", "merged_into", "agency", "owed_since", "answered_how", "answer", "answered_by",
    "answered_at", "reason", "is_being_answered", "published_at", "revision",
)  # fmt: skip


class Overtaken(Refused):
    """Somebody else has acted on the question since the page was given out."""

    def __init__(self, stored: Question, by: User) -> None:
        self.stored = stored
        self.step = stored.steps.select_related("by").order_by("-pk").first()
        super().__init__(f"{deed(self.step, by)} กรุณาตรวจก่อนดำเนินการต่อ")


def deed(step: QuestionStep | None, viewer: User) -> str:
    if step is None:
        return "มีผู้อื่นแก้ไขข้อมูลนี้แล้ว"
    when = f"“{step.get_kind_display()}” เมื่อ {thai.format_date(step.at)} {thai.format_time(step.at)}"
    if step.by_id == viewer.pk:
        return f"ท่านดำเนินการกับคำถามนี้จากหน้าอื่นแล้ว คือ {when}"
    who = step.by.get_full_name() if step.by else "ผู้อื่น"
    return f"มีผู้อื่นแก้ไขข้อมูลนี้แล้ว: {who} {when}"


# --- To be seen -------------------------------------------------------------------------------------------
@transaction.atomic
def publish(*, question: Question, by: User, revision: int) -> Question:
    row = ready(question, by, revision, Kind.PUBLISHED, [QuestionState.PENDING])
    if row.revision != revision:
        return row
    now = timezone.now()
    row.state, row.published_at, row.owed_since = QuestionState.WAITING, now, now
    finish(row, by, Kind.PUBLISHED, is_public=True)
    tell_askers(row, f"คำถามของท่านเผยแพร่แล้ว: {row.text}", "คำถามนี้อยู่ในทะเบียนคำถามแล้ว และกำลังรอคำตอบ")
    return row


@transaction.atomic
def reword(*, question: Question, by: User, revision: int, text: str, detail: str) -> Question:
    """The meaning stays the asker's, who is told; the former wording is kept in the step."""
    row = ready(question, by, revision, Kind.REWORDED, WRITABLE, text=text, detail=detail)
    if row.revision != revision:
        return row
    if (row.text, row.detail) == (text, detail):
        return row
    former = "\n".join(filter(None, [row.text, row.detail]))
    row.text, row.detail = text, detail
    finish(row, by, Kind.REWORDED, former, is_public=row.is_published)
    tell_askers(row, f"ผู้ดำเนินกลุ่มแก้ถ้อยคำในคำถามของท่าน: {row.text}", row.detail)
    return row


@transaction.atomic
def refuse(*, question: Question, by: User, revision: int, reason: str) -> Question:
    """Of a published one, too: it leaves the register."""
    row = ready(question, by, revision, Kind.REFUSED, [QuestionState.PENDING, *OWED], reason=reason)
    if row.revision != revision:
        return row
    if not reason:
        raise Refused("กรุณากรอกเหตุผล ผู้ถามจะได้ทราบ")
    was_public = row.is_published
    row.state, row.reason, row.owed_since, row.is_being_answered = QuestionState.REFUSED, reason, None, False
    finish(row, by, Kind.REFUSED, reason, is_public=was_public)
    tell_askers(row, f"ไม่รับคำถามของท่าน: {row.text}", f"เหตุผล: {reason}")
    return row


@transaction.atomic
def reopen(*, question: Question, by: User, revision: int) -> Question:
    """Back to where it was before it was refused or answered; what was answered stays in the step."""
    row = ready(question, by, revision, Kind.REOPENED, [QuestionState.REFUSED, QuestionState.ANSWERED])
    if row.revision != revision:
        return row
    former = row.reason if row.state == QuestionState.REFUSED else answer_text(row)
    row.reason, row.answered_how, row.answer, row.answered_by, row.answered_at = "", "", "", None, None
    row.state, row.owed_since = QuestionState.PENDING, None
    if row.published_at:
        row.state = QuestionState.CONSIDERING if row.agency_id else QuestionState.WAITING
        row.owed_since = timezone.now()
    finish(row, by, Kind.REOPENED, former, is_public=row.is_published)
    state = QuestionState(row.state).label
    tell_askers(row, f"นำคำถามของท่านกลับมาพิจารณา: {row.text}", f"ขณะนี้คำถามอยู่ในสถานะ “{state}”")
    return row


# --- To be answered ---------------------------------------------------------------------------------------
@transaction.atomic
def route(*, question: Question, by: User, revision: int, agency: Agency) -> Question:
    """The agency owes the answer from now on."""
    row = ready(question, by, revision, Kind.ROUTED, OWED, agency=agency)
    if row.revision != revision:
        return row
    if row.agency_id == agency.pk:
        raise Refused(f"คำถามนี้ส่งต่อ{agency}อยู่แล้ว")
    row.state, row.agency, row.owed_since = QuestionState.CONSIDERING, agency, timezone.now()
    finish(row, by, Kind.ROUTED, str(agency), is_public=True)
    tell_askers(row, f"ส่งต่อคำถามของท่านให้{agency}: {row.text}", f"{agency}เป็นหน่วยงานที่รับผิดชอบตอบคำถามนี้")
    return row


@transaction.atomic
def consider(*, question: Question, by: User, revision: int) -> Question:
    """The group itself works on the answer, also where an agency was to do it."""
    row = ready(question, by, revision, Kind.CONSIDERED, OWED)
    if row.revision != revision:
        return row
    if row.state == QuestionState.CONSIDERING and row.agency_id is None:
        raise Refused("คำถามนี้อยู่ระหว่างพิจารณาของกลุ่มอยู่แล้ว")
    if row.agency_id:
        row.agency, row.owed_since = None, timezone.now()
    row.state = QuestionState.CONSIDERING
    finish(row, by, Kind.CONSIDERED, is_public=True)
    tell_askers(row, f"คำถามของท่านอยู่ระหว่างพิจารณา: {row.text}", f"ผู้ดำเนิน{row.group}กำลังเตรียมคำตอบ")
    return row


@transaction.atomic
def answer(*, question: Question, by: User, revision: int, how: str, answer: str = "") -> Question:
    """`how` is a Way; only what was answered at the event may go without a text."""
    row = ready(question, by, revision, Kind.ANSWERED, OWED, answered_how=how, answer=answer)
    if row.revision != revision:
        return row
    refuse_incomplete(row, how, answer)
    row.state, row.answered_how, row.answer = QuestionState.ANSWERED, how, answer
    row.answered_by, row.answered_at = by, timezone.now()
    row.owed_since, row.is_being_answered = None, False
    finish(row, by, Kind.ANSWERED, Way(how).label, is_public=True)
    tell_askers(row, f"คำถามของท่านได้รับคำตอบแล้ว: {row.text}", answer_text(row))
    return row


@transaction.atomic
def correct(*, question: Question, by: User, revision: int, how: str, answer: str) -> Question:
    """Who answered and when stays; what was answered before is kept in the step."""
    row = ready(question, by, revision, Kind.CORRECTED, [QuestionState.ANSWERED], answered_how=how, answer=answer)
    if row.revision != revision:
        return row
    refuse_incomplete(row, how, answer)
    if (row.answered_how, row.answer) == (how, answer):
        return row
    former = answer_text(row)
    row.answered_how, row.answer = how, answer
    finish(row, by, Kind.CORRECTED, former, is_public=True)
    tell_askers(row, f"แก้คำตอบของคำถาม: {row.text}", answer_text(row))
    return row


def refuse_incomplete(row: Question, how: str, answer: str) -> None:
    if how == Way.REFERRED and row.agency_id is None:
        raise Refused("ยังไม่ได้ส่งต่อหน่วยงานใด กรุณาส่งต่อหน่วยงานที่รับผิดชอบก่อน หรือเลือกวิธีตอบอื่น")
    if how != Way.LIVE and not answer:
        raise Refused("กรุณากรอกคำตอบ")


def answer_text(row: Question) -> str:
    return f"{Way(row.answered_how).label}\n{row.answer}".strip()


# --- Merging ----------------------------------------------------------------------------------------------
@transaction.atomic
def merge(*, question: Question, target: Question, by: User, revision: int) -> Question:
    """Votes and askers join the target, which is answered. One level deep: what was merged into the question before
    follows it. The caller has looked the target up among those that `by` moderates."""
    earlier = Question.objects.filter(merged_into=question).values_list("pk", flat=True)
    rows = locked({question.pk, target.pk, *earlier})
    row, goal = examined(rows.get(question.pk), by, revision, Kind.MERGED, merged_into=target), rows.get(target.pk)
    if row.revision != revision:
        return goal or target
    refuse_state(row, [QuestionState.PENDING, *OWED])
    if goal is None:
        raise Refused(GONE)
    if problem := merging.problem_of(row, goal):
        raise Refused(problem)
    was_public = row.is_published
    row.state, row.merged_into, row.owed_since, row.is_being_answered = QuestionState.MERGED, goal, None, False
    # `revision` was compared under the lock, so nothing was merged into the question since `earlier` was read.
    Question.objects.filter(merged_into=row).update(merged_into=goal)
    finish(row, by, Kind.MERGED, f"รวมเข้ากับคำถาม “{goal.text}”", is_public=was_public)
    answered = "\nคำถามดังกล่าวมีคำตอบแล้ว" if goal.state == QuestionState.ANSWERED else ""
    tell_askers(row, f"รวมคำถามของท่านกับคำถามที่คล้ายกัน: {row.text}", f"ติดตามได้ที่คำถาม “{goal.text}”{answered}")
    joined = join_votes(row, goal)
    # Without the other one's words: who asked this one may not be meant to read them.
    finish(goal, by, Kind.MERGED, f"ผู้สนใจเพิ่มขึ้น {joined:,} คน", is_public=False)
    return goal


def join_votes(source: Question, target: Question) -> int:
    """Each person once; who asked either of them is an asker. Answer how many are new."""
    votes, kept = Vote.objects.filter(question=source), Vote.objects.filter(question=target)
    askers = votes.filter(is_asker=True).values("user")
    kept.filter(is_asker=False, user__in=list(askers.values_list("user", flat=True))).update(is_asker=True)
    joined = votes.exclude(user__in=kept.values("user")).update(question=target)
    votes.delete()
    source.vote_count, target.vote_count = 0, kept.count()
    for row in (source, target):
        row.save(update_fields=["vote_count"])
    return joined


# --- What the acts share ----------------------------------------------------------------------------------
def ready(
    question: Question, by: User, revision: int, kind: Kind, states: Collection[str], **written: object
) -> Question:
    """The question, locked, if the act is possible. Of the second tap on a button the revision is another already."""
    row = examined(locked({question.pk}).get(question.pk), by, revision, kind, **written)
    if row.revision == revision:
        refuse_state(row, states)
    return row


def locked(ids: Collection[int]) -> dict[int, Question]:
    """In the order of their ids, so that no two acts wait for each other."""
    rows = Question.objects.select_for_update(of=("self",), no_key=True).select_related("group", "event", "agency")
    return {row.pk: row for row in rows.filter(pk__in=ids).order_by("pk")}


def examined(row: Question | None, by: User, revision: int, kind: Kind, **written: object) -> Question:
    if row is None:
        raise Refused(GONE)
    if row.revision == revision:
        return row
    last = row.steps.order_by("-pk").first()
    is_own = last is not None and (last.kind, last.by_id, row.revision) == (kind, by.pk, revision + 1)
    if is_own and all(getattr(row, name) == value for name, value in written.items()):
        return row
    raise Overtaken(row, by)


def refuse_state(row: Question, states: Collection[str]) -> None:
    if row.state not in states:
        raise Refused(f"คำถามนี้อยู่ในสถานะ “{row.get_state_display()}” จึงดำเนินการนี้ไม่ได้")


def finish(row: Question, by: User, kind: Kind, text: str = "", *, is_public: bool) -> None:
    """`is_public`: visitors see the question, or saw it until now."""
    row.revision += 1
    row.save(update_fields=COLUMNS)
    row.steps.create(kind=kind, text=text, by=by)
    if is_public:
        pagecache.changed()
