from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from groups import services
from groups.models import Group, Lineage, Milestone, Role, Stage
from pages.overview import story
from tests.factories import make_agency, make_event, make_group, make_membership, make_survey, make_user

pytestmark = pytest.mark.django_db


def text(client: Client, group: Group) -> str:
    response = client.get(group.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def furnish(group: Group, *, rows: int) -> None:
    group.tags.add(*(f"แท็ก {n}" for n in range(rows)))
    for n in range(rows):
        Milestone.objects.create(group=group, title=f"เรื่องที่ {n}")
        make_membership(group=group, user=make_user(agency=make_agency()), role=Role.FACILITATOR)
        make_membership(group=group)
        Lineage.objects.create(predecessor=make_group(), successor=group, kind=Lineage.Kind.SPLIT)


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize("stage", [Stage.ACTIVE, Stage.CLOSED])
def test_queries_of_a_cold_page_for_a_visitor(
    visitor: Client, group: Group, rows: int, stage: str, cold_queries: Callable
) -> None:
    furnish(group, rows=rows)
    Group.objects.filter(pk=group.pk).update(stage=stage)
    # version, group, story; and the next event, or, where the group has ended, who goes on
    assert len(cold_queries(visitor, group.get_absolute_url())) == 4


@pytest.mark.parametrize("rows", [1, 30])
def test_queries_of_a_cold_page_for_a_member(
    as_: Callable, member: User, group: Group, rows: int, cold_queries: Callable
) -> None:
    furnish(group, rows=rows)
    # session, person, version, group, membership, story, who looks after it
    assert len(cold_queries(as_(member), group.get_absolute_url())) == 7


@pytest.mark.parametrize("rows", [1, 30])
def test_queries_of_a_cold_page_for_a_facilitator(
    as_: Callable, facilitator: User, group: Group, rows: int, cold_queries: Callable
) -> None:
    furnish(group, rows=rows)
    # the same: the requests that wait come with the membership
    assert len(cold_queries(as_(facilitator), group.get_absolute_url())) == 7


def test_tells_what_the_group_is(visitor: Client, group: Group) -> None:
    group.purpose = "แลกเปลี่ยนวิธีเบิกจ่าย"
    group.about = "<p>ที่พบปะของ <strong>ผู้ปฏิบัติงาน</strong></p>"
    group.agreements = "ถามได้ทุกระดับ\n\n ตอบพร้อมที่มา "
    group.save()
    group.tags.add("e-GP")
    page = text(visitor, group)
    assert "แลกเปลี่ยนวิธีเบิกจ่าย" in page
    assert "<p>ที่พบปะของ <strong>ผู้ปฏิบัติงาน</strong></p>" in page
    assert "<li>ถามได้ทุกระดับ</li><li>ตอบพร้อมที่มา</li>" in page
    assert f'href="/groups/?tag={group.tags.get().pk}">e-GP</a>' in page


def test_stored_text_cannot_carry_a_script(visitor: Client, group: Group) -> None:
    group.purpose = "<script>alert(1)</script>"
    group.agreements = "<img src=x onerror=alert(2)>"
    group.about = '<p onclick="alert(3)">ก<script>alert(4)</script></p>'
    group.save()
    page = text(visitor, group)
    for trace in ("<script>alert", "<img src=x", "onclick", "alert(4)"):
        assert trace not in page


def test_the_story_in_order(group: Group) -> None:
    group.stage_since, group.stage_reason = date(2024, 10, 1), "มีผู้ดำเนินกลุ่มครบ"
    group.save()
    Milestone.objects.create(group=group, title="ทบทวนหัวข้อ", happened_on=date(2027, 9, 1), is_planned=True)
    Milestone.objects.create(group=group, title="ขยายสู่ภูมิภาค", happened_on=date(2017, 1, 1))
    Milestone.objects.create(group=group, kind=Milestone.Kind.FOUNDED, title="ก่อตั้งกลุ่ม", happened_on=date(2007, 1, 1))
    Milestone.objects.create(group=group, kind=Milestone.Kind.STAGE, title="ดำเนินการอยู่", happened_on=date(2024, 10, 1))
    assert [(step.title, step.state) for step in story(group).steps] == [
        ("ก่อตั้งกลุ่ม", "done"),
        ("ขยายสู่ภูมิภาค", "done"),
        ("ดำเนินการอยู่", "now"),
        ("ทบทวนหัวข้อ", "planned"),
    ]
    assert story(group).steps[2].detail == "มีผู้ดำเนินกลุ่มครบ"


def test_predecessors_and_successors(visitor: Client, group: Group, officer: User) -> None:
    old, new, draft = make_group(), make_group(), make_group(stage=Stage.DRAFT)
    Lineage.objects.create(predecessor=old, successor=group, kind=Lineage.Kind.MERGE)
    Lineage.objects.create(predecessor=group, successor=new, kind=Lineage.Kind.SPLIT)
    Lineage.objects.create(predecessor=group, successor=draft, kind=Lineage.Kind.SPLIT)
    told = story(group)
    assert [tie.name for tie in told.predecessors] == [old.name]
    assert [tie.name for tie in told.successors] == [new.name]
    page = text(visitor, group)
    assert old.get_absolute_url() in page
    assert new.get_absolute_url() in page
    assert draft.get_absolute_url() not in page


def test_who_looks_after_it(visitor: Client, group: Group) -> None:
    agency = make_agency(name="สำนักงานจังหวัดน่าน")
    for role, name, fields in [
        (Role.RECORDER, "ลิขิต", {}),
        (Role.FACILITATOR, "อำนวย", {}),
        (Role.SPONSOR, "เอื้อ", {}),
        (Role.MEMBER, "กิจ", {}),
        (Role.COORDINATOR, "ไม่แสดงชื่อ", {"is_listed": False}),
    ]:
        make_membership(group=group, user=make_user(given_name=name, agency=agency), role=role, **fields)
    assert [person.name for person in story(group).caretakers] == [
        "นางสาวเอื้อ ตัวอย่าง",
        "นางสาวอำนวย ตัวอย่าง",
        "นางสาวลิขิต ตัวอย่าง",
    ]
    page = text(visitor, group)
    assert "ผู้ดำเนินกลุ่ม (คุณอำนวย)<br>สำนักงานจังหวัดน่าน" in page
    assert "ไม่แสดงชื่อ" not in page
    assert "นางสาวกิจ" not in page


def test_an_ended_group_stays_readable_and_leads_on(visitor: Client, group: Group, officer: User) -> None:
    successor = make_group(name="ผู้สืบต่อ")
    services.merge(sources=[group], into=successor, by=officer, reason="รวมงานที่ซ้ำกัน")
    page = text(visitor, group)
    assert "รวมงานที่ซ้ำกัน" in page
    assert successor.get_absolute_url() in page
    assert "ยุติกลุ่ม" in page


def test_a_draft_shows_to_who_works_on_it(
    visitor: Client, as_: Callable, outsider: User, officer: User, group: Group, facilitator: User
) -> None:
    Group.objects.filter(pk=group.pk).update(stage=Stage.DRAFT)
    address = group.get_absolute_url()
    assert visitor.get(address).status_code == 404
    assert as_(outsider).get(address).status_code == 404
    assert group.name in text(as_(facilitator), group)
    assert group.name in text(as_(officer), group)


@pytest.mark.parametrize("slug", ["no-such-group", "x" * 300])
def test_an_unknown_group_is_a_friendly_404(visitor: Client, db: None, slug: str) -> None:
    response = visitor.get(f"/groups/{slug}/")
    assert response.status_code == 404
    assert "ไม่พบหน้านี้" in response.content.decode()


def test_a_former_address_leads_to_the_group(visitor: Client, group: Group) -> None:
    services.rename(group=group, name=group.name, slug="money")
    response = visitor.get("/groups/finance/")
    assert (response.status_code, response["Location"]) == (301, "/groups/money/")


def test_a_former_address_does_not_betray_a_draft(visitor: Client, group: Group) -> None:
    services.rename(group=group, name=group.name, slug="money")
    Group.objects.update(stage=Stage.DRAFT)
    assert visitor.get("/groups/finance/").status_code == 404


def test_only_reading(visitor: Client, group: Group) -> None:
    assert visitor.post(group.get_absolute_url()).status_code == 405


def test_the_latest_results_of_events_that_everybody_may_see(visitor: Client, group: Group) -> None:
    now = timezone.now()
    for place, (title, mean, fields) in enumerate(
        [
            ("ครั้งแรก", "4.50", {}),
            ("ครั้งที่สอง", "4.51", {}),
            ("เฉพาะในกลุ่ม", "4.60", {"visibility": "group"}),
            ("ครั้งที่สาม", "3.50", {}),
            ("ครั้งที่สี่", "4.00", {}),
        ]
    ):
        event = make_event(group=group, title=title, starts_at=now - timedelta(days=90 - place), **fields)
        make_survey(
            event=event, state="closed", released_at=now, released_mean=mean, released_sd="0.60", released_answers=40
        )
    make_survey(event=make_event(group=group, title="ยังไม่เผยแพร่"), state="closed")
    told = story(group).evaluations
    assert [(one.title, one.mean, one.sd, one.answers, one.word) for one in told] == [
        ("ครั้งที่สี่", "4.00", "0.60", 40, "มาก"),
        ("ครั้งที่สาม", "3.50", "0.60", 40, "ปานกลาง"),
        ("ครั้งที่สอง", "4.51", "0.60", 40, "มากที่สุด"),
    ]
    page = visitor.get(group.get_absolute_url()).content.decode()
    assert [f'href="{one.url}">{one.title}</a>' in page for one in told] == [True] * 3
