"""Joining and leaving, as the person who does it."""

import pytest
from django.test import Client

from accounts.models import MailFrequency, Notification
from groups.models import Joining, Membership, Role, Stage, State
from tests.factories import make_membership, make_user

pytestmark = pytest.mark.django_db
ADDRESS = "/groups/finance/membership/"
JOIN = {"action": "join", "mail_frequency": "daily", "is_listed": "on"}


def states(group) -> list[tuple[str, str]]:
    return list(Membership.objects.filter(group=group).order_by("pk").values_list("user__email", "state"))


def test_one_click_joins_an_open_group_and_then_asks_the_one_question(group, as_, outsider, told) -> None:
    client = as_(outsider)
    response = client.post(ADDRESS, {"action": "join", "mail_frequency": outsider.mail_frequency, "is_listed": "on"})
    row = Membership.objects.get()
    assert (row.user, row.group, row.state, row.mail_frequency, row.is_listed) == (
        outsider, group, State.ACTIVE, MailFrequency.INSTANT, True,
    )  # fmt: skip
    assert response["Location"] == ADDRESS
    assert told(response) == ["ท่านเป็นสมาชิกกลุ่มการเงิน การคลัง และพัสดุแล้ว เลือกได้ว่าจะให้แจ้งข่าวของกลุ่มทางอีเมลอย่างไร"]
    assert list(client.get(ADDRESS).context["form"].fields) == ["mail_frequency", "is_listed"]
    group.refresh_from_db()
    assert group.member_count == 1


def test_the_button_on_the_page_posts_what_the_view_wants(group, as_, outsider) -> None:
    html = as_(outsider).get("/groups/finance/").content.decode()
    assert (
        '<input type="hidden" name="mail_frequency" value="instant"><input type="hidden" name="is_listed" value="on">'
        in html
    )


def test_asking_where_the_facilitators_decide(group, as_, outsider, facilitator, told) -> None:
    group.joining = Joining.REQUEST
    group.save()
    client = as_(outsider)
    assert list(client.get(ADDRESS).context["form"].fields) == ["note", "mail_frequency", "is_listed"]
    response = client.post(ADDRESS, JOIN | {"note": "ทำงานพัสดุ"})
    row = Membership.objects.get(user=outsider)
    assert (row.state, row.note, row.joined_at, response["Location"]) == (
        State.REQUESTED, "ทำงานพัสดุ", None, "/groups/finance/",
    )  # fmt: skip
    assert told(response) == ["ส่งความประสงค์เข้าร่วมกลุ่มเรียบร้อยแล้ว ผู้ดำเนินกลุ่มจะแจ้งผลให้ทราบ ระหว่างนี้อ่านเนื้อหาของกลุ่มได้ตามปกติ"]
    line = Notification.objects.get()
    assert (line.recipient, line.text, line.detail, line.url) == (
        facilitator, "นางสาวนอก วง แสดงความประสงค์เข้าร่วมกลุ่ม", "ทำงานพัสดุ", "/groups/finance/requests/",
    )  # fmt: skip
    group.refresh_from_db()
    assert group.member_count == 1


@pytest.mark.parametrize("joining", Joining.values)
def test_joining_twice_is_joining_once(group, as_, outsider, joining) -> None:
    group.joining = joining
    group.save()
    client = as_(outsider)
    for _ in range(2):
        assert client.post(ADDRESS, JOIN).status_code == 302
    assert len(states(group)) == 1
    group.refresh_from_db()
    assert group.member_count == (joining == Joining.OPEN)


@pytest.mark.parametrize("stage", [Stage.PAUSED, Stage.FULFILLED, Stage.CLOSED])
def test_a_group_that_takes_nobody_says_so(group, as_, outsider, told, stage) -> None:
    group.stage = stage
    group.save()
    for response in (as_(outsider).post(ADDRESS, JOIN), as_(outsider).get(ADDRESS)):
        assert (response["Location"], told(response)) == ("/groups/finance/", ["กลุ่มนี้ไม่ได้เปิดรับสมาชิกในขณะนี้"])
    assert states(group) == []


def test_a_draft_is_not_there_for_outsiders(group, as_, outsider) -> None:
    group.stage = Stage.DRAFT
    group.save()
    assert [as_(outsider).get(ADDRESS).status_code, as_(outsider).post(ADDRESS, JOIN).status_code] == [404, 404]


def test_a_member_changes_the_answer(group, as_, member, told) -> None:
    response = as_(member).post(ADDRESS, {"action": "update", "mail_frequency": "none"})
    row = Membership.objects.get()
    assert (row.mail_frequency, row.is_listed, row.state, told(response)) == (
        MailFrequency.NONE, False, State.ACTIVE, ["บันทึกข้อมูลเรียบร้อยแล้ว"],
    )  # fmt: skip


