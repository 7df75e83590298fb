"""The main journeys, as people make them: with and without JavaScript, with the keyboard, on a phone."""

import time
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .conftest import PHONE, Visit

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
JOIN = "แสดงความประสงค์เข้าร่วมกลุ่ม"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_visitor_finds_a_group_and_is_asked_to_sign_in(visit: Callable[..., Visit], javascript: bool) -> None:
    page = visit(viewport=PHONE, javascript=javascript).go("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("คนทำงานเรื่องเดียวกัน")
    page.get_by_role("link", name="เลือกกลุ่มที่สนใจ").click()
    page.fill("input[name=q] >> nth=-1", "จัดซื้อ")
    page.locator("main form").first.get_by_role("button").click()
    page.get_by_role("link", name="การเงิน การคลัง และพัสดุ").first.click()
    page.get_by_role("button", name="เข้าสู่ระบบเพื่อเข้าร่วม").click()
    page.wait_for_url("**/accounts/login/?next=%2Fgroups%2Ffinance%2F**")


@pytest.mark.parametrize("javascript", [True, False])
def test_joining_leaving_and_joining_again(visit: Callable[..., Visit], javascript: bool) -> None:
    opened = visit(javascript=javascript)
    opened.sign_in("outsider@example.go.th")
    for _ in range(2):
        page = opened.go("/groups/english/")
        page.get_by_role("button", name=JOIN).click()
        expect(page.locator("main")).to_contain_text("ท่านเป็นสมาชิกกลุ่มภาษาอังกฤษแล้ว")
        page.get_by_label("สรุปวันละครั้ง").check()
        page.get_by_role("button", name="บันทึก").click()
        opened.go("/groups/english/members/")
        expect(page.locator("main")).to_contain_text("พราวฟ้า")
        leave(opened, "english")
        expect(page.get_by_role("button", name=JOIN)).to_be_visible()


def leave(visit: Visit, slug: str) -> None:
    page = visit.go(f"/groups/{slug}/")
    page.locator("#join summary").click()
    page.get_by_role("button", name="ออกจากกลุ่ม").click()
    page.wait_for_load_state()
    visit.go(f"/groups/{slug}/")


def test_a_double_click_joins_once(visit: Callable[..., Visit]) -> None:
    opened = visit()
    opened.sign_in("outsider@example.go.th")
    page = opened.go("/groups/general/")
    page.get_by_role("button", name=JOIN).dblclick()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("button", name=JOIN)).to_have_count(0)
    opened.go("/groups/general/members/")
    expect(page.locator("main").get_by_text("พราวฟ้า")).to_have_count(1)
    leave(opened, "general")


def test_a_request_is_approved_and_the_person_is_told(visit: Callable[..., Visit], link_mailed_to: Callable) -> None:
    asking = visit()
    asking.sign_in("outsider@example.go.th")
    page = asking.go("/groups/personnel-protocol/membership/")
    page.fill("textarea[name=note], input[name=note]", "ดูแลงานพิธีการของจังหวัด")
    page.get_by_role("button", name="ส่งคำขอเข้าร่วม").click()
    page.wait_for_load_state()
    expect(asking.go("/groups/personnel-protocol/").locator("main")).to_contain_text("รอผู้ดำเนินกลุ่มพิจารณา")

    deciding = visit()
    deciding.sign_in("officer@example.go.th")
    page = deciding.go("/groups/personnel-protocol/requests/")
    row = page.locator("li", has_text="ดูแลงานพิธีการของจังหวัด").first
    row.get_by_role("button", name="รับเป็นสมาชิก").click()
    expect(page.locator("main")).not_to_contain_text("ดูแลงานพิธีการของจังหวัด")

    expect(asking.go("/notifications/").locator("main")).to_contain_text("ท่านเป็นสมาชิกกลุ่มงานด้านบุคลากรและพิธีการแล้ว")
    until(lambda: link_mailed_to("outsider@example.go.th"))
    leave(asking, "personnel-protocol")


