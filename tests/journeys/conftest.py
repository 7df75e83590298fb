"""A real Chromium against the real portal: production server, worker and demonstration content, started once."""

import email
import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from email import policy
from pathlib import Path

import psycopg2
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.portal import Portal, free_port

PASSWORD = "cops-demo-2570"
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1366, "height": 768}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(autouse=True)
def _settled() -> None:
    """The portal runs in processes of its own: nothing to settle here."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("no Chromium: apt-get install chromium")
        pytest.skip("no Chromium, so the browser journeys are skipped: apt-get install chromium fonts-noto-core")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """A database of the journeys' own where the suite runs on PostgreSQL; otherwise the embedded one."""
    server = os.environ.get("TEST_DATABASE_URL", "")
    if not server:
        yield ""
        return
    name = f"cops_journeys_{uuid.uuid4().hex[:8]}"
    run_sql(server, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    yield server.rsplit("/", 1)[0] + "/" + name
    run_sql(server, f"DROP DATABASE {name} WITH (FORCE)")


def run_sql(server: str, statement: str) -> None:
    connection = psycopg2.connect(server)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


@pytest.fixture(scope="session")
def portal(browser: Browser, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    var_dir = tmp_path_factory.mktemp("portal")
    extra = {"DATABASE_URL": database_url} if database_url else {}
    if os.environ.get("TEST_REDIS_URL"):
        extra["REDIS_URL"] = os.environ["TEST_REDIS_URL"]
    portal = Portal(free_port(), var_dir, **extra)
    portal.var_dir = var_dir
    portal.wait()
    yield portal
    portal.stop()


class Visit:
    """One person's browser. Whatever the page complains about (policy, script, server) fails the test."""

    def __init__(self, context: BrowserContext, portal: Portal) -> None:
        self.context, self.portal, self.address = context, portal, portal.address
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", self._answered)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            self.complaints.append(message.text)

    def _answered(self, response: object) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} {response.url}")

    def go(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def sign_in(self, email: str, password: str = PASSWORD) -> Page:
        self.go("/accounts/login/")
        self.page.fill("input[name=login]", email)
        self.page.fill("input[name=password]", password)
        self.page.click("main form button[type=submit]")
        self.page.wait_for_url(lambda url: "/accounts/login/" not in url)
        return self.page


@pytest.fixture
def visit(browser: Browser, portal: Portal) -> Iterator[Callable[..., Visit]]:
    visits: list[Visit] = []

    def open_browser(
        *, viewport: dict[str, int] = DESKTOP, javascript: bool = True, color_scheme: str = "light"
    ) -> Visit:
        context = browser.new_context(
            viewport=viewport, java_script_enabled=javascript, color_scheme=color_scheme, locale="th-TH"
        )
        context.set_default_timeout(10_000)
        visits.append(Visit(context, portal))
        return visits[-1]

    yield open_browser
    complaints = [complaint for visit in visits for complaint in visit.complaints]
    for opened in visits:
        opened.context.close()
    assert complaints == []


@pytest.fixture
def link_mailed_to(portal: Portal) -> Callable[[str], str]:
    """The newest link that the portal mailed to an address."""

    def newest(address: str) -> str:
        folder = Path(portal.var_dir) / "mail"
        for path in sorted(folder.glob("*"), key=lambda file: file.stat().st_mtime, reverse=True):
            for part in reversed(path.read_bytes().split(b"-" * 79)):
                message = email.message_from_bytes(part.strip(), policy=policy.default)
                if address in str(message.get("To", "")):
                    text = message.get_body(("plain",)).get_content()
                    return re.search(r"https?://\S+", text)[0]
        raise LookupError(address)

    return newest
