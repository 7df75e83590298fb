"""Signing in and out, passwords, addresses, sessions: in Thai, rate-limited, and silent about who has an account."""

import time
from collections.abc import Callable
from statistics import median

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import LazySettings
from django.test import Client

from accounts.models import User
from accounts.templatetags.devices import device
from tests.factories import make_user

from .conftest import PASSWORD, links

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def sign_in(client: Client, user: User, password: str = PASSWORD, **extra: str) -> object:
    return client.post(LOGIN, {"login": user.email, "password": password} | extra)


def test_signing_in_and_out(visitor: Client, outsider: User) -> None:
    assert sign_in(visitor, outsider).headers["Location"] == "/"
    assert visitor.session["_auth_user_id"] == str(outsider.pk)
    assert visitor.session.get_expire_at_browser_close()
    assert "ท่านต้องการออกจากระบบ" in visitor.get("/accounts/logout/").content.decode()
    assert visitor.post("/accounts/logout/").headers["Location"] == "/"
    assert "_auth_user_id" not in visitor.session


def test_staying_signed_in_for_14_days(visitor: Client, outsider: User) -> None:
    sign_in(visitor, outsider, remember="on")
    assert not visitor.session.get_expire_at_browser_close()
    assert visitor.session.get_expiry_age() == 14 * 24 * 3600


