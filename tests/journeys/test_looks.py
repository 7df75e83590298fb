"""Every page at both widths, light and dark: no rule of axe-core broken, nothing wider than the screen."""

import re
from collections.abc import Callable
from urllib.parse import urljoin

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from .conftest import DESKTOP, PHONE, Visit

pytestmark = [pytest.mark.journey, pytest.mark.looks, pytest.mark.xdist_group("looks")]

PUBLIC = [
    "/", "/groups/", "/groups/?q=ไม่มีกลุ่มนี้", "/groups/finance/", "/groups/basic-it/", "/groups/social-role/",
    "/about/", "/contact/", "/faq/", "/privacy/", "/cookies/", "/website-policy/", "/security-policy/",
    "/accessibility/", "/terms/", "/sitemap/", "/counter/", "/search/", "/search/?q=พัสดุ", "/search/?q=ไม่มีคำนี้แน่",
    "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/no-such-page/",
    "/events/", "/events/?view=month", "/events/?state=live&channel=room", "/groups/finance/events/",
    "/certificates/", "/certificates/?code=ABCD-EFGH-JKMN", "/questions/", "/questions/?q=ไม่มีคำนี้แน่",
    "/groups/finance/questions/",
]  # fmt: skip
SIGNED_IN = {
    "staff@example.go.th": [
        "/", "/groups/", "/groups/finance/", "/groups/finance/members/", "/groups/finance/membership/", "/my/",
        "/my/profile/", "/my/photo/", "/my/preferences/", "/my/close/", "/notifications/", "/accounts/email/",
        "/accounts/password/change/", "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/sessions/",
        "/accounts/logout/", "/groups/finance/edit/", "/events/", "/events/?view=month", "/my/learning/",
        "/my/calendar/", "/questions/", "/questions/mine/", "/groups/finance/questions/",
    ],
    "facilitator@example.go.th": [
        "/my/", "/groups/records/edit/", "/groups/records/requests/", "/groups/records/members/",
        "/groups/records/members/import/", "/groups/records/stage/", "/workspace/", "/groups/records/events/",
        "/groups/records/events/new/", "/questions/queue/", "/groups/records/surveys/", "/groups/records/surveys/new/",
    ],
    "officer@example.go.th": ["/my/", "/workspace/", "/events/"],
    "executive@example.go.th": ["/events/"],
    "admin@example.go.th": ["/styleguide/"],
}  # fmt: skip
# Addresses with ids are found on the calendar; below each, what the person may open.
LIVE = "ใช้ AI ช่วยร่างหนังสือราชการอย่างปลอดภัย"
FULL = "ตรวจสอบพัสดุประจำปี: เตรียมก่อน เสร็จใน 30 วันทำการ"
CALLED_OFF = "เดินประชุมสิบห้านาที: ลดออฟฟิศซินโดรมระหว่างวัน"
WATCHED = "ระบบสารบรรณอิเล็กทรอนิกส์: 7 จุดที่มักพลาดและวิธีแก้"
RUN = [
    "", "manage/", "edit/", "state/", "registrations/", "team/", "sites/", "sites/new/", "attendance/", "messages/",
    "messages/new/", "documents/", "replay/edit/", "certificates/", "surveys/",
]  # fmt: skip
EVENTS = {
    "": {LIVE: ["", "live/", "live/screen/"], FULL: ["", "sites/"], CALLED_OFF: [""], WATCHED: [""]},
    "staff@example.go.th": {LIVE: ["", "live/", "sign-in/", "sites/"], FULL: ["", "sites/"], WATCHED: [""]},
    "facilitator@example.go.th": {LIVE: [*RUN, "sign-in/screen/", "live/console/"], WATCHED: RUN},
    "officer@example.go.th": {FULL: ["", "manage/", "sites/new/"], CALLED_OFF: ["", "manage/", "state/"]},
}
# Surveys and questions are found on the pages that lead to them: where to look, for which address, and what lies below.
OPEN, RELEASED = "/surveys/[0-9]+/$", "/surveys/[0-9]+/results/$"
SURVEYS = {
    "": [("/groups/finance/", RELEASED, ["", "report/"]), ("/questions/", "/questions/[0-9]+/$", [""])],
    "staff@example.go.th": [("/my/", OPEN, [""])],
    "facilitator@example.go.th": [
        ("/groups/records/surveys/", "/surveys/[0-9]+/edit/$", ["", "../settings/", "../preview/", "../copy/"]),
        ("/groups/records/surveys/", RELEASED, ["", "../remarks/"]),
        ("/questions/queue/", "/questions/[0-9]+/manage/", [""]),
    ],
}
MAIN = ["/", "/groups/", "/groups/finance/"]
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": LEVELS}}


def broken_rules(page: Page) -> list[str]:
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [f"{rule['id']}: {[node['html'][:120] for node in rule['nodes']][:3]}" for rule in found]


