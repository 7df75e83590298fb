"""What people tell about themselves."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.core.files.base import ContentFile
from django.http import HttpRequest

from core.forms import LineField
from core.uploads import clean_photo

from .agency_field import AgencyMixin
from .models import MailFrequency, NoticeReceipt, PositionLevel, Theme, User
from .models.user import TITLES

OTHER_TITLE = "อื่น ๆ"
CLOSING_WORD = "ปิดบัญชี"


class NameMixin(forms.Form):
    """Title, given and family name; a title that is not in the list is typed."""

    title = forms.ChoiceField(
        label="คำนำหน้าชื่อ",
        choices=[("", "โปรดเลือก"), *[(title, title) for title in TITLES], (OTHER_TITLE, OTHER_TITLE)],
        widget=forms.Select(attrs={"autocomplete": "honorific-prefix"}),
        error_messages={"required": "กรุณาเลือกคำนำหน้าชื่อ", "invalid_choice": "กรุณาเลือกคำนำหน้าชื่อจากรายการ"},
    )
    title_other = LineField(
        label="คำนำหน้าชื่ออื่น", max_length=40, required=False, help_text="กรอกเมื่อเลือก “อื่น ๆ” เช่น พันจ่าเอก"
    )
    given_name = LineField(label="ชื่อ", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "given-name"}))
    family_name = LineField(
        label="นามสกุล", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )

    def show_title(self, title: str) -> None:
        """Called once the form is built: a title outside the list stands in the field beside it."""
        if title and title not in TITLES:
            self.initial.update(title=OTHER_TITLE, title_other=title)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("title") == OTHER_TITLE and "title_other" in data:
            if data["title_other"]:
                data["title"] = data["title_other"]
            else:
                self.add_error("title_other", "กรุณากรอกคำนำหน้าชื่อ หรือเลือกจากรายการด้านบน")
        return data


class SignupForm(NameMixin, AgencyMixin):
    """allauth puts the e-mail address and the password beside these, for sign-up by e-mail and by ThaID alike."""

    privacy = forms.BooleanField(
        label="ข้าพเจ้าได้อ่านและรับทราบประกาศความเป็นส่วนตัว",
        error_messages={"required": "กรุณาอ่านประกาศความเป็นส่วนตัว แล้วทำเครื่องหมายรับทราบ"},
    )
    field_order = (
        "title", "title_other", "given_name", "family_name", "email", "agency", "district", "password1", "privacy",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.show_agencies()
        self.show_title(self.initial.get("title", ""))

    def signup(self, request: HttpRequest, user: User) -> None:
        NoticeReceipt.objects.create(user=user)


class ProfileForm(NameMixin, AgencyMixin):
    position = LineField(
        label="ตำแหน่ง", max_length=150, required=False, help_text="ไม่ต้องใส่ระดับ เช่น นักวิเคราะห์นโยบายและแผน"
    )
    position_level = forms.ChoiceField(label="ระดับ", required=False, choices=[("", "ไม่ระบุ"), *PositionLevel.choices])
    field_order = (
        "title", "title_other", "given_name", "family_name", "position", "position_level", "agency", "district",
    )  # fmt: skip
    stored = ("title", "given_name", "family_name", "position", "position_level", "agency")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        plain = {name: getattr(user, name) for name in self.stored if name != "agency"}
        super().__init__(*args, **kwargs | {"initial": plain})
        self.show_agencies(user.agency)
        self.show_title(user.title)

    def save(self) -> User:
        for name in self.stored:
            setattr(self.user, name, self.cleaned_data[name])
        self.user.save(update_fields=[*self.stored, "sort_key"])
        return self.user


class PhotoForm(forms.Form):
    photo = forms.FileField(
        label="รูปถ่าย",
        help_text="ภาพถ่ายชนิด JPG, PNG หรือ WebP ไม่เกิน 5 เมกะไบต์ ระบบจะตัดเป็นสี่เหลี่ยมจัตุรัสและลบข้อมูลที่ฝังมากับไฟล์",
        error_messages={"required": "กรุณาเลือกไฟล์รูปถ่าย", "empty": "ไฟล์นี้ว่างเปล่า กรุณาเลือกไฟล์อื่น"},
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    def clean_photo(self) -> ContentFile:
        return clean_photo(self.cleaned_data["photo"])


class PreferencesForm(forms.ModelForm):
    theme = forms.ChoiceField(label="การแสดงผล", choices=Theme.choices, widget=forms.RadioSelect)
    mail_frequency = forms.ChoiceField(
        label="รับข่าวทางอีเมล",
        choices=MailFrequency.choices,
        widget=forms.RadioSelect,
        help_text="แต่ละกลุ่มตั้งค่าแยกได้ที่หน้าของกลุ่ม หากเลือกไม่รับทางอีเมล จะไม่มีอีเมลจากกลุ่มใดเลย งดส่งสรุปเมื่อไม่มีเรื่องใหม่",
    )

    class Meta:
        model = User
        fields = ["theme", "mail_frequency"]


class CloseAccountForm(forms.Form):
    """Proof that it is the person: the password where there is one, and the word that says what happens."""

    word = LineField(
        label=f"พิมพ์คำว่า “{CLOSING_WORD}” เพื่อยืนยัน",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": f"กรุณาพิมพ์คำว่า “{CLOSING_WORD}”"},
    )
    password = forms.CharField(
        label="รหัสผ่าน",
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "กรุณากรอกรหัสผ่าน"},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if not user.has_usable_password():
            del self.fields["password"]

    def clean_word(self) -> str:
        if self.cleaned_data["word"] != CLOSING_WORD:
            raise forms.ValidationError(f"กรุณาพิมพ์คำว่า “{CLOSING_WORD}” ให้ตรงตัว")
        return CLOSING_WORD

    def clean_password(self) -> str:
        if not get_adapter().reauthenticate(self.user, self.cleaned_data["password"]):
            raise forms.ValidationError("รหัสผ่านไม่ถูกต้อง กรุณาลองใหม่อีกครั้ง")
        return ""

    def clean(self) -> dict[str, Any]:
        others = User.objects.active().filter(is_superuser=True).exclude(pk=self.user.pk)
        if self.user.is_superuser and not others.exists():
            raise forms.ValidationError("ท่านเป็นผู้ดูแลระบบคนสุดท้าย กรุณาแต่งตั้งผู้ดูแลระบบคนอื่นก่อนปิดบัญชี")
        return self.cleaned_data
