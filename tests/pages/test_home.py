from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core import thai
from events.models import State as EventState
from groups import services
from groups.models import Group, Joining, Membership, Milestone, Role, Stage, State
from pages.figures import count
from tests.factories import (
    make_agency,
    make_event,
    make_group,
    make_membership,
    make_question,
    make_registration,
    make_user,
)
from tests.pages.conftest import forget_everything

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


def populate(groups: int) -> None:
    for number in range(1, groups + 1):
        group = make_group(number=number)
        Milestone.objects.create(group=group, kind=Milestone.Kind.FOUNDED, title="ก่อตั้งกลุ่ม")
        make_membership(group=group, role=Role.FACILITATOR)
        make_event(group=group)


def text(client: Client, address: str = "/") -> str:
    return client.get(address).content.decode()


@pytest.mark.parametrize("groups", [1, 30])
def test_queries_of_a_cold_page_for_a_visitor(visitor: Client, groups: int, cold_queries: Callable) -> None:
    populate(groups)
    # version, groups, events, figures
    assert len(cold_queries(visitor, "/")) == 4


@pytest.mark.parametrize("groups", [1, 30])
def test_queries_of_a_cold_page_for_a_person(
    as_: Callable, facilitator: User, groups: int, cold_queries: Callable
) -> None:
    for number in range(2, groups + 1):
        group = make_group(number=number)
        make_membership(group=group, user=facilitator, role=Role.FACILITATOR)
        make_membership(group=group, state=State.REQUESTED)
        Milestone.objects.create(group=group, title="ก่อตั้งกลุ่ม")
    # session, person, version, groups, events, figures, own memberships and seats, milestones
    assert len(cold_queries(as_(facilitator), "/")) == 8


def test_a_visitor_sees_what_this_is_and_every_group_that_goes_on(visitor: Client, group: Group) -> None:
    make_group(name="พักอยู่", stage=Stage.PAUSED)
    make_group(name="ร่างอยู่", stage=Stage.DRAFT)
    make_group(name="ยุติแล้ว", stage=Stage.CLOSED)
    page = text(visitor)
    assert "ชุมชนนักปฏิบัติ (CoP) คือการรวมตัวโดยสมัครใจ" in page
    assert "กลุ่มชุมชนนักปฏิบัติ 2 กลุ่ม" in page
    assert group.name in page
    assert "พักอยู่" in page
    assert "ร่างอยู่" not in page
    assert "ยุติแล้ว" not in page
    assert "กลุ่มของฉัน" not in page


def test_the_newest_of_the_groups_stories(as_: Callable, outsider: User, group: Group) -> None:
    draft = make_group(stage=Stage.DRAFT)
    today = timezone.localdate()
    for title, fields in {
        "เรื่องที่หนึ่ง": {"happened_on": today - timedelta(days=9)},
        "เรื่องที่สอง": {"happened_on": today},
        "เรื่องในแผน": {"happened_on": today, "is_planned": True},
        "เรื่องวันหน้า": {"happened_on": today + timedelta(days=1)},
        "เรื่องของร่าง": {"happened_on": today, "group": draft},
    }.items():
        Milestone.objects.create(**{"group": group, "title": title, **fields})
    page = text(as_(outsider))
    assert 0 < page.index("เรื่องที่สอง") < page.index("เรื่องที่หนึ่ง")
    for hidden in ("เรื่องในแผน", "เรื่องวันหน้า", "เรื่องของร่าง"):
        assert hidden not in page


def test_figures_count_people_once() -> None:
    first, second = make_group(), make_group()
    chiang_mai = make_agency(name="ที่ทำการปกครองจังหวัดเชียงใหม่", province="เชียงใหม่")
    mae_rim = make_agency(name="ที่ทำการปกครองอำเภอแม่ริม", province="เชียงใหม่")
    central = make_agency(name="กองกลาง")
    both = make_user(agency=chiang_mai)
    last_year = thai.fiscal_year_span(2569)[0]
    make_membership(group=first, user=both, joined_at=last_year)
    make_membership(group=second, user=both, joined_at=last_year)
    make_membership(group=first, user=make_user(agency=mae_rim), joined_at=thai.fiscal_year_span(2570)[0])
    make_membership(group=first, user=make_user(agency=central), joined_at=last_year)
    make_membership(group=first, user=make_user(), state=State.REQUESTED)
    make_membership(group=first, user=make_user(agency=central), state=State.LEFT)
    figures = count(TODAY)
    assert (figures.people, figures.agencies, figures.provinces, figures.joined) == (3, 3, 1, 1)
    assert figures.fiscal_year == 2570


def test_an_empty_portal_says_what_will_be_here(visitor: Client, as_: Callable, outsider: User) -> None:
    assert "เมื่อกลุ่มใดนัดหมาย กิจกรรมนั้นจะปรากฏที่นี่" in text(visitor)
    assert "เมื่อกลุ่มก่อตั้ง เปลี่ยนชื่อ หรือก้าวถึงขั้นใหม่ เรื่องนั้นจะปรากฏที่นี่" in text(as_(outsider))


