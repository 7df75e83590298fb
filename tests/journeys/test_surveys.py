"""Answering a survey in a real browser: by thumb, by keyboard, through a lost connection, without a script."""

import re
from collections.abc import Callable
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from .conftest import DESKTOP, PHONE, Visit

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
SERIAL = count(1)
THANKS = "ส่งแบบประเมินเรียบร้อยแล้ว"


@pytest.fixture
def address(visit: Callable[..., Visit]) -> str:
    """Of a new survey for everybody signed in, with the standard questions, published by its facilitator."""
    opened = visit()
    opened.sign_in("facilitator@example.go.th")
    page = opened.go("/groups/records/surveys/new/")
    page.fill("#id_title", f"แบบสอบถามที่ {next(SERIAL)}")
    page.check("input[name=start][value=satisfaction]")
    page.check("input[name=audience][value=signed_in]")
    page.locator("main form button").last.click()
    page.wait_for_url(re.compile(r"/surveys/\d+/"))
    number = re.search(r"/surveys/(\d+)/", page.url)[1]
    page = opened.go(f"/surveys/{number}/edit/")
    page.locator("form[action$='/publication/'] button").first.click()
    page.wait_for_load_state()
    return f"/surveys/{number}/"


def answerer(visit: Callable[..., Visit], address: str, **look: object) -> Visit:
    opened = visit(**look)
    opened.sign_in("outsider@example.go.th")
    opened.go(address)
    return opened


def choose_all(page: Page) -> None:
    """Everything that is required."""
    for menu in page.locator("select[required]").all():
        menu.select_option(index=1)
    for row in page.locator(".likert fieldset").all():
        row.locator("label").nth(1).click()


def remark(page: Page) -> object:
    return page.get_by_label("สิ่งที่อยากให้ปรับปรุง")


def test_with_a_thumb_two_taps_send_one_answer(visit: Callable[..., Visit], address: str) -> None:
    opened = answerer(visit, address, viewport=PHONE)
    page = opened.page
    for cell in page.locator(".scale label").all()[:5]:
        box = cell.bounding_box()
        assert box["width"] >= 44
        assert box["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    choose_all(page)
    expect(page.locator(".survey-progress b").nth(1)).to_have_text("12/12")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="ส่งแบบประเมิน").dblclick(no_wait_after=True)
    expect(page.get_by_role("heading", level=1)).to_have_text(THANKS)
    assert sent == [opened.address + address]
    assert page.evaluate("Object.keys(localStorage).length") == 0
    page.go_back()
    opened.go(address)
    expect(page.get_by_role("heading", level=1)).to_have_text(THANKS)


def test_with_the_keyboard_alone(visit: Callable[..., Visit], address: str) -> None:
    page = answerer(visit, address, viewport=DESKTOP).page
    page.get_by_role("button", name="ส่งแบบประเมิน").press("Enter")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("listitem")).to_have_count(14)
    summary.get_by_role("link", name="ถ่ายทอดได้ชัดเจน เข้าใจง่าย").press("Enter")
    page.keyboard.press("Space")
    expect(page.locator(".likert fieldset").first.get_by_role("radio").first).to_be_checked()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".likert fieldset").first.get_by_role("radio").nth(1)).to_be_checked()
    for row in page.locator(".likert fieldset").all()[1:]:
        row.get_by_role("radio").first.press("Space")
    for menu in page.locator("select[required]").all():
        menu.press("ArrowDown")
    page.get_by_role("button", name="ส่งแบบประเมิน").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(THANKS)


def test_a_lost_connection_loses_nothing(visit: Callable[..., Visit], address: str) -> None:
    opened = answerer(visit, address, viewport=PHONE)
    page = opened.page
    choose_all(page)
    remark(page).fill("เสียงขาดช่วงหนึ่ง")
    opened.context.set_offline(True)
    page.get_by_role("button", name="ส่งแบบประเมิน").click()
    expect(page.locator("form [role=status]")).to_contain_text("ไม่มีการเชื่อมต่อเครือข่าย")
    remark(page).fill("เสียงขาดช่วงสองครั้ง")
    opened.context.set_offline(False)
    page.goto("about:blank")
    opened.go(address)
    expect(remark(page)).to_have_value("เสียงขาดช่วงสองครั้ง")
    page.get_by_role("button", name="ส่งแบบประเมิน").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(THANKS)


@pytest.mark.parametrize("javascript", [True, False])
def test_the_session_ends_while_somebody_answers(visit: Callable[..., Visit], address: str, javascript: bool) -> None:
    opened = answerer(visit, address, viewport=PHONE, javascript=javascript)
    page = opened.page
    choose_all(page)
    remark(page).fill("พิมพ์ไว้ก่อนเซสชันหมดอายุ")
    opened.context.clear_cookies(name="cops_session")
    page.get_by_role("button", name="ส่งแบบประเมิน").click()
    page.fill("input[name=login]", "outsider@example.go.th")
    page.fill("input[name=password]", "cops-demo-2570")
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda url: url.endswith(address))
    expect(remark(page)).to_have_value("พิมพ์ไว้ก่อนเซสชันหมดอายุ")
    page.get_by_role("button", name="ส่งแบบประเมิน").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(THANKS)


def test_without_a_script_a_half_filled_form_is_kept_for_another_device(
    visit: Callable[..., Visit], address: str
) -> None:
    page = answerer(visit, address, viewport=PHONE, javascript=False).page
    remark(page).fill("เริ่มจากโทรศัพท์")
    page.get_by_role("button", name="บันทึกไว้ตอบต่อ").click()
    expect(page.locator("main")).to_contain_text("บันทึกไว้แล้ว กลับมาตอบต่อได้")
    page = answerer(visit, address, viewport=DESKTOP, javascript=False).page
    expect(remark(page)).to_have_value("เริ่มจากโทรศัพท์")
    page.get_by_role("button", name="ส่งแบบประเมิน").click()
    expect(page.get_by_role("alert")).to_contain_text("กรุณาเลือกคำตอบ")
    choose_all(page)
    page.get_by_role("button", name="ส่งแบบประเมิน").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(THANKS)