def too_wide(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def problems(visit: Visit, paths: list[str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for path in paths:
        page = visit.go(path)
        if rules := broken_rules(page):
            found[path] = rules
        if too_wide(page):
            found[path + " (too wide)"] = page.viewport_size
    return found


# Each page at each width and in each scheme; the main ones in all four combinations.
LOOKS = pytest.mark.parametrize(("viewport", "scheme"), [(PHONE, "light"), (DESKTOP, "dark")], ids=["phone", "desktop"])


@LOOKS
def test_public_pages(visit: Callable[..., Visit], viewport: dict[str, int], scheme: str) -> None:
    assert problems(visit(viewport=viewport, color_scheme=scheme), PUBLIC) == {}


@LOOKS
@pytest.mark.parametrize("email", SIGNED_IN)
def test_pages_of_the_signed_in(visit: Callable[..., Visit], email: str, viewport: dict[str, int], scheme: str) -> None:
    opened = visit(viewport=viewport, color_scheme=scheme)
    opened.sign_in(email)
    assert problems(opened, SIGNED_IN[email]) == {}


def pages_of_events(visit: Visit, email: str) -> list[str]:
    calendar = visit.go("/events/")
    found = {title: calendar.get_by_role("link", name=title).first.get_attribute("href") for title in EVENTS[email]}
    return [f"{found[title]}{part}" for title, parts in EVENTS[email].items() for part in parts]


@LOOKS
@pytest.mark.parametrize("email", EVENTS, ids=lambda email: email.partition("@")[0] or "visitor")
def test_pages_of_events(visit: Callable[..., Visit], email: str, viewport: dict[str, int], scheme: str) -> None:
    opened = visit(viewport=viewport, color_scheme=scheme)
    if email:
        opened.sign_in(email)
    assert problems(opened, pages_of_events(opened, email)) == {}


def pages_of_surveys(visit: Visit, email: str) -> list[str]:
    found = []
    for start, wanted, parts in SURVEYS[email]:
        page = visit.go(start)
        links = [str(link.get_attribute("href")) for link in page.locator("main a[href]").all()]
        first = next(link for link in links if re.match(wanted, link))
        found += [urljoin(first, part) for part in parts]
    return found


@LOOKS
@pytest.mark.parametrize("email", SURVEYS, ids=lambda email: email.partition("@")[0] or "visitor")
def test_pages_of_surveys(visit: Callable[..., Visit], email: str, viewport: dict[str, int], scheme: str) -> None:
    opened = visit(viewport=viewport, color_scheme=scheme)
    if email:
        opened.sign_in(email)
    assert problems(opened, pages_of_surveys(opened, email)) == {}


@pytest.mark.parametrize(("viewport", "scheme"), [(PHONE, "dark"), (DESKTOP, "light")], ids=["phone", "desktop"])
def test_main_pages_the_other_way_round(visit: Callable[..., Visit], viewport: dict[str, int], scheme: str) -> None:
    opened = visit(viewport=viewport, color_scheme=scheme)
    assert problems(opened, MAIN) == {}
    opened.sign_in("staff@example.go.th")
    assert problems(opened, [*MAIN, "/my/"]) == {}


@pytest.mark.parametrize("width", [320, 683, 1024])
def test_narrow_screens_and_200_percent_zoom(visit: Callable[..., Visit], width: int) -> None:
    """1366 px at 200 % leaves 683 CSS pixels; 1280 px at 400 % leaves 320 (WCAG 1.4.10)."""
    opened = visit(viewport={"width": width, "height": 600})
    public = [*PUBLIC, *pages_of_events(opened, ""), *pages_of_surveys(opened, "")]
    wide = [path for path in public if too_wide(opened.go(path))]
    opened.sign_in("facilitator@example.go.th")
    pages = ["/workspace/", "/groups/records/events/new/", *pages_of_events(opened, "facilitator@example.go.th")]
    pages += pages_of_surveys(opened, "facilitator@example.go.th")
    assert wide + [path for path in pages if too_wide(opened.go(path))] == []


def test_text_spacing_clips_nothing(visit: Callable[..., Visit]) -> None:
    """WCAG 1.4.12: a reader's own spacing must not hide text."""
    page = visit(viewport=PHONE).go("/groups/")
    page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          const spacing = 'line-height: 1.8 !important; letter-spacing: .12em !important;';
          sheet.replaceSync(`* { ${spacing} word-spacing: .16em !important }`);
          document.adoptedStyleSheets = [sheet];
        }"""
    )
    assert not too_wide(page)


def test_every_asset_is_our_own(visit: Callable[..., Visit]) -> None:
    opened = visit()
    hosts: set[str] = set()
    opened.page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    for path in PUBLIC:
        opened.go(path)
    assert hosts == {opened.portal.address.split("/")[2]}


def test_a_first_visit_stays_small(visit: Callable[..., Visit]) -> None:
    opened = visit()
    sizes: dict[str, int] = {}

    def note(request: object) -> None:
        transfer = request.sizes()
        sizes[request.url] = transfer["responseBodySize"] + transfer["responseHeadersSize"]

    opened.page.on("requestfinished", note)
    opened.go("/").wait_for_load_state("networkidle")
    print("first visit:", {url.rsplit("/", 1)[-1]: size for url, size in sizes.items()}, sum(sizes.values()))
    assert len(sizes) <= 8
    assert sum(sizes.values()) <= 40_000
