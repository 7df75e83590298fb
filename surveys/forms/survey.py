"""What the editors of a survey type: its settings, its sections, its items, where to copy it."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django import forms

from core.forms import LineField, LongSelect, TextField, ThaiMomentField
from core.forms import WholeNumberField as NumberField
from events.models import Event
from groups.models import Group

from ..models import (
    BREAKDOWNS,
    CHOICES,
    MOST_MONTHS,
    About,
    Audience,
    BandSet,
    Item,
    ItemKind,
    Kind,
    Survey,
)
from ..services.building import OF_EVENT, Settings
from ..services.wording import MOST_OPTIONS, ItemDetails

OPTION_LENGTH = 150
LARGEST = 1_000_000_000
TWO_LINES = {"rows": 3, "class": "two"}
FROM_LIST = "กรุณาเลือกจากรายการ"
FEW_OPTIONS = "กรุณาพิมพ์อย่างน้อย 2 ตัวเลือก บรรทัดละหนึ่งตัวเลือก"
ANONYMITY = [
    ("yes", "ไม่ระบุชื่อ: คำตอบไม่เชื่อมกับชื่อผู้ตอบ ระบบบันทึกแยกไว้เพียงว่าใครตอบแล้ว"),
    ("no", "ระบุชื่อ: ผู้ดำเนินกลุ่มและเจ้าหน้าที่จัดการความรู้เห็นชื่อพร้อมคำตอบ"),
]
AUDIENCES = {
    Audience.ATTENDEES: "ผู้เข้าร่วมกิจกรรม ตามรายชื่อผู้เข้าร่วมที่มีบัญชี",
    Audience.REGISTERED: "ผู้ลงทะเบียน ที่ได้ที่นั่ง",
    Audience.MEMBERS: "สมาชิกกลุ่ม",
    Audience.SIGNED_IN: "ทุกคนที่เข้าสู่ระบบ",
    Audience.LINK: "ทุกคนที่มีลิงก์ ไม่ต้องเข้าสู่ระบบ",
}
STARTS = [
    ("", "แบบว่าง"),
    (Kind.SATISFACTION.value, "แบบประเมินความพึงพอใจมาตรฐาน ตอนที่ 1–3"),
    (Kind.FOLLOW_UP.value, "แบบติดตามการนำความรู้ไปใช้ประโยชน์"),
]


def is_yes(value: str) -> bool:
    return value == "yes"


def audience_choices(event: Event | None) -> list[tuple[str, str]]:
    return [(audience.value, label) for audience, label in AUDIENCES.items() if event or audience not in OF_EVENT]


class AskedForm(forms.Form):
    """Who is asked, and whether by name."""

    title = LineField(label="ชื่อแบบประเมิน", max_length=200)
    audience = forms.ChoiceField(
        label="ใครตอบได้",
        widget=forms.RadioSelect,
        error_messages={"required": "กรุณาเลือกผู้ตอบ", "invalid_choice": FROM_LIST},
    )
    is_anonymous = forms.TypedChoiceField(
        label="ชื่อผู้ตอบ",
        choices=ANONYMITY,
        coerce=is_yes,
        widget=forms.RadioSelect,
        help_text="ผู้ตอบเห็นข้อความนี้ก่อนข้อแรก เมื่อมีผู้ตอบแล้วเปลี่ยนไม่ได้",
        error_messages={"required": "กรุณาเลือก", "invalid_choice": FROM_LIST},
    )

    def __init__(self, data: Any = None, *, event: Event | None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["audience"].choices = audience_choices(event)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("audience") == Audience.LINK and cleaned.get("is_anonymous") is False:
            self.add_error("is_anonymous", "ผู้ตอบด้วยลิงก์ไม่ต้องเข้าสู่ระบบ จึงระบุชื่อผู้ตอบไม่ได้ กรุณาเลือกไม่ระบุชื่อ")
        return cleaned


class NewSurveyForm(AskedForm):
    start = forms.ChoiceField(
        label="เริ่มจาก",
        choices=STARTS,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": FROM_LIST},
    )
    field_order = ("title", "start", "audience", "is_anonymous")

    def __init__(self, data: Any = None, *, event: Event | None) -> None:
        audience = Audience.ATTENDEES if event else Audience.MEMBERS
        initial = {"audience": audience, "is_anonymous": "yes", "start": ""}
        super().__init__(data, event=event, initial=initial)


class SettingsForm(AskedForm):
    intro = TextField(
        label="คำชี้แจง",
        max_length=2000,
        required=False,
        help_text="แสดงใต้ชื่อแบบประเมิน และในข้อความเชิญตอบ",
        widget=forms.Textarea(TWO_LINES),
    )
    follows_event = forms.BooleanField(label="เปิดและปิดตามเวลาของกิจกรรม", required=False)
    months_after = forms.TypedChoiceField(
        label="ส่งหลังกิจกรรม",
        choices=[(months, f"{months} เดือน") for months in range(1, MOST_MONTHS + 1)],
        coerce=int,
        help_text="ระบบแจ้งผู้ตอบให้เอง และรับคำตอบ 30 วัน",
        error_messages={"required": "กรุณาเลือกจำนวนเดือน", "invalid_choice": FROM_LIST},
    )
    opens_at = ThaiMomentField(label="เปิดรับคำตอบ", required=False, help_text="เว้นว่างหากเปิดทันทีที่เผยแพร่")
    closes_at = ThaiMomentField(label="ปิดรับคำตอบ", required=False, help_text="เว้นว่างหากจะปิดเอง")
    bands = forms.ModelChoiceField(
        label="เกณฑ์แปลผล",
        queryset=BandSet.objects.none(),
        empty_label=None,
        help_text="ค่าเฉลี่ยปัดเป็นทศนิยมสองตำแหน่งก่อนแปลผล เกณฑ์ที่ใช้พิมพ์ไว้ใต้ตาราง",
        error_messages={"required": "กรุณาเลือกเกณฑ์แปลผล", "invalid_choice": FROM_LIST},
    )
    field_order = ("title", "intro", "audience", "is_anonymous")

    def __init__(self, data: Any = None, *, survey: Survey, has_answers: bool, now: datetime) -> None:
        self.survey, self.now = survey, now
        stored = vars(Settings.of(survey)) | {"is_anonymous": "yes" if survey.is_anonymous else "no"}
        super().__init__(data, event=survey.event, initial=stored)
        self.fields["bands"].queryset = BandSet.objects.all()  # type: ignore[attr-defined]
        self.fields["is_anonymous"].disabled = has_answers
        if survey.event is None:
            del self.fields["follows_event"]
        if survey.event is None or survey.kind != Kind.FOLLOW_UP:
            del self.fields["months_after"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.is_by_clock:
            cleaned["opens_at"] = cleaned["closes_at"] = None
            return cleaned
        opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", "เวลาปิดต้องอยู่หลังเวลาเปิด")
        elif closes and closes <= self.now and closes != self.survey.closes_at:
            self.add_error("closes_at", "เวลานี้ผ่านไปแล้ว กรุณาระบุเวลาข้างหน้า หากต้องการปิดทันที ใช้ปุ่มปิดรับคำตอบ")
        return cleaned

    @property
    def is_by_clock(self) -> bool:
        return bool(self.cleaned_data.get("follows_event"))

    def settings(self) -> Settings:
        fixed = {"follows_event": False, "months_after": self.survey.months_after}
        return Settings(**fixed | self.cleaned_data)


class SectionForm(forms.Form):
    title = LineField(label="ชื่อตอน", max_length=200, help_text="เช่น ตอนที่ 2 ความพึงพอใจรายด้าน")
    intro = TextField(label="คำชี้แจงของตอน", max_length=500, required=False, widget=forms.Textarea(TWO_LINES))


class ItemForm(forms.Form):
    use_required_attribute = False

    kind = forms.ChoiceField(
        label="แบบคำถาม",
        choices=ItemKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "กรุณาเลือกแบบคำถาม", "invalid_choice": FROM_LIST},
    )
    text = LineField(label="ข้อคำถาม", max_length=300)
    hint = LineField(label="คำอธิบาย", max_length=300, required=False, help_text="แสดงใต้ข้อคำถาม")
    is_required = forms.BooleanField(label="จำเป็นต้องตอบ", required=False, initial=True)
    aspect = LineField(
        label="ด้าน",
        max_length=100,
        required=False,
        help_text="ข้อในด้านเดียวกันที่อยู่ติดกันแสดงรวมเป็นตาราง และรายงานค่าเฉลี่ยรายด้าน",
        widget=forms.TextInput({"list": "aspects", "autocomplete": "off"}),
    )
    options = TextField(
        label="ตัวเลือก",
        max_length=MOST_OPTIONS * (OPTION_LENGTH + 1),
        help_text="บรรทัดละหนึ่งตัวเลือก",
        error_messages={"required": FEW_OPTIONS},
        widget=forms.Textarea({"rows": 6}),
    )
    about = forms.ChoiceField(
        label="ข้อนี้บอกเกี่ยวกับผู้ตอบ",
        choices=[("", "ไม่ใช่ข้อมูลทั่วไปของผู้ตอบ"), *About.choices],
        required=False,
        help_text="กลุ่มที่มีผู้ตอบน้อยกว่า 5 คนจะไม่แสดงในรายงาน ระดับ ภาค และช่องทางใช้จำแนกผล",
        error_messages={"invalid_choice": FROM_LIST},
    )
    least = NumberField(label="ไม่น้อยกว่า", min_value=-LARGEST, max_value=LARGEST, required=False)
    most = NumberField(label="ไม่เกิน", min_value=-LARGEST, max_value=LARGEST, required=False)

    def __init__(
        self, data: Any = None, *, taken: Collection[str] = (), item: Item | None = None, initial: Any = None
    ) -> None:
        """`taken` are the breakdowns for which another item of the version asks already."""
        self.taken = taken
        stored = vars(ItemDetails.of(item)) | {"options": "\n".join(item.options)} if item else initial
        super().__init__(data, initial=stored)
        # Said beside the field; whether it is one of a choice is known once it is sent.
        self.fields["options"].required = data is None or data.get("kind") in CHOICES

    def clean_options(self) -> tuple[str, ...]:
        lines = [" ".join(line.split()) for line in self.cleaned_data["options"].split("\n")]
        options = tuple(line for line in lines if line)
        if too_long := next((option for option in options if len(option) > OPTION_LENGTH), None):
            raise forms.ValidationError(f"“{too_long[:40]}…” ยาวเกิน {OPTION_LENGTH} ตัวอักษร กรุณาตัดให้สั้นลง")
        if len(options) > MOST_OPTIONS:
            raise forms.ValidationError(f"มี {len(options)} ตัวเลือก กรุณาลดให้เหลือไม่เกิน {MOST_OPTIONS}")
        if twice := next((option for option in options if options.count(option) > 1), None):
            raise forms.ValidationError(f"ตัวเลือก “{twice}” ซ้ำกัน กรุณาลบออกหนึ่งบรรทัด")
        return options

    def clean(self) -> dict[str, Any]:
        """What belongs to another kind of item is left out: people may change their mind about the kind."""
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("kind")
        if kind in CHOICES and "options" not in self.errors and len(cleaned["options"]) < 2:
            self.add_error("options", FEW_OPTIONS)
        about = cleaned.get("about", "")
        if kind == ItemKind.SINGLE and about in BREAKDOWNS and about in self.taken:
            self.add_error("about", f"แบบประเมินนี้มีข้อที่ถาม{About(about).label}แล้ว ถามได้ข้อเดียว")
        least, most = cleaned.get("least"), cleaned.get("most")
        if kind == ItemKind.NUMBER and least is not None and most is not None and most < least:
            self.add_error("most", "ต้องไม่น้อยกว่าค่าต่ำสุด")
        return cleaned

    def details(self) -> ItemDetails:
        told = self.cleaned_data
        kind = told["kind"]
        is_number = kind == ItemKind.NUMBER
        return ItemDetails(
            kind=kind,
            text=told["text"],
            hint=told["hint"],
            is_required=told["is_required"],
            aspect=told["aspect"] if kind == ItemKind.LIKERT else "",
            options=told["options"] if kind in CHOICES else (),
            about=told["about"] if kind == ItemKind.SINGLE else "",
            least=told["least"] if is_number else None,
            most=told["most"] if is_number else None,
        )


class CopyForm(forms.Form):
    place = forms.ChoiceField(
        label="คัดลอกไปที่",
        widget=LongSelect,
        error_messages={"required": "กรุณาเลือกกลุ่มหรือกิจกรรม", "invalid_choice": FROM_LIST},
    )

    def __init__(self, data: Any = None, *, groups: Iterable[Group], events: Iterable[Event], initial: str) -> None:
        super().__init__(data, initial={"place": initial})
        self.places: dict[str, tuple[Group, Event | None]] = {f"e{event.pk}": (event.group, event) for event in events}
        self.places |= {f"g{group.pk}": (group, None) for group in groups}
        self.fields["place"].choices = [("", "โปรดเลือก"), *map(named, self.places.items())]  # type: ignore[attr-defined]

    def chosen(self) -> tuple[Group, Event | None]:
        return self.places[self.cleaned_data["place"]]


def named(place: tuple[str, tuple[Group, Event | None]]) -> tuple[str, str]:
    value, (group, event) = place
    return value, f"{event.serial} {event.title} ({group})" if event else f"{group} (ไม่ผูกกับกิจกรรม)"
