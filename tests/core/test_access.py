from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client, RequestFactory

from accounts.access import officers_only
from accounts.models import User
from core.access import FORM_OF, PENDING_LIMIT, mark_of, signed_in, staff_only
from groups.access import facilitators_only
from groups.models import Group

pytestmark = pytest.mark.django_db


def answers(rule: Callable, user: object) -> str:
    request = RequestFactory().get("/")
    request.user = user
    try:
        response = rule(lambda request: HttpResponse("ok"))(request)
    except PermissionDenied:
        return "denied"
    return "let in" if response.status_code == 200 else response["Location"]


def test_who_is_let_in(outsider: User, member: User, facilitator: User, officer: User, admin: User) -> None:
    cast = [outsider, member, facilitator, officer, admin]
    rules = [signed_in, facilitators_only, officers_only, staff_only]
    table = [[answers(rule, user) for user in cast] for rule in rules]
    yes, no = "let in", "denied"
    assert table == [[yes] * 5, [no, no, yes, yes, yes], [no, no, no, yes, yes], [no, no, no, no, yes]]


@pytest.mark.parametrize("rule", [signed_in, facilitators_only, officers_only, staff_only])
def test_a_visitor_is_asked_to_sign_in(rule: Callable) -> None:
    assert answers(rule, AnonymousUser()) == "/accounts/login/?next=%2F"


@pytest.fixture
def edit_address(group: Group) -> str:
    return f"/groups/{group.slug}/edit/"


def sign_in(client: Client, user: User) -> None:
    client.post("/accounts/login/", {"login": user.email, "password": "a-long-test-password-2570"})


def test_a_form_posted_after_the_session_ended_comes_back_with_its_text(
    visitor: Client, facilitator: User, edit_address: str
) -> None:
    answer = visitor.post(edit_address, {"purpose": "ข้อความที่พิมพ์ไว้นานสองชั่วโมง", FORM_OF: mark_of(facilitator.pk)})
    assert answer["Location"] == f"/accounts/login/?next={edit_address.replace('/', '%2F')}"
    sign_in(visitor, facilitator)
    page = visitor.get(edit_address).content.decode()
    assert "ข้อความที่พิมพ์ไว้นานสองชั่วโมง" in page
    assert "ข้อความที่พิมพ์ไว้นานสองชั่วโมง" not in visitor.get(edit_address).content.decode()


def test_the_page_with_the_form_is_where_one_comes_back_to(visitor: Client, group: Group) -> None:
    for referer, back in {
        "http://testserver/groups/finance/?a=1": "/groups/finance/?a=1",
        "https://evil.example/groups/finance/": "/groups/finance/membership/",
    }.items():
        answer = visitor.post("/groups/finance/membership/", {"action": "join"}, headers={"Referer": referer})
        assert answer["Location"].endswith("?next=" + back.replace("/", "%2F").replace("?", "%3F").replace("=", "%3D"))


def test_too_much_text_is_not_kept_but_is_no_error(visitor: Client, facilitator: User, edit_address: str) -> None:
    answer = visitor.post(edit_address, {"purpose": "a" * (PENDING_LIMIT + 1), FORM_OF: mark_of(facilitator.pk)})
    assert answer.status_code == 302
    assert "pending_form" not in visitor.session


def test_what_is_secret_is_not_kept(visitor: Client, member: User) -> None:
    visitor.post("/my/close/", {"confirmation": "ปิดบัญชี", "password": "ความลับ", FORM_OF: mark_of(member.pk)})
    kept = visitor.session["pending_form"]["data"]
    assert "password" not in kept
    assert "confirmation" in kept


def test_the_next_person_on_the_same_browser_does_not_get_the_text(
    visitor: Client, facilitator: User, officer: User, edit_address: str
) -> None:
    visitor.post(edit_address, {"purpose": "ข้อความของผู้อื่น", FORM_OF: mark_of(facilitator.pk)})
    sign_in(visitor, officer)
    assert "ข้อความของผู้อื่น" not in visitor.get(edit_address).content.decode()


@pytest.mark.parametrize("mark", ["1:forged", "x:y", "1", "๑:x", "1" * 5000])
def test_nothing_is_kept_of_a_form_with_a_forged_mark(visitor: Client, facilitator: User, mark: str) -> None:
    visitor.post("/my/profile/", {"given_name": "ก", FORM_OF: mark})
    assert "pending_form" not in visitor.session


def test_of_forms_without_a_mark_only_a_few_are_kept(facilitator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.access.UNMARKED_AN_HOUR", 2)
    kept = []
    for _ in range(4):
        client = Client()
        client.post("/my/profile/", {"given_name": "ก"})
        kept.append("pending_form" in client.session)
    assert kept == [True, True, False, False]


def test_every_form_of_the_signed_in_says_whose_it_is(
    as_: Callable[[User], Client], facilitator: User, edit_address: str
) -> None:
    page = as_(facilitator).get(edit_address).content.decode()
    forms = page.count('method="post"')
    assert page.count(f'name="{FORM_OF}" value="{mark_of(facilitator.pk)}"') == forms > 1


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_only_reading_and_posting(visitor: Client, method: str) -> None:
    for address in ("/", "/accounts/login/", "/admin/login/"):
        assert getattr(visitor, method)(address).status_code == 405


@pytest.mark.parametrize("key", ['"aaaaaaaaaaaa\\000"', "a" * 5000, "' OR 1=1"])
def test_an_odd_session_cookie_is_no_session(visitor: Client, key: str) -> None:
    visitor.cookies.load({"cops_session": key})
    assert visitor.get("/groups/").status_code == 200
