"""allauth's forms with labels and hints in the portal's own words. settings.ACCOUNT_FORMS and MFA_FORMS name them."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.adapter import get_adapter as mfa_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from allauth.socialaccount import forms as social
from django import forms
from django.conf import settings
from django.core.validators import MaxLengthValidator

from core.forms import MESSAGES

NEW_PASSWORD = ("รหัสผ่านใหม่", "อย่างน้อย 12 ตัวอักษร ใช้ประโยคที่จำง่ายได้")
AGAIN = ("รหัสผ่านใหม่อีกครั้ง", "")
EMAIL = ("อีเมลราชการ", "")
LONGEST_ADDRESS = 254  # what the column holds
LONGEST_PASSWORD = 1000  # hashing a longer one would only keep the server busy


class Worded(forms.Form):
    """Says what `words` says of each field: (label, hint). No placeholder repeats a label."""

    words: dict[str, tuple[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in self.words:
                field.label, field.help_text = self.words[name]
                field.error_messages["required"] = f"กรุณากรอก{field.label}"
            if isinstance(field.widget, forms.PasswordInput):
                limit(field, LONGEST_PASSWORD)
            elif isinstance(field, forms.EmailField):
                limit(field, LONGEST_ADDRESS)


def limit(field: forms.Field, length: int) -> None:
    field.max_length = length  # type: ignore[attr-defined]
    field.validators.append(MaxLengthValidator(length))
    field.error_messages["max_length"] = MESSAGES["max_length"]
    field.widget.attrs["maxlength"] = str(length)


class OfficialAddress(forms.Form):
    """Only addresses of the domains that the settings name, and of their subdomains. For choosing an address:
    who was given an account with another one can still have the password reset."""

    def clean_email(self) -> str:
        official(self.cleaned_data["email"])
        return super().clean_email()  # type: ignore[misc]


def official(email: str) -> None:
    domain = email.rpartition("@")[2].lower()
    allowed = [name.lower().lstrip(".") for name in settings.SIGNUP_EMAIL_DOMAINS]
    if allowed and not any(domain == name or domain.endswith(f".{name}") for name in allowed):
        endings = " หรือ ".join(f".{name}" for name in allowed)
        raise forms.ValidationError(f"กรุณากรอกอีเมลราชการที่ลงท้ายด้วย {endings}", code="domain")


class LoginForm(Worded, account.LoginForm):
    words = {
        "login": EMAIL,
        "password": ("รหัสผ่าน", ""),
        "remember": ("จำการเข้าสู่ระบบ 14 วัน", "ไม่ควรเลือกบนเครื่องที่ใช้ร่วมกัน"),
    }


class SignupForm(OfficialAddress, Worded, account.SignupForm):
    words = {
        "email": ("อีเมลราชการ", "ใช้ยืนยันตัวตนและรับข่าวสารจากเว็บไซต์"),
        "password1": ("รหัสผ่าน", NEW_PASSWORD[1]),
    }


class SocialSignupForm(OfficialAddress, Worded, social.SignupForm):
    words = {"email": SignupForm.words["email"]}


class AddEmailForm(OfficialAddress, Worded, account.AddEmailForm):
    words = {"email": ("อีเมลใหม่", "ระบบจะส่งลิงก์ยืนยันไปยังอีเมลใหม่ อีเมลเดิมใช้ได้จนกว่าจะยืนยัน")}


class ChangePasswordForm(Worded, account.ChangePasswordForm):
    words = {"oldpassword": ("รหัสผ่านปัจจุบัน", ""), "password1": NEW_PASSWORD, "password2": AGAIN}


class SetPasswordForm(Worded, account.SetPasswordForm):
    words = {"password1": NEW_PASSWORD, "password2": AGAIN}


class ResetPasswordForm(Worded, account.ResetPasswordForm):
    words = {"email": EMAIL}


class ResetPasswordKeyForm(Worded, account.ResetPasswordKeyForm):
    words = {"password1": NEW_PASSWORD, "password2": AGAIN}


class ReauthenticateForm(Worded, account.ReauthenticateForm):
    words = {"password": ("รหัสผ่าน", "")}


CODE = {"code": ("รหัส 6 หลัก", "จากแอปยืนยันตัวตนในโทรศัพท์ของท่าน รหัสเปลี่ยนทุก 30 วินาที หรือใช้รหัสสำรองหนึ่งรหัส")}


class MfaForm(Worded, mfa.AuthenticateForm):
    words = CODE


class MfaReauthenticateForm(Worded, mfa.ReauthenticateForm):
    words = CODE


class ActivateTotpForm(Worded, totp.ActivateTOTPForm):
    words = {"code": ("รหัส 6 หลัก", "ที่แอปแสดงหลังสแกนคิวอาร์โค้ด")}


class Credential(forms.Form):
    """What the browser's key answered. Nonsense in its place is a form error: the library would stumble over it."""

    def clean(self) -> dict[str, Any]:
        return self._soundly(super().clean)

    def clean_credential(self) -> Any:
        return self._soundly(getattr(super(), "clean_credential", lambda: self.cleaned_data["credential"]))

    def _soundly(self, clean: Any) -> Any:
        try:
            return clean()
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise mfa_adapter().validation_error("incorrect_code") from error


class KeyForm(Credential, webauthn.AuthenticateWebAuthnForm):
    pass


class KeyLoginForm(Credential, webauthn.LoginWebAuthnForm):
    pass


class KeyReauthenticateForm(Credential, webauthn.ReauthenticateWebAuthnForm):
    pass


class NamedKey(Worded):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit(self.fields["name"], 100)


class AddKeyForm(Credential, NamedKey, webauthn.AddWebAuthnForm):
    words = {
        "name": ("ชื่อกุญแจ", "ตั้งให้จำได้ เช่น โทรศัพท์ของฉัน"),
        "passwordless": ("ใช้เข้าสู่ระบบแทนรหัสผ่านได้ (พาสคีย์)", "อุปกรณ์ต้องล็อกด้วยลายนิ้วมือ ใบหน้า หรือรหัส PIN"),
    }


class EditKeyForm(NamedKey, webauthn.EditWebAuthnForm):
    words = {"name": ("ชื่อกุญแจ", "")}
