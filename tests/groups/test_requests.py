"""Deciding on requests to join."""

import pytest

from accounts.models import Notification
from groups.models import Group, Joining, Membership, Role, Stage, State
from tests.factories import make_group, make_membership, make_user

pytestmark = pytest.mark.django_db
ADDRESS = "/groups/finance/requests/"


@pytest.fixture
def asked(group: Group) -> Membership:
    Group.objects.filter(pk=group.pk).update(joining=Joining.REQUEST)
    user = make_user(email="asks@example.go.th", title="นาย", given_name="ต้นน้ำ", family_name="แก้วมณีใส")
    return make_membership(group=group, user=user, state=State.REQUESTED, joined_at=None, note="ทำงานพัสดุ")


def test_the_list_shows_who_waits_and_what_was_decided(as_, facilitator, group, asked) -> None:
    decided = make_membership(group=group, state=State.DECLINED, decided_by=facilitator, reason="คนละงาน")
    response = as_(facilitator).get(ADDRESS)
    assert (list(response.context["waiting"]), list(response.context["decided"])) == ([asked], [decided])
    html = response.content.decode()
    assert [text in html for text in ("ทำงานพัสดุ", "เหตุผล: คนละงาน")] == [True, True]


def test_approving(as_, facilitator, group, asked, told) -> None:
    response = as_(facilitator).post(f"{ADDRESS}{asked.pk}/", {"action": "approve"})
    asked.refresh_from_db()
    group.refresh_from_db()
    assert (asked.state, asked.decided_by, asked.joined_at is not None, group.member_count) == (
        State.ACTIVE, facilitator, True, 2,
    )  # fmt: skip
    assert (response["Location"], told(response)) == (ADDRESS, ["นายต้นน้ำ แก้วมณีใสเป็นสมาชิกของกลุ่มแล้ว ระบบแจ้งให้ทราบแล้ว"])
    line = Notification.objects.get()
    assert (line.recipient, line.text) == (asked.user, "ท่านเป็นสมาชิกกลุ่มการเงิน การคลัง และพัสดุแล้ว")


def test_declining_tells_the_person_why(as_, officer, group, asked) -> None:
    as_(officer).post(f"{ADDRESS}{asked.pk}/", {"action": "decline", "reason": "รับเฉพาะผู้ทำงานการเงิน"})
    asked.refresh_from_db()
    line = Notification.objects.get()
    assert (asked.state, asked.reason, line.recipient, line.detail) == (
        State.DECLINED, "รับเฉพาะผู้ทำงานการเงิน", asked.user, "เหตุผล: รับเฉพาะผู้ทำงานการเงิน",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("", "กรุณากรอกเหตุผล ผู้ขอจะได้ทราบและหากลุ่มอื่นที่ตรงกับงาน"),
        ("ก" * 301, "ยาว 301 ตัวอักษร กรุณาตัดให้เหลือ 300"),
        ("ก\x00", "มีอักขระควบคุมที่มองไม่เห็น กรุณาลบข้อความแล้วพิมพ์ใหม่"),
    ],
)
def test_declining_wants_a_reason_and_keeps_what_was_typed(as_, facilitator, asked, reason, error) -> None:
    response = as_(facilitator).post(f"{ADDRESS}{asked.pk}/", {"action": "decline", "reason": reason})
    asked.refresh_from_db()
    assert (asked.state, response.context["form"].errors["reason"], response.context["refused"]) == (
        State.REQUESTED, [error], asked.pk,
    )  # fmt: skip
    assert error in response.content.decode()


@pytest.mark.parametrize(("first", "second"), [("approve", "approve"), ("approve", "decline"), ("decline", "approve")])
def test_the_first_decision_stands(as_, facilitator, officer, group, asked, told, first, second) -> None:
    address = f"{ADDRESS}{asked.pk}/"
    as_(facilitator).post(address, {"action": first, "reason": "เหตุผล"})
    response = as_(officer).post(address, {"action": second, "reason": "เหตุผล"})
    asked.refresh_from_db()
    group.refresh_from_db()
    outcome = {"approve": "เป็นสมาชิก", "decline": "ไม่รับคำขอ"}[first]
    assert told(response) == [f"คำขอนี้ได้รับการพิจารณาแล้ว ผล: {outcome}"]
    assert (asked.get_state_display(), asked.decided_by, group.member_count) == (
        outcome, facilitator, 1 + (first == "approve"),
    )  # fmt: skip
    assert Notification.objects.count() == 1


def test_an_ended_group_takes_nobody(as_, facilitator, group, asked, told) -> None:
    Group.objects.filter(pk=group.pk).update(stage=Stage.CLOSED)
    response = as_(facilitator).post(f"{ADDRESS}{asked.pk}/", {"action": "approve"})
    asked.refresh_from_db()
    assert (asked.state, told(response)) == (State.REQUESTED, ["กลุ่มนี้สิ้นสุดแล้ว จึงรับสมาชิกเพิ่มไม่ได้"])


def test_a_facilitator_of_another_group_decides_nothing_here(as_, asked) -> None:
    other = make_group(slug="other")
    stranger = make_membership(group=other, role=Role.FACILITATOR).user
    client = as_(stranger)
    assert [
        client.post(f"{ADDRESS}{asked.pk}/", {"action": "approve"}).status_code,
        client.post(f"/groups/other/requests/{asked.pk}/", {"action": "approve"}).status_code,
    ] == [404, 404]
    asked.refresh_from_db()
    assert asked.state == State.REQUESTED


def test_a_reason_that_was_being_written_survives_the_end_of_the_session(facilitator, asked, visitor) -> None:
    data = {"action": "decline", "reason": "รับเฉพาะผู้ทำงานการเงิน"}
    response = visitor.post(f"{ADDRESS}{asked.pk}/", data, HTTP_REFERER=f"http://testserver{ADDRESS}")
    assert response["Location"] == "/accounts/login/?next=%2Fgroups%2Ffinance%2Frequests%2F"
    visitor.force_login(facilitator)
    context = visitor.get(ADDRESS).context
    asked.refresh_from_db()
    assert (context["refused"], context["form"]["reason"].value(), asked.state) == (
        asked.pk,
        "รับเฉพาะผู้ทำงานการเงิน",
        State.REQUESTED,
    )


@pytest.mark.parametrize("rows", [1, 30])
def test_queries(steady, as_, facilitator, group, rows, django_assert_num_queries) -> None:
    for _ in range(rows):
        make_membership(group=group, state=State.REQUESTED)
        make_membership(group=group, state=State.DECLINED, decided_by=facilitator)
    client = as_(facilitator)
    client.get(ADDRESS)
    from core import pagecache

    pagecache.forget()
    with django_assert_num_queries(7):
        client.get(ADDRESS)
