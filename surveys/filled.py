"""A filled-in form: what was posted, to answers ready to store, or to what is wrong with each item.

Nothing that was typed is lost: it stays as it came, for the form to show again.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from core import thai

from .form import Form, FormItem
from .models import ItemKind

LONGEST = {ItemKind.SHORT: 300, ItemKind.LONG: 3000}  # characters
LARGEST = 999_999_999
KEPT = 200_000  # characters of one answer that are given back for correction
_LINE_END = re.compile("\r\n?|[\u2028\u2029]")
_NUMBER = re.compile("-?[0-9]{1,9}")
_ITEM = re.compile("i[0-9]+")

CHOOSE = "กรุณาเลือกคำตอบ"
UNLISTED = "กรุณาเลือกคำตอบจากรายการ"
TYPE = "กรุณากรอกคำตอบ"
NO_NUMBER = "กรุณาพิมพ์เป็นตัวเลข เช่น 12"
CONTROL = "มีอักขระควบคุมที่มองไม่เห็น กรุณาลบข้อความแล้วพิมพ์ใหม่"
UNKNOWN_ITEMS = "แบบประเมินที่ส่งมามีข้อที่ไม่อยู่ในแบบประเมินนี้ กรุณาตรวจคำตอบแล้วส่งอีกครั้ง"
NOTHING = "กรุณาตอบอย่างน้อยหนึ่งข้อ"


class AnswerError(ValueError):
    """Says in Thai what to repair."""


@dataclass
class Filled:
    typed: dict[int, list[str]] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)  # for Response.answers
    errors: dict[int, str] = field(default_factory=dict)  # by item
    problems: list[str] = field(default_factory=list)  # of the form as a whole

    @property
    def is_valid(self) -> bool:
        return not self.errors and not self.problems


def read(form: Form, data: QueryDict) -> Filled:
    filled = Filled()
    for item in form.items:
        values = [value for value in data.getlist(item.name) if value]
        if values:
            filled.typed[item.pk] = [value[:KEPT] for value in values]
        try:
            answer = READERS[item.kind](item, values)
        except AnswerError as error:
            filled.errors[item.pk] = str(error)
        else:
            if answer is not None:
                filled.answers[str(item.pk)] = answer
    if any(name not in form.names and _ITEM.fullmatch(name) for name in data):
        filled.problems.append(UNKNOWN_ITEMS)
    elif not filled.answers and not filled.errors:
        filled.problems.append(NOTHING)
    return filled


def typed_in(form: Form, data: QueryDict) -> dict[int, list[str]]:
    """What a half-filled form holds, unchecked."""
    return {item.pk: values for item in form.items if (values := [v[:KEPT] for v in data.getlist(item.name) if v])}


def level(item: FormItem, values: list[str]) -> int | None:
    if not values:
        require(item, CHOOSE)
        return None
    if len(values) > 1 or values[0] not in ("1", "2", "3", "4", "5"):
        raise AnswerError(UNLISTED)
    return int(values[0])


def place(item: FormItem, values: list[str]) -> int | None:
    if not values:
        require(item, CHOOSE)
        return None
    if len(values) > 1:
        raise AnswerError(UNLISTED)
    return listed(item, values[0])


def places(item: FormItem, values: list[str]) -> list[int] | None:
    if not values:
        require(item, "กรุณาเลือกอย่างน้อยหนึ่งข้อ")
        return None
    return sorted({listed(item, value) for value in values})


def listed(item: FormItem, value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 3 and int(value) < len(item.options)):
        raise AnswerError(UNLISTED)
    return int(value)


def number(item: FormItem, values: list[str]) -> int | None:
    text = one_text(values).replace(",", "").replace(" ", "")
    if not text:
        require(item, TYPE)
        return None
    text = thai.to_arabic_digits(text)
    if not _NUMBER.fullmatch(text):
        raise AnswerError(NO_NUMBER)
    least, most = (-LARGEST if item.least is None else item.least), (LARGEST if item.most is None else item.most)
    if int(text) < least:
        raise AnswerError(f"ต้องไม่น้อยกว่า {least:,}")
    if int(text) > most:
        raise AnswerError(f"ต้องไม่เกิน {most:,}")
    return int(text)


def text(item: FormItem, values: list[str]) -> str | None:
    written, longest = one_text(values), LONGEST[ItemKind(item.kind)]
    if len(written) > 2 * longest:  # normalising cannot shorten text by that much, and costs time
        raise AnswerError(too_long(len(written), longest))
    if item.kind == ItemKind.SHORT:
        written = " ".join(thai.normalise(written).split())
    else:
        written = thai.normalise(_LINE_END.sub("\n", written)).strip()
    if not written:
        require(item, TYPE)
        return None
    if len(written) > longest:
        raise AnswerError(too_long(len(written), longest))
    return written


def one_text(values: list[str]) -> str:
    written = values[0].strip() if values else ""
    if thai.CONTROL_CHARACTERS.search(written):
        raise AnswerError(CONTROL)
    return written


def too_long(length: int, longest: int) -> str:
    return f"ยาว {length:,} ตัวอักษร กรุณาตัดให้เหลือ {longest:,}"


def require(item: FormItem, message: str) -> None:
    if item.is_required:
        raise AnswerError(message)


READERS: dict[str, Callable[[FormItem, list[str]], Any]] = {
    ItemKind.LIKERT: level,
    ItemKind.SINGLE: place,
    ItemKind.SEVERAL: places,
    ItemKind.NUMBER: number,
    ItemKind.SHORT: text,
    ItemKind.LONG: text,
}


def carried_over(typed: dict[int, list[str]], old: Form, new: Form) -> dict[int, list[str]]:
    """What was typed into a former version, for the items that ask the same in the new one."""
    if old.version == new.version:
        return typed
    places = {asked(item): item.pk for item in new.items}
    return {places[asked(item)]: typed[item.pk] for item in old.items if item.pk in typed and asked(item) in places}


def asked(item: FormItem) -> tuple[object, ...]:
    return item.kind, item.aspect, item.text, item.options
