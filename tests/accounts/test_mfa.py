"""Second factors: an authenticator app with real codes, recovery codes, and staff who need one."""

import time
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.socialaccount.models import SocialAccount
from django.conf import LazySettings
from django.test import Client

from accounts.models import User

from .conftest import PASSWORD

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"


def code_of(secret: str, *, steps: int = 0) -> str:
    """What the app in the telephone shows (RFC 6238)."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def sign_in(user: User) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return client


def with_app(user: User) -> User:
    TOTP.activate(user, SECRET)
    return user


def test_switching_the_app_on_signing_in_with_it_and_off(
    outsider: User, mailed: Callable, django_capture_on_commit_callbacks: Callable
) -> None:
    client = sign_in(outsider)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/accounts/2fa/"})
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert 'src="data:image/svg+xml;base64,' in page.content.decode()
    assert secret in page.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert done.headers["Location"] == "/accounts/2fa/recovery-codes/"
    codes = client.get("/accounts/2fa/recovery-codes/")
    assert "เหลือ 10 จาก 10 รหัส" in codes.content.decode()
    download = client.get("/accounts/2fa/recovery-codes/download/")
    assert download.content.decode().split() == codes.context["unused_codes"]

    second = sign_in(outsider)
    assert "_auth_user_id" not in second.session
    asked = second.get("/accounts/2fa/authenticate/").content.decode()
    assert "<h1>ยืนยันตัวตนขั้นที่สอง</h1>" in asked
    wrong = second.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert wrong.context["form"].errors == {"code": ["รหัสไม่ถูกต้อง กรุณาใช้รหัสที่แสดงอยู่ล่าสุด"]}
    second.post("/accounts/2fa/authenticate/", {"code": codes.context["unused_codes"][0]})
    assert second.session["_auth_user_id"] == str(outsider.pk)

    client.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.exists()
    assert [message.subject for message in mailed()] == ["เปิดใช้แอปยืนยันตัวตนแล้ว", "ปิดใช้แอปยืนยันตัวตนแล้ว"]


def test_signing_in_with_the_code_of_the_app(outsider: User) -> None:
    client = sign_in(with_app(outsider))
    response = client.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})
    assert response.headers["Location"] == "/"
    again = sign_in(outsider)
    used = again.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})
    assert list(used.context["form"].errors) == ["code"]  # a code counts once


@pytest.mark.parametrize("code", ["", "๑๒๓๔๕๖", "1" * 10_000, "\x00", "abc", "-1"])
def test_a_bad_code_is_a_form_error(outsider: User, code: str) -> None:
    response = sign_in(with_app(outsider)).post("/accounts/2fa/authenticate/", {"code": code})
    assert list(response.context["form"].errors) == ["code"]


@pytest.mark.parametrize("credential", ["", "{}", "nonsense", '{"id": "x"}', "[1]", "null"])
def test_a_bad_key_is_no_server_error(outsider: User, credential: str) -> None:
    client = sign_in(with_app(outsider))
    client.post("/accounts/2fa/authenticate/", {"credential": credential})
    client.post("/accounts/2fa/webauthn/login/", {"credential": credential})
    assert "_auth_user_id" not in client.session


def test_guessing_codes_is_stopped(outsider: User) -> None:
    client = sign_in(with_app(outsider))
    for _ in range(11):
        response = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert response.context["form"].errors == {"code": ["เข้าสู่ระบบไม่สำเร็จหลายครั้ง เพื่อความปลอดภัย กรุณารอสักครู่แล้วลองใหม่"]}


def test_the_pages_of_ones_second_factors(outsider: User) -> None:
    client = sign_in(outsider)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/accounts/2fa/"})
    assert "ยังไม่เปิดใช้" in client.get("/accounts/2fa/").content.decode()
    assert "<h1>เพิ่มกุญแจความปลอดภัย</h1>" in client.get("/accounts/2fa/webauthn/add/").content.decode()
    assert "ยังไม่มีกุญแจ" in client.get("/accounts/2fa/webauthn/").content.decode()
    bad = client.post("/accounts/2fa/webauthn/add/", {"name": "ก" * 200, "credential": "{}"})
    assert bad.status_code == 200
    with_app(outsider)
    page = client.get("/accounts/2fa/").content.decode()
    assert "เปิดใช้แล้ว" in page
    assert "<h1>สร้างรหัสสำรองชุดใหม่</h1>" in client.get("/accounts/2fa/recovery-codes/generate/").content.decode()
    assert "<h1>ปิดใช้แอปยืนยันตัวตน</h1>" in client.get("/accounts/2fa/totp/deactivate/").content.decode()


def test_a_key_of_somebody_else_is_not_found(outsider: User, as_: Callable, member: User) -> None:
    key = Authenticator.objects.create(
        user=outsider, type=Authenticator.Type.WEBAUTHN, data={"name": "กุญแจ", "credential": {}}
    )
    client = sign_in(member)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/accounts/2fa/"})
    assert client.get(f"/accounts/2fa/webauthn/keys/{key.pk}/edit/").status_code == 404
    assert client.post(f"/accounts/2fa/webauthn/keys/{key.pk}/remove/").status_code == 404


# --- Staff ------------------------------------------------------------------------------------------------
@pytest.fixture
def _required(settings: LazySettings) -> None:
    settings.REQUIRE_STAFF_MFA = True


@pytest.mark.usefixtures("_required")
def test_staff_without_a_second_factor_are_led_to_set_one_up(admin: User) -> None:
    client = sign_in(admin)
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain == [("/accounts/2fa/", 302)]
    assert "ผู้ดูแลระบบต้องเปิดการยืนยันตัวตนสองขั้นก่อน" in response.content.decode()


@pytest.mark.usefixtures("_required")
def test_staff_reach_the_admin_with_a_second_factor(admin: User) -> None:
    client = sign_in(with_app(admin))
    assert client.get("/admin/").status_code == 302
    client.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})
    assert client.get("/admin/").status_code == 200


@pytest.mark.usefixtures("_required")
def test_a_session_that_used_no_second_factor_is_asked_for_it(as_: Callable, admin: User) -> None:
    """However the session came about: here it was opened before the factor was set up."""
    client = as_(with_app(admin))
    SocialAccount.objects.create(user=admin, provider="thaid", uid="x")
    response = client.get("/admin/accounts/user/?q=1")
    assert response.headers["Location"] == "/accounts/2fa/reauthenticate/?next=%2Fadmin%2Faccounts%2Fuser%2F%3Fq%3D1"
    page = client.get(response.headers["Location"]).content.decode()
    assert "กรุณายืนยันตัวตนขั้นที่สองก่อนเข้าระบบบริหารจัดการ" in page
    back = client.post(response.headers["Location"], {"code": code_of(SECRET)})
    assert back.headers["Location"] == "/admin/accounts/user/?q=1"
    assert client.get("/admin/").status_code == 200


@pytest.mark.usefixtures("_required")
def test_recovery_codes_alone_are_no_second_factor_for_staff(as_: Callable, admin: User) -> None:
    Authenticator.objects.create(user=admin, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "x", "used_mask": 0})
    assert as_(admin).get("/admin/").headers["Location"] == "/accounts/2fa/"


@pytest.mark.usefixtures("_required")
def test_who_is_not_staff_is_none_of_this_rules_business(as_: Callable, outsider: User) -> None:
    assert as_(outsider).get("/admin/").status_code in (302, 403)
    assert as_(outsider).get("/my/profile/").status_code == 200


def test_the_rule_can_be_switched_off(as_: Callable, admin: User, settings: LazySettings) -> None:
    settings.REQUIRE_STAFF_MFA = False
    assert as_(admin).get("/admin/").status_code == 200


def test_the_admin_is_entered_through_the_portals_own_sign_in(visitor: Client, db: None) -> None:
    assert visitor.get("/admin/").headers["Location"] == "/accounts/login/?next=%2Fadmin%2F"
    assert visitor.get("/admin/login/").headers["Location"].startswith("/accounts/login/")
