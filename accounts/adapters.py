"""allauth, told how this portal signs people up, writes to them and links other accounts."""

from io import BytesIO
from typing import TYPE_CHECKING, Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.signup import prevent_enumeration
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.forms import BaseForm
from django.http import HttpRequest
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from core.sealed import seal, unseal

from . import mail
from .models import User
from .tasks import send_letter

if TYPE_CHECKING:
    from allauth.account.models import EmailAddress, EmailConfirmationHMAC
    from allauth.socialaccount.models import SocialLogin

PERSON_FIELDS = ("title", "given_name", "family_name", "agency")
LINK_ONLY = ("line",)  # providers that prove no civil identity: they open an account here, but never create one


class AccountAdapter(DefaultAccountAdapter):
    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:
        for name in PERSON_FIELDS:
            setattr(user, name, form.cleaned_data[name])
        try:
            with transaction.atomic():
                return super().save_user(request, user, form, commit)
        except IntegrityError:  # the same form was sent twice at once, or the address was taken this instant
            raise ImmediateHttpResponse(prevent_enumeration(request, email=form.cleaned_data["email"])) from None

    def confirm_email(self, request: HttpRequest, email_address: "EmailAddress") -> bool:
        try:
            with transaction.atomic():
                return super().confirm_email(request, email_address)
        except IntegrityError:  # meanwhile somebody else signed up with this address
            text = render_to_string("account/messages/email_confirmation_failed.txt", {"email": email_address.email})
            messages.error(request, text.strip())
            return False

    def send_account_already_exists_mail(self, email: str) -> None:
        make_password("as long as a new account would take")
        super().send_account_already_exists_mail(email)

    def is_safe_url(self, url: str | None) -> bool:
        """Only this very site: no other host that the settings happen to allow."""
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Written now, sent by the worker: the answer takes equally long whether or not there is an account."""
        context = {"email": email, "site_url": settings.SITE_URL, "contact_email": settings.CONTACT_EMAIL} | context
        subject = mail.one_line(render_to_string(f"{template_prefix}_subject.txt", context))
        text = render_to_string(f"{template_prefix}_message.txt", context)
        send_letter.enqueue(to=email, subject=subject, text=text)

    # Links in mail name the configured site, whatever host the request claimed.
    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _, token = key.partition("-")
        return mail.absolute(reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token}))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: "EmailConfirmationHMAC") -> str:
        return mail.absolute(reverse("account_confirm_email", args=[emailconfirmation.key]))


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def pre_social_login(self, request: HttpRequest, sociallogin: "SocialLogin") -> None:
        connects = sociallogin.state.get("process") == "connect"
        if sociallogin.account.provider in LINK_ONLY and not sociallogin.is_existing and not connects:
            name = sociallogin.provider.name
            messages.warning(
                request,
                f"บัญชี {name} นี้ยังไม่ได้เชื่อมกับบัญชีของเว็บไซต์ กรุณาเข้าสู่ระบบด้วยอีเมลก่อน แล้วเชื่อมบัญชี {name} ที่หน้า “บัญชีภายนอก”",
            )
            raise ImmediateHttpResponse(redirect("account_login"))

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: "SocialLogin") -> bool:
        return False  # everybody fills in the form, gives an official address and receives the privacy notice

    def populate_user(self, request: HttpRequest, sociallogin: "SocialLogin", data: dict[str, Any]) -> User:
        user = sociallogin.user
        given, _, family = (data.get("name") or "").partition(" ")
        user.title = data.get("title") or ""
        user.given_name = data.get("first_name") or given
        user.family_name = data.get("last_name") or family
        return user

    def get_signup_form_initial_data(self, sociallogin: "SocialLogin") -> dict[str, str]:
        user = sociallogin.user
        return {name: getattr(user, name) for name in ("title", "given_name", "family_name")}


class MfaAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        """Dark on white in dark mode too: that is what phones read."""
        drawing = BytesIO()
        segno.make(url, error="m").save(drawing, kind="svg", scale=6, border=4, light="#fff", xmldecl=False)
        return drawing.getvalue().decode()

    def _get_site_name(self) -> str:
        return "ชุมชนนักปฏิบัติ สป.มท."
