from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict

from core.forms import TextField
from core.spreadsheets import SpreadsheetError

from .. import team
from .registration import RegistrationForm


class TeamForm(RegistrationForm):
    """Whom to bring, typed or in a file, and how all of them take part."""

    emails = TextField(
        label="อีเมลของทีม",
        max_length=40_000,
        required=False,
        help_text="บรรทัดละหนึ่งอีเมล ตามที่แต่ละคนใช้เข้าสู่ระบบ",
        widget=forms.Textarea({"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label="หรือไฟล์รายชื่อ (XLSX หรือ CSV)",
        required=False,
        help_text="แถวแรกเป็นหัวคอลัมน์ ต้องมีคอลัมน์ “อีเมล”",
        widget=forms.FileInput({"accept": ".xlsx,.csv"}),
        error_messages={
            "empty": "ไฟล์นี้ว่างเปล่า กรุณาเลือกไฟล์ที่มีรายชื่อ",
            "invalid": "กรุณาเลือกไฟล์อีกครั้ง",
        },
    )
    field_order = ("emails", "file", "mode", "site")

    def __init__(self, data: Any, files: MultiValueDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.files = files if files is not None else MultiValueDict()
        self.fields["mode"].label = "ทั้งทีมเข้าร่วมทาง"
        self.fields["mode"].widget = forms.RadioSelect(choices=self.fields["mode"].choices)  # type: ignore[attr-defined]
        if not kwargs["sites"]:
            del self.fields["site"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        text, file = cleaned.get("emails"), cleaned.get("file")
        if self.errors.keys() & {"emails", "file"}:
            return cleaned
        if text and file:
            self.add_error("file", "กรุณาพิมพ์อีเมลหรือเลือกไฟล์ อย่างใดอย่างหนึ่ง")
        elif file:
            self.read("file", file)
        else:
            self.read("emails", text or "")
        return cleaned

    def read(self, field: str, given: Any) -> None:
        try:
            entries = team.read_file(given) if field == "file" else team.read_text(given)
        except SpreadsheetError as error:
            self.add_error(field, ValidationError(error.problems))
            return
        if not entries:
            self.add_error(field, "กรุณาพิมพ์อีเมลอย่างน้อยหนึ่งบรรทัด หรือเลือกไฟล์")
        self.cleaned_data["entries"] = entries
