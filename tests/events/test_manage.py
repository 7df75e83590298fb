"""An event's page for those who run it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Level
from events.manage import unnamed_links
from events.models import ChannelKind, Event, LogLine, Mode, Reach, State
from events.services import mailing
from groups.models import Group
from tests.factories import make_event, make_group, make_registration, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(group: Group) -> Event:
    return make_event(group=group, capacity=100, target=300)


def page(client, event: Event):
    response = client.get(f"/events/{event.pk}/manage/")
    assert response.status_code == 200
    return response


def offered(client, event: Event) -> list[str]:
    return [move for move, _ in page(client, event).context["moves"]]


def test_the_figures(as_, facilitator, event) -> None:
    for seat in ("seated", "seated", "waiting"):
        make_registration(event=event, seat=seat)
    Event.objects.filter(pk=event.pk).update(interest_count=7)
    for mode in (Mode.VC, Mode.SITE):
        Reach.objects.create(event=event, level=Level.PROVINCE, mode=mode, people=1200)
    text = page(as_(facilitator), event).content.decode()
    for label, figure in (
        ("ลงทะเบียนแล้ว", "2 <small>จาก 100 ที่นั่ง</small>"),
        ("รายชื่อสำรอง", "1"),
        ("สนใจ", "7"),
        ("เข้าร่วมแล้ว", "2,400 <small>เป้าหมาย 300 คน</small>"),
    ):
        assert f"<dt>{label}</dt><dd>{figure}</dd>" in text


@pytest.mark.parametrize(
    ("starts_in", "fields", "moves"),
    [
        (timedelta(days=3), {"state": State.DRAFT}, ["announce"]),
        (timedelta(days=3), {"state": State.OPEN}, []),
        (timedelta(hours=1), {"state": State.OPEN}, ["go_live"]),
        (timedelta(hours=-1), {"state": State.OPEN}, ["end"]),
        (timedelta(days=-3), {"state": State.OPEN}, []),
        (timedelta(days=-3), {"state": State.COMPLETE}, []),
        (timedelta(days=3), {"state": State.CANCELLED}, []),
        (timedelta(days=3), {"state": State.POSTPONED}, []),
    ],
)
def test_what_the_moment_offers(as_, facilitator, group, starts_in, fields, moves) -> None:
    event = make_event(group=group, starts_at=timezone.now() + starts_in, **fields)
    assert offered(as_(facilitator), event) == moves


def test_work_that_is_done_can_be_closed(as_, facilitator, group) -> None:
    event = make_event(
        group=group,
        starts_at=timezone.now() - timedelta(days=1),
        state=State.ENDED,
        gives_certificates=False,
        video_absence="ไม่ได้บันทึก",
    )
    client = as_(facilitator)
    assert (offered(client, event), page(client, event).context["done"]) == ([], 2)
    assert client.post(f"/events/{event.pk}/state/", {"move": "complete"})["Location"].endswith("/state/")
    Reach.objects.create(event=event, level=Level.CENTRAL, mode=Mode.ROOM, people=5)
    assert offered(client, event) == ["complete"]
    client.post(f"/events/{event.pk}/state/", {"move": "complete"})
    event.refresh_from_db()
    assert event.state == State.COMPLETE


def test_a_message_that_waits_is_pointed_out_when_the_event_is_called_off(as_, facilitator, event) -> None:
    later = timezone.now() + timedelta(days=1)
    mailing.send(event=event, audience="held", subject="พบกัน", body="พรุ่งนี้", by=facilitator, send_at=later)
    client = as_(facilitator)
    assert "ตรวจว่ายังควรส่งหรือไม่" not in page(client, event).content.decode()
    Event.objects.update(state=State.CANCELLED, state_reason="วิทยากรติดราชการ")
    text = page(client, event).content.decode()
    assert "มีข้อความรอส่ง 1 ฉบับ" in text
    assert "วิทยากรติดราชการ" in text


def test_links_that_will_be_looked_for_soon(group) -> None:
    now = timezone.now()
    event = make_event(group=group, starts_at=now + timedelta(days=1))
    assert unnamed_links(event, event.channels.all(), now) == ["ยังไม่ได้ระบุช่องทาง"]
    for kind in ChannelKind:
        event.channels.create(kind=kind)
    names = ["ยังไม่มีลิงก์ ระบบวีดิทัศน์ทางไกล (VCS)", "ยังไม่มีลิงก์ YouTube Live"]
    assert unnamed_links(event, event.channels.all(), now) == names
    event.channels.update(link="https://vc.example.go.th/1")
    assert unnamed_links(event, event.channels.all(), now) == []
    event.channels.update(link="")
    assert unnamed_links(event, event.channels.all(), now - timedelta(days=2)) == []
    event.state = State.CANCELLED
    assert unnamed_links(event, event.channels.all(), now) == []


def test_the_log_page_by_page(as_, facilitator, officer, event) -> None:
    for number in range(16):
        event.log(f"เรื่องที่ {number}", by=officer if number else None)
    client = as_(facilitator)
    first = page(client, event)
    assert [line.text for line in first.context["log"]][:2] == ["เรื่องที่ 15", "เรื่องที่ 14"]
    last = client.get(f"/events/{event.pk}/manage/{first.context['log'].next_query}")
    assert [line.text for line in last.context["log"]] == ["เรื่องที่ 0"]
    assert '<p>เรื่องที่ 0</p><p class="hint">ระบบ · ' in last.content.decode()


@pytest.mark.parametrize("count", [1, 30])
def test_queries_do_not_grow(as_, facilitator, event, steady, django_assert_num_queries, count) -> None:
    for _ in range(count):
        make_registration(event=event)
        event.log("แก้ไข", by=make_user())
        event.channels.get_or_create(kind="room")
    client = as_(facilitator)
    page(client, event)
    with django_assert_num_queries(13):
        page(client, event)


def test_only_those_who_run_the_event(as_, visitor, outsider, member, facilitator, officer, event) -> None:
    address = f"/events/{event.pk}/manage/"
    assert visitor.get(address)["Location"] == f"/accounts/login/?next=%2Fevents%2F{event.pk}%2Fmanage%2F"
    answers = [as_(who).get(address).status_code for who in (outsider, member, facilitator, officer)]
    assert answers == [404, 404, 200, 200]
    elsewhere = make_event(group=make_group())
    assert as_(facilitator).get(f"/events/{elsewhere.pk}/manage/").status_code == 404


def test_a_draft_is_not_given_away(as_, outsider, event) -> None:
    Event.objects.update(state=State.DRAFT)
    LogLine.objects.create(event=event, text="ลับ")
    response = as_(outsider).get(f"/events/{event.pk}/manage/")
    assert (response.status_code, "ลับ" in response.content.decode()) == (404, False)
