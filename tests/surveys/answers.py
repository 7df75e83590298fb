"""A filled-in form, as a browser posts it and as it is stored."""

from typing import Any

from accounts.models import User
from surveys.form import Form, form_of
from surveys.models import ItemKind, Survey
from surveys.services import answering

SMALL: list[dict[str, Any]] = [
    {
        "title": "ตอนที่ 1 ข้อมูลทั่วไป",
        "items": [
            {"kind": "single", "text": "พื้นที่ปฏิบัติงาน", "about": "level", "options": ["ส่วนกลาง", "จังหวัด", "อำเภอ"]},
            {"kind": "likert", "text": "ตรงกับงานที่ปฏิบัติ", "aspect": "ด้านเนื้อหา"},
            {"kind": "several", "text": "นำไปใช้อย่างไร", "is_required": False, "options": ["ปรับวิธี", "ถ่ายทอด", "คู่มือ"]},
            {"kind": "number", "text": "อายุราชการ (ปี)", "is_required": False, "least": 0, "most": 60},
            {"kind": "short", "text": "ตำแหน่ง", "is_required": False},
            {"kind": "long", "text": "สิ่งที่อยากให้ปรับปรุง", "is_required": False},
        ],
    }
]


def form_for(survey: Survey) -> Form:
    assert survey.current_id is not None
    return form_of(survey.current_id)


def names(survey: Survey) -> list[str]:
    return [item.name for item in form_for(survey).items]


def full(survey: Survey, *, level: int = 5, place: int = 0) -> dict[str, Any]:
    """As posted: every item answered."""
    given: dict[str, Any] = {"version": str(survey.current_id)}
    for item in form_for(survey).items:
        match item.kind:
            case ItemKind.LIKERT:
                given[item.name] = str(level)
            case ItemKind.SINGLE:
                given[item.name] = str(place)
            case ItemKind.SEVERAL:
                given[item.name] = ["0", "2"]
            case ItemKind.NUMBER:
                given[item.name] = "12"
            case _:
                given[item.name] = "ขอเวลาถามตอบมากขึ้น"
    return given


def stored(survey: Survey, *, level: int = 5, place: int = 0, text: str = "") -> dict[str, Any]:
    """As kept in Response.answers: required items, and the text where one is given."""
    answers: dict[str, Any] = {}
    for item in form_for(survey).items:
        if item.is_text and text:
            answers[str(item.pk)] = text
        elif item.kind == ItemKind.LIKERT:
            answers[str(item.pk)] = level
        elif item.kind == ItemKind.SINGLE:
            answers[str(item.pk)] = place
    return answers


def send(survey: Survey, user: User | None, *, token: str = "", **given: Any) -> None:
    assert survey.current_id is not None
    answering.submit(survey=survey, version=survey.current_id, answers=stored(survey, **given), user=user, token=token)
