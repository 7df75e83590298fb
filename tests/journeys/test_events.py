"""An event's life in a real browser: planned, announced, attended, watched again."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import icalendar
import pytest
from playwright.sync_api import Page, expect

from .conftest import PHONE, Visit

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
LIVE = "ใช้ AI ช่วยร่างหนังสือราชการอย่างปลอดภัย"
COMING = "พักเที่ยงคุยอังกฤษ: เขียนอีเมลตอบรับการเยือน"
WATCHED = "ระบบสารบรรณอิเล็กทรอนิกส์: 7 จุดที่มักพลาดและวิธีแก้"


def open_event(visit: Visit, title: str) -> Page:
    page = visit.go("/events/")
    page.get_by_role("link", name=title).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    return page


@pytest.mark.parametrize("javascript", [True, False])
def test_a_visitor_is_asked_to_sign_in_and_comes_back_to_register(
    visit: Callable[..., Visit], javascript: bool
) -> None:
    page = open_event(visit(viewport=PHONE, javascript=javascript), COMING)
    page.get_by_role("link", name="เข้าสู่ระบบเพื่อลงทะเบียน").click()
    page.fill("input[name=login]", "outsider@example.go.th")
    page.fill("input[name=password]", "cops-demo-2570")
    page.click("main form button[type=submit]")
    expect(page.get_by_role("heading", level=1)).to_have_text(COMING)
    expect(page.locator("main")).not_to_contain_text("vcs.example.go.th")
    page.get_by_role("button", name="ลงทะเบียนเข้าร่วม").click()
    expect(page.locator("main")).to_contain_text("ลงทะเบียนเรียบร้อยแล้ว")
    expect(page.get_by_role("link", name="เข้าร่วมทาง")).to_have_attribute(
        "href", re.compile("^https://vcs.example.go.th/")
    )
    page.get_by_role("button", name="ยกเลิกการลงทะเบียน").click()
    expect(page.locator("main")).to_contain_text("ยกเลิกการลงทะเบียนแล้ว")
    expect(page.get_by_role("link", name="เข้าร่วมทาง")).to_have_count(0)


def fill_moment(page: Page, name: str, day: date, time: str) -> None:
    page.select_option(f"#id_{name}_0", str(day.day))
    page.select_option(f"#id_{name}_1", str(day.month))
    page.fill(f"#id_{name}_2", str(day.year + 543))
    page.fill(f"#id_{name}_3", time)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_facilitator_plans_announces_and_postpones(visit: Callable[..., Visit], javascript: bool) -> None:
    title = f"ร่างหนังสือให้ผ่านตั้งแต่ครั้งแรก {'กับ' if javascript else 'ไม่มี'}สคริปต์"
    opened = visit(javascript=javascript)
    opened.sign_in("facilitator@example.go.th")
    page = opened.go("/groups/records/events/")
    page.get_by_role("link", name="ตั้งกิจกรรม").first.click()
    page.fill("#id_title", title)
    fill_moment(page, "starts_at", date.today() + timedelta(days=40), "13.30")
    page.fill("#id_ends_time", "16:00")
    page.get_by_role("button", name="บันทึกและเปิดรับลงทะเบียน").click()
    # No channel yet: what was typed is kept, and said what is missing.
    expect(page.locator("#id_title")).to_have_value(title)
    page.locator("input[name*=vcs]").first.check()
    page.locator("input[name*=vcs][name*=link]").fill("https://vcs.example.go.th/new-room")
    page.get_by_role("button", name="บันทึกและเปิดรับลงทะเบียน").click()
    page.wait_for_url(re.compile(r"/events/\d+/"))
    event = re.search(r"/events/(\d+)/", page.url)[1]

    reader = visit(javascript=javascript)
    page = reader.go(f"/events/{event}/")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.locator("main")).not_to_contain_text("new-room")

    page = opened.go(f"/events/{event}/state/")
    form = page.locator("form", has=page.locator("button[value=postpone]"))
    form.locator("[name$=reason]").fill("รอห้องประชุม")
    form.locator("button[value=postpone]").click()
    expect(reader.go(f"/events/{event}/").locator("main")).to_contain_text("รอห้องประชุม")


def test_signing_in_with_the_code_on_the_screen(visit: Callable[..., Visit]) -> None:
    screen = visit()
    screen.sign_in("facilitator@example.go.th")
    page = open_event(screen, LIVE)
    event = re.search(r"/events/(\d+)/", page.url)[1]
    screen.go(f"/events/{event}/sign-in/screen/")
    code = screen.page.locator(".sign-in-code").inner_text()

    person = visit(viewport=PHONE)
    person.sign_in("outsider@example.go.th")
    page = open_event(person, LIVE)
    page.get_by_role("link", name="ลงชื่อเข้าร่วม").click()
    page.locator("main form input[type=text], main form input:not([type])").first.fill("ZZZZZZ")
    page.locator("main form button").last.click()
    expect(page.locator("main form, main .notice.bad").first).to_be_visible()
    person.go(f"/events/{event}/sign-in/")
    page.locator("main form input[type=text], main form input:not([type])").first.fill(code)
    page.locator("main form button").last.click()
    # Without a registration the portal asks how one takes part.
    page.get_by_label("VCS ด้วยตนเอง").check()
    page.locator("main form button").last.click()
    expect(page.locator("main")).to_contain_text("ลงชื่อเข้าร่วมแล้ว")


@pytest.mark.parametrize("javascript", [True, False])
def test_nothing_is_asked_of_youtube_before_the_click(visit: Callable[..., Visit], javascript: bool) -> None:
    opened = visit(javascript=javascript)
    asked: list[str] = []
    # Whatever leaves the portal is answered here: this machine need not reach YouTube.
    opened.context.route(
        lambda url: not url.startswith(opened.address),
        lambda route: (asked.append(route.request.url), route.fulfill(status=200, body="", content_type="text/html")),
    )
    page = open_event(opened, WATCHED)
    page.wait_for_load_state("networkidle")
    assert asked == []
    page.get_by_role("link", name=re.compile("รับชมย้อนหลัง")).click()
    if javascript:
        frame = page.locator("iframe")
        expect(frame).to_have_attribute("src", re.compile("^https://www.youtube-nocookie.com/embed/"))
        page.get_by_role("link", name="ถามตอบรอบแรก").click()
        expect(page.locator("iframe")).to_have_attribute("src", re.compile("start=4360"))
    else:
        page.wait_for_url("https://www.youtube.com/watch**")


def test_a_certificate_is_verified_by_anybody_and_fetched_by_its_owner(visit: Callable[..., Visit]) -> None:
    owner = visit()
    owner.sign_in("staff@example.go.th")
    page = owner.go("/my/learning/")
    page.locator("main a[href^='/certificates/']").first.click()
    expect(page.locator("main")).to_contain_text("ต้นน้ำ")
    address = page.url.removeprefix(owner.address)
    answer = owner.context.request.get(owner.address + address + "pdf/")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")

    stranger = visit(viewport=PHONE)
    expect(stranger.go(address).locator("main")).to_contain_text("ต้นน้ำ")
    answer = stranger.context.request.get(stranger.address + address + "pdf/", max_redirects=0)
    assert answer.status == 302


def test_the_calendar_files_hold_links_only_for_those_registered(visit: Callable[..., Visit]) -> None:
    opened = visit()
    page = open_event(opened, COMING)
    address = re.search(r"/events/\d+/", page.url)[0] + "event.ics"
    public = opened.context.request.get(opened.address + address).text()
    (event,) = icalendar.Calendar.from_ical(public).walk("VEVENT")
    assert str(event["SUMMARY"]).startswith(COMING[:20])
    assert "vcs.example.go.th" not in public.replace("\r\n ", "")

    person = visit()
    person.sign_in("outsider@example.go.th")
    page = open_event(person, COMING)
    page.get_by_role("button", name="ลงทะเบียนเข้าร่วม").click()
    mine = person.context.request.get(person.address + address).text()
    assert "vcs.example.go.th" in mine.replace("\r\n ", "")
    page = person.go("/my/calendar/")
    page.get_by_role("button", name="สร้างที่อยู่ปฏิทิน").click()
    secret = re.search(r"/calendar/[\w-]+\.ics", page.locator("#address").input_value())[0]
    titles = icalendar.Calendar.from_ical(opened.context.request.get(opened.address + secret).text()).walk("VEVENT")
    assert any(str(entry["SUMMARY"]).startswith(COMING[:20]) for entry in titles)


def test_the_month_and_the_filters_work_with_and_without_a_script(visit: Callable[..., Visit]) -> None:
    for javascript in (True, False):
        page = visit(javascript=javascript).go("/events/?view=month")
        expect(page.locator("#results, main").first).to_be_visible()
        page.get_by_role("link", name="เดือนถัดไป").click()
        expect(page.locator("main")).to_contain_text("25")
        page = visit(javascript=javascript).go("/events/")
        page.locator("main form select").first.select_option(index=1)
        page.get_by_role("button", name="แสดงผล").click()
        expect(page.get_by_role("link", name="ตรวจสอบพัสดุประจำปี: เตรียมก่อน เสร็จใน 30 วันทำการ").first).to_be_visible()
        expect(page.get_by_role("link", name=COMING)).to_have_count(0)
