"""Signing in, and noting by hand who took part."""

from typing import Any

from django import forms

from core.forms import LineField

from ..models import Mode, Status


class SignInCodeForm(forms.Form):
    """What is shown on the screen or printed on the sheet, for whom cannot scan."""

    code = LineField(
        label="รหัสลงชื่อ",
        max_length=20,
        help_text="6 ตัวอักษรบนจอ หรือบนใบลงชื่อของจุดรับชม",
        widget=forms.TextInput(
            {
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "class": "input sign-in-code",
                "maxlength": "20",
            }
        ),
    )


class ModeForm(forms.Form):
    """Asked of those who did not register, where there are several ways to take part."""

    mode = forms.ChoiceField(
        label="ท่านเข้าร่วมทาง",
        widget=forms.RadioSelect,
        error_messages={"required": "กรุณาเลือกช่องทางที่ท่านเข้าร่วม", "invalid_choice": "กรุณาเลือกช่องทางจากรายการ"},
    )

    def __init__(self, *args: Any, modes: list[Mode], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mode"].choices = [(mode.value, mode.label) for mode in modes]  # type: ignore[attr-defined]


class MarkForm(forms.Form):
    status = forms.ChoiceField(
        label="ผลการเข้าร่วม",
        choices=Status.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "กรุณาเลือกผลการเข้าร่วม", "invalid_choice": "กรุณาเลือกผลการเข้าร่วมจากรายการ"},
    )
    reason = LineField(
        label="เหตุผลที่ลา", max_length=200, required=False, help_text="กรอกเมื่อเลือก “ลา” เช่น ลาป่วย หรือติดราชการ"
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("status") == Status.EXCUSED and not data.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "กรุณากรอกเหตุผลที่ลา")
        return data


class AttendanceFilter(forms.Form):
    q = LineField(label="ชื่อหรือสังกัด", max_length=100, required=False, widget=forms.TextInput({"type": "search"}))
