"""Verified by anybody, opened by its owner, answered for by those who run the event; nothing for anybody else."""

import re
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.utils import timezone

from accounts.models import User
from events.models import Attendance, Certificate, Event, Standing, Status
from events.models.keys import ALPHABET
from events.views import certificates as views
from groups.models import Role
from tests.factories import make_attendance, make_certificate, make_event, make_group, make_membership, make_user

pytestmark = pytest.mark.django_db
REASON = "เปลี่ยนนามสกุลตามคำสั่ง"


@pytest.fixture
def event(group) -> Event:
    starts_at = timezone.now() - timedelta(hours=4)
    return make_event(group=group, starts_at=starts_at, visibility="group", title="ความลับของ 7 จุดเสี่ยง")


@pytest.fixture
def row(event, member) -> Certificate:
    return make_certificate(event=event, user=member, number=127, signatory_name="นายอรุณ ศิลาขาว")


def text(response) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode().split("<main", 1)[1].split("</main")[0]).split())


# --- Verifying ---
def test_a_visitor_sees_name_topic_date_number_and_standing_and_no_more(visitor, row, member) -> None:
    response = visitor.get(row.get_absolute_url())
    shown = text(response)
    wanted = [row.name, row.topic, "เกียรติบัตรฉบับนี้ออกโดย", row.serial, "ใช้ได้"]
    assert [part in shown for part in wanted] == [True] * 5
    hidden = [row.group_name, row.mode_text, "ชั่วโมง", "นายอรุณ", member.email, "ดาวน์โหลด", "ครั้งที่"]
    assert [part in shown for part in hidden] == [False] * 7
    html = response.content.decode()
    assert ("noindex" in html, "csrfmiddlewaretoken" in html, response.cookies) == (True, False, {})


def test_it_is_never_kept_for_others(visitor, row) -> None:
    response = visitor.get(row.get_absolute_url())
    assert (response["Cache-Control"], getattr(response, "is_public_page", False)) == ("private, no-cache", False)


@pytest.mark.parametrize("change", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code.lower()} "])
def test_however_the_code_is_written(visitor, row, change) -> None:
    assert visitor.get(f"/certificates/{change(row.shown_code)}/").context["certificate"] == row


@pytest.mark.parametrize(("standing", "said"), [("revoked", "ถูกเพิกถอนแล้ว"), ("replaced", "มีการออกฉบับใหม่แทน")])
def test_what_no_longer_holds_says_so_without_the_reason(visitor, row, standing, said) -> None:
    Certificate.objects.update(standing=standing, reason=REASON)
    shown = text(visitor.get(row.get_absolute_url()))
    assert (said in shown, REASON in shown, "เกียรติบัตรฉบับนี้ออกโดย" in shown) == (True, False, False)


@pytest.mark.parametrize("code", ["2222-2222-2222", "x", "ก" * 300, "%00", "<script>", "7Q4K"])
def test_an_unknown_code_is_friendly(visitor, row, code) -> None:
    response = visitor.get(f"/certificates/{code}/")
    assert (response.status_code, "ไม่พบเกียรติบัตรที่มีรหัสนี้" in text(response)) == (404, True)


def test_guessing_is_slowed_down_and_verifying_is_not(visitor, row, monkeypatch) -> None:
    monkeypatch.setattr(views, "MISSES", 3)
    guesses = [visitor.get(f"/certificates/2222-2222-222{n}/").status_code for n in range(2, 7)]
    assert (guesses, visitor.get(row.get_absolute_url()).status_code) == ([404, 404, 404, 429, 429], 200)
    assert visitor.get("/certificates/2222-2222-2222/", REMOTE_ADDR="10.0.0.9").status_code == 404


def test_no_address_is_stored(visitor) -> None:
    visitor.get("/certificates/2222-2222-2222/", REMOTE_ADDR="10.1.2.3")
    kept = [key for key in caches["default"]._cache if "throttle" in key]
    assert ["10.1.2.3" in key for key in kept] == [False]


