"""The directory, roles, and ending another's membership."""

import pytest
from django.test import Client

from accounts.models import Level, Notification
from core import pagecache
from groups.models import Group, Membership, Role, State
from tests.factories import make_agency, make_group, make_membership, make_user

pytestmark = pytest.mark.django_db
ADDRESS = "/groups/finance/members/"


def names(response) -> list[str]:
    return [row.user.given_name for row in response.context["page"].items]


@pytest.fixture
def people(group: Group) -> dict[str, Membership]:
    central = make_agency(name="กองคลัง", level=Level.CENTRAL)
    province = make_agency(name="สำนักงานจังหวัดน่าน", level=Level.PROVINCE, province="น่าน")
    rows = {
        "เมฆา": {"user": make_user(given_name="เมฆา", family_name="พรหมรุ่ง", agency=province), "role": Role.RECORDER},
        "กาญจนา": {"user": make_user(given_name="กาญจนา", family_name="ใจดี", agency=central)},
        "แก้ว": {"user": make_user(given_name="แก้ว", family_name="มณี", agency=central), "is_listed": False},
    }
    return {name: make_membership(group=group, **fields) for name, fields in rows.items()}


def test_members_see_each_other_in_thai_order_without_the_unlisted(as_, member, people) -> None:
    assert names(as_(member).get(ADDRESS)) == ["กาญจนา", "มะลิวัลย์", "เมฆา"]


def test_who_is_not_listed_sees_the_own_row(as_, people) -> None:
    assert names(as_(people["แก้ว"].user).get(ADDRESS)) == ["กาญจนา", "แก้ว", "เมฆา"]


@pytest.mark.parametrize("role", ["facilitator", "officer"])
def test_those_who_run_the_group_see_all_with_a_mark(as_, people, role, request) -> None:
    response = as_(request.getfixturevalue(role)).get(ADDRESS)
    assert [name for name in names(response) if name != "พิกุล"] == ["กาญจนา", "แก้ว", "เมฆา"]
    assert response.content.decode().count("ไม่แสดงในรายชื่อ") == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "กาญจนา"}, ["กาญจนา"]),
        ({"q": "เมฆา น่าน"}, ["เมฆา"]),
        ({"q": "กองคลัง"}, ["กาญจนา"]),
        ({"level": "province"}, ["เมฆา"]),
        ({"role": "recorder"}, ["เมฆา"]),
        ({"role": "member", "level": "central"}, ["กาญจนา"]),
        ({"q": "ไม่มีคนนี้"}, []),
    ],
)
def test_filters(as_, member, people, query, found) -> None:
    assert names(as_(member).get(ADDRESS, query)) == found


@pytest.mark.parametrize("bad", [{"q": "\x00"}, {"q": "ก" * 101}, {"level": "moon"}, {"role": "king"}])
def test_bad_filters_are_said(as_, member, bad) -> None:
    response = as_(member).get(ADDRESS, bad)
    assert (response.status_code, list(response.context["form"].errors)) == (200, list(bad))


def test_the_directory_is_closed_to_everybody_else(as_, visitor: Client, group, outsider) -> None:
    make_membership(group=make_group(), user=outsider, role=Role.FACILITATOR)
    make_membership(group=group, user=outsider, state=State.REQUESTED)
    assert (as_(outsider).get(ADDRESS).status_code, visitor.get(ADDRESS).status_code) == (404, 302)


@pytest.mark.parametrize("rows", [1, 30])
def test_queries(steady, as_, facilitator, group, rows, django_assert_num_queries) -> None:
    for _ in range(rows):
        make_membership(group=group, user=make_user(agency=make_agency()))
    client = as_(facilitator)
    client.get(ADDRESS)
    pagecache.forget()
    with django_assert_num_queries(6):
        client.get(ADDRESS)


def test_pages_follow_each_other(as_, member, group) -> None:
    for number in range(40):
        make_membership(group=group, user=make_user(given_name=f"ก{number:02}"))
    client = as_(member)
    first = client.get(ADDRESS)
    second = client.get(ADDRESS + first.context["page"].next_query)
    seen = names(first) + names(second)
    assert (len(names(first)), seen) == (30, [f"ก{number:02}" for number in range(40)] + ["มะลิวัลย์"])


