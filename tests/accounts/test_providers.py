"""ThaID and LINE, against provider processes of their own: real redirects, real token requests, real signatures."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.conf import LazySettings
from django.test import Client

from accounts.models import NoticeReceipt, User
from tests.portal import free_port

from .conftest import PASSWORD, links
from .line_server import CHANNEL, SECRET

pytestmark = pytest.mark.django_db
PID = "1509901234567"  # invented


def process(*command: str, port: int, path: str) -> Iterator[str]:
    running = subprocess.Popen(
        [sys.executable, "-W", "ignore", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://localhost:{port}"
    for _ in range(200):
        try:
            requests.get(address + path, timeout=5)
            break
        except requests.ConnectionError:
            time.sleep(0.05)
    yield address
    running.terminate()
    running.wait(10)


@pytest.fixture(scope="module")
def oidc_server() -> Iterator[str]:
    port = free_port()
    yield from process(
        "-m", "oidc_provider_mock", "--port", str(port), port=port, path="/.well-known/openid-configuration"
    )


@pytest.fixture(scope="module")
def line_server() -> Iterator[str]:
    port = free_port()
    yield from process("-m", "tests.accounts.line_server", str(port), port=port, path="/")


def thaid_app(address: str, **changes: object) -> dict[str, object]:
    return {
        "APPS": [
            {
                "provider_id": "thaid",
                "name": "ThaID",
                "client_id": "portal",
                "secret": "secret",
                "settings": {
                    "server_url": address,
                    "scope": ["openid", "profile"],
                    "token_auth_method": "client_secret_basic",
                }
                | changes,
            }
        ]
    }


@pytest.fixture
def thaid(oidc_server: str, settings: LazySettings) -> str:
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": thaid_app(oidc_server)}
    claims = {"title": "นาย", "given_name": "สมชาย", "family_name": "ใจกว้าง", "pid": PID, "email": "x@evil.example"}
    requests.put(f"{oidc_server}/users/{PID}", json=claims, timeout=5).raise_for_status()
    return oidc_server


@pytest.fixture
def line(line_server: str, settings: LazySettings) -> str:
    settings.SOCIALACCOUNT_PROVIDERS = {"line": {"APPS": [{"client_id": CHANNEL, "secret": SECRET, "key": ""}]}}
    settings.LINE_API_URL = settings.LINE_ACCESS_URL = line_server
    return line_server


def agree(client: Client, path: str, **answer: str) -> object:
    """From the portal's button to the provider, agree there, and back with what the provider says."""
    there = client.post(path).headers["Location"]
    if "/line/" in path:
        back = requests.get(there, params=answer, allow_redirects=False, timeout=5)
    else:
        back = requests.post(there, data=answer, allow_redirects=False, timeout=5)
    return client.get(back.headers["Location"].removeprefix("http://testserver"))


THAID = "/accounts/oidc/thaid/login/?process=login"
LINE = "/accounts/line/login/?process=login"


def fill_in(client: Client, agencies: dict, **changes: object) -> object:
    answers = {
        "title": "นาย",
        "given_name": "สมชาย",
        "family_name": "ใจกว้าง",
        "email": "somchai@moi.go.th",
        "agency": agencies["unit"].pk,
        "privacy": "on",
    }
    return client.post("/accounts/3rdparty/signup/", answers | changes)