def test_typing_a_code(visitor, row) -> None:
    assert visitor.get("/certificates/").status_code == 200
    typed = visitor.get("/certificates/", {"code": f" {row.shown_code.lower()} "})
    assert typed["Location"] == row.get_absolute_url()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "กรุณากรอกรหัสตรวจสอบ"),
        ("7Q4K", "รหัสตรวจสอบมี 12 ตัว แต่ที่พิมพ์มี 4 ตัว กรุณาตรวจอีกครั้ง"),
        ("O222-1222-2222", "ไม่มี 1 O ในรหัสตรวจสอบ กรุณาตรวจอีกครั้ง"),
        ("\x00", "มีอักขระควบคุมที่มองไม่เห็น กรุณาลบข้อความแล้วพิมพ์ใหม่"),
        ("2" * 41, "ยาว 41 ตัวอักษร กรุณาตัดให้เหลือ 40"),
    ],
)
def test_a_code_that_cannot_be(visitor, typed, said) -> None:
    assert visitor.get("/certificates/", {"code": typed}).context["form"].errors["code"] == [said]


def test_thai_digits_are_understood(visitor) -> None:
    code = "๒" * 12
    assert visitor.get("/certificates/", {"code": code})["Location"] == "/certificates/2222-2222-2222/"
    assert "2" in ALPHABET


def test_queries_of_verifying(visitor, row, django_assert_num_queries) -> None:
    visitor.get(row.get_absolute_url())
    with django_assert_num_queries(1):
        visitor.get(row.get_absolute_url())


# --- The document ---
def test_its_owner_sees_it_and_takes_it_away(as_, member, row) -> None:
    client = as_(member)
    shown = text(client.get(row.get_absolute_url()))
    wanted = ["มอบเกียรติบัตรฉบับนี้ให้ไว้เพื่อแสดงว่า", "เรื่อง ความลับของ ๗ จุดเสี่ยง", "ดาวน์โหลด PDF", "นายอรุณ"]
    assert [part in shown for part in wanted] == [True] * 4
    pdf = client.get(f"{row.get_absolute_url()}pdf/")
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert "no-store" in pdf["Cache-Control"]
    assert "filename*=utf-8''%E0%B9%80" in pdf["Content-Disposition"]


@pytest.mark.parametrize(("who", "status"), [("facilitator", 200), ("officer", 200), ("outsider", 404), ("admin", 200)])
def test_who_may_have_the_document(as_, row, who, status, request) -> None:
    client = as_(request.getfixturevalue(who))
    assert client.get(f"{row.get_absolute_url()}pdf/").status_code == status
    assert ("มอบเกียรติบัตร" in text(client.get(row.get_absolute_url()))) == (status == 200)


def test_another_member_and_a_visitor_do_not_get_it(as_, visitor, group, row) -> None:
    other = make_membership(group=group).user
    assert as_(other).get(f"{row.get_absolute_url()}pdf/").status_code == 404
    assert visitor.get(f"{row.get_absolute_url()}pdf/").status_code == 302
    assert as_(other).get("/certificates/2222-2222-2222/pdf/").status_code == 404


def test_what_was_replaced_is_not_printed_again(as_, member, event, row) -> None:
    Certificate.objects.update(standing=Standing.REPLACED, reason=REASON)
    new = make_certificate(event=event, user=member, number=128, replaces=row, attended=False)
    response = as_(member).get(f"{row.get_absolute_url()}pdf/")
    shown = text(response)
    assert (response.status_code, REASON in shown, new.serial in shown) == (410, True, True)
    page = as_(member).get(row.get_absolute_url())
    assert (page.context["successor"], REASON in text(page)) == (new, True)


def test_a_name_is_text_and_nothing_else(as_, member, row) -> None:
    Certificate.objects.update(name="<script>alert(1)</script>", topic='"><img src=x>')
    html = as_(member).get(row.get_absolute_url()).content.decode()
    assert ("<script>alert(1)" in html, "<img src=x" in html) == (False, False)


# --- For those who run the event ---
def address(event: Event, rest: str = "") -> str:
    return f"/events/{event.pk}/certificates/{rest}"