def test_giving_a_role(as_, facilitator, people, told) -> None:
    row = people["กาญจนา"]
    response = as_(facilitator).post(f"{ADDRESS}{row.pk}/", {"role": "recorder"})
    row.refresh_from_db()
    line = Notification.objects.get()
    assert (row.role, told(response), line.recipient, line.text) == (
        Role.RECORDER,
        ["บันทึกบทบาทของนางสาวกาญจนา ใจดีเรียบร้อยแล้ว"],
        row.user,
        "บทบาทของท่านในกลุ่มการเงิน การคลัง และพัสดุ: ผู้บันทึกความรู้ (คุณลิขิต)",
    )


def test_the_last_facilitator_who_takes_another_role_leaves_a_warning(as_, facilitator, officer, group) -> None:
    row = Membership.objects.get(user=facilitator)
    client = as_(facilitator)
    assert "ผู้ดำเนินกลุ่มคนสุดท้าย" in client.get(f"{ADDRESS}{row.pk}/").content.decode()
    client.post(f"{ADDRESS}{row.pk}/", {"role": "member"})
    warned = Notification.objects.filter(recipient=officer).values_list("text", flat=True)
    assert list(warned) == ["กลุ่มการเงิน การคลัง และพัสดุไม่มีผู้ดำเนินกลุ่มแล้ว"]


def test_an_unknown_role_is_a_form_error(as_, facilitator, people) -> None:
    response = as_(facilitator).post(f"{ADDRESS}{people['กาญจนา'].pk}/", {"role": "king"})
    assert (response.status_code, list(response.context["form"].errors)) == (200, ["role"])


def test_ending_a_membership_tells_the_person_why(as_, facilitator, group, people, told) -> None:
    row = people["กาญจนา"]
    for _ in range(2):
        response = as_(facilitator).post(f"{ADDRESS}{row.pk}/removal/", {"reason": "ย้ายหน่วยงาน"})
    row.refresh_from_db()
    group.refresh_from_db()
    line = Notification.objects.get()
    assert (row.state, row.reason, row.decided_by, group.member_count) == (
        State.LEFT, "ย้ายหน่วยงาน", facilitator, 3,
    )  # fmt: skip
    assert (line.recipient, line.detail) == (row.user, "เหตุผล: ย้ายหน่วยงาน")
    assert told(response)[-1] == "นางสาวกาญจนา ใจดีไม่ได้เป็นสมาชิกของกลุ่มแล้ว"


def test_removal_wants_a_reason(as_, facilitator, people) -> None:
    row = people["กาญจนา"]
    response = as_(facilitator).post(f"{ADDRESS}{row.pk}/removal/", {"reason": " "})
    row.refresh_from_db()
    assert (row.state, response.context["removal"].errors["reason"]) == (State.ACTIVE, ["กรุณากรอกเหตุผล"])


def test_a_reason_survives_the_end_of_the_session(facilitator, people, visitor: Client) -> None:
    page = f"{ADDRESS}{people['กาญจนา'].pk}/"
    visitor.post(f"{page}removal/", {"reason": "ย้ายหน่วยงาน"}, HTTP_REFERER=f"http://testserver{page}")
    visitor.force_login(facilitator)
    assert visitor.get(page).context["removal"]["reason"].value() == "ย้ายหน่วยงาน"


def test_a_member_runs_nothing(as_, member, people) -> None:
    client, row = as_(member), people["กาญจนา"]
    assert [
        client.get(f"{ADDRESS}{row.pk}/").status_code,
        client.post(f"{ADDRESS}{row.pk}/", {"role": "facilitator"}).status_code,
        client.post(f"{ADDRESS}{row.pk}/removal/", {"reason": "ก"}).status_code,
    ] == [404, 404, 404]
    row.refresh_from_db()
    assert (row.role, row.state) == (Role.MEMBER, State.ACTIVE)
