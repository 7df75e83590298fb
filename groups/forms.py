from collections.abc import Callable
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone

from accounts.models import Level, MailFrequency
from core import thai
from core.forms import LineField, LongSelect, RichTextField, TextField, ThaiDateField

from .models import Group, Joining, Membership, Role, Stage, TaggedGroup
from .services.lifecycle import MOVES

MOST_TAGS = 8
LONGEST_TAG = 40


class GroupFilter(forms.Form):
    STAGES = [
        ("", "ยังไม่สิ้นสุด"),
        (Stage.ACTIVE.value, Stage.ACTIVE.label),
        (Stage.PAUSED.value, Stage.PAUSED.label),
        (Stage.FULFILLED.value, Stage.FULFILLED.label),
        (Stage.CLOSED.value, Stage.CLOSED.label),
        ("all", "ทุกสถานะ"),
    ]
    ORDERS = [("", "ลำดับกลุ่ม"), ("activity", "ความเคลื่อนไหวล่าสุด"), ("members", "จำนวนสมาชิก")]

    q = LineField(label="ค้นชื่อหรือเรื่อง", max_length=100, required=False, widget=forms.TextInput({"type": "search"}))
    tag = forms.TypedChoiceField(label="แท็ก", coerce=int, empty_value=None, required=False, widget=LongSelect)
    stage = forms.ChoiceField(label="สถานะกลุ่ม", choices=STAGES, required=False)
    order = forms.ChoiceField(label="เรียงตาม", choices=ORDERS, required=False)
    mine = forms.BooleanField(label="กลุ่มของฉัน", required=False)

    def __init__(self, data: Any, *, tags: Callable[[], list[tuple[int, str]]], signed_in: bool) -> None:
        super().__init__(data, auto_id="g_%s")
        self.fields["tag"].choices = lambda: [("", "ทุกแท็ก"), *tags()]  # type: ignore[attr-defined]
        if not signed_in:
            del self.fields["mine"]

    def wanted(self) -> dict[str, Any]:
        """What can be understood of the filters; nothing, most often."""
        if not self.data:
            return {}
        self.is_valid()
        return self.cleaned_data


class MemberFilter(forms.Form):
    q = LineField(label="ชื่อหรือสังกัด", max_length=100, required=False, widget=forms.TextInput({"type": "search"}))
    level = forms.ChoiceField(label="พื้นที่", choices=[("", "ทุกพื้นที่"), *Level.choices], required=False)
    role = forms.ChoiceField(label="บทบาท", choices=[("", "ทุกบทบาท"), *Role.choices], required=False)