def test_what_is_live_and_what_comes_next(visitor: Client, as_: Callable, member: User, group: Group) -> None:
    now = timezone.now()
    live = make_event(group=group, title="กำลังสดอยู่", starts_at=now - timedelta(hours=1))
    coming = make_event(group=group, title="ครั้งถัดไป")
    for title, fields in {
        "ยกเลิกแล้ว": {"state": EventState.CANCELLED},
        "ร่างของครั้งหน้า": {"state": EventState.DRAFT},
        "เฉพาะในกลุ่ม": {"visibility": "group"},
        "ผ่านไปแล้ว": {"starts_at": now - timedelta(days=2)},
    }.items():
        make_event(group=group, title=title, **fields)
    make_registration(event=coming, user=member)
    page = text(visitor)
    assert page.index("live-strip") < page.index(live.title) < page.index(coming.title)
    assert [title in page for title in ("ยกเลิกแล้ว", "ร่างของครั้งหน้า", "เฉพาะในกลุ่ม", "ผ่านไปแล้ว")] == [False] * 4
    assert "ท่านลงทะเบียนแล้ว" not in page
    assert "ท่านลงทะเบียนแล้ว" in text(as_(member))


def test_figures_of_the_year_count_what_was_held() -> None:
    first, _ = thai.fiscal_year_span(2570)
    held = make_event(starts_at=first + timedelta(hours=9), state=EventState.COMPLETE)
    make_event(starts_at=first - timedelta(hours=9), state=EventState.COMPLETE)
    make_event(starts_at=first + timedelta(hours=9), state=EventState.CANCELLED)
    held.reach.create(level="central", mode="vc", people=38)
    held.reach.create(level="district", mode="site", people=143)
    assert (count(TODAY).events, count(TODAY).took_part) == (1, 181)


def test_figures_of_the_year_count_questions_published_and_answered() -> None:
    first, _ = thai.fiscal_year_span(2570)
    for state, created_at in (
        ("answered", first + timedelta(days=1)),
        ("waiting", first + timedelta(days=2)),
        ("pending", first + timedelta(days=3)),
        ("answered", first - timedelta(days=1)),
    ):
        make_question(state=state, created_at=created_at)
    assert (count(TODAY).asked, count(TODAY).answered) == (2, 1)


def test_a_member_sees_their_groups_first(as_: Callable, member: User, group: Group) -> None:
    make_group(name="ของคนอื่น")
    page = text(as_(member))
    assert page.index("กลุ่มของฉัน") < page.index(group.name) < page.index("ปีงบประมาณ") < page.index("ของคนอื่น")


def test_who_has_no_group_is_invited(as_: Callable, outsider: User) -> None:
    assert "ท่านยังไม่ได้เข้าร่วมกลุ่มใด" in text(as_(outsider))


def test_a_facilitator_is_told_of_requests(as_: Callable, facilitator: User, group: Group) -> None:
    make_membership(group=group, state=State.REQUESTED)
    make_membership(group=group, state=State.REQUESTED)
    page = text(as_(facilitator))
    assert "คำขอเข้าร่วมกลุ่ม 2 คำขอ" in page
    assert f'href="/groups/{group.slug}/requests/"' in page


def test_only_a_facilitator_is_told_of_requests(as_: Callable, member: User, group: Group) -> None:
    make_membership(group=group, state=State.REQUESTED)
    other = make_group()
    make_membership(group=other, user=member, role=Role.RECORDER)
    make_membership(group=other, state=State.REQUESTED)
    assert "รอท่านอยู่" not in text(as_(member))


def test_who_has_asked_sees_that_it_waits(as_: Callable, outsider: User, group: Group) -> None:
    group.joining = Joining.REQUEST
    group.save()
    services.join(group=group, user=outsider)
    page = text(as_(outsider))
    assert f"คำขอเข้าร่วม{group}" in page


def test_who_has_left_has_the_group_no_longer(as_: Callable, facilitator: User, group: Group) -> None:
    make_membership(group=group, state=State.REQUESTED)
    client = as_(facilitator)
    assert "รอท่านอยู่" in text(client)
    services.leave(membership=Membership.objects.get(group=group, user=facilitator))
    page = text(client)
    assert "รอท่านอยู่" not in page
    assert "ท่านยังไม่ได้เข้าร่วมกลุ่มใด" in page


def test_who_changes_something_sees_it_at_once(as_: Callable, member: User, group: Group) -> None:
    client = as_(member)
    text(client)
    services.rename(group=group, name="ชื่อใหม่ของกลุ่ม")
    assert "ชื่อใหม่ของกลุ่ม" in text(client)


def test_shared_parts_are_kept_for_signed_in_people(
    as_: Callable, member: User, django_assert_num_queries: Callable
) -> None:
    client = as_(member)
    text(client)
    with django_assert_num_queries(4):  # session, person, version, own groups
        text(client)
    forget_everything()
