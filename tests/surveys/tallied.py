"""Surveys that were answered and counted, by the worker as in life, or as tallies of any size."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from surveys.form import form_of
from surveys.models import ItemKind, Response, Survey, SurveyState, Tally
from surveys.services import mixing
from tests.factories import make_event, make_survey

LEVEL = {"kind": "single", "text": "พื้นที่ปฏิบัติงาน", "about": "level", "options": ["ส่วนกลาง", "จังหวัด", "อำเภอ"]}
SEX = {"kind": "single", "text": "เพศ", "about": "other", "is_required": False, "options": ["ชาย", "หญิง"]}
CLEAR = {"kind": "likert", "text": "ชัดเจน", "aspect": "ด้านวิทยากร"}
USEFUL = {"kind": "likert", "text": "ตรงกับงาน", "aspect": "ด้านเนื้อหา", "is_required": False}
BEFORE = {"kind": "likert", "text": "ก่อนเข้าร่วม", "aspect": "ด้านความรู้ก่อนและหลัง", "is_required": False}
USED = {"kind": "single", "text": "นำไปใช้แล้วหรือไม่", "is_required": False, "options": ["แล้ว", "=1+1"]}
HOW = {"kind": "several", "text": "นำไปใช้อย่างไร", "is_required": False, "options": ["ปรับวิธี", "ถ่ายทอด"]}
YEARS = {"kind": "number", "text": "อายุราชการ", "is_required": False}
WISH = {"kind": "long", "text": "สิ่งที่อยากให้ปรับปรุง", "is_required": False}


def sections(*items: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"title": "ตอนที่ 1", "items": list(items)}]


def past_survey(group: Any, *items: dict[str, Any], **fields: Any) -> Survey:
    """Closed, of an event that is over."""
    starts_at = timezone.now() - timedelta(days=fields.pop("days", 30))
    event = make_event(group=group, starts_at=starts_at, state="complete")
    fields.setdefault("state", SurveyState.CLOSED)
    return make_survey(event=event, sections=sections(*items) if items else None, **fields)


def answer(survey: Survey, *answers: Sequence[Any], user: User | None = None) -> None:
    """Each in the order of the items; None leaves one out. Counted by the worker."""
    assert survey.current_id is not None
    items = form_of(survey.current_id).items
    today = timezone.localdate() if user else None
    Response.objects.bulk_create(
        Response(
            version_id=survey.current_id,
            user=user,
            answered_on=today,
            answers={str(item.pk): value for item, value in zip(items, one, strict=False) if value is not None},
        )
        for one in answers
    )
    mixing.mix_due()


def tally(survey: Survey, people: int, *, levels: Sequence[int] = (4, 3, 2, 1, 0)) -> None:
    """As if that many had answered every item, the options one after the other; nobody's own answers are there.

    `levels`: shares of 5, 4, 3, 2, 1.
    """
    assert survey.current is not None
    form, rows, whole = form_of(survey.current_id), [], sum(levels)
    groups = {item.about: item for item in form.items if item.about in ("level", "region", "channel")}
    for item in form.items:
        if item.is_text:
            continue
        values = (
            {5 - place: people * share // whole for place, share in enumerate(levels)}
            if item.kind == ItemKind.LIKERT
            else {place: people // len(item.options) for place in range(len(item.options))}
        )
        for value, count in values.items():
            rows.append((item.pk, "", -1, value, count))
            for about, by in groups.items():
                parts = len(by.options)
                rows += [(item.pk, about, group, value, count // parts) for group in range(parts)]
    for about, by in groups.items():
        rows += [(0, about, group, 0, people // len(by.options)) for group in range(len(by.options))]
    Tally.objects.bulk_create(
        Tally(version=survey.current, item_id=item, by=by, group=group, value=value, count=count)
        for item, by, group, value, count in rows
        if count
    )
    survey.current.counted = people
    survey.current.save(update_fields=["counted"])
