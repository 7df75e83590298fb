from django import forms

from core.documents import ACCEPTED, CleanDocument, clean_document
from core.forms import LineField


class DocumentForm(forms.Form):
    file = forms.FileField(
        label="ไฟล์",
        help_text="PDF, Word, Excel, PowerPoint, OpenDocument หรือภาพ ขนาดไม่เกิน 20 เมกะไบต์",
        widget=forms.FileInput({"accept": ACCEPTED}),
        error_messages={
            "required": "กรุณาเลือกไฟล์",
            "empty": "ไฟล์นี้ว่างเปล่า กรุณาเลือกไฟล์อื่น",
            "invalid": "กรุณาเลือกไฟล์อีกครั้ง",
        },
    )
    title = LineField(label="ชื่อเอกสาร", max_length=200, required=False, help_text="เว้นว่างเพื่อใช้ชื่อไฟล์")
    is_open = forms.BooleanField(
        label="เอกสารนี้ไม่มีชั้นความลับ และไม่มีข้อมูลส่วนบุคคลที่ห้ามเผยแพร่",
        error_messages={"required": "กรุณายืนยัน เอกสารที่มีชั้นความลับห้ามแนบในเว็บไซต์นี้"},
    )

    def clean_file(self) -> CleanDocument:
        return clean_document(self.cleaned_data["file"])
