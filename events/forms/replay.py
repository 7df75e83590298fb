from typing import Any

from django import forms
from django.utils import timezone

from core.forms import LineField, TextField, YouTubeField

from ..models import Chapter, Event
from ..replays import LONGEST_VIDEO, chapter_lines, clock, is_too_early, parse_chapters, parse_clock
from ..services.replays import Replay


class ReplayForm(forms.Form):
    video_id = YouTubeField(
        label="ที่อยู่คลิปบน YouTube",
        required=False,
        help_text="วางที่อยู่จากปุ่ม “แชร์” ใต้คลิป หรือจากแถบที่อยู่ของเบราว์เซอร์",
    )
    length = LineField(
        label="ความยาวคลิป",
        max_length=12,
        required=False,
        help_text="ชั่วโมง:นาที:วินาที เช่น 2:24:10",
        widget=forms.TextInput({"class": "input short", "size": "10", "autocomplete": "off"}),
    )
    is_shown = forms.BooleanField(
        label="แสดงคลิปที่หน้ากิจกรรม",
        required=False,
        help_text="ซ่อนได้ทุกเมื่อโดยคลิป สารบัญเวลา และยอดรับชมยังอยู่ครบ เมื่อแสดงครั้งแรก ระบบแจ้งผู้ลงทะเบียน ผู้สนใจ และผู้เข้าร่วม",
    )
    chapters = TextField(
        label="สารบัญเวลา",
        max_length=20_000,
        required=False,
        help_text="บรรทัดละหนึ่งช่วง เวลาแล้วตามด้วยเรื่อง เช่น 0:00 เปิดเวที หรือ 1:02:10 ถาม–ตอบ",
        widget=forms.Textarea({"rows": 8}),
    )
    absence = LineField(
        label="เหตุที่ไม่มีคลิปย้อนหลัง",
        max_length=300,
        required=False,
        help_text="กรอกเมื่อไม่มีคลิป เช่น วิทยากรไม่อนุญาตให้เผยแพร่ ผู้อ่านเห็นข้อความนี้ที่หน้ากิจกรรม",
        widget=forms.Textarea({"rows": 2, "class": "two"}),
    )

    def __init__(self, data: Any, *, event: Event) -> None:
        initial = {
            "video_id": event.video_id,
            "length": clock(event.video_seconds) if event.video_seconds else "",
            "is_shown": event.video_is_shown and not is_too_early(event, timezone.now()),
            "absence": event.video_absence,
        }
        if data is None:
            initial["chapters"] = chapter_lines(Chapter.objects.filter(event=event))
        super().__init__(data, initial=initial)
        self.event = event

    def clean_length(self) -> int | None:
        typed = self.cleaned_data["length"]
        if not typed:
            return None
        seconds = parse_clock(typed)
        if not seconds:
            raise forms.ValidationError("กรุณาพิมพ์ความยาวเป็นชั่วโมง:นาที:วินาที เช่น 2:24:10")
        if seconds > LONGEST_VIDEO:
            raise forms.ValidationError(f"ความยาวต้องไม่เกิน {LONGEST_VIDEO // 3600} ชั่วโมง")
        return seconds

    def clean_is_shown(self) -> bool:
        shown = self.cleaned_data["is_shown"]
        if shown and self.cleaned_data.get("video_id") and is_too_early(self.event, timezone.now()):
            raise forms.ValidationError("กิจกรรมยังไม่เสร็จสิ้น กรุณาบันทึกโดยยังไม่แสดง แล้วกลับมาเลือกแสดงภายหลัง")
        return shown

    def clean_chapters(self) -> list[tuple[int, str]]:
        return parse_chapters(self.cleaned_data["chapters"], length=self.cleaned_data.get("length"))

    def replay(self) -> Replay:
        told = self.cleaned_data
        return Replay(told["video_id"], told["length"], told["is_shown"], told["absence"], told["chapters"])
