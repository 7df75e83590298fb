import time
from collections.abc import Callable

import pytest
from django.core.cache import caches
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from core import pagecache
from core.access import public
from core.models import PageVersion

pytestmark = pytest.mark.django_db


class Page:
    """A view that shows how often it was rendered."""

    def __init__(self) -> None:
        self.rendered = 0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.rendered += 1
        return HttpResponse(f"<p>หน้าแรก {self.rendered}</p>")


@pytest.fixture
def page() -> Page:
    return Page()


@pytest.fixture
def fetch(page: Page) -> Callable[..., HttpResponse]:
    middleware = pagecache.PageCacheMiddleware(public(page, cache=True))

    def fetch(path: str = "/", **headers: str) -> HttpResponse:
        request = RequestFactory().get(path, headers=headers)
        if cookie := headers.get("cookie"):
            request.META["HTTP_COOKIE"] = cookie
        return middleware(request)

    return fetch


def test_a_visitor_gets_the_kept_page(fetch: Callable[..., HttpResponse], page: Page) -> None:
    first, second = fetch(), fetch()
    assert first.content == second.content == "<p>หน้าแรก 1</p>".encode()
    assert page.rendered == 1


def test_the_first_and_the_kept_answer_have_the_same_headers(fetch: Callable[..., HttpResponse]) -> None:
    assert dict(fetch().items()) == dict(fetch().items())
    assert fetch()["Cache-Control"] == "public, max-age=0, s-maxage=1"
    assert fetch()["Vary"] == "Accept-Encoding"


def test_a_change_shows(
    fetch: Callable[..., HttpResponse], page: Page, django_capture_on_commit_callbacks: Callable
) -> None:
    fetch()
    with django_capture_on_commit_callbacks(execute=True):
        pagecache.changed()
    assert fetch().content == "<p>หน้าแรก 2</p>".encode()


def test_a_change_by_another_process_shows_within_a_second(
    fetch: Callable[..., HttpResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch()
    PageVersion.objects.update_or_create(pk=1, defaults={"number": 99, "changed_at": 1795392000})
    clock = pagecache.time.monotonic() + pagecache.READ_EVERY + 0.01
    monkeypatch.setattr(pagecache.time, "monotonic", lambda: clock)
    assert fetch().content == "<p>หน้าแรก 2</p>".encode()


def test_a_rolled_back_change_changes_nothing(fetch: Callable[..., HttpResponse], page: Page) -> None:
    fetch()
    try:
        with transaction.atomic():
            pagecache.changed()
            raise RuntimeError
    except RuntimeError:
        pass
    pagecache.forget()
    fetch()
    assert page.rendered == 1


def test_a_kept_page_costs_no_query(fetch: Callable[..., HttpResponse]) -> None:
    fetch()
    with CaptureQueriesContext(connection) as queries:
        fetch()
    assert len(queries) == 0


def test_whoever_has_a_session_never_gets_or_makes_a_kept_page(fetch: Callable[..., HttpResponse], page: Page) -> None:
    fetch()
    answer = fetch(cookie="cops_session=abc")
    assert answer.content == "<p>หน้าแรก 2</p>".encode()
    assert answer["Cache-Control"] == "private, no-cache"
    assert fetch().content == "<p>หน้าแรก 1</p>".encode()


def test_fragments_and_long_addresses_are_not_kept(fetch: Callable[..., HttpResponse], page: Page) -> None:
    fetch(HX_Request="true")
    fetch("/?q=" + "a" * 300)
    fetch("/?q=" + "a" * 300)
    assert page.rendered == 3


def test_each_query_string_is_a_page_of_its_own(fetch: Callable[..., HttpResponse], page: Page) -> None:
    fetch("/?tag=1")
    fetch("/?tag=2")
    fetch("/?tag=1")
    assert page.rendered == 2


def test_revalidation_answers_304(fetch: Callable[..., HttpResponse]) -> None:
    etag = fetch()["ETag"]
    answer = fetch(If_None_Match=etag)
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)


@pytest.mark.parametrize(("accept", "encoding"), [("gzip, br", "br"), ("gzip", "gzip")])
def test_the_kept_page_is_compressed_once(fetch: Callable[..., HttpResponse], accept: str, encoding: str) -> None:
    assert fetch(Accept_Encoding=accept)["Content-Encoding"] == encoding


def test_an_unmarked_view_and_one_that_sets_a_cookie_are_not_kept(page: Page) -> None:
    def with_cookie(request: HttpRequest) -> HttpResponse:
        response = page(request)
        response.set_cookie("a", "b")
        return response

    for view in (page, public(with_cookie, cache=True)):
        middleware = pagecache.PageCacheMiddleware(view)
        before = page.rendered
        middleware(RequestFactory().get("/"))
        middleware(RequestFactory().get("/"))
        assert page.rendered == before + 2


def test_an_unknown_host_is_left_to_django(page: Page) -> None:
    middleware = pagecache.PageCacheMiddleware(public(page, cache=True))
    middleware(RequestFactory().get("/", HTTP_HOST="evil.example"))
    assert len(caches["local"]._cache) == 0


# --- Kept for a while only ----------------------------------------------------------------------------------
def test_a_page_may_be_kept_for_a_second_only(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    middleware = pagecache.PageCacheMiddleware(public(page, cache=1))
    now = time.time()
    rendered = []
    for after in (0, 0.9, 1.1):
        monkeypatch.setattr(time, "time", lambda after=after: now + after)
        middleware(RequestFactory().get("/"))
        rendered.append(page.rendered)
    assert rendered == [1, 1, 2]


def test_otherwise_for_a_minute(
    fetch: Callable[..., HttpResponse], page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    rendered = []
    for after in (0, 59, 61):
        monkeypatch.setattr(time, "time", lambda after=after: now + after)
        fetch()
        rendered.append(page.rendered)
    assert rendered == [1, 1, 2]


# --- What everybody shares ----------------------------------------------------------------------------------
def test_below_shared_all_get_one_answer(fetch: Callable[..., HttpResponse], page: Page) -> None:
    answers = [
        fetch("/shared/events/1/"),
        fetch("/shared/events/1/", cookie="cops_session=abc"),
        fetch("/shared/events/1/", HX_Request="true", cookie="cops_session=def"),
    ]
    assert {(answer.content, answer["Cache-Control"], answer["ETag"]) for answer in answers} == {
        ("<p>หน้าแรก 1</p>".encode(), "public, max-age=0, s-maxage=1", answers[0]["ETag"])
    }
    assert page.rendered == 1


def test_a_view_below_shared_never_learns_who_asks() -> None:
    learned = []

    def view(request: HttpRequest) -> HttpResponse:
        learned.append((request.COOKIES, "HTTP_COOKIE" in request.META, "HX-Request" in request.headers))
        return HttpResponse("")

    for path in ("/shared/", "/"):
        request = RequestFactory().get(path, headers={"HX-Request": "true"})
        request.META["HTTP_COOKIE"] = "cops_session=abc"
        pagecache.PageCacheMiddleware(public(view))(request)
    assert learned == [({}, False, False), ({"cops_session": "abc"}, True, True)]


def test_asking_for_news_is_no_visit(fetch: Callable[..., HttpResponse]) -> None:
    assert [fetch(path).is_public_page for path in ("/shared/", "/")] == [False, True]
