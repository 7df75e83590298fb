"""The visitor counter from the request to the numbers: in this process, and in servers that are stopped or killed."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import DatabaseError
from django.http import HttpResponse
from django.test import Client, RequestFactory

from core import visitors
from pages import counter as counting
from pages import visits
from pages.counter import Counter, VisitCounterMiddleware, counter
from pages.models import VisitDay
from tests.pages.test_visits import CHROME, FIREFOX, visit
from tests.portal import ROOT, free_port


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    counter.reset()
    yield
    counter.reset()


def waiting() -> int:
    return len(counter._waiting)


def answer(response: HttpResponse, **headers: str) -> None:
    request = RequestFactory().get("/", **{"HTTP_USER_AGENT": FIREFOX, **headers})
    VisitCounterMiddleware(lambda request: response)(request)


def unchanged() -> HttpResponse:
    response = HttpResponse(status=304)
    response.is_public_page = True
    return response


@pytest.mark.parametrize("response", [HttpResponse("<p>"), unchanged()])
def test_a_page_is_noted(response: HttpResponse) -> None:
    answer(response)
    assert waiting() == 1


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse("{}", content_type="application/json"),
        HttpResponse("<p>", status=404),
        HttpResponse("<p>", status=500),
        HttpResponse(status=302),
        HttpResponse(status=304),
    ],
)
def test_what_is_no_page_is_not(response: HttpResponse) -> None:
    answer(response)
    assert waiting() == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_HX_REQUEST": "true"},
        {"HTTP_SEC_PURPOSE": "prefetch"},
        {"HTTP_SEC_PURPOSE": "prefetch;prerender"},
        {"HTTP_PURPOSE": "prefetch"},
        {"HTTP_X_MOZ": "prefetch"},
    ],
)
def test_what_nobody_looks_at_is_not(headers: dict[str, str]) -> None:
    answer(HttpResponse("<p>"), **headers)
    assert waiting() == 0


def test_forms_and_head_requests_are_not() -> None:
    for method in ("post", "head"):
        request = getattr(RequestFactory(), method)("/", HTTP_USER_AGENT=FIREFOX)
        VisitCounterMiddleware(lambda request: HttpResponse("<p>"))(request)
    assert waiting() == 0


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.1", "192.0.2.1"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "made up, 198.51.100.1", "198.51.100.1"),
        (2, "made up, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        (2, "198.51.100.1", "192.0.2.1"),
        (1, "", "192.0.2.1"),
    ],
)
def test_the_address_is_what_the_trusted_proxies_saw(
    settings: LazySettings, proxies: int, forwarded: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert visitors.client_address(request) == address


def test_very_long_browser_names_are_cut() -> None:
    answer(HttpResponse("<p>"), HTTP_USER_AGENT=FIREFOX + "x" * 10_000)
    assert len(counter._waiting[0].agent) == visitors.LONGEST_AGENT


@pytest.mark.django_db
def test_pages_from_the_page_cache_count_too(visitor: Client) -> None:
    first = visitor.get("/", HTTP_USER_AGENT=FIREFOX)
    visitor.get("/", HTTP_USER_AGENT=FIREFOX)
    again = visitor.get("/", HTTP_USER_AGENT=FIREFOX, HTTP_IF_NONE_MATCH=first["ETag"])
    visitor.get("/", HTTP_USER_AGENT="curl/8")
    visitor.get("/healthz", HTTP_USER_AGENT=FIREFOX)
    visitor.get("/no-such-page/", HTTP_USER_AGENT=FIREFOX)
    counter.flush()
    assert again.status_code == 304
    assert VisitDay.objects.values_list("visitors", "views").get() == (1, 3)


@pytest.mark.django_db
def test_the_counter_sets_no_cookie(visitor: Client) -> None:
    assert not visitor.get("/", HTTP_USER_AGENT=FIREFOX).cookies


@pytest.mark.django_db
def test_a_request_neither_writes_nor_reads(django_assert_num_queries: Callable) -> None:
    with django_assert_num_queries(0):
        answer(HttpResponse("<p>"))
        counter.totals()


@pytest.mark.django_db
def test_flush_takes_what_waits_and_refreshes_the_totals() -> None:
    counter.note(visit())
    counter.note(visit(agent=CHROME))
    counter.flush()
    counter.flush()
    assert waiting() == 0
    assert VisitDay.objects.values_list("visitors", "views").get() == (2, 2)
    assert counter.totals().total == 2


@pytest.mark.django_db
def test_what_could_not_be_written_waits_for_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    counter.note(visit())
    with monkeypatch.context() as broken:
        broken.setattr(visits.VisitDay, "objects", None)
        with pytest.raises(AttributeError):
            counter.flush()
    counter.note(visit(agent=CHROME))
    assert [noted.agent for noted in counter._waiting] == [FIREFOX, CHROME]
    counter.flush()
    assert VisitDay.objects.get().views == 2


def test_the_memory_that_waiting_visits_take_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "LIMIT", 10)
    mine = Counter()
    for hour in range(15):
        mine.note(visit(hour=hour))
    monkeypatch.setattr(visits, "record", refuse)
    with pytest.raises(DatabaseError):
        mine.flush()
    assert [noted.at for noted in mine._waiting] == [visit(hour=hour).at for hour in range(5, 15)]


def refuse(batch: object) -> None:
    raise DatabaseError


def test_many_threads_note_at_once() -> None:
    threads = [threading.Thread(target=lambda: [counter.note(visit()) for _ in range(500)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert waiting() == 4000


def test_no_thread_runs_unless_it_was_asked_for() -> None:
    counter.note(visit())
    assert counter._thread is None


def test_a_forked_process_begins_empty() -> None:
    counter.note(visit())
    child = os.fork()
    if child == 0:
        os._exit(waiting())
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert waiting() == 1


# --- Real servers -----------------------------------------------------------------------------------------
class Site:
    """The counting site on granian with two worker processes, over an SQLite file of its own."""

    def __init__(self, folder: Path, flush_every: float) -> None:
        self.database = folder / "portal.sqlite3"
        self.port = free_port()
        self.environment = {
            **os.environ,
            "SECRET_KEY": "tests-only",
            "EMBEDDED": "1",
            "VAR_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{self.database}",
            "FLUSH_EVERY": str(flush_every),
        }

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen]:
        python = [sys.executable, "-m"]
        subprocess.run([*python, "tests.pages.counting_server"], cwd=ROOT, env=self.environment, check=True)
        options = ["--interface", "wsgi", "--workers", "2", "--host", "127.0.0.1", "--port", str(self.port), "--no-log"]
        server = subprocess.Popen(
            [*python, "granian", *options, "tests.pages.counting_server:application"],
            cwd=ROOT,
            env=self.environment,
            start_new_session=True,
        )
        try:
            self.await_both()
            yield server
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGKILL)
            server.wait(10)

    def await_both(self) -> None:
        """A worker that is told to stop while it still starts would not hear it."""
        deadline, answered = time.monotonic() + 60, set()
        while len(answered) < 2:
            assert time.monotonic() < deadline, answered
            try:
                answered.add(self.open(agent="curl/8"))
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)

    def open(self, *, agent: str) -> int:
        """Open the page; answers the process that served it."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/", headers={"User-Agent": agent})
        with urllib.request.urlopen(request, timeout=10) as response:
            return int(re.sub(r"\D", "", response.read().decode()))

    def numbers(self) -> tuple[int, int]:
        with sqlite3.connect(self.database) as database:
            return database.execute("SELECT SUM(visitors), SUM(views) FROM pages_visitday").fetchone()


def browser(number: int) -> str:
    return f"{FIREFOX} no. {number}"


def test_two_processes_count_one_visitor_once_and_a_clean_stop_loses_nothing(tmp_path: Path) -> None:
    site = Site(tmp_path, flush_every=60)
    with site.running() as server:
        opened, processes = 0, set()
        while opened < 120 or len(processes) < 2:
            processes.add(site.open(agent=browser(opened % 7)))
            opened += 1
        server.terminate()
        assert server.wait(20) == 0
    assert site.numbers() == (7, opened)


def test_a_killed_server_loses_a_few_seconds_at_most(tmp_path: Path) -> None:
    site = Site(tmp_path, flush_every=0.3)
    with site.running() as server:
        for n in range(40):
            site.open(agent=browser(n))
        time.sleep(1.5)  # more than one flush in either process
        written = site.numbers()
        site.open(agent=browser(99))
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(10)
    assert written == (40, 40)
    assert site.numbers() in [(40, 40), (41, 41)]
