"""Every public page, as visitors get it: kept whole, renewed by a change, free of anything personal."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from core import pagecache
from groups import services
from groups.models import Group
from pages.standing import STANDING_PAGES
from tests.pages.conftest import statements

pytestmark = pytest.mark.django_db
ADDRESSES = ["/", "/groups/finance/", "/robots.txt", "/sitemap.xml"]


@pytest.fixture(params=[*ADDRESSES, *STANDING_PAGES])
def address(request: pytest.FixtureRequest, group: Group) -> str:
    return STANDING_PAGES[request.param].url if request.param in STANDING_PAGES else request.param


def test_the_second_visitor_costs_one_read_of_the_version(visitor: Client, address: str) -> None:
    first = visitor.get(address)
    pagecache.forget()
    second, queries = statements(Client(), address)
    assert second.content == first.content
    assert len(queries) == 1
    assert "core_pageversion" in queries[0]


def test_an_unchanged_page_is_not_sent_again(visitor: Client, address: str) -> None:
    tag = visitor.get(address)["ETag"]
    again = visitor.get(address, HTTP_IF_NONE_MATCH=tag)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)


def test_nothing_personal_is_on_it(visitor: Client, address: str) -> None:
    response = visitor.get(address)
    assert response.status_code == 200
    assert not response.cookies
    assert response["Vary"] == "Accept-Encoding"
    assert response["Cache-Control"] == "public, max-age=0, s-maxage=1"
    page = response.content.decode()
    assert "csrfmiddlewaretoken" not in page
    assert "X-CSRFToken" not in page


@pytest.mark.parametrize("path", ["/", "/groups/finance/", "/sitemap/"])
def test_a_change_shows(visitor: Client, group: Group, path: str) -> None:
    before = visitor.get(path)
    services.rename(group=group, name="ชื่อที่เปลี่ยนแล้ว")
    pagecache.forget()  # what an on_commit hook does where a transaction ends
    after = visitor.get(path)
    assert "ชื่อที่เปลี่ยนแล้ว" not in before.content.decode()
    assert "ชื่อที่เปลี่ยนแล้ว" in after.content.decode()
    assert before["ETag"] != after["ETag"]


def test_a_person_never_gets_or_leaves_a_kept_page(visitor: Client, as_: Callable, member: User) -> None:
    kept = visitor.get("/")
    own = as_(member).get("/")
    assert own["Cache-Control"] == "private, no-cache"
    assert "ETag" not in own
    assert member.given_name in own.content.decode()
    assert Client().get("/").content == kept.content