@pytest.mark.parametrize("javascript", [True, False])
def test_signing_up_with_a_verified_address(
    visit: Callable[..., Visit], link_mailed_to: Callable[[str], str], javascript: bool
) -> None:
    opened = visit(viewport=PHONE, javascript=javascript)
    address = f"new-{uuid.uuid4().hex[:8]}@moi.go.th"
    page = opened.go("/accounts/signup/")
    page.select_option("select[name=title]", "นางสาว")
    page.fill("input[name=given_name]", "ใบบัว")
    page.fill("input[name=family_name]", "ทองประกาย")
    page.fill("input[name=email]", address)
    page.fill("input[name=password1]", "ดอกบัวบานเช้าริมคลอง")
    page.check("input[name=privacy]")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("อีเมล")
    page.goto(until(lambda: link_mailed_to(address)))
    page.locator("main form button[type=submit]").click()
    page.wait_for_load_state("networkidle")
    opened.go("/accounts/logout/")
    page.locator("main form button[type=submit]").click()
    opened.sign_in(address, "ดอกบัวบานเช้าริมคลอง")
    expect(opened.go("/my/").locator("main")).to_contain_text("ใบบัว")


def test_a_passkey_signs_in(visit: Callable[..., Visit]) -> None:
    opened = visit()
    # Passkeys need a host name, not an address: browsers treat localhost as secure.
    opened.address = opened.portal.address.replace("127.0.0.1", "localhost")
    session = opened.context.new_cdp_session(opened.page)
    session.send("WebAuthn.enable")
    authenticator = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": authenticator})
    opened.sign_in("executive@example.go.th")
    page = opened.go("/accounts/2fa/webauthn/add/")
    if "reauthenticate" in page.url:
        page.fill("input[name=password]", "cops-demo-2570")
        page.locator("main form button[type=submit]").first.click()
    page.fill("input[name=name]", "โทรศัพท์ที่ทำงาน")
    page.check("input[name=passwordless]")
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/2fa/**")
    page.wait_for_load_state("networkidle")
    opened.go("/accounts/logout/")
    page.locator("main form button[type=submit]").click()
    opened.go("/accounts/login/")
    page.locator("#passkey_login").click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    expect(opened.go("/my/").locator("main")).to_contain_text("สวัสดี")


def test_the_keyboard_alone_reaches_the_content(visit: Callable[..., Visit]) -> None:
    page = visit().go("/groups/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("ข้ามไปยังเนื้อหาหลัก")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_the_administration_works_under_the_policy(visit: Callable[..., Visit]) -> None:
    opened = visit()
    opened.sign_in("admin@example.go.th")
    page = opened.go("/admin/groups/group/")
    expect(page.locator("#result_list tbody tr")).to_have_count(16)
    page.get_by_role("link", name="การเงิน การคลัง และพัสดุ").first.click()
    page.wait_for_selector(".ck-editor__editable")
    page.fill("textarea[name=purpose]", "ความมุ่งหมายที่ผู้ดูแลระบบแก้ไข")
    page.locator("input[name=_save]").click()
    expect(page.locator(".messagelist")).to_contain_text("การเงิน การคลัง และพัสดุ")
    expect(opened.go("/groups/").locator("main")).to_contain_text("ความมุ่งหมายที่ผู้ดูแลระบบแก้ไข")


def test_the_editor_works_and_what_it_writes_is_shown(visit: Callable[..., Visit]) -> None:
    opened = visit()
    opened.sign_in("officer@example.go.th")
    page = opened.go("/groups/general/edit/")
    page.wait_for_selector(".ck-editor__editable")
    page.locator(".ck-editor__editable").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" ข้อความจากตัวแก้ไข")
    page.get_by_role("button", name="บันทึก", exact=True).click()
    page.wait_for_load_state()
    expect(opened.go("/groups/general/").locator("main")).to_contain_text("ข้อความจากตัวแก้ไข")


def until(attempt: Callable[[], str], seconds: float = 20) -> str:
    deadline = time.monotonic() + seconds
    while True:
        try:
            return attempt()
        except LookupError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)
