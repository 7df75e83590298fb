"""Taking one's data away, and closing the account: the person is forgotten, what they contributed stays."""

import json
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.files.base import ContentFile
from django.core.serializers.json import DjangoJSONEncoder
from django.test import Client

from accounts.export import personal_data
from accounts.forms import CloseAccountForm
from accounts.models import NoticeReceipt, Notification, User
from accounts.services import close_account, notify
from tests.factories import make_agency, make_user

from .conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(outsider: User) -> User:
    """A person of whom the portal has everything that it can have."""
    outsider.agency = make_agency(name="กองกลาง")
    outsider.position, outsider.is_km_officer = "นักวิชาการ", True
    outsider.photo.save("x.webp", ContentFile(b"photo"))
    NoticeReceipt.objects.create(user=outsider)
    SocialAccount.objects.create(user=outsider, provider="thaid", uid="hash")
    notify(recipients=[outsider], text="ข่าว", frequencies={outsider.pk: "daily"})
    return outsider


def signed_in(user: User) -> Client:
    client = Client(headers={"user-agent": "Firefox"})
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return client


def test_everything_about_a_person_in_one_file(known: User) -> None:
    signed_in(known)
    TOTP.activate(known, "JBSWY3DPEHPK3PXP")
    data = json.loads(json.dumps(personal_data(known), cls=DjangoJSONEncoder))
    assert list(data) == [
        "profile",
        "agency",
        "email_addresses",
        "notices_received",
        "notifications",
        "sessions",
        "linked_accounts",
        "second_factors",
    ]
    assert data["profile"]["given_name"] == "นอก"
    assert data["agency"]["name"] == "กองกลาง"
    assert [row["text"] for row in data["notifications"]] == ["ข่าว"]
    assert [row["user_agent"] for row in data["sessions"]] == ["Firefox"]
    assert [row["type"] for row in data["second_factors"]] == ["totp"]
    for secret in ("password", "JBSWY3DPEHPK3PXP", "hash", "session_key"):
        assert secret not in json.dumps(data)


def test_nothing_about_anybody_else(known: User, member: User) -> None:
    notify(recipients=[member], text="ของคนอื่น", frequencies={member.pk: "daily"})
    assert "ของคนอื่น" not in json.dumps(personal_data(known), cls=DjangoJSONEncoder)


@pytest.mark.django_db(transaction=True)
def test_closing_forgets_the_person(known: User, admin: User) -> None:
    client = signed_in(known)
    TOTP.activate(known, "JBSWY3DPEHPK3PXP")
    storage, photo = known.photo.storage, known.photo.name
    name = known.get_full_name()
    LogEntry.objects.create(user=admin, object_repr=name, action_flag=CHANGE)
    LogEntry.objects.create(user=admin, object_repr=f"{name} · กลุ่มการเงิน", action_flag=CHANGE)
    LogEntry.objects.create(user=admin, object_repr=f"{name}งาม", action_flag=CHANGE)

    close_account(user=known)
    close_account(user=known)  # twice does no harm

    person = User.objects.get(pk=known.pk)
    assert person.get_full_name() == "ผู้ใช้ที่ปิดบัญชี"
    assert person.email == f"closed-{person.pk}@closed.invalid"
    assert (person.position, person.agency, person.photo.name, person.is_km_officer) == ("", None, "", False)
    assert not person.is_active
    assert person.closed_at
    assert not person.has_usable_password()
    assert not storage.exists(photo)
    for model in (EmailAddress, SocialAccount, Authenticator, UserSession):
        assert not model.objects.filter(user=person).exists()
    assert not Notification.objects.exists()
    assert list(LogEntry.objects.order_by("pk").values_list("object_repr", flat=True)) == [
        "ผู้ใช้ที่ปิดบัญชี",
        "ผู้ใช้ที่ปิดบัญชี · กลุ่มการเงิน",
        f"{name}งาม",
    ]
    assert client.get("/my/profile/").status_code == 302
    assert "_auth_user_id" not in signed_in(known).session


def test_the_address_is_free_again(known: User) -> None:
    email = known.email
    close_account(user=known)
    assert User.objects.create_user(email, PASSWORD, given_name="ก", family_name="ข").pk != known.pk


# --- The form ---------------------------------------------------------------------------------------------
@pytest.fixture
def close_form(outsider: User) -> Callable[..., CloseAccountForm]:
    def build(user: User = outsider, **typed: str) -> CloseAccountForm:
        return CloseAccountForm(typed, user=user)

    return build


def test_the_word_and_the_password(as_: Callable, outsider: User) -> None:
    client = as_(outsider)
    page = client.post("/my/close/", {"word": "ปิด", "password": "wrong"})
    assert page.context["form"].errors == {
        "word": ["กรุณาพิมพ์คำว่า “ปิดบัญชี” ให้ตรงตัว"],
        "password": ["รหัสผ่านไม่ถูกต้อง กรุณาลองใหม่อีกครั้ง"],
    }
    for typed in ({"word": "ปิดบัญชี\x00", "password": "\x00"}, {"word": "ก" * 50, "password": "ก" * 2000}, {}):
        assert list(client.post("/my/close/", typed).context["form"].errors) == ["word", "password"]
    assert client.post("/my/close/", {"word": "ปิดบัญชี", "password": PASSWORD}).status_code == 302
    outsider.refresh_from_db()
    assert outsider.closed_at


def test_guessing_the_password_there_is_stopped(as_: Callable, outsider: User) -> None:
    client = as_(outsider)
    for _ in range(6):
        response = client.post("/my/close/", {"word": "ปิดบัญชี", "password": "wrong"})
    assert response.context["form"].errors == {"password": ["เข้าสู่ระบบไม่สำเร็จหลายครั้ง เพื่อความปลอดภัย กรุณารอสักครู่แล้วลองใหม่"]}


def test_without_a_password_the_word_is_enough() -> None:
    person = make_user(password="")
    person.set_unusable_password()
    person.save()
    assert list(CloseAccountForm(user=person).fields) == ["word"]


def test_the_last_administrator_stays(as_: Callable, admin: User) -> None:
    response = as_(admin).post("/my/close/", {"word": "ปิดบัญชี", "password": PASSWORD})
    assert response.context["form"].non_field_errors() == ["ท่านเป็นผู้ดูแลระบบคนสุดท้าย กรุณาแต่งตั้งผู้ดูแลระบบคนอื่นก่อนปิดบัญชี"]
    make_user(is_superuser=True)
    assert as_(admin).post("/my/close/", {"word": "ปิดบัญชี", "password": PASSWORD}).status_code == 302