def test_outsiders_on_every_address(as_, visitor, group, event, row, member, outsider) -> None:
    make_membership(group=make_group(), user=outsider, role=Role.FACILITATOR)
    pages = [address(event), address(event, f"{row.pk}/"), address(event, f"{row.pk}/revocation/")]
    for person in (outsider, member):
        assert [as_(person).post(page, {"reason": "ก"}).status_code for page in pages] == [404] * 3
        assert [as_(person).get(page).status_code for page in pages[:2]] == [404] * 2
    assert [visitor.get(page).status_code for page in pages[:2]] == [302] * 2
    row.refresh_from_db()
    assert (row.standing, Certificate.objects.count()) == (Standing.VALID, 1)


def test_a_certificate_of_another_event_is_not_reached_through_ones_own(as_, facilitator, event) -> None:
    other = make_certificate(event=make_event())
    pages = [address(event, f"{other.pk}/"), address(event, f"{other.pk}/revocation/")]
    assert [as_(facilitator).post(page, {"reason": "ก"}).status_code for page in pages] == [404] * 2


def test_a_cohosting_facilitator_may_too(as_, event, row, outsider) -> None:
    other = make_group()
    make_membership(group=other, user=outsider, role=Role.FACILITATOR)
    event.cohosting.create(group=other)
    assert as_(outsider).get(address(event, f"{row.pk}/")).status_code == 200


def test_who_got_one_who_did_not_and_why(as_, facilitator, event, row) -> None:
    Event.objects.update(needs_evaluation=True)
    make_attendance(event=event, full_name="นายไม่มี บัญชี")
    make_attendance(event=event, user=make_user(given_name="ปิดแล้ว", is_active=False))
    make_attendance(event=event, user=make_user(given_name="ไม่ประเมิน"))
    make_attendance(event=event, user=make_user(given_name="รอระบบ"), has_evaluated=True)
    make_attendance(event=event, user=make_user(given_name="ขาด"), status=Status.ABSENT)
    client = as_(facilitator)
    listed = client.get(address(event)).context
    assert ([one.pk for one in listed["page"]], listed["figures"]) == (
        [row.pk], {"valid": 1, "waiting": 4, "unentitled": 0, "due": 1},
    )  # fmt: skip
    waiting = client.get(address(event), {"show": "waiting"}).context["page"]
    assert [one.why_not for one in waiting] == [
        "ระบบกำลังออกให้", "ยังไม่ตอบแบบประเมิน", "บัญชีปิดหรือระงับใช้แล้ว", "ไม่มีบัญชีในระบบ",
    ]  # fmt: skip


def test_marked_absent_afterwards_is_seen_and_may_be_revoked(as_, facilitator, event, row, told) -> None:
    Attendance.objects.update(status=Status.ABSENT)
    client = as_(facilitator)
    page = client.get(address(event))
    assert (page.context["figures"]["unentitled"], "ไม่มีสิทธิ์แล้ว" in text(page)) == (1, True)
    assert [one.pk for one in client.get(address(event), {"show": "unentitled"}).context["page"]] == [row.pk]
    assert "ไม่มีสิทธิ์แล้ว: ผลการเข้าร่วมของบุคคลนี้คือ “ไม่ได้เข้าร่วม”" in text(client.get(address(event, f"{row.pk}/")))
    done = client.post(address(event, f"{row.pk}/revocation/"), {"reason": "ไม่ได้เข้าร่วม"})
    row.refresh_from_db()
    assert (row.standing, row.ended_by, done["Location"]) == (
        Standing.REVOKED, facilitator, address(event, f"{row.pk}/"),
    )  # fmt: skip
    assert [one.pk for one in client.get(address(event), {"show": "ended"}).context["page"]] == [row.pk]
    again = client.post(address(event, f"{row.pk}/revocation/"), {"reason": "อีกครั้ง"})
    assert told(again)[-1] == "เกียรติบัตรฉบับนี้เพิกถอนแล้ว"


