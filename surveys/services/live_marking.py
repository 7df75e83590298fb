"""Which question is being answered on the stage: one at a time of an event."""

from django.db import transaction
from django.db.models import Q

from core import pagecache
from events.models import Event
from groups.services import Refused

from ..models import OWED, Question

GONE = "คำถามนี้เปลี่ยนสถานะแล้ว จึงเลือกเป็นข้อที่กำลังตอบไม่ได้"


@transaction.atomic
def mark(*, question: Question, is_now: bool, seen: int) -> None:
    """`seen` is the id of the question that the moderator saw as being answered, 0 where there was none."""
    Event.objects.select_for_update(no_key=True).filter(pk=question.event_id or 0).first()
    rows = Question.objects.select_for_update(no_key=True).filter(event=question.event_id).order_by("pk")
    locked = {row.pk: row for row in rows.filter(Q(pk=question.pk) | Q(is_being_answered=True))}
    current = next((row for row in locked.values() if row.is_being_answered and row.state in OWED), None)
    shown = current.pk if current else 0
    if is_now == (shown == question.pk):
        return  # the second tap, or another moderator who meant the same
    if current is not None and shown not in (seen, question.pk):
        raise Refused(f"มีผู้อื่นแก้ไขข้อมูลนี้แล้ว: ขณะนี้กำลังตอบ “{current.text}” กรุณาตรวจก่อนเลือกข้ออื่น")
    if question.pk not in locked or locked[question.pk].state not in OWED:
        raise Refused(GONE)
    set_current(locked, question.pk if is_now else 0)
    pagecache.changed()


def set_current(rows: dict[int, Question], wanted: int) -> None:
    for row in rows.values():
        if row.is_being_answered != (row.pk == wanted):
            row.is_being_answered = row.pk == wanted
            row.save(update_fields=["is_being_answered"])
