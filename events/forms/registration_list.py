from django import forms

from core.forms import LineField

from ..models import Seat

TABS = {Seat.SEATED: "ลงทะเบียนแล้ว", Seat.WAITING: "รายชื่อสำรอง", Seat.CANCELLED: "ยกเลิกแล้ว"}


class RegistrationFilter(forms.Form):
    q = LineField(label="ชื่อหรือสังกัด", max_length=100, required=False, widget=forms.TextInput({"type": "search"}))
    seat = forms.ChoiceField(choices=list(TABS.items()), required=False, widget=forms.HiddenInput)


class RemovalForm(forms.Form):
    reason = LineField(
        label="เหตุผลที่นำออกจากรายชื่อ",
        max_length=200,
        help_text="ผู้ที่ถูกนำออกจะเห็นข้อความนี้",
        widget=forms.Textarea({"rows": 3, "class": "two"}),
    )
