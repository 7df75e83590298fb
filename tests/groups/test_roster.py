"""Adding many members from a file."""

import io

import openpyxl
import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Notification
from core.spreadsheets import write_csv, write_xlsx
from groups.models import Group, Membership, Stage, State
from tests.factories import make_group, make_membership, make_user

pytestmark = pytest.mark.django_db
ADDRESS = "/groups/finance/members/import/"


def table(*rows, headers=("อีเมล", "ชื่อ นามสกุล"), csv: bool = False) -> SimpleUploadedFile:
    content = write_csv(headers, rows) if csv else write_xlsx(headers, rows)
    return SimpleUploadedFile("members.csv" if csv else "members.xlsx", content)


def results(response) -> list[tuple[int, str, str]]:
    return [(line.number, line.email, line.problem or line.outcome) for line in response.context["roster"].lines]


def active(group: Group) -> set[str]:
    return set(Membership.objects.active().filter(group=group).values_list("user__email", flat=True))


@pytest.fixture
def staff():
    return [make_user(email=f"staff{number}@example.go.th") for number in range(3)]


@pytest.mark.parametrize("csv", [False, True])
def test_dry_run_then_exactly_what_was_shown(as_, facilitator, group, staff, told, csv) -> None:
    make_membership(group=group, user=staff[1], state=State.REQUESTED)
    make_membership(group=group, user=staff[2])
    client = as_(facilitator)
    shown = client.post(
        ADDRESS, {"file": table(["STAFF0@example.go.th", ""], [staff[1].email, ""], [staff[2].email, ""], csv=csv)}
    )
    assert results(shown) == [
        (2, "staff0@example.go.th", "จะเพิ่มเป็นสมาชิก"),
        (3, "staff1@example.go.th", "ส่งคำขอไว้แล้ว จะรับเป็นสมาชิก"),
        (4, "staff2@example.go.th", "เป็นสมาชิกอยู่แล้ว จะข้ามแถวนี้"),
    ]
    assert active(group) == {facilitator.email, staff[2].email}
    for told_text in ("เพิ่มสมาชิก 2 คนแล้ว ระบบแจ้งให้แต่ละคนทราบแล้ว", "ทุกคนในรายชื่อเป็นสมาชิกอยู่แล้ว"):
        response = client.post(ADDRESS, {"shown": shown.context["sealed"]})
        assert (response["Location"], told(response)[-1]) == ("/groups/finance/members/", told_text)
    assert active(group) == {facilitator.email, *(person.email for person in staff)}
    group.refresh_from_db()
    assert (group.member_count, Notification.objects.count(), Membership.objects.count()) == (4, 2, 4)


def test_an_address_that_nobody_proved_is_not_known(as_, facilitator, group, staff) -> None:
    EmailAddress.objects.filter(user=staff[0]).update(verified=False)
    EmailAddress.objects.filter(user=staff[1]).update(email="other@example.go.th")
    response = as_(facilitator).post(ADDRESS, {"file": table(*[[person.email, ""] for person in staff])})
    unknown = "ไม่พบบัญชีที่ใช้อีเมลนี้ ให้เจ้าของอีเมลสมัครใช้งานก่อน"
    assert [answer for _, _, answer in results(response)] == [unknown, unknown, "จะเพิ่มเป็นสมาชิก"]


def test_every_rows_problem_is_shown_and_nothing_is_written(as_, facilitator, group, staff) -> None:
    closed = make_user(email="closed@example.go.th", is_active=False)
    rows = [
        [staff[0].email, ""], ["nobody@example.go.th", ""], ["not an address", ""], [staff[0].email, ""],
        ["", "นายไม่มี อีเมล"], [closed.email, ""], ["=1+1", ""],
    ]  # fmt: skip
    response = as_(facilitator).post(ADDRESS, {"file": table(*rows)})
    unknown = "ไม่พบบัญชีที่ใช้อีเมลนี้ ให้เจ้าของอีเมลสมัครใช้งานก่อน"
    assert results(response) == [
        (2, "staff0@example.go.th", "จะเพิ่มเป็นสมาชิก"),
        (3, "nobody@example.go.th", unknown),
        (4, "not an address", "รูปแบบอีเมลไม่ถูกต้อง"),
        (5, "staff0@example.go.th", "อีเมลซ้ำกับแถวที่ 2"),
        (6, "", "ไม่มีอีเมล"),
        (7, "closed@example.go.th", "บัญชีนี้ปิดหรือระงับใช้แล้ว"),
        (8, "=1+1", "รูปแบบอีเมลไม่ถูกต้อง"),
    ]
    assert (response.context["sealed"], active(group)) == ("", {facilitator.email})
    assert "มี 6 แถวที่ต้องแก้ไข ยังไม่ได้เพิ่มผู้ใด" in response.content.decode()