class MembershipForm(forms.ModelForm):
    """How to be told what happens in the group, and, where it decides on requests, why one wants to join."""

    note = LineField(
        label="เหตุผลที่ขอเข้าร่วม",
        max_length=300,
        required=False,
        help_text="ผู้ดำเนินกลุ่มใช้ประกอบการพิจารณา เช่น งานที่ท่านรับผิดชอบ",
        widget=forms.Textarea({"rows": 3, "class": "two"}),
    )
    mail_frequency = forms.ChoiceField(
        label="ให้แจ้งข่าวของกลุ่มทางอีเมลอย่างไร",
        choices=MailFrequency.choices,
        widget=forms.RadioSelect,
        help_text="ข่าวทุกเรื่องอยู่ในหน้าการแจ้งเตือนเสมอ เปลี่ยนได้ทุกเมื่อ",
    )
    is_listed = forms.BooleanField(
        label="แสดงชื่อในรายชื่อสมาชิก",
        required=False,
        help_text="เห็นได้เฉพาะสมาชิกของกลุ่ม ผู้ดำเนินกลุ่มเห็นรายชื่อครบทุกคน",
    )

    class Meta:
        model = Membership
        fields = ["note", "mail_frequency", "is_listed"]

    def __init__(self, *args: Any, asks: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks:
            del self.fields["note"]


class DeclineForm(forms.Form):
    reason = LineField(
        label="เหตุผลที่ไม่รับคำขอ",
        max_length=300,
        help_text="ผู้ขอจะเห็นข้อความนี้",
        widget=forms.Textarea({"rows": 3, "class": "two"}),
        error_messages={"required": "กรุณากรอกเหตุผล ผู้ขอจะได้ทราบและหากลุ่มอื่นที่ตรงกับงาน"},
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(label="บทบาทในกลุ่ม", choices=Role.choices, widget=forms.RadioSelect)


class RemovalForm(forms.Form):
    reason = LineField(
        label="เหตุผลที่ให้ออกจากกลุ่ม",
        max_length=300,
        help_text="ผู้ที่ถูกให้ออกจะเห็นข้อความนี้",
        widget=forms.Textarea({"rows": 3, "class": "two"}),
        error_messages={"required": "กรุณากรอกเหตุผล"},
    )


class RosterForm(forms.Form):
    file = forms.FileField(
        label="ไฟล์รายชื่อ (XLSX หรือ CSV)",
        help_text="แถวแรกเป็นหัวคอลัมน์ ต้องมีคอลัมน์ “อีเมล”",
        widget=forms.FileInput({"accept": ".xlsx,.csv"}),
        error_messages={
            "required": "กรุณาเลือกไฟล์",
            "empty": "ไฟล์นี้ว่างเปล่า กรุณาเลือกไฟล์ที่มีรายชื่อ",
            "invalid": "กรุณาเลือกไฟล์อีกครั้ง",
        },
    )


class TagsField(LineField):
    """Tags parted by commas or line ends. Each exists once, however it was typed."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "แท็ก")
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", MOST_TAGS * (LONGEST_TAG + 2))
        kwargs.setdefault("help_text", f"คั่นด้วยเครื่องหมายจุลภาค ไม่เกิน {MOST_TAGS} แท็ก เช่น เบิกจ่าย, จัดซื้อจัดจ้าง")
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(tag) for tag in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        tags: dict[str, str] = {}
        for piece in tag_pieces(super().clean(value)):
            tags.setdefault(piece.casefold(), piece)
        for tag in tags.values():
            if len(tag) > LONGEST_TAG:
                raise forms.ValidationError(f"แท็ก “{tag[:20]}…” ยาวเกินไป กรุณาตัดให้เหลือไม่เกิน {LONGEST_TAG} ตัวอักษร")
        if len(tags) > MOST_TAGS:
            raise forms.ValidationError(f"มี {len(tags)} แท็ก กรุณาเลือกไว้ไม่เกิน {MOST_TAGS} แท็ก")
        return list(tags.values())


def tag_pieces(text: str) -> list[str]:
    for separator in "،，、;\n":
        text = text.replace(separator, ",")
    pieces = (" ".join(thai.normalise(piece).split()) for piece in text.split(","))
    return [piece for piece in pieces if piece]


class GroupForm(forms.ModelForm):
    """What a group's facilitators may change about it."""

    purpose = TextField(
        label="ความมุ่งหมาย",
        max_length=400,
        help_text="หนึ่งถึงสองประโยค แสดงในรายชื่อกลุ่ม",
        widget=forms.Textarea({"rows": 3, "class": "two"}),
    )
    about = RichTextField(label="เกี่ยวกับกลุ่ม", required=False)
    agreements = TextField(
        label="ข้อตกลงร่วมกัน",
        max_length=2000,
        required=False,
        help_text="บรรทัดละหนึ่งข้อ",
        widget=forms.Textarea({"rows": 5}),
    )
    joining = forms.ChoiceField(label="การเข้าร่วม", choices=Joining.choices, widget=forms.RadioSelect)
    tags = TagsField()

    class Meta:
        model = Group
        fields = ["purpose", "about", "agreements", "joining"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            links = TaggedGroup.objects.filter(content_object=self.instance).order_by("pk")
            self.initial["tags"] = list(links.values_list("tag__name", flat=True))

    def save(self, commit: bool = True) -> Group:
        """Only these columns: the group's counters may be moving meanwhile."""
        self.instance.save(update_fields=self._meta.fields)
        self.instance.tags.set(self.cleaned_data["tags"])
        return self.instance


class RenameForm(forms.Form):
    """For KM officers: the old address goes on leading to the group."""

    name = LineField(label="ชื่อกลุ่ม", max_length=150, help_text="ไม่ต้องขึ้นต้นด้วยคำว่า “กลุ่ม”")
    slug = forms.CharField(
        label="ที่อยู่ (อักษรอังกฤษ)",
        max_length=60,
        validators=[RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*\Z", "ใช้อักษรอังกฤษตัวเล็ก ตัวเลข และขีดกลางเท่านั้น")],
        help_text="ที่อยู่เดิมยังนำมายังกลุ่มนี้ได้",
    )
    reason = LineField(label="เหตุผล", max_length=300, required=False, help_text="แสดงในเส้นทางของกลุ่ม")

    def __init__(self, *args: Any, group: Group | None = None, **kwargs: Any) -> None:
        self.group = group
        super().__init__(*args, **kwargs)

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        others = Group.objects.exclude(pk=self.group.pk) if self.group else Group.objects.all()
        if others.filter(name=name).exists():
            raise forms.ValidationError("มีกลุ่มที่ใช้ชื่อนี้แล้ว")
        return name


class StageForm(forms.Form):
    stage = forms.ChoiceField(label="เปลี่ยนสถานะเป็น", widget=forms.RadioSelect)
    reason = LineField(label="เหตุผล", max_length=300, required=False, help_text="แสดงต่อผู้อ่านในเส้นทางของกลุ่ม")
    on = ThaiDateField(label="ตั้งแต่วันที่")

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group = group
        moves = [stage for stage in Stage if stage in MOVES[group.stage]]
        self.fields["stage"].choices = [(stage.value, STAGE_ACTS[stage]) for stage in moves]  # type: ignore[attr-defined]
        self.fields["on"].initial = timezone.localdate()

    def clean_on(self) -> Any:
        on = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise forms.ValidationError("วันที่ต้องไม่เกินวันนี้")
        if on < self.group.founded_on:
            raise forms.ValidationError(f"กลุ่มก่อตั้งเมื่อ {thai.format_date(self.group.founded_on)} กรุณาระบุวันหลังจากนั้น")
        return on

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (
            cleaned.get("stage") not in (None, Stage.ACTIVE)
            and not cleaned.get("reason")
            and "reason" not in self.errors
        ):
            self.add_error("reason", "กรุณากรอกเหตุผล สมาชิกจะได้ทราบว่าเหตุใดกลุ่มจึงเปลี่ยนสถานะ")
        return cleaned


STAGE_ACTS = {
    Stage.ACTIVE: "เปิดกลุ่มให้ดำเนินการ",
    Stage.PAUSED: "พักกิจกรรม",
    Stage.FULFILLED: "บรรลุวัตถุประสงค์แล้ว",
    Stage.CLOSED: "ยุติกลุ่ม",
}
