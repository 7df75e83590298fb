"""Asking, and what a reader of the register looks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from core.forms import LineField, LongSelect, TextField

from ..models import PUBLISHED, QuestionState

WHO_SEES = "ผู้อ่านทั่วไปไม่เห็นชื่อ ผู้ดำเนินกลุ่ม ผู้บันทึกความรู้ และเจ้าหน้าที่จัดการความรู้เห็น เพื่อติดต่อกลับ"


@dataclass(frozen=True)
class GroupChoices:
    """Address and name; all that may be read, and of them those that take questions."""

    all: tuple[tuple[str, str], ...]
    asked: tuple[tuple[str, str], ...]


class AskForm(forms.Form):
    group = forms.ChoiceField(
        label="กลุ่มที่จะถาม",
        widget=LongSelect,
        error_messages={"required": "กรุณาเลือกกลุ่มที่จะถาม", "invalid_choice": "กลุ่มที่เลือกไม่ได้เปิดรับคำถาม กรุณาเลือกกลุ่มอื่น"},
    )
    text = LineField(
        label="คำถาม",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="บอกสถานการณ์สั้น ๆ แล้วถามทีละเรื่อง ไม่เกิน 600 ตัวอักษร",
    )
    detail = TextField(label="รายละเอียด", max_length=3000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    anonymous = forms.BooleanField(label="ไม่ประสงค์ออกนาม", required=False, initial=True, help_text=WHO_SEES)

    def __init__(self, data: Any = None, *, groups: Sequence[tuple[str, str]] = ()) -> None:
        """`groups` to choose from, where the form does not stand on a group's or an event's page."""
        super().__init__(data, auto_id="ask_%s")
        if groups:
            self.fields["group"].choices = [("", "โปรดเลือก"), *groups]  # type: ignore[attr-defined]
        else:
            del self.fields["group"]


class QuestionFilter(forms.Form):
    ORDERS = [("", "ผู้สนใจ"), ("new", "ใหม่ที่สุด"), ("waiting", "รอคำตอบนานที่สุด")]
    STATES = [("", "ทั้งหมด"), *((state.value, state.label) for state in QuestionState if state in PUBLISHED)]

    q = LineField(label="คำค้น", max_length=100, required=False, widget=forms.TextInput(attrs={"type": "search"}))
    group = forms.ChoiceField(label="กลุ่ม", required=False, widget=LongSelect)
    state = forms.ChoiceField(label="สถานะ", choices=STATES, required=False)
    order = forms.ChoiceField(label="เรียงตาม", choices=ORDERS, required=False)

    def __init__(self, data: Any, *, groups: Sequence[tuple[str, str]]) -> None:
        super().__init__(data, auto_id="q_%s")
        self.fields["group"].choices = [("", "ทุกกลุ่ม"), *groups]  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, str]:
        """What cannot be understood is said beside the field, and does not count."""
        if not self.data:
            return {}
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def query_of(wanted: dict[str, str], **more: str) -> QueryDict:
    """For links to the same choice: nothing else that somebody's address held goes into them."""
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in (wanted | more).items() if value})
    return query
