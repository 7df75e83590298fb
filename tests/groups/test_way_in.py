"""The header of a group's pages: what it offers to whom."""

import pytest
from django.test import Client, RequestFactory

from groups.frame import WayIn, frame
from groups.models import Joining, Lineage, Role, Stage, State
from tests.factories import make_group, make_membership, make_user

pytestmark = pytest.mark.django_db


def frame_for(group, user):
    request = RequestFactory().get("/")
    request.user = user
    return frame(request, group)["frame"]


@pytest.mark.parametrize(
    ("group_fields", "row", "way_in"),
    [
        ({}, None, WayIn.OPEN),
        ({"joining": Joining.REQUEST}, None, WayIn.BY_REQUEST),
        ({}, {"state": State.LEFT}, WayIn.OPEN),
        ({"joining": Joining.REQUEST}, {"state": State.REQUESTED}, WayIn.REQUESTED),
        ({"joining": Joining.REQUEST}, {"state": State.DECLINED}, WayIn.DECLINED),
        ({}, {"state": State.DECLINED}, WayIn.OPEN),
        ({"stage": Stage.PAUSED}, None, WayIn.PAUSED),
        ({"stage": Stage.PAUSED}, {}, WayIn.MEMBER),
        ({"stage": Stage.CLOSED}, None, WayIn.ENDED),
        ({"stage": Stage.CLOSED}, {"state": State.REQUESTED}, WayIn.ENDED),
        ({"stage": Stage.FULFILLED}, {}, WayIn.MEMBER),
        ({"stage": Stage.DRAFT}, None, WayIn.DRAFT),
    ],
)
def test_each_way_in(outsider, group_fields, row, way_in) -> None:
    group = make_group(**group_fields)
    if row is not None:
        make_membership(group=group, user=outsider, **row)
    assert frame_for(group, outsider).way_in == way_in


def test_the_latest_stay_counts(outsider) -> None:
    group = make_group()
    make_membership(group=group, user=outsider, state=State.LEFT, role=Role.FACILITATOR)
    make_membership(group=group, user=outsider)
    seen = frame_for(group, outsider)
    assert (seen.way_in, seen.is_member, seen.may_edit) == (WayIn.MEMBER, True, False)


def test_who_may_what(group, member, facilitator, officer, outsider) -> None:
    make_membership(group=group, user=make_user(), state=State.REQUESTED)
    rights = {
        person: (seen.is_member, seen.facilitates, seen.may_edit, seen.may_read_members, seen.waiting)
        for person in (member, facilitator, officer, outsider)
        for seen in [frame_for(group, person)]
    }
    assert rights == {
        member: (True, False, False, True, 0),
        facilitator: (True, True, True, True, 1),
        officer: (False, False, True, True, 1),
        outsider: (False, False, False, False, 0),
    }


def test_one_query_and_another_for_the_successors(group, facilitator, django_assert_num_queries) -> None:
    """Besides the version of the public pages, which every page asks once."""
    with django_assert_num_queries(2):
        frame_for(group, facilitator)
    group.stage = Stage.CLOSED
    with django_assert_num_queries(3):
        frame_for(group, facilitator)


def test_an_ended_group_leads_to_its_successor_unless_that_is_a_draft(visitor: Client) -> None:
    old, new, draft = make_group(stage=Stage.CLOSED), make_group(name="ใหม่"), make_group(stage=Stage.DRAFT)
    for successor in (new, draft):
        Lineage.objects.create(predecessor=old, successor=successor, kind=Lineage.Kind.MERGE)
    response = visitor.get(f"/groups/{old.slug}/")
    assert response.context["frame"].successors == [new]
    assert "ไปกลุ่มใหม่ที่รับช่วงต่อ" in response.content.decode()


def test_a_visitor_is_led_to_sign_in_by_a_page_without_forms_to_post(visitor: Client, group) -> None:
    html = visitor.get("/groups/finance/").content.decode()
    assert ("เข้าสู่ระบบเพื่อเข้าร่วม" in html, 'method="post"' in html) == (True, False)
    response = visitor.get("/groups/finance/membership/")
    assert (response.status_code, response["Location"]) == (
        302,
        "/accounts/login/?next=%2Fgroups%2Ffinance%2Fmembership%2F",
    )


@pytest.mark.parametrize("stage", [Stage.PAUSED, Stage.FULFILLED, Stage.CLOSED])
def test_a_group_that_rests_or_has_ended_stays_readable(visitor: Client, group, stage) -> None:
    group.stage = stage
    group.save()
    assert visitor.get("/groups/finance/").context["group"] == group


def test_tabs_by_role(group, as_, visitor: Client, member, facilitator, officer, outsider) -> None:
    def tabs(client: Client) -> list[str]:
        html = client.get("/groups/finance/").content.decode()
        return [name for name in ("ภาพรวม</a>", ">สมาชิก</a>", ">คำขอ", ">แก้ไขกลุ่ม</a>") if name in html]

    everybody, members, workers = ["ภาพรวม</a>"], ["ภาพรวม</a>", ">สมาชิก</a>"], 4
    assert tabs(visitor) == everybody
    assert tabs(as_(outsider)) == everybody
    assert tabs(as_(member)) == members
    assert [len(tabs(as_(person))) for person in (facilitator, officer)] == [workers, workers]
