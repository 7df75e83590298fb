"""A list of people, typed or in a file."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import File

from core.spreadsheets import SpreadsheetError


class ListMixin(forms.Form):
    """One of the field `typed` and the file; `cleaned_data["entries"]` is what was read from it."""

    typed: ClassVar[str]  # the name of the field to type into
    named: ClassVar[str]  # what stands in it

    file = forms.FileField(
        label="หรือไฟล์รายชื่อ (XLSX หรือ CSV)",
        required=False,
        widget=forms.FileInput({"accept": ".xlsx,.csv"}),
        error_messages={
            "empty": "ไฟล์นี้ว่างเปล่า กรุณาเลือกไฟล์ที่มีรายชื่อ",
            "invalid": "กรุณาเลือกไฟล์อีกครั้ง",
        },
    )

    def read_typed(self, text: str) -> Sequence[Any]:
        raise NotImplementedError

    def read_file(self, file: File) -> Sequence[Any]:
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        text, file = cleaned.get(self.typed), cleaned.get("file")
        if self.errors.keys() & {self.typed, "file"}:
            return cleaned
        if text and file:
            self.add_error("file", f"กรุณาพิมพ์{self.named}หรือเลือกไฟล์ อย่างใดอย่างหนึ่ง")
            return cleaned
        field = "file" if file else self.typed
        try:
            entries = self.read_file(file) if file else self.read_typed(text or "")
        except SpreadsheetError as error:
            self.add_error(field, ValidationError(error.problems))
            return cleaned
        if not entries:
            self.add_error(field, f"กรุณาพิมพ์{self.named}อย่างน้อยหนึ่งบรรทัด หรือเลือกไฟล์")
        cleaned["entries"] = entries
        return cleaned