@pytest.mark.parametrize(
    ("back", "leads_to"),
    [
        ("/groups/finance/", "/groups/finance/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("http:///evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("https://localhost/", "/"),  # an allowed host, but not this site
        ("/a\x00b", "/a%00b"),
    ],
)
def test_where_one_lands(visitor: Client, outsider: User, back: str, leads_to: str) -> None:
    assert sign_in(visitor, outsider, next=back).headers["Location"] == leads_to


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/"])
def test_next_is_not_followed_by_a_person_who_is_signed_in_already(as_: Callable, outsider: User, back: str) -> None:
    assert as_(outsider).get(LOGIN, {"next": back}).headers["Location"] == "/"


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(visitor: Client, outsider: User) -> None:
    known = sign_in(visitor, outsider, "wrong-password-here")
    unknown = visitor.post(LOGIN, {"login": "nobody@example.go.th", "password": "wrong-password-here"})
    expected = {"__all__": ["อีเมลหรือรหัสผ่านไม่ถูกต้อง กรุณาลองใหม่อีกครั้ง"]}
    assert known.context["form"].errors == unknown.context["form"].errors == expected
    assert known.status_code == unknown.status_code == 200


def test_an_unknown_address_takes_as_long_as_a_known_one(outsider: User, settings: LazySettings) -> None:
    """Timed with a slow hash; the ratio would be some ten thousand if unknown addresses were not hashed for."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    settings.ACCOUNT_RATE_LIMITS = False
    outsider.set_password(PASSWORD)
    outsider.save()

    def seconds(email: str) -> float:
        began = time.process_time()
        Client().post(LOGIN, {"login": email, "password": "wrong-password-here"})
        return time.process_time() - began

    known = median(seconds(outsider.email) for _ in range(3))
    unknown = median(seconds("nobody@example.go.th") for _ in range(3))
    assert 0.4 < known / unknown < 2.5


@pytest.mark.parametrize(
    "typed",
    [
        {"login": "a\x00b@go.th", "password": PASSWORD},
        {"login": "a" * 300 + "@go.th", "password": PASSWORD},
        {"login": "outsider@example.go.th", "password": "a\x00b"},
        {"login": "outsider@example.go.th", "password": "ก" * 100_000},
        {"login": "", "password": ""},
        {"login": "😀@go.th", "password": "x"},
    ],
)
def test_bad_input_is_a_form_error(visitor: Client, outsider: User, typed: dict) -> None:
    response = visitor.post(LOGIN, typed)
    assert response.status_code == 200
    assert response.context["form"].errors


def test_after_five_failures_a_person_waits(outsider: User) -> None:
    """The counter is shared by all processes and addresses: a new client does not help."""
    answers = [sign_in(Client(), outsider, "wrong-password-here") for _ in range(6)]
    assert answers[-1].context["form"].errors == {
        "__all__": ["เข้าสู่ระบบไม่สำเร็จหลายครั้ง เพื่อความปลอดภัย กรุณารอสักครู่แล้วลองใหม่"]
    }
    assert "_auth_user_id" not in Client().session
    assert sign_in(Client(), outsider).status_code == 200  # even with the right password


def test_too_many_requests_are_refused_in_thai(visitor: Client, settings: LazySettings, db: None) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    for _ in range(2):
        visitor.post(LOGIN, {"login": "a@go.th", "password": "x"})
    response = visitor.post(LOGIN, {"login": "a@go.th", "password": "x"})
    assert response.status_code == 429
    assert "<h1>มีการส่งคำขอถี่เกินไป</h1>" in response.content.decode()


def test_a_suspended_person(visitor: Client, outsider: User) -> None:
    User.objects.update(is_active=False)
    assert sign_in(visitor, outsider).headers["Location"] == "/accounts/inactive/"
    assert "<h1>บัญชีนี้ถูกระงับการใช้งาน</h1>" in visitor.get("/accounts/inactive/").content.decode()
    assert "_auth_user_id" not in visitor.session


def test_an_unverified_person_is_sent_another_link(visitor: Client, outsider: User, mailed: Callable) -> None:
    EmailAddress.objects.update(verified=False)
    assert sign_in(visitor, outsider).headers["Location"] == "/accounts/confirm-email/"
    assert "_auth_user_id" not in visitor.session
    assert [message.subject for message in mailed()] == ["ยืนยันอีเมลของท่าน"]


# --- Passwords --------------------------------------------------------------------------------------------
def test_resetting_the_password(visitor: Client, outsider: User, mailed: Callable) -> None:
    response = visitor.post("/accounts/password/reset/", {"email": outsider.email}, follow=True)
    assert "<h1>โปรดตรวจอีเมลของท่าน</h1>" in response.content.decode()
    [message] = mailed()
    assert (message.to, message.subject) == ([outsider.email], "ตั้งรหัสผ่านใหม่")
    [link, *_] = links(message.body)
    form = visitor.get(link, follow=True)
    new = {"password1": "another-long-password", "password2": "another-long-password"}
    done = visitor.post(form.redirect_chain[-1][0], new, follow=True)
    assert "<h1>ตั้งรหัสผ่านใหม่เรียบร้อยแล้ว</h1>" in done.content.decode()
    outsider.refresh_from_db()
    assert outsider.check_password("another-long-password")
    assert "<h1>ลิงก์นี้ใช้ไม่ได้แล้ว</h1>" in Client().get(link, follow=True).content.decode()  # once only
    assert mailed()[-1].subject == "ตั้งรหัสผ่านใหม่แล้ว"


def test_the_reset_link_names_this_portal_whatever_host_was_asked(outsider: User, mailed: Callable) -> None:
    Client(headers={"host": "localhost"}).post("/accounts/password/reset/", {"email": outsider.email})
    assert "http://testserver/accounts/password/reset/key/" in mailed()[0].body
    assert "localhost/accounts" not in mailed()[0].body


def test_resetting_for_an_unknown_address_gives_the_same_answer(outsider: User, mailed: Callable) -> None:
    pages = [
        Client().post("/accounts/password/reset/", {"email": email}, follow=True).content
        for email in (outsider.email, "nobody@example.go.th")
    ]
    assert pages[0] == pages[1]
    assert [message.subject for message in mailed()] == ["ตั้งรหัสผ่านใหม่", "ไม่พบบัญชีที่ใช้อีเมลนี้"]


def test_someone_with_an_address_outside_the_allowed_domains_can_reset(visitor: Client, mailed: Callable) -> None:
    make_user(email="guest@example.com")
    visitor.post("/accounts/password/reset/", {"email": "guest@example.com"})
    assert [message.subject for message in mailed()] == ["ตั้งรหัสผ่านใหม่"]


def test_changing_the_password_signs_out_the_other_devices(outsider: User, mailed: Callable) -> None:
    here, there = Client(), Client()
    sign_in(here, outsider)
    sign_in(there, outsider)
    new = {"oldpassword": PASSWORD, "password1": "another-long-password", "password2": "another-long-password"}
    assert here.post("/accounts/password/change/", new).headers["Location"] == "/accounts/password/change/"
    assert here.get("/my/profile/").status_code == 200
    assert there.get("/my/profile/").status_code == 302
    [message] = mailed()
    assert message.subject == "เปลี่ยนรหัสผ่านแล้ว"
    assert "หมายเลขไอพี 127.0.0.1" in message.body


def test_changing_the_password_wrongly(as_: Callable, outsider: User) -> None:
    wrong = {"oldpassword": "wrong", "password1": "another-long-password", "password2": "yet-another-long-one"}
    errors = as_(outsider).post("/accounts/password/change/", wrong).context["form"].errors
    assert errors == {
        "oldpassword": ["รหัสผ่านปัจจุบันไม่ถูกต้อง กรุณากรอกใหม่"],
        "password2": ["รหัสผ่านสองช่องไม่ตรงกัน กรุณากรอกให้เหมือนกัน"],
    }


# --- The address ------------------------------------------------------------------------------------------
def reauthenticated(user: User) -> Client:
    client = Client()
    sign_in(client, user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/accounts/email/"})
    return client


def test_changing_the_address(outsider: User, mailed: Callable) -> None:
    client = reauthenticated(outsider)
    client.post("/accounts/email/", {"email": "new@moi.go.th", "action_add": "1"})
    page = client.get("/accounts/email/").content.decode()
    assert "รอยืนยัน" in page
    assert outsider.email in page
    [message] = mailed()
    assert message.to == ["new@moi.go.th"]
    client.post(links(message.body)[0])
    outsider.refresh_from_db()
    assert outsider.email == "new@moi.go.th"
    assert list(EmailAddress.objects.filter(user=outsider).values_list("email", "verified", "primary")) == [
        ("new@moi.go.th", True, True)
    ]
    told = mailed()[-1]
    assert (told.to, told.subject) == (["outsider@example.go.th"], "เปลี่ยนอีเมลแล้ว")


def test_changing_the_address_asks_for_the_password_again(outsider: User) -> None:
    client = Client()
    sign_in(client, outsider)
    response = client.post("/accounts/email/", {"email": "new@moi.go.th", "action_add": "1"})
    assert response.headers["Location"].startswith("/accounts/reauthenticate/")
    page = client.get(response.headers["Location"]).content.decode()
    assert "<h1>ยืนยันตัวตนอีกครั้ง</h1>" in page


@pytest.mark.parametrize("email", ["x@example.com", "x", "a\x00@go.th", "ก" * 300 + "@go.th", "outsider@example.go.th"])
def test_an_address_one_cannot_change_to(outsider: User, email: str) -> None:
    response = reauthenticated(outsider).post("/accounts/email/", {"email": email, "action_add": "1"})
    assert list(response.context["form"].errors) == ["email"]


def test_an_address_of_somebody_else_cannot_be_taken_over(outsider: User, mailed: Callable) -> None:
    """The answer is as usual; the link, which only its owner receives, changes nothing."""
    other = make_user(email="other@example.go.th")
    client = reauthenticated(outsider)
    answer = client.post("/accounts/email/", {"email": other.email, "action_add": "1"})
    assert answer.headers["Location"] == "/accounts/email/"
    [link, *_] = links(mailed()[-1].body)
    client.post(link)
    outsider.refresh_from_db()
    assert outsider.email == "outsider@example.go.th"


def test_an_address_that_somebody_signs_up_with_meanwhile(outsider: User, mailed: Callable) -> None:
    client = reauthenticated(outsider)
    client.post("/accounts/email/", {"email": "wanted@moi.go.th", "action_add": "1"})
    [link, *_] = links(mailed()[-1].body)
    User.objects.create_user("wanted@moi.go.th", given_name="เร็ว", family_name="กว่า")
    response = client.post(link, follow=True)
    assert "ยืนยัน wanted@moi.go.th ไม่ได้" in response.content.decode()
    outsider.refresh_from_db()
    assert outsider.email == "outsider@example.go.th"


# --- Sessions ---------------------------------------------------------------------------------------------
def test_the_list_of_devices_and_ending_the_others(outsider: User) -> None:
    here = Client(headers={"user-agent": "Firefox/1 <b>ที่ทำงาน</b>"})
    there = Client(headers={"user-agent": "Chrome บนโทรศัพท์"})
    sign_in(here, outsider)
    sign_in(there, outsider)
    page = here.get("/accounts/sessions/").content.decode()
    assert "Firefox/1 &lt;b&gt;ที่ทำงาน&lt;/b&gt;" in page
    assert "Chrome บนโทรศัพท์" in page
    assert page.count("อุปกรณ์นี้</span>") == 1
    here.post("/accounts/sessions/")
    assert there.get("/my/profile/").status_code == 302
    assert here.get("/my/profile/").status_code == 200
    assert UserSession.objects.count() == 1


def test_a_session_belongs_to_its_person_only(outsider: User, as_: Callable) -> None:
    sign_in(Client(headers={"user-agent": "ของคนอื่น"}), outsider)
    assert "ของคนอื่น" not in as_(make_user()).get("/accounts/sessions/").content.decode()


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Microsoft Edge บน Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14; SM-A156E) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
            "Chrome บน Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari บน iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox บน Linux"),
        ("", "เบราว์เซอร์ที่ไม่รู้จัก"),
    ],
)
def test_a_device_by_the_name_its_owner_knows(user_agent: str, name: str) -> None:
    assert device(user_agent) == name
