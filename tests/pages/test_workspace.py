"""พื้นที่ทำงานคุณอำนวย: what waits for those who run groups."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Level
from core import pagecache
from events.models import Event, Mode, Reach, State
from groups.models import Role
from groups.models import State as MembershipState
from tests.factories import (
    make_agency,
    make_event,
    make_group,
    make_membership,
    make_question,
    make_registration,
    make_user,
)

pytestmark = pytest.mark.django_db
ADDRESS = "/workspace/"


def ended(**fields) -> Event:
    return make_event(
        **{"starts_at": timezone.now() - timedelta(days=2), "state": State.ENDED, "gives_certificates": False} | fields
    )


def shown(client, query: str = ""):
    response = client.get(ADDRESS + query)
    assert response.status_code == 200
    return response.context


def titles(context) -> dict[str, list[str]]:
    return {
        "closing": [row.event.title for row in context["closing"]["rows"]],
        "coming": [row.event.title for row in context["coming"]["rows"]],
        "drafts": [event.title for event in context["drafts"]],
    }


def test_each_event_stands_where_it_belongs(as_, facilitator, group) -> None:
    now = timezone.now()
    make_event(group=group, title="ร่าง", state=State.DRAFT)
    make_event(group=group, title="เปิดรับ", starts_at=now + timedelta(days=5))
    make_event(group=group, title="กำลังจัด", starts_at=now - timedelta(hours=1))
    make_event(group=group, title="เลื่อน", starts_at=now - timedelta(days=30), state=State.POSTPONED)
    make_event(group=group, title="เลยเวลา", starts_at=now - timedelta(days=1))
    ended(group=group, title="จบแล้ว")
    ended(group=group, title="ปิดงานแล้ว", state=State.COMPLETE)
    make_event(group=group, title="ยกเลิก", state=State.CANCELLED)
    assert titles(shown(as_(facilitator))) == {
        "closing": ["เลยเวลา", "จบแล้ว"],
        "coming": ["เลื่อน", "กำลังจัด", "เปิดรับ"],
        "drafts": ["ร่าง"],
    }


def test_what_is_missing_for_each_ended_event(as_, facilitator, group) -> None:
    ended(group=group, title="ว่าง", starts_at=timezone.now() - timedelta(days=3))
    done = ended(group=group, title="ครบ", video_absence="ไม่ได้บันทึก")
    Reach.objects.create(event=done, level=Level.CENTRAL, mode=Mode.ROOM, people=9)
    context = shown(as_(facilitator))
    rows = context["closing"]["rows"]
    assert [(row.event.title, row.done, [step.key for step in row.open], row.is_ready) for row in rows] == [
        ("ครบ", 3, ["documents", "evaluation"], True),
        ("ว่าง", 1, ["attendance", "replay", "documents", "evaluation"], False),
    ]


def test_links_that_are_missing_two_days_before(as_, facilitator, group) -> None:
    now = timezone.now()
    for days, link in ((1, ""), (1, "https://vc.example.go.th/9"), (4, "")):
        event = make_event(group=group, title=f"{days} {link}", starts_at=now + timedelta(days=days))
        event.channels.create(kind="vcs", link=link)
    make_event(group=group, title="เลื่อน", starts_at=now + timedelta(days=9), state=State.POSTPONED)
    rows = shown(as_(facilitator))["coming"]["rows"]
    assert {row.event.title: row.missing for row in rows} == {
        "1 ": ["ยังไม่มีลิงก์ ระบบวีดิทัศน์ทางไกล (VCS)"],
        "1 https://vc.example.go.th/9": [],
        "4 ": [],
        "เลื่อน": ["ยังไม่ได้กำหนดวันใหม่"],
    }


def test_registrations_and_the_queue(as_, facilitator, group) -> None:
    event = make_event(group=group, capacity=1)
    make_registration(event=event)
    make_registration(event=event, seat="waiting")
    text = as_(facilitator).get(ADDRESS).content.decode()
    assert "<span>ลงทะเบียน 1 จาก 1 คน</span><span>รายชื่อสำรอง 1 คน</span>" in text


def test_requests_to_join_the_longest_waiting_first(as_, facilitator, group) -> None:
    for number in range(6):
        make_membership(
            group=group,
            user=make_user(given_name=f"ผู้ขอ{number}", agency=make_agency()),
            state=MembershipState.REQUESTED,
            note=f"เหตุผล {number}",
            created_at=timezone.now() - timedelta(days=number),
        )
    make_membership(group=make_group(), state=MembershipState.REQUESTED)
    requests = shown(as_(facilitator))["requests"]
    assert ([row.note for row in requests["rows"]], requests["total"]) == ([f"เหตุผล {n}" for n in (5, 4, 3, 2, 1)], 6)


def test_each_list_has_its_own_pages(as_, facilitator, group) -> None:
    for number in range(7):
        ended(group=group, title=f"จบ {number}", starts_at=timezone.now() - timedelta(days=number + 1))
        make_event(group=group, title=f"ร่าง {number}", state=State.DRAFT)
    client = as_(facilitator)
    first = shown(client)
    second = shown(client, first["closing"]["page"].next_query)
    assert titles(first)["closing"] + titles(second)["closing"] == [f"จบ {number}" for number in range(7)]
    assert titles(second)["drafts"] == titles(first)["drafts"]
    assert (first["closing"]["page"].total, first["drafts"].total) == (7, 7)


# --- Who --------------------------------------------------------------------------------------------------
def test_only_own_groups_and_those_one_hosts_with(as_, facilitator, officer, group) -> None:
    other = make_group()
    ended(group=other, title="ของกลุ่มอื่น")
    ended(group=other, title="จัดร่วม").cohosting.create(group=group)
    assert titles(shown(as_(facilitator)))["closing"] == ["จัดร่วม"]
    assert set(titles(shown(as_(officer)))["closing"]) == {"ของกลุ่มอื่น", "จัดร่วม"}


def test_only_for_who_runs_a_group(as_, visitor, outsider, member, facilitator, officer, group) -> None:
    former = make_membership(group=group, role=Role.FACILITATOR, state=MembershipState.LEFT).user
    coordinator = make_membership(group=group, role=Role.COORDINATOR).user
    assert visitor.get(ADDRESS)["Location"] == "/accounts/login/?next=%2Fworkspace%2F"
    refused = [as_(who).get(ADDRESS).status_code for who in (outsider, member, former, coordinator)]
    assert (refused, [as_(who).get(ADDRESS).status_code for who in (facilitator, officer)]) == ([403] * 4, [200] * 2)


def test_my_page_leads_there_those_who_may(as_, member, facilitator, officer, group) -> None:
    links = ['href="/workspace/"' in as_(who).get("/my/").content.decode() for who in (member, facilitator, officer)]
    assert links == [False, True, True]


@pytest.mark.parametrize("count", [1, 30])
def test_queries_do_not_grow(as_, facilitator, group, django_assert_num_queries, monkeypatch, count) -> None:
    monkeypatch.setattr(pagecache, "READ_EVERY", 60)
    for _ in range(count):
        make_event(group=group, starts_at=timezone.now() + timedelta(days=1)).channels.create(kind="vcs")
        make_event(group=group, state=State.DRAFT)
        ended(group=group)
        make_membership(group=group, state=MembershipState.REQUESTED)
    client = as_(facilitator)
    client.get(ADDRESS)
    with django_assert_num_queries(22):
        shown(client)


def test_questions_to_check_and_to_answer_the_oldest_first(as_, facilitator, group) -> None:
    now = timezone.now()
    make_question(group=group, text="ใหม่", created_at=now - timedelta(days=1))
    make_question(group=group, text="เก่า", created_at=now - timedelta(days=9), state="pending")
    make_question(group=group, text="ตอบแล้ว", state="answered")
    make_question(text="ของกลุ่มอื่น")
    shown_there = shown(as_(facilitator))["questions"]
    assert ([row.text for row in shown_there["rows"]], shown_there["total"]) == (["เก่า", "ใหม่"], 2)