def test_issuing_anew(as_, facilitator, event, row, member, told) -> None:
    User.objects.filter(pk=member.pk).update(family_name="ใหม่")
    client = as_(facilitator)
    assert "นางสาวมะลิวัลย์ ใหม่" in text(client.get(address(event, f"{row.pk}/")))
    response = client.post(address(event, f"{row.pk}/"), {"reason": REASON})
    new = Certificate.objects.get(standing=Standing.VALID)
    assert (new.name, new.replaces, response["Location"]) == (
        "นางสาวมะลิวัลย์ ใหม่", row, address(event, f"{new.pk}/"),
    )  # fmt: skip
    old = client.get(address(event, f"{row.pk}/"))
    assert (old.context["successor"], old.context["may_reissue"], REASON in text(old)) == (new, False, True)
    refused = client.post(address(event, f"{row.pk}/"), {"reason": "อีก"})
    assert told(refused)[-1] == "ออกฉบับใหม่แทนฉบับนี้ไปแล้ว"


@pytest.mark.parametrize("reason", ["", " ", "ก" * 301, "ก\x00"])
def test_a_reason_is_needed_and_what_was_typed_stays(as_, facilitator, event, row, reason) -> None:
    client = as_(facilitator)
    for rest, name in ((f"{row.pk}/", "form"), (f"{row.pk}/revocation/", "revocation")):
        response = client.post(address(event, rest), {"reason": reason})
        assert (response.status_code, list(response.context[name].errors)) == (200, ["reason"])
        assert response.context[name].data["reason"] == reason
    row.refresh_from_db()
    assert row.standing == Standing.VALID


def test_a_reason_survives_the_end_of_the_session(as_, visitor, facilitator, event, row) -> None:
    page = as_(facilitator).get(address(event, f"{row.pk}/")).content.decode()
    mark = re.search(r'name="form_of" value="([^"]*)"', page)
    assert mark is not None
    visitor.post(address(event, f"{row.pk}/revocation/"), {"reason": REASON, "form_of": mark[1]})
    visitor.force_login(facilitator)
    shown = visitor.get(address(event, f"{row.pk}/"))
    assert shown.context["revocation"].data["reason"] == REASON


def test_issuing_now_instead_of_in_a_minute(as_, facilitator, event, told) -> None:
    make_attendance(event=event)
    client = as_(facilitator)
    assert told(client.post(address(event))) == ["ออกเกียรติบัตร 1 ฉบับแล้ว ระบบแจ้งให้แต่ละคนทราบแล้ว"]
    assert told(client.post(address(event)))[-1:] == ["ไม่มีผู้ที่รอรับเกียรติบัตร"]
    Event.objects.update(gives_certificates=False)
    assert told(client.post(address(event)))[-1:] == ["กิจกรรมนี้ไม่ออกเกียรติบัตร"]


@pytest.mark.parametrize("show", ["", "waiting", "unentitled", "ended"])
@pytest.mark.parametrize("query", [{"q": "มะลิวัลย์"}, {"q": "\x00"}, {"q": "ก" * 101}, {"page": "x"}])
def test_filters_of_any_kind(as_, facilitator, event, row, show, query) -> None:
    assert as_(facilitator).get(address(event), query | {"show": show}).status_code == 200


def test_searching_for_a_name(as_, facilitator, event, row) -> None:
    make_certificate(event=event, user=make_user(given_name="กาญจนา"))
    found = as_(facilitator).get(address(event), {"q": "มะลิวัลย์ ทิพย์"}).context["page"]
    assert [one.pk for one in found] == [row.pk]


@pytest.mark.parametrize(("show", "queries"), [("", 8), ("waiting", 8), ("unentitled", 8), ("ended", 8)])
@pytest.mark.parametrize("rows", [1, 30])
def test_queries_of_the_list(steady, as_, facilitator, event, show, queries, rows, django_assert_num_queries) -> None:
    for _ in range(rows):
        make_attendance(event=event)
        make_certificate(event=event)
        make_certificate(event=event, attended=False)
        make_certificate(event=event, standing=Standing.REVOKED)
    client = as_(facilitator)
    client.get(address(event), {"show": show})
    with django_assert_num_queries(queries):
        client.get(address(event), {"show": show})


def test_pages_of_the_list(as_, facilitator, event) -> None:
    for _ in range(views.PAGE_SIZE + 1):
        make_certificate(event=event)
    client = as_(facilitator)
    first = client.get(address(event)).context["page"]
    second = client.get(address(event) + first.next_query).context["page"]
    assert (len(first), len(second)) == (views.PAGE_SIZE, 1)
