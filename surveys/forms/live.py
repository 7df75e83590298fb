"""What is typed beside a running event: a question, the note of an answer, the reason of a refusal."""

from typing import Any

from django import forms

from core.forms import LineField, TextField

from .question import WHO_SEES


class LiveAskForm(forms.Form):
    """As short as it can be: detail has its place in the register."""

    text = LineField(
        label="คำถามของท่าน",
        max_length=600,
        widget=forms.Textarea({"class": "input two", "rows": "2", "maxlength": "600"}),
    )
    is_anonymous = forms.BooleanField(
        label="ไม่ประสงค์ออกนาม",
        required=False,
        initial=True,
        help_text=WHO_SEES,
    )


class ConsoleForm(forms.Form):
    """One act on one question, with what its author had seen."""

    ACTS = ("publish", "refuse", "start", "stop", "answer")

    act = forms.ChoiceField(choices=[(act, act) for act in ACTS])
    revision = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    seen = forms.IntegerField(min_value=0, max_value=2**63 - 1, required=False)
    answer = TextField(label="บันทึกคำตอบ", max_length=6000, required=False)
    reason = LineField(label="เหตุผลที่ไม่รับ", max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["seen"] = cleaned.get("seen") or 0
        if cleaned.get("act") == "refuse" and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "กรุณากรอกเหตุผล ผู้ถามจะได้ทราบ")
        return cleaned

    def problems(self) -> str:
        """All of them in one line, to stand beside the question."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)
