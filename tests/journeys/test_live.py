"""Questions beside a running event, in real browsers: asked in one, published in the next, wanted in a third."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .conftest import PHONE, Visit

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
LIVE = "ใช้ AI ช่วยร่างหนังสือราชการอย่างปลอดภัย"


def live_page(visit: Visit) -> Page:
    page = visit.go("/events/")
    page.get_by_role("link", name=LIVE).first.click()
    page.goto(page.url + "live/")
    expect(page.get_by_role("heading", level=1)).to_have_text(LIVE)
    return page


def hurry(page: Page) -> None:
    """Ask for news several times a second."""
    page.evaluate(
        "document.querySelector('[data-live]').dataset.every = '0.2';"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )


def ask(page: Page, text: str) -> None:
    page.get_by_label("คำถามของท่าน").fill(text)
    page.get_by_role("button", name="ส่งคำถาม").click()
    expect(page.locator("main")).to_contain_text("คำถามของท่านที่รอตรวจสอบ")


def row(page: Page, text: str) -> object:
    return page.locator("[data-question]", has_text=text)


def test_a_question_is_asked_published_seen_without_reload_and_wanted(visit: Callable[..., Visit]) -> None:
    text = "ไฟล์แนบที่เป็นภาพสแกนอ่านได้หรือไม่"
    asker, moderator, reader = visit(viewport=PHONE), visit(), visit(viewport=PHONE)
    reader.sign_in("outsider@example.go.th")
    seen = live_page(reader)
    seen.evaluate("window.stayed = true")
    hurry(seen)

    asker.sign_in("staff@example.go.th")
    ask(live_page(asker), text)

    moderator.sign_in("facilitator@example.go.th")
    console = live_page(moderator)
    console.get_by_role("link", name="ตรวจและเลือกคำถาม").click()
    row(console, text).get_by_role("button", name="เผยแพร่").click()
    expect(row(console, text).get_by_role("button", name="กำลังตอบ")).to_be_visible()

    expect(row(seen, text)).to_have_count(1)
    expect(seen.locator("#live-news")).to_contain_text("คำถามใหม่ 1 ข้อ")
    vote = row(seen, text).locator("button.vote")
    vote.click()
    expect(vote).to_have_attribute("aria-pressed", "true")
    seen.get_by_label("คำถามของท่าน").fill("ร่างที่ยังไม่ส่ง")

    row(console, text).get_by_role("button", name="กำลังตอบ").click()
    expect(row(console, text)).to_contain_text("ยังไม่ตอบข้อนี้")
    seen.get_by_role("link", name="โหลดคำถามล่าสุด").click()
    hurry(seen)
    expect(row(seen, text)).to_contain_text("กำลังตอบ")
    expect(vote).to_have_attribute("aria-pressed", "true")
    expect(vote).to_contain_text("2")
    expect(seen.get_by_label("คำถามของท่าน")).to_have_value("ร่างที่ยังไม่ส่ง")
    assert seen.evaluate("window.stayed") is True

    row(console, text).get_by_role("button", name="ตอบแล้ว", exact=True).click()
    expect(row(console, text)).to_have_count(0)


def test_the_same_without_a_script(visit: Callable[..., Visit]) -> None:
    text = "ใช้บัญชีส่วนตัวกับงานราชการได้หรือไม่"
    asker, moderator, reader = (visit(javascript=False) for _ in range(3))
    asker.sign_in("staff@example.go.th")
    ask(live_page(asker), text)
    moderator.sign_in("facilitator@example.go.th")
    live_page(moderator)
    console = moderator.page
    console.get_by_role("link", name="ตรวจและเลือกคำถาม").click()
    row(console, text).get_by_role("button", name="เผยแพร่").click()
    row(console, text).get_by_role("button", name="กำลังตอบ").click()
    expect(row(console, text)).to_contain_text("ยังไม่ตอบข้อนี้")

    reader.sign_in("outsider@example.go.th")
    seen = live_page(reader)
    vote = row(seen, text).locator("button.vote")
    vote.click()
    seen.wait_for_url(re.compile("/live/"))
    expect(vote).to_have_attribute("aria-pressed", "true")
    expect(vote).to_contain_text("2")
    console.reload()
    row(console, text).get_by_role("button", name="ตอบแล้ว", exact=True).click()
    expect(console.locator("main")).to_contain_text("บันทึกว่าตอบในเวทีแล้ว")
