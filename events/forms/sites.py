"""A viewing site: where it is, how many watched there, and who."""

from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import File

from accounts.agency_field import AgencyMixin
from accounts.models import Level, User
from core.forms import LineField, TextField, WholeNumberField

from ..rosters import dry_run
from .lists import ListMixin

MOST_PEOPLE = 10_000  # as the model says


class SiteFilter(forms.Form):
    q = LineField(
        label="จังหวัด อำเภอ หรือสถานที่", max_length=100, required=False, widget=forms.TextInput({"type": "search"})
    )
    level = forms.ChoiceField(
        label="ระดับ", choices=[("", "ทุกระดับ"), *Level.choices], required=False, error_messages={"invalid_choice": ""}
    )


class SiteForm(forms.Form):
    """For the agency's own people: their agency is known, and they answer for the site themselves."""

    place = LineField(label="สถานที่", max_length=200, help_text="เช่น ห้องประชุมชั้น 2 ศาลากลางจังหวัด")
    expected = WholeNumberField(
        label="คาดว่าจะมีผู้เข้าร่วม (คน)", min_value=1, max_value=MOST_PEOPLE, help_text="ใช้จัดทำใบลงชื่อ"
    )


class OfficerMixin(forms.Form):
    """Who answers for the site. Known by an e-mail address that is proved to be theirs."""

    officer = LineField(
        label="อีเมลของผู้รับผิดชอบ",
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "off"}),
        help_text="ผู้รับผิดชอบรายงานจำนวนและรายชื่อผู้เข้าร่วม ต้องมีบัญชีในเว็บไซต์นี้",
    )

    def clean_officer(self) -> User:
        address = self.cleaned_data["officer"].lower()
        if not dry_run.is_email(address):
            raise ValidationError("รูปแบบอีเมลไม่ถูกต้อง")
        proved = EmailAddress.objects.filter(email=address, verified=True, user__is_active=True)
        if found := proved.select_related("user").first():
            return found.user
        raise ValidationError("ไม่พบบัญชีที่ใช้อีเมลนี้ ให้เจ้าของอีเมลสมัครใช้งานก่อน")


class SiteEditForm(OfficerMixin, SiteForm):
    field_order: tuple[str, ...] = ("place", "expected", "officer")


class AnySiteForm(SiteEditForm, AgencyMixin):
    """For those who run the event: a site of any agency, and whoever answers for it."""

    field_order = ("agency", "district", "place", "expected", "officer")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.show_agencies()
        self.fields["agency"].required = True
        self.fields["agency"].label = "หน่วยงานที่เปิดจุดรับชม"
        self.fields["agency"].help_text = "จุดรับชมของอำเภอ กรุณาเลือกสำนักงานจังหวัด แล้วระบุอำเภอในช่องถัดไป"
        self.fields["agency"].error_messages["required"] = "กรุณาเลือกหน่วยงาน"
        self.fields["district"].help_text = "เว้นว่างหากเป็นจุดรับชมของจังหวัด"


class HeadCountForm(forms.Form):
    count = WholeNumberField(
        label="จำนวนผู้เข้าร่วมทั้งหมด (คน)",
        min_value=0,
        max_value=MOST_PEOPLE,
        help_text="นับทุกคนที่จุดรับชมนี้ รวมผู้ที่มีชื่อในรายชื่อด้านล่าง",
    )
    remark = LineField(label="หมายเหตุ", max_length=300, required=False, help_text="เช่น สัญญาณขัดข้องช่วงท้าย")


class RosterForm(ListMixin):
    """Who was there, typed or in a file; what each line would do is shown before anything is written."""

    people = TextField(
        label="รายชื่อ",
        max_length=100_000,
        required=False,
        help_text="บรรทัดละหนึ่งคน: ชื่อ นามสกุล, ตำแหน่ง, อีเมล ตำแหน่งและอีเมลเว้นได้",
        widget=forms.Textarea({"rows": 10, "spellcheck": "false", "autocomplete": "off"}),
    )
    field_order = ("people", "file")
    typed = "people"
    named = "รายชื่อ"

    def read_typed(self, text: str) -> list[dry_run.Entry]:
        return dry_run.read_typed(text)

    def read_file(self, file: File) -> list[dry_run.Entry]:
        return dry_run.read(file)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = "แถวแรกเป็นหัวคอลัมน์ ต้องมีคอลัมน์ “ชื่อ นามสกุล”"
