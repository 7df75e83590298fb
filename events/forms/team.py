from typing import Any

from django import forms
from django.core.files.base import File
from django.utils.datastructures import MultiValueDict

from core.forms import TextField

from .. import team
from .lists import ListMixin
from .registration import RegistrationForm


class TeamForm(ListMixin, RegistrationForm):
    """Whom to bring, typed or in a file, and how all of them take part."""

    emails = TextField(
        label="อีเมลของทีม",
        max_length=40_000,
        required=False,
        help_text="บรรทัดละหนึ่งอีเมล ตามที่แต่ละคนใช้เข้าสู่ระบบ",
        widget=forms.Textarea({"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
    )
    field_order = ("emails", "file", "mode", "site")
    typed = "emails"
    named = "อีเมล"

    def read_typed(self, text: str) -> list[team.Entry]:
        return team.read_text(text)

    def read_file(self, file: File) -> list[team.Entry]:
        return team.read_file(file)

    def __init__(self, data: Any, files: MultiValueDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.files = files if files is not None else MultiValueDict()
        self.fields["file"].help_text = "แถวแรกเป็นหัวคอลัมน์ ต้องมีคอลัมน์ “อีเมล”"
        self.fields["mode"].label = "ทั้งทีมเข้าร่วมทาง"
        self.fields["mode"].widget = forms.RadioSelect(choices=self.fields["mode"].choices)  # type: ignore[attr-defined]
        if not kwargs["sites"]:
            del self.fields["site"]
