"""A form with one of each control, for the style guide. It is shown with an error and goes nowhere."""

from django import forms

from core.forms import LineField, TextField, ThaiDateField


class SampleForm(forms.Form):
    name = LineField(label="เรื่อง", max_length=120, help_text="คำอธิบายอยู่ก่อนช่องกรอก")
    detail = TextField(label="รายละเอียด", max_length=600, required=False)
    choice = forms.ChoiceField(label="ตัวเลือก", choices=[("", "โปรดเลือก"), ("a", "ข้อแรก")], required=False)
    radio = forms.ChoiceField(
        label="เลือกได้หนึ่งข้อ", choices=[("a", "ข้อแรก"), ("b", "ข้อสอง")], widget=forms.RadioSelect, required=False
    )
    many = forms.MultipleChoiceField(
        label="เลือกได้หลายข้อ",
        choices=[("a", "ข้อแรก"), ("b", "ข้อสอง")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    day = ThaiDateField(label="วันที่", required=False)
    agree = forms.BooleanField(label="ข้าพเจ้าได้อ่านและรับทราบ", required=False)
