from typing import Any

from django import forms

from core import thai
from core.forms import LineField

from ..models.keys import ALPHABET

LENGTH = 12


def plain_code(text: str) -> str:
    """As it is stored: capital letters and digits, without what people put between them."""
    typed = thai.to_arabic_digits(thai.normalise(text)).upper()
    return "".join(char for char in typed if char.isascii() and char.isalnum())


class CertificateCodeForm(forms.Form):
    code = LineField(
        label="รหัสตรวจสอบ",
        max_length=40,
        help_text="12 ตัว อยู่ใต้คิวอาร์โค้ดของเกียรติบัตร พิมพ์ตัวเล็กหรือตัวใหญ่ มีขีดหรือไม่มีก็ได้",
        widget=forms.TextInput(
            {
                "class": "short",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "size": "18",
            }
        ),
    )

    def clean_code(self) -> str:
        code = plain_code(self.cleaned_data["code"])
        if len(code) != LENGTH:
            raise forms.ValidationError(f"รหัสตรวจสอบมี {LENGTH} ตัว แต่ที่พิมพ์มี {len(code)} ตัว กรุณาตรวจอีกครั้ง")
        if strange := sorted(set(code) - set(ALPHABET)):
            raise forms.ValidationError(f"ไม่มี {' '.join(strange)} ในรหัสตรวจสอบ กรุณาตรวจอีกครั้ง")
        return code


class ReissueForm(forms.Form):
    reason = LineField(label="เหตุผลที่ออกฉบับใหม่", max_length=300, help_text="เช่น แก้ชื่อสกุล เจ้าของเกียรติบัตรจะเห็นข้อความนี้")


class RevocationForm(forms.Form):
    reason = LineField(label="เหตุผลที่เพิกถอน", max_length=300, help_text="เจ้าของเกียรติบัตรจะเห็นข้อความนี้")


class CertificateFilter(forms.Form):
    SHOWN = [
        ("", "ใช้ได้"),
        ("waiting", "เข้าร่วมแล้ว ยังไม่ได้รับ"),
        ("unentitled", "ไม่มีสิทธิ์แล้ว"),
        ("ended", "เพิกถอนหรือแทนแล้ว"),
    ]

    q = LineField(label="ชื่อ", max_length=100, required=False, widget=forms.TextInput({"type": "search"}))
    show = forms.ChoiceField(label="แสดง", choices=SHOWN, required=False)

    def wanted(self) -> dict[str, Any]:
        """What can be understood of it."""
        self.is_valid()
        return {"q": "", "show": ""} | self.cleaned_data
