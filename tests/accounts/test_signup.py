"""Signing up by e-mail: the form, the agency, the verified address, and that nobody learns who has an account."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import NoticeReceipt, User
from accounts.models.receipt import PRIVACY_NOTICE_VERSION
from accounts.tasks import forget_unverified
from tests.factories import make_group, make_membership

from .conftest import PASSWORD, links

pytestmark = pytest.mark.django_db
ADDRESS = "/accounts/signup/"


def answers(agencies: dict, **changes: object) -> dict[str, object]:
    return {
        "title": "นางสาว",
        "title_other": "",
        "given_name": "มะลิวัลย์",
        "family_name": "ทิพย์อักษร",
        "email": "maliwan@moi.go.th",
        "agency": agencies["unit"].pk,
        "district": "",
        "password1": PASSWORD,
        "privacy": "on",
    } | changes


def errors(response: object) -> dict[str, list[str]]:
    return {name: list(texts) for name, texts in response.context["form"].errors.items()}


def test_signing_up_verifying_and_signing_in(visitor: Client, agencies: dict, mailed: Callable) -> None:
    response = visitor.post(ADDRESS, answers(agencies))
    assert response.headers["Location"] == "/accounts/confirm-email/"
    person = User.objects.get()
    assert (person.email, person.get_full_name(), person.agency, person.is_active) == (
        "maliwan@moi.go.th",
        "นางสาวมะลิวัลย์ ทิพย์อักษร",
        agencies["unit"],
        True,
    )
    assert NoticeReceipt.objects.get(user=person).version == PRIVACY_NOTICE_VERSION
    assert "_auth_user_id" not in visitor.session  # not before the address is verified

    [message] = mailed()
    assert (message.to, message.subject) == (["maliwan@moi.go.th"], "ยืนยันอีเมลเพื่อเริ่มใช้งาน")
    [link, *_] = links(message.body)
    assert link in message.alternatives[0].content
    page = visitor.get(link)
    assert "กดปุ่มเพื่อยืนยันว่า" in page.content.decode()
    assert visitor.post(link).headers["Location"] == "/"
    assert EmailAddress.objects.get(user=person).verified
    assert visitor.session["_auth_user_id"] == str(person.pk)


def test_the_page_in_thai_without_a_stray_english_word(visitor: Client, agencies: dict) -> None:
    page = visitor.get(ADDRESS).content.decode()
    assert "<h1>สมัครใช้งาน</h1>" in page
    assert '<optgroup label="จังหวัดในภาคเหนือ">' in page
    assert 'hx-get="/agencies/districts/"' in page
    assert "Password" not in page
    assert "placeholder=" not in page.replace('placeholder="ค้นหา"', "")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("เมืองเชียงใหม่", "district"), ("อำเภอเมือง", "district"), ("ที่ว่าการอำเภอจอมทอง", "other_district"), ("", "province")],
)
def test_a_district_is_named_beside_its_province(
    visitor: Client, agencies: dict, mailed: Callable, typed: str, stored: str
) -> None:
    visitor.post(ADDRESS, answers(agencies, agency=agencies["province"].pk, district=typed))
    assert User.objects.get().agency == agencies[stored]


def test_an_unknown_district_is_answered_with_those_there_are(visitor: Client, agencies: dict) -> None:
    response = visitor.post(ADDRESS, answers(agencies, agency=agencies["province"].pk, district="ปากเกร็ด"))
    assert errors(response) == {"district": ["ไม่พบอำเภอนี้ในจังหวัดเชียงใหม่ อำเภอที่เลือกได้: เมืองเชียงใหม่ จอมทอง"]}
    assert '<option value="จอมทอง">' in response.content.decode()


def test_a_district_without_its_province(visitor: Client, agencies: dict) -> None:
    assert list(errors(visitor.post(ADDRESS, answers(agencies, district="จอมทอง")))) == ["district"]


def test_a_title_outside_the_list(visitor: Client, agencies: dict, mailed: Callable) -> None:
    assert list(errors(visitor.post(ADDRESS, answers(agencies, title="อื่น ๆ")))) == ["title_other"]
    visitor.post(ADDRESS, answers(agencies, title="อื่น ๆ", title_other="พันจ่าเอก"))
    assert User.objects.get().title == "พันจ่าเอก"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"given_name": "ก" * 101}, "given_name"),
        ({"given_name": "ก\x00ข"}, "given_name"),
        ({"family_name": "ก\x07ข"}, "family_name"),
        ({"title": "นาย\x00"}, "title"),
        ({"title": "อื่น ๆ", "title_other": "ก" * 41}, "title_other"),
        ({"email": "ไม่ใช่อีเมล"}, "email"),
        ({"email": "a\x00b@moi.go.th"}, "email"),
        ({"email": "a" * 300 + "@moi.go.th"}, "email"),
        ({"email": "somebody@example.com"}, "email"),
        ({"email": "somebody@notgo.th"}, "email"),
        ({"email": "somebody@go.th.example.com"}, "email"),
        ({"agency": "999999"}, "agency"),
        ({"agency": "๑; DROP TABLE"}, "agency"),
        ({"agency": "9" * 40}, "agency"),
        ({"district": "ก" * 61}, "district"),
        ({"password1": "short"}, "password1"),
        ({"password1": "123456789012345"}, "password1"),
        ({"password1": "maliwan@moi.go.th"}, "password1"),
        ({"password1": "ก" * 1001}, "password1"),
        ({"password1": "long-enough-\x00-password"}, "password1"),
        ({"privacy": ""}, "privacy"),
    ],
)
def test_bad_input_is_a_form_error(visitor: Client, agencies: dict, change: dict, field: str) -> None:
    response = visitor.post(ADDRESS, answers(agencies, **change))
    found = errors(response)
    assert list(found) == [field]
    assert not re.search("[A-Za-z]", " ".join(found[field]).replace("somchai@moi.go.th", "").replace(".go.th", ""))
    assert not User.objects.exists()


def test_which_domains_may_sign_up_is_a_setting(
    visitor: Client, agencies: dict, settings: LazySettings, mailed: Callable
) -> None:
    settings.SIGNUP_EMAIL_DOMAINS = ["moi.go.th", "pea.co.th"]
    response = visitor.post(ADDRESS, answers(agencies, email="a@dopa.go.th"))
    assert errors(response)["email"] == ["กรุณากรอกอีเมลราชการที่ลงท้ายด้วย .moi.go.th หรือ .pea.co.th"]
    visitor.post(ADDRESS, answers(agencies, email="a@east.pea.co.th"))
    assert User.objects.get().email == "a@east.pea.co.th"


def test_an_address_that_is_taken_gets_the_same_answer(agencies: dict, outsider: User, mailed: Callable) -> None:
    """Only the owner of the mailbox is told."""
    taken, free = Client(), Client()
    answer_taken = taken.post(ADDRESS, answers(agencies, email=outsider.email))
    answer_free = free.post(ADDRESS, answers(agencies))
    assert answer_taken.status_code == answer_free.status_code == 302
    assert answer_taken.headers["Location"] == answer_free.headers["Location"]
    pages = [client.get(answer_free.headers["Location"]).content.decode() for client in (taken, free)]
    assert pages[0].replace(outsider.email, "maliwan@moi.go.th") == pages[1]
    assert [message.subject for message in mailed()] == ["ท่านมีบัญชีอยู่แล้ว", "ยืนยันอีเมลเพื่อเริ่มใช้งาน"]
    assert User.objects.filter(email=outsider.email).count() == 1


def test_two_signing_up_with_one_address_at_once_make_one_account(
    agencies: dict, mailed: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both forms were found free of errors before either was saved: the database decides."""
    Client().post(ADDRESS, answers(agencies))
    EmailAddress.objects.all().delete()
    monkeypatch.setattr("allauth.account.internal.userkit.filter_users_by_email", lambda *args, **kwargs: [])
    response = Client().post(ADDRESS, answers(agencies))
    assert response.headers["Location"] == "/accounts/confirm-email/"
    assert User.objects.count() == 1


