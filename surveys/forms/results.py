"""Forms about the results of a survey: releasing them, reading what people wrote."""

from typing import Any

from django import forms

from core.forms import LineField, TextField

from ..models import Remark, Survey, Theme


class ReleaseForm(forms.Form):
    note = TextField(
        label="สิ่งที่จะทำต่อจากผลนี้",
        required=False,
        max_length=1000,
        help_text="แสดงพร้อมผลประเมิน เช่น ครั้งหน้าขยายเวลาถามตอบเป็น 40 นาที",
        widget=forms.Textarea({"rows": 4, "class": "input"}),
    )

    def __init__(self, data: Any = None, *, survey: Survey) -> None:
        super().__init__(data, initial={"note": survey.release_note})


class ThemeForm(forms.Form):
    title = LineField(label="ประเด็น", max_length=150, widget=forms.TextInput({"class": "input"}))
    reply = LineField(
        label="คำตอบรับของผู้ดำเนินกลุ่ม",
        required=False,
        max_length=300,
        help_text="เช่น ส่งเรื่องให้ศูนย์เทคโนโลยีสารสนเทศฯ แล้ว",
        widget=forms.TextInput({"class": "input"}),
    )


class RemarkForm(forms.Form):
    state = forms.ChoiceField(choices=Remark.State.choices)
    theme = forms.ModelChoiceField(Theme.objects.none(), required=False)

    def __init__(self, data: Any, *, survey: Survey) -> None:
        super().__init__(data)
        self.fields["theme"].queryset = Theme.objects.filter(survey=survey)  # type: ignore[attr-defined]


class RemarkFilter(forms.Form):
    """What cannot be read as a state shows those that wait."""

    state = forms.ChoiceField(
        label="สถานะ", choices=Remark.State.choices, required=False, widget=forms.Select({"class": "input"})
    )

    def wanted(self) -> str:
        self.is_valid()
        return self.cleaned_data.get("state") or Remark.State.NEW
