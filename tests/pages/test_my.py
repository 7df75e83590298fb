"""A person's own page, their data, the closing of their account."""

import json
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone

from accounts.forms import CLOSING_WORD
from accounts.models import Notification, User
from accounts.services import notify
from core import thai
from groups.models import Group, Joining, Membership, Role, State
from groups.services import decline, join
from pages.account import close
from tests.conftest import PASSWORD
from tests.factories import (
    make_agency,
    make_attendance,
    make_certificate,
    make_event,
    make_group,
    make_membership,
    make_registration,
    make_user,
)

pytestmark = pytest.mark.django_db
CLOSING = {"word": CLOSING_WORD, "password": PASSWORD}


def text(client: Client, address: str = "/my/") -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("address", ["/my/", "/my/data/", "/my/close/"])
def test_only_for_who_is_signed_in(visitor: Client, address: str) -> None:
    response = visitor.get(address)
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={quote(address, safe='')}")


def test_my_groups_with_my_role(as_: Callable, facilitator: User, group: Group) -> None:
    other = make_group(name="ไม่ใช่ของฉัน")
    make_membership(group=other, user=facilitator, state=State.LEFT)
    page = text(as_(facilitator))
    assert group.name in page
    assert "ผู้ดำเนินกลุ่ม (คุณอำนวย)" in page
    assert other.name not in page


def test_only_my_newest_notifications(as_: Callable, member: User, outsider: User) -> None:
    for number in range(7):
        notify(recipients=[member], text=f"เรื่องที่ {number}")
    notify(recipients=[outsider], text="ของคนอื่น")
    page = text(as_(member))
    assert [f"เรื่องที่ {number}" in page for number in range(7)] == [False, False, True, True, True, True, True]
    assert "ของคนอื่น" not in page


def test_a_person_without_agency_is_asked_for_it(as_: Callable, member: User) -> None:
    assert "ระบุหน่วยงานของท่าน" in text(as_(member))
    User.objects.filter(pk=member.pk).update(agency=make_agency(name="กองกลาง"))
    page = text(as_(member))
    assert "ระบุหน่วยงานของท่าน" not in page
    assert "กองกลาง" in page


@pytest.mark.parametrize("rows", [1, 30])
def test_queries(as_: Callable, facilitator: User, rows: int, cold_queries: Callable) -> None:
    User.objects.filter(pk=facilitator.pk).update(agency=make_agency())
    for _ in range(rows):
        group = make_group()
        make_membership(group=group, user=facilitator, role=Role.FACILITATOR)
        make_membership(group=group, state=State.REQUESTED)
        notify(recipients=[facilitator], text="เรื่อง")
        held = make_event(starts_at=timezone.now() - timedelta(days=2))
        make_certificate(event=held, user=facilitator)
        make_registration(event=make_event(), user=facilitator)
    # session, person, agency, version, groups, memberships and seats, events, learning, notifications
    assert len(cold_queries(as_(facilitator), "/my/")) == 9


def test_certificates_and_hours_of_the_year(as_: Callable, member: User) -> None:
    this_year, last_year = thai.fiscal_year(timezone.now()), thai.fiscal_year(timezone.now()) - 1
    now = timezone.now()
    for year, title in ((this_year, "ปีนี้"), (last_year, "ปีก่อน")):
        event = make_event(title=title, starts_at=now - timedelta(days=1), hours=2.5, fiscal_year=year)
        make_certificate(event=event, user=member)
    make_attendance(event=make_event(starts_at=now - timedelta(days=1), hours=1), user=member, status="absent")
    make_attendance(event=make_event(starts_at=now - timedelta(hours=1), hours=1), user=member)  # not over yet
    make_certificate(event=make_event(starts_at=now - timedelta(days=1), title="ของคนอื่น"))
    page = text(as_(member))
    assert "เข้าร่วมรวม 2.5 ชั่วโมงในปีงบประมาณ" in page
    assert ["ปีนี้" in page, "ปีก่อน" in page, "ของคนอื่น" in page] == [True, True, False]


def test_data_as_a_file(as_: Callable, member: User, group: Group) -> None:
    response = as_(member).get("/my/data/")
    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"] == f'attachment; filename="cops-data-{timezone.localdate():%Y%m%d}.json"'
    assert "no-store" in response["Cache-Control"]
    data = json.loads(response.content)
    assert data["profile"]["given_name"] == "มะลิวัลย์"
    assert [(row["group"], row["state"]) for row in data["memberships"]] == [(group.name, "เป็นสมาชิก")]
    assert "มะลิวัลย์" in response.content.decode()  # readable as it is
    assert "password" not in response.content.decode()


