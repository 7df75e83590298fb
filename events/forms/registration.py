from typing import Any

from django import forms

from ..models import Mode


class RegistrationForm(forms.Form):
    """How to take part; with a viewing site where one is chosen."""

    mode = forms.ChoiceField(
        label="เข้าร่วมทาง",
        error_messages={
            "required": "กรุณาเลือกช่องทางเข้าร่วม",
            "invalid_choice": "ช่องทางที่เลือกไม่มีในกิจกรรมนี้ กรุณาเลือกจากรายการ",
        },
    )
    site = forms.TypedChoiceField(
        label="จุดรับชม",
        coerce=int,
        empty_value=None,
        required=False,
        error_messages={"invalid_choice": "จุดรับชมที่เลือกปิดแล้ว กรุณาเลือกจุดอื่น"},
    )

    def __init__(self, data: Any, *, modes: list[Mode], sites: list[tuple[int, str]]) -> None:
        super().__init__(data)
        self.fields["mode"].choices = [(mode.value, mode.label) for mode in modes]  # type: ignore[attr-defined]
        self.fields["site"].choices = [("", "ยังไม่ระบุ"), *sites]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("mode") != Mode.SITE:
            cleaned["site"] = None
        return cleaned
