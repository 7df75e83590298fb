from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from core.forms import LineField, TextField, ThaiMomentField

from .. import audiences
from ..models import Audience, Event

CHOOSABLE = [
    Audience.SEATED,
    Audience.HELD,
    Audience.WAITING,
    Audience.INTERESTED,
    Audience.MEMBERS,
    Audience.ATTENDED,
]
FARTHEST = timedelta(days=366)


class MessageForm(forms.Form):
    audience = forms.ChoiceField(
        label="ถึง",
        widget=forms.RadioSelect,
        error_messages={"required": "กรุณาเลือกผู้รับ", "invalid_choice": "กรุณาเลือกผู้รับจากรายการ"},
    )
    subject = LineField(label="เรื่อง", max_length=150)
    body = TextField(
        label="ข้อความ",
        max_length=4000,
        help_text="ระบบขึ้นต้นด้วยชื่อผู้รับ และใส่ปุ่มไปยังหน้ากิจกรรมให้เอง",
        widget=forms.Textarea({"rows": 8}),
    )
    send_at = ThaiMomentField(label="เวลาที่ให้ส่ง", required=False, help_text="เว้นว่างเพื่อส่งทันทีที่ยืนยัน")

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        self.counts = {audience: audiences.recipients_of(event, audience).count() for audience in CHOOSABLE}
        choices = [(audience.value, f"{audience.label} {count:,} คน") for audience, count in self.counts.items()]
        self.fields["audience"].choices = choices  # type: ignore[attr-defined]

    def clean_send_at(self) -> datetime | None:
        moment = self.cleaned_data["send_at"]
        if moment and moment <= timezone.now():
            raise forms.ValidationError("เวลานี้ผ่านไปแล้ว กรุณาระบุเวลาข้างหน้า หรือเว้นว่างเพื่อส่งทันที")
        if moment and moment > timezone.now() + FARTHEST:
            raise forms.ValidationError("กรุณาระบุเวลาภายในหนึ่งปี")
        return moment

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        audience = cleaned.get("audience")
        if (
            audience
            and not self.counts[Audience(audience)]
            and not cleaned.get("send_at")
            and "send_at" not in self.errors
        ):
            self.add_error("audience", "ขณะนี้ไม่มีผู้รับในกลุ่มนี้ กรุณาเลือกผู้รับอื่น หรือกำหนดเวลาส่งภายหลัง")
        return cleaned
