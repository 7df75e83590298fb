"""What those who run an event type about it, cleaned to `events.details.Details`."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.db.models import Q
from django.forms import BoundField

from accounts.models import Level
from core import thai
from core.forms import LineField, RichTextField, TextField, ThaiDateField, ThaiMomentField, ThaiTimeField
from core.forms import WholeNumberField as NumberField
from groups.models import Group, Stage
from groups.visibility import Visibility

from ..details import COLUMNS, ChannelDetails, Details, SpeakerDetails, hours_of
from ..models import OVER, ChannelKind, Event, State

AGENDA_LIMIT = 50_000  # characters, with the markup
MOST_SPEAKERS, SPARE_ROWS = 20, 3
LONGEST = timedelta(days=31)
FIRST_YEAR, YEARS_AHEAD = 2549, 5  # B.E.; communities of practice are on the web since 2549
LEVELS = {Level.CENTRAL: "for_central", Level.PROVINCE: "for_province", Level.DISTRICT: "for_district"}
TWO_LINES = {"rows": 3, "class": "two"}
HAS_LINK = re.compile(r"https?:|www\.|youtu\.?be", re.IGNORECASE)
NOTES = {
    ChannelKind.ROOM: "เช่น ห้องประชุม 1 ชั้น 2 ศาลาว่าการกระทรวงมหาดไทย",
    ChannelKind.VCS: "เช่น เข้าจากห้องประชุมของจังหวัดได้ตั้งแต่ 09.00 น.",
    ChannelKind.DOPA: "เช่น รับชมที่ห้องประชุมอำเภอ",
    ChannelKind.YOUTUBE: "เช่น ถ่ายทอดสดเฉพาะช่วงบรรยาย",
}


class EventForm(forms.Form):
    title = LineField(label="เรื่อง", max_length=200, help_text="ไม่เกิน 200 ตัวอักษร ไม่ต้องใส่ครั้งที่ ระบบให้เอง")
    lead = TextField(
        label="สาระโดยย่อ",
        max_length=400,
        required=False,
        help_text="หนึ่งถึงสองประโยค แสดงในปฏิทินและใต้ชื่อเรื่อง",
        widget=forms.Textarea(TWO_LINES),
    )
    agenda = RichTextField(label="กำหนดการ", max_length=AGENDA_LIMIT, required=False)

    starts_at = ThaiMomentField(label="วันและเวลาเริ่ม")
    ends_time = ThaiTimeField(label="เวลาสิ้นสุด", help_text="24 ชั่วโมง เช่น 16.00")
    ends_on = ThaiDateField(label="วันที่สิ้นสุด", required=False, help_text="เฉพาะกิจกรรมหลายวัน เว้นว่างหากจบในวันเดียวกัน")

    levels = forms.MultipleChoiceField(
        label="ระดับผู้เข้าร่วม",
        choices=[(level.value, level.label) for level in LEVELS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "กรุณาเลือกอย่างน้อยหนึ่งระดับ", "invalid_choice": "กรุณาเลือกจากรายการ"},
    )
    capacity = NumberField(
        label="จำนวนที่นั่ง",
        min_value=1,
        max_value=100_000,
        required=False,
        help_text="เว้นว่างหากไม่จำกัด เมื่อเต็มมีรายชื่อสำรอง",
    )
    target = NumberField(
        label="เป้าหมายผู้เข้าร่วม (คน)", min_value=1, max_value=1_000_000, required=False, help_text="ใช้คิดร้อยละในรายงานผล"
    )
    registration_opens_at = ThaiMomentField(label="เปิดรับลงทะเบียน", required=False, help_text="เว้นว่างหากเปิดทันทีที่ประกาศ")
    registration_closes_at = ThaiMomentField(label="ปิดรับลงทะเบียน", required=False, help_text="เว้นว่างหากรับจนจบกิจกรรม")
    cohosts = forms.TypedMultipleChoiceField(
        label="กลุ่มร่วมจัด",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="ผู้ดำเนินกลุ่มของกลุ่มร่วมจัดแก้ไขกิจกรรมนี้ได้ด้วย",
        error_messages={"invalid_choice": "กรุณาเลือกกลุ่มจากรายการ"},
    )
    visibility = forms.ChoiceField(
        label="ใครอ่านได้",
        choices=Visibility.choices,
        initial=Visibility.PUBLIC,
        widget=forms.RadioSelect,
        error_messages={"required": "กรุณาเลือกชั้นการเผยแพร่", "invalid_choice": "กรุณาเลือกจากรายการ"},
    )

    gives_certificates = forms.BooleanField(
        label="ออกเกียรติบัตรให้ผู้เข้าร่วม", required=False, initial=True, help_text="ระบบออกให้เองหลังกิจกรรมเสร็จสิ้น"
    )
    needs_evaluation = forms.BooleanField(label="ออกให้เมื่อตอบแบบประเมินแล้ว", required=False)
    hours = forms.DecimalField(
        label="จำนวนชั่วโมง",
        max_digits=4,
        decimal_places=1,
        min_value=Decimal("0.5"),
        max_value=200,
        required=False,
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "maxlength": "6"}),
        help_text="เว้นว่างไว้ ระบบคำนวณจากเวลา เป็นครึ่งชั่วโมง",
        error_messages={
            "invalid": "กรุณาพิมพ์เป็นตัวเลข เช่น 2.5",
            "max_decimal_places": "ใช้ทศนิยมได้หนึ่งตำแหน่ง เช่น 2.5",
            "max_digits": "ต้องไม่เกิน 200 ชั่วโมง",
            "max_whole_digits": "ต้องไม่เกิน 200 ชั่วโมง",
            "min_value": "ต้องไม่น้อยกว่า 0.5 ชั่วโมง",
            "max_value": "ต้องไม่เกิน 200 ชั่วโมง",
        },
    )
    signatory_name = LineField(label="ผู้ลงนามในเกียรติบัตร", max_length=150, required=False)
    signatory_position = LineField(label="ตำแหน่งผู้ลงนาม", max_length=200, required=False)

    def __init__(
        self, data: Any, *, group: Group, now: datetime, stored: Event | None = None, announces: bool = False
    ) -> None:
        """`announces`: whether the event is to be opened for registration with what is typed here."""
        super().__init__(data)
        self.now, self.stored, self.announces = now, stored, announces
        self.state = stored.state_at(now) if stored else State.DRAFT
        before = Details.of(stored) if stored else None
        self.before = before
        chosen = [one.pk for one in before.cohosts] if before else []
        others = Group.objects.filter(Q(stage=Stage.ACTIVE) | Q(pk__in=chosen)).exclude(pk=group.pk).in_order()
        self.groups = {one.pk: one for one in others}
        self.fields["cohosts"].choices = [(pk, str(one)) for pk, one in self.groups.items()]  # type: ignore[attr-defined]
        self.add_channels(before)
        self.add_speakers(before)
        self.order_fields(self.in_page_order())
        self.initial = initial_of(before) if before else {"levels": [level.value for level in LEVELS]}
        if self.state == State.POSTPONED:
            for name in ("starts_at", "ends_time", "ends_on"):
                self.fields[name].disabled = True
            self.fields["starts_at"].help_text = "กิจกรรมนี้เลื่อนกำหนดอยู่ กำหนดวันใหม่ได้ที่หน้าเปลี่ยนสถานะ"

    def add_channels(self, before: Details | None) -> None:
        for kind in ChannelKind:
            self.fields[kind.value] = forms.BooleanField(label=kind.label, required=False)
            self.fields[f"{kind}_note"] = LineField(
                label=f"คำอธิบาย {kind.label}", max_length=300, required=False, help_text=NOTES[kind]
            )
            self.fields[f"{kind}_link"] = LineField(
                label=f"ลิงก์ {kind.label}",
                max_length=500,
                required=False,
                help_text="เห็นเฉพาะผู้ที่ได้ที่นั่ง",
                validators=[URLValidator(["https", "http"], message="กรุณาวางที่อยู่ทั้งบรรทัด ขึ้นต้นด้วย https://")],
                widget=forms.TextInput({"inputmode": "url", "autocomplete": "off"}),
            )

    def add_speakers(self, before: Details | None) -> None:
        """A few empty rows behind those that are filled; whoever needs more saves and comes back."""
        filled = len(before.speakers) if before else 0
        typed = [
            int(row[1]) + 1 for row in (re.fullmatch("speaker([0-9]{1,2})_name", name) for name in self.data) if row
        ]
        self.speaker_count = min(max([filled + SPARE_ROWS, *typed]), MOST_SPEAKERS)
        for row in range(self.speaker_count):
            self.fields[f"speaker{row}_name"] = LineField(
                label=f"ชื่อวิทยากรคนที่ {row + 1}", max_length=150, required=False
            )
            self.fields[f"speaker{row}_position"] = LineField(
                label=f"ตำแหน่ง สังกัด คนที่ {row + 1}", max_length=250, required=False
            )

    # --- For the template ---
    def in_page_order(self) -> list[str]:
        """As the page shows them, for the summary of errors."""
        names = list(self.fields)
        moved = [name for name in names if name.startswith(("speaker", *ChannelKind))]
        rest = [name for name in names if name not in moved]
        place = rest.index("levels")
        return rest[:place] + moved + rest[place:]

    def channel_rows(self) -> Iterator[tuple[BoundField, BoundField, BoundField]]:
        for kind in ChannelKind:
            yield self[kind.value], self[f"{kind}_note"], self[f"{kind}_link"]

    def speaker_rows(self) -> Iterator[tuple[BoundField, BoundField]]:
        for row in range(self.speaker_count):
            yield self[f"speaker{row}_name"], self[f"speaker{row}_position"]

    # --- One field ---
    def clean_starts_at(self) -> datetime:
        starts_at = self.kept("starts_at", self.cleaned_data["starts_at"])
        self.refuse_odd_year(starts_at)
        is_new = self.before is None or starts_at != self.before.starts_at
        if self.state in OVER:
            if starts_at > self.now:
                raise forms.ValidationError("กิจกรรมนี้เสร็จสิ้นแล้ว เวลาเริ่มต้องไม่อยู่ในอนาคต")
        elif starts_at <= self.now and (self.announces or (is_new and self.state != State.LIVE)):
            raise forms.ValidationError("เวลานี้ผ่านไปแล้ว กรุณาระบุวันและเวลาในอนาคต")
        return starts_at

    def clean_registration_opens_at(self) -> datetime | None:
        return self.plausible("registration_opens_at")

    def clean_registration_closes_at(self) -> datetime | None:
        return self.plausible("registration_closes_at")

    def plausible(self, name: str) -> datetime | None:
        moment = self.cleaned_data[name]
        if moment:
            self.refuse_odd_year(moment)
            moment = self.kept(name, moment)
        return moment

    def kept(self, name: str, typed: datetime) -> datetime:
        """What was not edited stays to the second, though the form shows minutes."""
        stored = self.before.columns[name] if self.before else None
        return stored if stored and stored.replace(second=0, microsecond=0) == typed else typed

    def refuse_odd_year(self, moment: datetime) -> None:
        last = self.now.astimezone(thai.BANGKOK).year + thai.BUDDHIST_ERA + YEARS_AHEAD
        if not FIRST_YEAR <= moment.year + thai.BUDDHIST_ERA <= last:
            raise forms.ValidationError(f"กรุณาตรวจสอบปี พ.ศ. ต้องอยู่ระหว่าง {FIRST_YEAR} ถึง {last}")

    def clean_capacity(self) -> int | None:
        capacity, stored = self.cleaned_data["capacity"], self.stored
        if stored and capacity and capacity != stored.capacity and capacity < stored.seated_count:
            raise forms.ValidationError(f"มีผู้ลงทะเบียนแล้ว {stored.seated_count:,} คน กรุณาระบุไม่น้อยกว่านั้น")
        return capacity

    # --- Several fields ---
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["ends_at"] = self.ends_at(cleaned)
        self.check_window(cleaned)
        self.check_channels(cleaned)
        for row in range(self.speaker_count):
            if cleaned.get(f"speaker{row}_position") and cleaned.get(f"speaker{row}_name") == "":
                self.add_error(f"speaker{row}_name", "กรุณากรอกชื่อวิทยากร หรือลบตำแหน่งออก")
        return cleaned

    def ends_at(self, cleaned: Mapping[str, Any]) -> datetime | None:
        starts_at, ends_time = cleaned.get("starts_at"), cleaned.get("ends_time")
        if starts_at is None or ends_time is None or "ends_on" not in cleaned:
            return None
        on = cleaned["ends_on"] or thai.local_date(starts_at)
        ends_at = self.kept("ends_at", datetime.combine(on, ends_time, thai.BANGKOK))
        if ends_at <= starts_at:
            name = "ends_on" if cleaned["ends_on"] and on < thai.local_date(starts_at) else "ends_time"
            self.add_error(name, f"ต้องอยู่หลังเวลาเริ่ม ({thai.format_date(starts_at)} {thai.format_time(starts_at)})")
            return None
        if ends_at - starts_at > LONGEST:
            self.add_error("ends_on", f"กิจกรรมยาวได้ไม่เกิน {LONGEST.days} วัน")
            return None
        return ends_at

    def check_window(self, cleaned: Mapping[str, Any]) -> None:
        opens, closes = cleaned.get("registration_opens_at"), cleaned.get("registration_closes_at")
        ends_at = cleaned.get("ends_at")
        if opens and ends_at and opens >= ends_at:
            self.add_error("registration_opens_at", "ต้องอยู่ก่อนเวลาสิ้นสุดกิจกรรม")
        if closes and ends_at and closes > ends_at:
            self.add_error("registration_closes_at", "ต้องไม่เกินเวลาสิ้นสุดกิจกรรม")
        if opens and closes and closes <= opens:
            self.add_error("registration_closes_at", "ต้องอยู่หลังเวลาเปิดรับลงทะเบียน")

    def check_channels(self, cleaned: Mapping[str, Any]) -> None:
        had = {channel.kind for channel in self.before.channels} if self.before else set()
        for kind in ChannelKind:
            note, link = cleaned.get(f"{kind}_note", ""), cleaned.get(f"{kind}_link", "")
            if HAS_LINK.search(note):
                self.add_error(f"{kind}_note", "ทุกคนเห็นคำอธิบายนี้ กรุณาวางลิงก์ในช่องลิงก์")
            if (note or link) and not cleaned.get(kind.value) and kind.value not in had:
                self.add_error(kind.value, "กรุณาทำเครื่องหมายหน้าช่องทางนี้หากต้องการใช้ หรือลบคำอธิบายและลิงก์ออก")
        if self.announces and not any(cleaned.get(kind.value) for kind in ChannelKind):
            self.add_error(ChannelKind.ROOM.value, "กรุณาเลือกอย่างน้อยหนึ่งช่องทางก่อนเปิดรับลงทะเบียน")

    # --- What comes out ---
    def details(self) -> Details:
        typed = self.cleaned_data
        levels = {column: level.value in typed["levels"] for level, column in LEVELS.items()}
        hours = typed["hours"] or hours_of(typed["starts_at"], typed["ends_at"])
        own = {name: typed[name] for name in COLUMNS if name in typed}
        rows = range(self.speaker_count)
        return Details(
            columns=own | levels | {"hours": hours.quantize(Decimal("0.1"))},
            cohosts=tuple(one for pk, one in self.groups.items() if pk in typed["cohosts"]),
            channels=tuple(
                ChannelDetails(kind.value, typed[f"{kind}_note"], typed[f"{kind}_link"])
                for kind in ChannelKind
                if typed[kind.value]
            ),
            speakers=tuple(
                SpeakerDetails(typed[f"speaker{row}_name"], typed[f"speaker{row}_position"])
                for row in rows
                if typed[f"speaker{row}_name"]
            ),
        )


def initial_of(details: Details) -> dict[str, Any]:
    """What the form shows first. Hours that follow from the time are left to be computed anew."""
    columns = details.columns
    ends_at = details.ends_at.astimezone(thai.BANGKOK)
    is_one_day = ends_at.date() == thai.local_date(details.starts_at)
    initial = {name: columns[name] for name in COLUMNS} | {
        "ends_time": ends_at.time().replace(second=0, microsecond=0),
        "ends_on": None if is_one_day else ends_at.date(),
        "levels": [level.value for level, column in LEVELS.items() if columns[column]],
        "hours": None if columns["hours"] == hours_of(details.starts_at, details.ends_at) else columns["hours"],
        "cohosts": [group.pk for group in details.cohosts],
    }
    for channel in details.channels:
        initial |= {channel.kind: True, f"{channel.kind}_note": channel.note, f"{channel.kind}_link": channel.link}
    for row, speaker in enumerate(details.speakers):
        initial |= {f"speaker{row}_name": speaker.name, f"speaker{row}_position": speaker.position}
    return initial