def test_districts_of_a_province(
    visitor: Client, agencies: dict, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):  # the version of the public pages, the province, its districts
        response = visitor.get("/agencies/districts/", {"agency": agencies["province"].pk})
    assert response.content.decode().split() == [
        "<option",
        'value="เมืองเชียงใหม่"></option><option',
        'value="จอมทอง"></option>',
    ]


@pytest.mark.parametrize("agency", ["", "x", "0", "-1", "9" * 50, "๕๐", "1\x00"])
def test_districts_of_nothing(visitor: Client, agencies: dict, agency: str) -> None:
    assert visitor.get("/agencies/districts/", {"agency": agency}).content.strip() == b""


def test_the_wrong_method(visitor: Client, db: None) -> None:
    assert visitor.post("/agencies/districts/").status_code == 405


def test_who_never_verified_is_forgotten_after_a_week(
    agencies: dict, mailed: Callable, outsider: User, admin: User
) -> None:
    Client().post(ADDRESS, answers(agencies))
    Client().post(ADDRESS, answers(agencies, email="added@moi.go.th"))
    make_membership(group=make_group(), user=User.objects.get(email="added@moi.go.th"))
    assert forget_unverified.call() == 0
    User.objects.update(date_joined=timezone.now() - timedelta(days=8))
    assert forget_unverified.call() == 1
    assert sorted(User.objects.values_list("email", flat=True)) == ["added@moi.go.th", admin.email, outsider.email]
