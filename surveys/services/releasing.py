"""The results of a survey become public, with what the facilitator will do about them; or cease to be."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core import pagecache
from groups.services import Refused

from ..audiences import participants
from ..models import Phase, Survey
from ..results import Results, results_of, settled

STILL_OPEN = "เผยแพร่ผลได้หลังปิดรับคำตอบแล้ว"
STILL_COUNTING = "ระบบกำลังนับคำตอบชุดสุดท้าย กรุณารอประมาณหนึ่งนาทีแล้วลองอีกครั้ง"
OVERTAKEN = "มีผู้อื่นแก้ไขข้อมูลนี้แล้ว กรุณาตรวจข้อความล่าสุดก่อนบันทึก"


@transaction.atomic
def release(*, survey: Survey, by: User, note: str = "", seen: str | None = None) -> Survey:
    """With the overall figures as they are now: they never change after. Released already: the note is changed.

    `seen` is the note that the editor was shown.
    """
    row = held(survey)
    if seen is not None and seen != row.release_note and row.release_note != note:
        raise Refused(OVERTAKEN)
    if row.released_at is None:
        put_down(row, by)
    row.release_note = note
    row.save()
    pagecache.changed()
    return row


def put_down(row: Survey, by: User) -> None:
    now = timezone.now()
    if row.phase_at(now) != Phase.CLOSED:
        raise Refused(STILL_OPEN)
    if not settled(row):
        raise Refused(STILL_COUNTING)
    results = results_of(row)
    row.released_mean, row.released_sd = figures_of(results)
    row.released_answers, row.released_participants = results.all_answers, participants(row)
    row.released_at, row.released_by = now, by


def figures_of(results: Results) -> tuple:
    """None where too few answered, or nothing was asked on a scale."""
    return results.overall.figures.mean, results.overall.figures.sd


@transaction.atomic
def withdraw(*, survey: Survey) -> Survey:
    """Only those who run it see the results again."""
    row = held(survey)
    if row.released_at is None:
        raise Refused("ผลนี้ยังไม่ได้เผยแพร่ หรือมีผู้ยกเลิกการเผยแพร่แล้ว")
    for name in ("at", "by", "mean", "sd", "answers", "participants"):
        setattr(row, f"released_{name}", None)
    row.save()
    pagecache.changed()
    return row


def held(survey: Survey) -> Survey:
    """Whoever is sending an answer holds a share of this lock: what was sent in time is seen to be uncounted."""
    rows = Survey.objects.select_for_update(of=("self",)).select_related("event", "group", "bands")
    return rows.get(pk=survey.pk)