def test_changing_the_answer_does_not_bring_back_who_was_removed_meanwhile(group, as_, member, told) -> None:
    Membership.objects.filter(user=member).update(state=State.LEFT)
    response = as_(member).post(ADDRESS, {"action": "update", "mail_frequency": "none"})
    assert (states(group), told(response)) == (
        [(member.email, State.LEFT)], ["ท่านไม่ได้เป็นสมาชิกของกลุ่มนี้แล้ว"],
    )  # fmt: skip


def test_leaving_takes_one_click_and_keeps_history(group, as_, member, told) -> None:
    client = as_(member)
    response = client.post(ADDRESS, {"action": "leave"})
    row = Membership.objects.get()
    assert (row.state, row.left_at is not None, row.joined_at is not None) == (State.LEFT, True, True)
    assert (response["Location"], told(response)) == (
        "/groups/finance/",
        ["ท่านออกจากกลุ่มการเงิน การคลัง และพัสดุแล้ว สิ่งที่ท่านแบ่งปันไว้ยังอยู่ในกลุ่ม และกลับเข้ามาใหม่ได้ทุกเมื่อ"],
    )
    client.post(ADDRESS, {"action": "leave"})
    group.refresh_from_db()
    assert group.member_count == 0
    client.post(ADDRESS, JOIN)
    assert states(group) == [(member.email, State.LEFT), (member.email, State.ACTIVE)]


def test_rights_end_with_the_membership(group, as_, facilitator) -> None:
    make_membership(group=group, user=make_user(), role=Role.FACILITATOR)
    client = as_(facilitator)
    assert client.get("/groups/finance/edit/").status_code == 200
    client.post(ADDRESS, {"action": "leave"})
    assert [client.get(f"/groups/finance/{page}/").status_code for page in ("edit", "members", "requests")] == [404] * 3


def test_the_last_facilitator_is_asked_first_and_officers_are_warned(group, as_, facilitator, officer) -> None:
    client = as_(facilitator)
    asked = client.post(ADDRESS, {"action": "leave"})
    assert "groups/leave_confirm.html" in [template.name for template in asked.templates]
    assert states(group) == [(facilitator.email, State.ACTIVE)]
    client.post(ADDRESS, {"action": "leave", "confirmed": "yes"})
    assert states(group) == [(facilitator.email, State.LEFT)]
    line = Notification.objects.get()
    assert (line.recipient, line.text) == (officer, "กลุ่มการเงิน การคลัง และพัสดุไม่มีผู้ดำเนินกลุ่มแล้ว")


def test_withdrawing_a_request(group, as_, outsider, told) -> None:
    make_membership(group=group, user=outsider, state=State.REQUESTED)
    client = as_(outsider)
    for _ in range(2):
        assert told(client.post(ADDRESS, {"action": "withdraw"}))[-1] == "ยกเลิกคำขอเข้าร่วมกลุ่มแล้ว"
    assert states(group) == [(outsider.email, State.WITHDRAWN)]


def test_withdrawing_what_was_granted_meanwhile_says_so(group, as_, member, told) -> None:
    response = as_(member).post(ADDRESS, {"action": "withdraw"})
    assert (states(group), told(response)) == (
        [(member.email, State.ACTIVE)], ["คำขอนี้ได้รับการพิจารณาแล้ว"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"mail_frequency": "hourly"}, "mail_frequency"),
        ({"mail_frequency": ""}, "mail_frequency"),
        ({"note": "ก\x00"}, "note"),
        ({"note": "ก\x1b"}, "note"),
        ({"note": "ก" * 301}, "note"),
    ],
)
def test_bad_input_comes_back_as_form_errors(group, as_, outsider, bad, field) -> None:
    group.joining = Joining.REQUEST
    group.save()
    response = as_(outsider).post(ADDRESS, JOIN | bad)
    assert (response.status_code, list(response.context["form"].errors), states(group)) == (200, [field], [])


def test_an_unknown_act_shows_the_page_and_does_nothing(group, as_, outsider) -> None:
    response = as_(outsider).post(ADDRESS, {"action": "explode"})
    assert (response.status_code, states(group)) == (200, [])


def test_a_note_survives_the_end_of_the_session(group, as_, outsider, visitor: Client) -> None:
    group.joining = Joining.REQUEST
    group.save()
    response = visitor.post(ADDRESS, JOIN | {"note": "ทำงานพัสดุมาสิบปี"}, HTTP_REFERER=f"http://testserver{ADDRESS}")
    assert response["Location"] == "/accounts/login/?next=%2Fgroups%2Ffinance%2Fmembership%2F"
    visitor.force_login(outsider)
    form = visitor.get(ADDRESS).context["form"]
    assert (form["note"].value(), form["mail_frequency"].value(), states(group)) == ("ทำงานพัสดุมาสิบปี", "daily", [])


def test_a_click_on_leave_after_the_session_ended_leaves_no_trace(group, as_, member, visitor: Client) -> None:
    visitor.post(ADDRESS, {"action": "leave"})
    visitor.force_login(member)
    assert visitor.get(ADDRESS).context["form"].is_bound is False