def test_data_of_nobody_else(as_: Callable, member: User, facilitator: User) -> None:
    assert facilitator.email not in as_(member).get("/my/data/").content.decode()


def test_closing_leaves_all_groups_and_forgets_the_person(as_: Callable, member: User, group: Group) -> None:
    asked = make_membership(group=make_group(), user=member, state=State.REQUESTED)
    client = as_(member)
    response = client.post("/my/close/", CLOSING)
    assert (response.status_code, response["Location"]) == (302, "/my/close/done/")
    assert "ปิดบัญชีเรียบร้อยแล้ว" in text(client, "/my/close/done/")
    assert SESSION_KEY not in client.session
    assert Membership.objects.get(group=group).state == State.LEFT
    asked.refresh_from_db()
    assert asked.state == State.WITHDRAWN
    group.refresh_from_db()
    assert group.member_count == 0
    member.refresh_from_db()
    assert member.closed_at is not None
    assert member.is_active is False
    assert "มะลิวัลย์" not in f"{member}{member.email}"
    assert not Client().login(email="member@example.go.th", password=PASSWORD)


def test_closing_twice_is_closing_once(as_: Callable, member: User) -> None:
    client = as_(member)
    client.post("/my/close/", CLOSING)
    response = client.post("/my/close/", CLOSING)
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    "data",
    [{}, {"word": CLOSING_WORD}, {**CLOSING, "password": "wrong"}, {**CLOSING, "word": "x"}, {**CLOSING, "word": "\0"}],
)
def test_closing_wants_proof(as_: Callable, member: User, data: dict[str, str]) -> None:
    response = as_(member).post("/my/close/", data)
    assert response.status_code == 200
    assert response.context["form"].errors
    member.refresh_from_db()
    assert member.closed_at is None
    assert Membership.objects.active().filter(user=member).count() == 1


def test_the_last_facilitator_is_warned_and_officers_are_told(
    as_: Callable, facilitator: User, officer: User, group: Group
) -> None:
    client = as_(facilitator)
    assert "ท่านเป็นผู้ดำเนินกลุ่มเพียงคนเดียวของ" in text(client, "/my/close/")
    client.post("/my/close/", CLOSING)
    assert f"{group}ไม่มีผู้ดำเนินกลุ่มแล้ว" in Notification.objects.get(recipient=officer).text


def test_one_of_two_facilitators_is_not_warned(as_: Callable, facilitator: User, group: Group) -> None:
    make_membership(group=group, user=make_user(), role=Role.FACILITATOR)
    assert "เพียงคนเดียว" not in text(as_(facilitator), "/my/close/")


def test_closing_takes_the_person_out_of_requests_and_other_inboxes(outsider: User, facilitator: User) -> None:
    group = make_group(joining=Joining.REQUEST)
    make_membership(group=group, user=facilitator, role=Role.FACILITATOR)
    name = outsider.get_full_name()
    row = join(group=group, user=outsider, note="ดิฉันทำงานพัสดุมาสิบปี")
    notify(recipients=[facilitator], text=f"ขอบคุณ{name} " + "ก" * 280, detail=f"จาก {name}")
    notify(recipients=[facilitator], text="ผู้อื่น", detail="ของผู้อื่น")
    decline(membership=row, by=facilitator, reason="ไม่ใช่ผู้ทำงานการเงิน")
    close(outsider)
    row.refresh_from_db()
    kept = [(row.note, row.reason), *Membership.history.filter(user_id=outsider.pk).values_list("note", "reason")]
    assert kept == [("", "")] * 3
    lines = Notification.objects.filter(recipient=facilitator).order_by("pk").values_list("text", "detail")
    assert list(lines) == [
        ("ผู้ใช้ที่ปิดบัญชี แสดงความประสงค์เข้าร่วมกลุ่ม", ""),
        ("ขอบคุณผู้ใช้ที่ปิดบัญชี " + "ก" * 276, "จาก ผู้ใช้ที่ปิดบัญชี"),
        ("ผู้อื่น", "ของผู้อื่น"),
    ]