@pytest.mark.parametrize(
    ("file", "start"),
    [
        (lambda: table(["ก"], headers=["ชื่อ"]), "ไม่พบคอลัมน์ “อีเมล”"),
        (lambda: SimpleUploadedFile("a.xlsx", b"PK\x03\x04 broken"), "เปิดไฟล์ไม่ได้"),
        (lambda: SimpleUploadedFile("a.csv", b"\x00\x01\x02"), "ชนิดไฟล์ไม่รองรับ"),
        (lambda: SimpleUploadedFile("a.csv", b""), "ไฟล์นี้ว่างเปล่า"),
        (lambda: table(["a\x01b@example.go.th", ""], csv=True), "แถวที่ 2 คอลัมน์ “อีเมล” มีอักขระควบคุม"),
        (lambda: table(*([f"p{n}@example.go.th", ""] for n in range(1001))), "มี 1,001 แถว"),
        (lambda: "no file", "กรุณาเลือกไฟล์"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(as_, facilitator, group, file, start) -> None:
    response = as_(facilitator).post(ADDRESS, {"file": file()})
    (error,) = response.context["form"].errors["file"]
    assert (response.status_code, error[: len(start)], active(group)) == (200, start, {facilitator.email})


def test_a_person_closed_between_dry_run_and_confirmation_stops_all(as_, facilitator, group, staff) -> None:
    client = as_(facilitator)
    shown = client.post(ADDRESS, {"file": table(*([person.email, ""] for person in staff))})
    staff[1].is_active = False
    staff[1].save()
    response = client.post(ADDRESS, {"shown": shown.context["sealed"]})
    assert (results(response)[1][2], active(group)) == ("บัญชีนี้ปิดหรือระงับใช้แล้ว", {facilitator.email})


def test_what_was_shown_is_bound_to_group_and_person(as_, facilitator, officer, group, staff, told) -> None:
    make_group(slug="other")
    shown = as_(facilitator).post(ADDRESS, {"file": table([staff[0].email, ""])}).context["sealed"]
    for address, sealed in ((ADDRESS, shown), (ADDRESS, shown[:-2] + "xx"), ("/groups/other/members/import/", shown)):
        response = as_(officer).post(address, {"shown": sealed})
        assert told(response) == ["รายชื่อที่ตรวจไว้หมดอายุแล้ว กรุณาเลือกไฟล์อีกครั้ง"]
    assert Membership.objects.filter(user=staff[0]).count() == 0


def test_an_ended_group_takes_no_list(as_, officer, group, told) -> None:
    group.stage = Stage.CLOSED
    group.save()
    assert told(as_(officer).get(ADDRESS)) == ["กลุ่มนี้สิ้นสุดแล้ว จึงรับสมาชิกเพิ่มไม่ได้"]


def test_the_template_has_the_columns(as_, facilitator) -> None:
    response = as_(facilitator).get(f"{ADDRESS}template.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    assert list(sheet.values) == [("อีเมล", "ชื่อ นามสกุล")]


def test_queries_do_not_grow_with_rows(as_, facilitator, group, staff, django_assert_num_queries) -> None:
    client = as_(facilitator)
    client.get(ADDRESS)
    for people in (staff[:1], staff):
        with django_assert_num_queries(7, exact=False):
            client.post(ADDRESS, {"file": table(*([person.email, ""] for person in people))})