# --- ThaID ------------------------------------------------------------------------------------------------
def test_the_request_carries_state_and_a_code_challenge_and_goes_back_here(visitor: Client, thaid: str) -> None:
    query = parse_qs(urlsplit(visitor.post(THAID).headers["Location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    assert len(query["code_challenge"][0]) == 43
    assert len(query["state"][0]) >= 16
    assert sorted(query["scope"][0].split()) == ["openid", "profile"]
    assert query["redirect_uri"] == ["http://testserver/accounts/oidc/thaid/login/callback/"]


def test_signing_up_with_thaid_takes_the_form_and_a_verified_official_address(
    visitor: Client, thaid: str, agencies: dict, mailed: Callable
) -> None:
    response = agree(visitor, THAID, sub=PID)
    assert response.headers["Location"] == "/accounts/3rdparty/signup/"
    assert not User.objects.exists()
    page = visitor.get(response.headers["Location"]).content.decode()
    assert "ท่านยืนยันตัวตนด้วย ThaID แล้ว" in page
    assert 'value="สมชาย"' in page
    assert '<option value="นาย" selected>' in page
    assert "x@evil.example" not in page

    assert list(fill_in(visitor, agencies, email="x@evil.example").context["form"].errors) == ["email"]
    assert list(fill_in(visitor, agencies, privacy="").context["form"].errors) == ["privacy"]
    assert fill_in(visitor, agencies).headers["Location"] == "/accounts/confirm-email/"
    person = User.objects.get()
    assert (person.email, person.get_full_name(), person.has_usable_password()) == (
        "somchai@moi.go.th",
        "นายสมชาย ใจกว้าง",
        False,
    )
    assert NoticeReceipt.objects.filter(user=person).count() == 1
    assert "_auth_user_id" not in visitor.session
    assert visitor.post(links(mailed()[0].body)[0]).headers["Location"] == "/"
    assert visitor.session["_auth_user_id"] == str(person.pk)

    again = Client()
    assert agree(again, THAID, sub=PID).headers["Location"] == "/"
    assert again.session["_auth_user_id"] == str(person.pk)


def test_no_number_and_no_claim_is_stored(
    visitor: Client, thaid: str, agencies: dict, settings: LazySettings, mailed: Callable
) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": thaid_app(thaid, uid_field="pid")}
    agree(visitor, THAID, sub=PID)
    assert PID not in str(dict(visitor.session))
    fill_in(visitor, agencies)
    [account] = SocialAccount.objects.values()
    assert len(account["uid"]) == 64
    assert account["extra_data"] == {}
    assert PID not in str(account) + str(dict(visitor.session))


def test_after_the_secret_was_changed_thaid_still_finds_the_person(
    visitor: Client, thaid: str, agencies: dict, settings: LazySettings, mailed: Callable
) -> None:
    agree(visitor, THAID, sub=PID)
    fill_in(visitor, agencies)
    visitor.post(links(mailed()[0].body)[0])
    before = SocialAccount.objects.get().uid
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new secret, long enough to be one, for the test"
    assert agree(Client(), THAID, sub=PID).headers["Location"] == "/"
    assert SocialAccount.objects.get().uid != before


def test_thaid_does_not_take_over_an_account_with_the_same_address(
    visitor: Client, thaid: str, agencies: dict, outsider: User, mailed: Callable
) -> None:
    agree(visitor, THAID, sub=PID)
    assert fill_in(visitor, agencies, email=outsider.email).headers["Location"] == "/accounts/confirm-email/"
    assert not SocialAccount.objects.exists()
    assert [message.subject for message in mailed()] == ["ท่านมีบัญชีอยู่แล้ว"]


def test_linking_thaid_to_an_account_and_taking_it_off(
    as_: Callable, thaid: str, outsider: User, mailed: Callable
) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": outsider.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/accounts/3rdparty/"})
    response = agree(client, THAID.replace("=login", "=connect"), sub=PID)
    assert response.headers["Location"] == "/accounts/3rdparty/"
    account = SocialAccount.objects.get(user=outsider)
    page = client.get("/accounts/3rdparty/").content.decode()
    assert "<b>ThaID</b>" in page
    stranger = as_(User.objects.create_user("y@moi.go.th", PASSWORD, given_name="ย", family_name="ย"))
    stranger.post("/accounts/3rdparty/", {"account": account.pk})
    assert SocialAccount.objects.filter(pk=account.pk).exists()
    client.post("/accounts/3rdparty/", {"account": account.pk})
    assert not SocialAccount.objects.exists()
    assert {message.subject for message in mailed()} == {"เชื่อมบัญชีภายนอกแล้ว", "ยกเลิกการเชื่อมบัญชีภายนอกแล้ว"}


def test_saying_no_at_the_provider(visitor: Client, thaid: str) -> None:
    [state] = parse_qs(urlsplit(visitor.post(THAID).headers["Location"]).query)["state"]
    back = {"error": "access_denied", "state": state}
    response = visitor.get("/accounts/oidc/thaid/login/callback/", back)
    assert response.headers["Location"] == "/accounts/3rdparty/login/cancelled/"
    assert "<h1>ยกเลิกการเข้าสู่ระบบแล้ว</h1>" in visitor.get(response.headers["Location"]).content.decode()


@pytest.mark.parametrize("query", ["code=x&state=forged", "state=forged", "code=x", "error=server_error", ""])
def test_a_forged_answer_is_refused(visitor: Client, thaid: str, query: str) -> None:
    response = visitor.get(f"/accounts/oidc/thaid/login/callback/?{query}")
    assert "<h1>เข้าสู่ระบบด้วยบัญชีภายนอกไม่สำเร็จ</h1>" in response.content.decode()
    assert not SocialAccount.objects.exists()


def test_an_answer_meant_for_another_browser_is_refused(visitor: Client, thaid: str) -> None:
    there = visitor.post(THAID).headers["Location"]
    back = requests.post(there, data={"sub": PID}, allow_redirects=False, timeout=5).headers["Location"]
    response = Client().get(back.removeprefix("http://testserver"))
    assert "<h1>เข้าสู่ระบบด้วยบัญชีภายนอกไม่สำเร็จ</h1>" in response.content.decode()


def test_a_provider_that_is_down_is_explained(visitor: Client, settings: LazySettings, db: None) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": thaid_app(f"http://localhost:{free_port()}")}
    assert "<h1>เข้าสู่ระบบด้วยบัญชีภายนอกไม่สำเร็จ</h1>" in visitor.post(THAID).content.decode()


def test_a_claim_that_is_missing_is_explained(visitor: Client, thaid: str, settings: LazySettings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": thaid_app(thaid, uid_field="no_such_claim")}
    assert "<h1>เข้าสู่ระบบด้วยบัญชีภายนอกไม่สำเร็จ</h1>" in agree(visitor, THAID, sub=PID).content.decode()


def test_reading_the_address_alone_starts_nothing(visitor: Client, thaid: str) -> None:
    page = visitor.get(THAID).content.decode()
    assert "ท่านจะไปยังเว็บไซต์ของ ThaID" in page


@pytest.mark.parametrize(
    "path", [THAID, LINE, "/accounts/line/login/callback/", "/accounts/oidc/other/login/callback/"]
)
def test_a_provider_that_is_switched_off_is_not_there(visitor: Client, db: None, path: str) -> None:
    assert visitor.get(path).status_code == 404
    assert "เข้าสู่ระบบด้วย ThaID" not in visitor.get("/accounts/login/").content.decode()


def test_the_sign_in_page_offers_what_is_switched_on(visitor: Client, thaid: str) -> None:
    page = visitor.get("/accounts/login/", {"next": "/groups/"}).content.decode()
    assert 'action="/accounts/oidc/thaid/login/?process=login&amp;next=%2Fgroups%2F"' in page


# --- LINE -------------------------------------------------------------------------------------------------
def test_line_creates_no_account(visitor: Client, line: str) -> None:
    response = agree(visitor, LINE)
    assert response.headers["Location"] == "/accounts/login/"
    assert "บัญชี LINE นี้ยังไม่ได้เชื่อมกับบัญชีของเว็บไซต์" in visitor.get("/accounts/login/").content.decode()
    assert not User.objects.exists()


def test_line_signs_in_whom_it_was_linked_by(line: str, outsider: User) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": outsider.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/accounts/3rdparty/"})
    assert agree(client, LINE.replace("=login", "=connect")).headers["Location"] == "/accounts/3rdparty/"
    [account] = SocialAccount.objects.values("user_id", "provider", "extra_data", "uid")
    assert account["uid"] != "Usomeone"
    assert account == {"user_id": outsider.pk, "provider": "line", "extra_data": {}, "uid": account["uid"]}
    other = Client()
    assert agree(other, LINE).headers["Location"] == "/"
    assert other.session["_auth_user_id"] == str(outsider.pk)


@pytest.mark.parametrize("who", ["forged", "stray", "stale"])
def test_a_token_of_line_that_is_not_for_us_is_refused(visitor: Client, line: str, who: str) -> None:
    response = agree(visitor, LINE, **{"as": who})
    assert "<h1>เข้าสู่ระบบด้วยบัญชีภายนอกไม่สำเร็จ</h1>" in response.content.decode()


def test_a_wrong_channel_secret_is_explained(visitor: Client, line: str, settings: LazySettings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {"line": {"APPS": [{"client_id": CHANNEL, "secret": "wrong", "key": ""}]}}
    assert "<h1>เข้าสู่ระบบด้วยบัญชีภายนอกไม่สำเร็จ</h1>" in agree(visitor, LINE).content.decode()
