"""One small form for each move of an event: announce it, postpone it, cancel it, and so on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms

from core import thai
from core.forms import LineField, ThaiMomentField, ThaiTimeField

from .. import moves
from ..details import when
from ..models import Event, State

REASON = forms.Textarea({"rows": 3, "class": "two"})


@dataclass(frozen=True)
class Words:
    title: str
    button: str
    hint: str
    look: str = ""  # of the button


WORDS = {
    moves.ANNOUNCE: Words(
        "เปิดรับลงทะเบียน", "เปิดรับลงทะเบียน", "แสดงในปฏิทินและหน้ากลุ่ม ผู้อ่านลงทะเบียนได้ทันทีหรือเมื่อถึงเวลาที่กำหนดไว้", "primary"
    ),
    moves.GO_LIVE: Words(
        "เริ่มถ่ายทอดสดก่อนเวลา", "เริ่มถ่ายทอดสด", "เมื่อถึงเวลา ระบบเปลี่ยนสถานะให้เอง หากเริ่มก่อน ระบบแจ้งผู้ลงทะเบียนทุกคน", "primary"
    ),
    moves.END: Words("จบกิจกรรม", "จบกิจกรรม", "เมื่อถึงเวลาสิ้นสุด ระบบเปลี่ยนสถานะให้เอง", "primary"),
    moves.COMPLETE: Words(
        "ปิดงาน", "ปิดงาน", "เมื่อรายงานผู้เข้าร่วม คลิปย้อนหลัง และเกียรติบัตรครบแล้ว หลังปิดงานจะแก้ไขกิจกรรมไม่ได้", "primary"
    ),
    moves.POSTPONE: Words(
        "เลื่อนกำหนด", "เลื่อนกำหนด", "การลงทะเบียนทั้งหมดยังอยู่ ระบบแจ้งผู้ลงทะเบียน รายชื่อสำรอง และผู้สนใจ พร้อมเหตุผล"
    ),
    moves.CANCEL: Words("ยกเลิกกิจกรรม", "ยกเลิกกิจกรรม", "ระบบแจ้งผู้ลงทะเบียน รายชื่อสำรอง และผู้สนใจ พร้อมเหตุผล", "danger"),
    moves.REOPEN: Words("เปิดงานอีกครั้ง", "เปิดงานอีกครั้ง", "กลับไปสถานะ “เสร็จสิ้น” เพื่อแก้ไขข้อมูลหรือเอกสาร"),
    moves.DELETE: Words("ลบร่าง", "ลบร่าง", "ร่างที่ยังไม่ประกาศลบได้ ข้อมูลที่ลบแล้วเรียกคืนไม่ได้", "danger"),
}
# Where the same move means something else to people.
SPECIAL = {
    (moves.POSTPONE, State.POSTPONED): Words(
        "กำหนดวันใหม่", "กำหนดวันใหม่และแจ้งทุกคน", "กิจกรรมกลับมาเปิดรับลงทะเบียน ผู้ที่ลงทะเบียนไว้ไม่ต้องลงทะเบียนใหม่", "primary"
    ),
    (moves.REOPEN, State.CANCELLED): Words(
        "จัดตามกำหนดเดิม", "จัดตามกำหนดเดิม", "เลิกการยกเลิก ระบบแจ้งผู้ลงทะเบียน รายชื่อสำรอง และผู้สนใจ"
    ),
    (moves.REOPEN, State.ENDED): Words(
        "ถ่ายทอดสดต่อ", "ถ่ายทอดสดต่อ", "หากจบกิจกรรมเร็วไป กลับไปสถานะ “กำลังถ่ายทอดสด” จนถึงเวลาสิ้นสุด"
    ),
    (moves.REOPEN, State.LIVE): Words(
        "ยังไม่เริ่ม", "กลับไปรอเวลาเริ่ม", "หากเริ่มถ่ายทอดสดเร็วไป ระบบแจ้งผู้ลงทะเบียนว่าจัดตามกำหนดเดิม"
    ),
}


class MoveForm(forms.Form):
    """Nothing to say but which move."""

    def __init__(self, data: Any, *, event: Event, state: State, move: str) -> None:
        super().__init__(data, prefix=move)
        self.event, self.state, self.move = event, state, move
        self.words = SPECIAL.get((move, state)) or WORDS[move]

    def chosen(self) -> dict[str, Any]:
        """What the move wants to know."""
        return self.cleaned_data


class ReasonForm(MoveForm):
    reason = LineField(
        label="เหตุผล",
        max_length=300,
        help_text="แสดงในหน้ากิจกรรมและในข้อความแจ้ง",
        widget=REASON,
        error_messages={"required": "กรุณากรอกเหตุผล ผู้ลงทะเบียนจะได้ทราบ"},
    )


class PostponeForm(ReasonForm):
    starts_at = ThaiMomentField(
        label="วันและเวลาเริ่มใหม่", required=False, help_text="เว้นว่างหากยังไม่ทราบ แล้วกลับมากำหนดภายหลัง"
    )
    ends_time = ThaiTimeField(label="เวลาสิ้นสุดใหม่", required=False, help_text="เว้นว่างหากใช้เวลานานเท่าเดิม")

    def __init__(self, data: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if self.state == State.POSTPONED:
            self.fields["starts_at"].required = True
            self.fields["starts_at"].help_text = f"กำหนดเดิม {when(self.event.starts_at, self.event.ends_at)}"
            self.fields["reason"].required = False
            self.order_fields(["starts_at", "ends_time", "reason"])

    def clean_starts_at(self) -> datetime | None:
        starts_at = self.cleaned_data["starts_at"]
        if starts_at is None:
            return None
        now = thai.now_local()
        if starts_at <= now:
            raise forms.ValidationError("เวลานี้ผ่านไปแล้ว กรุณาระบุวันและเวลาในอนาคต")
        if starts_at.year > now.year + 5:
            raise forms.ValidationError("กรุณาตรวจสอบปี พ.ศ.")
        return starts_at

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts_at, ends_time = cleaned.get("starts_at"), cleaned.get("ends_time")
        if ends_time and starts_at is None and "starts_at" not in self.errors:
            self.add_error("starts_at", "กรุณาระบุวันและเวลาเริ่มใหม่ด้วย")
        if starts_at and ends_time and self.ends_at() <= starts_at:
            self.add_error("ends_time", f"ต้องอยู่หลังเวลาเริ่ม {thai.format_time(starts_at)}")
        return cleaned

    def ends_at(self) -> datetime:
        """At the typed time, as many days after the start as before."""
        starts_at, ends_time = self.cleaned_data["starts_at"], self.cleaned_data["ends_time"]
        nights = thai.local_date(self.event.ends_at) - thai.local_date(self.event.starts_at)
        return datetime.combine(thai.local_date(starts_at) + timedelta(days=nights.days), ends_time, thai.BANGKOK)

    def chosen(self) -> dict[str, Any]:
        typed = self.cleaned_data
        has_end = typed["starts_at"] and typed["ends_time"]
        return {
            "reason": typed["reason"],
            "starts_at": typed["starts_at"],
            "ends_at": self.ends_at() if has_end else None,
        }


class DeleteForm(MoveForm):
    confirmed = forms.BooleanField(
        label="ยืนยันการลบ ไม่สามารถเรียกคืนได้",
        error_messages={"required": "กรุณาทำเครื่องหมายเพื่อยืนยันการลบ"},
    )

    def chosen(self) -> dict[str, Any]:
        return {}


FORMS: dict[str, type[MoveForm]] = {
    moves.POSTPONE: PostponeForm,
    moves.CANCEL: ReasonForm,
    moves.DELETE: DeleteForm,
}


def form_for(move: str, data: Any, *, event: Event, state: State) -> MoveForm:
    return FORMS.get(move, MoveForm)(data, event=event, state=state, move=move)
