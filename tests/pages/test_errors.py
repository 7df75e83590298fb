"""Every error is answered in Thai, in the portal's look, to visitors and to people, with DEBUG off."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest
from django.test import Client, override_settings
from django.urls import path

import cops_portal.urls
from accounts.models import User
from core.access import public
from groups.models import Group
from tests.pages.conftest import statements


def failing(error: type[Exception]) -> Callable:
    @public
    def view(request: HttpRequest) -> None:
        raise error("details that nobody should see")

    return view


urlpatterns = [
    path("fails/400/", failing(SuspiciousOperation)),
    path("fails/403/", failing(PermissionDenied)),
    path("fails/500/", failing(RuntimeError)),
    *cops_portal.urls.urlpatterns,
]
handler400 = cops_portal.urls.handler400
handler403 = cops_portal.urls.handler403
handler404 = cops_portal.urls.handler404

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
HEADINGS = {400: "คำขอไม่ถูกต้อง", 403: "ท่านไม่มีสิทธิ์เข้าถึงหน้านี้", 404: "ไม่พบหน้านี้", 500: "ระบบขัดข้องชั่วคราว"}
ADDRESSES = {400: "/fails/400/", 403: "/fails/403/", 404: "/no-such-page/", 500: "/fails/500/"}


@pytest.fixture(params=["visitor", "person"])
def client(request: pytest.FixtureRequest, as_: Callable, outsider: User) -> Client:
    client = as_(outsider) if request.param == "person" else Client()
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("status", HEADINGS)
def test_each_error_has_a_page(client: Client, settings: LazySettings, status: int) -> None:
    assert settings.DEBUG is False
    response = client.get(ADDRESSES[status])
    page = response.content.decode()
    assert response.status_code == status
    assert HEADINGS[status] in page
    assert '<html lang="th"' in page
    assert 'href="/"' in page
    assert "details that nobody should see" not in page


@pytest.mark.parametrize("status", [403, 404])
def test_they_offer_a_search(client: Client, status: int) -> None:
    assert 'action="/search/"' in client.get(ADDRESSES[status]).content.decode()


def test_a_server_error_asks_the_database_nothing(visitor: Client, as_: Callable, outsider: User) -> None:
    visitor.raise_request_exception = False
    _, queries = statements(visitor, "/fails/500/")
    assert [query for query in queries if "pageversion" not in query] == []


def test_few_queries_for_what_does_not_exist(visitor: Client) -> None:
    _, queries = statements(visitor, "/no-such-page/")
    assert len(queries) <= 1  # the version


@pytest.mark.parametrize("address", ["/groups/no-such-group/", "/groups/%00/", "/%FF/", "/groups/กลุ่ม/"])
def test_what_does_not_exist(visitor: Client, address: str) -> None:
    response = visitor.get(address)
    assert response.status_code == 404
    assert HEADINGS[404] in response.content.decode()


@override_settings(ALLOWED_HOSTS=["portal.example.go.th"])
def test_a_foreign_host_name(visitor: Client) -> None:
    response = visitor.get("/", HTTP_HOST="evil.example.com")
    assert response.status_code == 400
    assert HEADINGS[400] in response.content.decode()
    assert "evil.example.com" not in response.content.decode()


@pytest.mark.parametrize("token", [None, "x" * 64])
def test_a_missing_or_forged_token(outsider: User, group: Group, token: str | None) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(outsider)
    data = {"csrfmiddlewaretoken": token} if token else {}
    response = client.post(f"/groups/{group.slug}/membership/", data)
    page = response.content.decode()
    assert response.status_code == 403
    assert '<html lang="th"' in page
    assert "ข้อความของท่านยังอยู่ในหน้าก่อน" in page
    assert not group.memberships.filter(user=outsider).exists()


@pytest.mark.parametrize("path", ["/", "/about/", "/search/", "/healthz", "/readyz", "/robots.txt", "/groups/finance/"])
def test_wrong_method(visitor: Client, group: Group, path: str) -> None:
    response = visitor.post(path)
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"
