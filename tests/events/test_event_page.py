"""The public page of an event: three faces, and what each viewer may see and do on it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core import pagecache
from events.models import Attendance, Event, Interest, Mode, Registration, Seat, State, ViewingSite
from groups.models import Group, Role
from groups.visibility import Visibility
from tests.events.places import make_site
from tests.factories import make_agency, make_event, make_group, make_membership, make_registration, make_user

pytestmark = pytest.mark.django_db
LINK = "https://vc.example.go.th/room-9"


@pytest.fixture
def event(group: Group) -> Event:
    event = make_event(group=group, capacity=2)
    event.channels.create(kind="vcs", note="ส่วนกลางและจังหวัด", link=LINK)
    event.channels.create(kind="youtube")
    return event


def page(client: Client, event: Event) -> str:
    answer = client.get(event.get_absolute_url())
    assert answer.status_code == 200
    return answer.content.decode()


def moved(event: Event, **change: object) -> Event:
    Event.objects.filter(pk=event.pk).update(**change)
    pagecache.changed()
    pagecache.forget()
    event.refresh_from_db()
    return event


def live(event: Event) -> Event:
    now = timezone.now()
    return moved(event, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1))


def over(event: Event) -> Event:
    now = timezone.now()
    return moved(event, starts_at=now - timedelta(hours=5), ends_at=now - timedelta(hours=2))


# --- Who sees what ----------------------------------------------------------------------------------------
def test_the_join_link_is_for_those_with_a_seat_only(
    event: Event, visitor: Client, as_: Callable[[User], Client], member: User, facilitator: User, outsider: User
) -> None:
    waiting = make_user()
    make_registration(event=event, user=member)
    make_registration(event=event, user=waiting, seat=Seat.WAITING)
    make_registration(event=event, user=make_user(), seat=Seat.CANCELLED)
    clients = [visitor, as_(outsider), as_(waiting), as_(member), as_(facilitator)]
    assert [LINK in page(client, event) for client in clients] == [False, False, False, True, True]


def test_what_an_address_carries_stays_with_its_reader(event: Event, visitor: Client) -> None:
    visitor.get(event.get_absolute_url(), {"from": "somebody@example.go.th"})
    text = page(Client(), event)
    assert "somebody" not in text
    assert f'href="/accounts/login/?next=%2Fevents%2F{event.pk}%2F" rel="nofollow">เข้าสู่ระบบเพื่อลงทะเบียน' in text


@pytest.mark.parametrize("state", [State.POSTPONED, State.CANCELLED])
def test_nobody_joins_what_was_called_off(
    event: Event, as_: Callable[[User], Client], member: User, facilitator: User, state: str
) -> None:
    make_registration(event=event, user=member)
    text = page(as_(member), moved(event, state=state, state_reason="วิทยากรติดภารกิจ"))
    assert LINK not in text
    of_host = page(as_(facilitator), event)
    assert [LINK in of_host, f"/events/{event.pk}/interest/" in of_host] == [False, state == State.POSTPONED]
    assert State(state).label in text
    assert "วิทยากรติดภารกิจ" in text


def test_the_levels_of_publication(
    group: Group, visitor: Client, as_: Callable[[User], Client], outsider: User, member: User, officer: User
) -> None:
    clients = [visitor, as_(outsider), as_(member), as_(officer)]
    seen = {
        (visibility, state): [
            client.get(make_event(group=group, visibility=visibility, state=state).get_absolute_url()).status_code
            for client in clients
        ]
        for visibility, state in [
            (Visibility.PUBLIC, State.OPEN),
            (Visibility.INTERNAL, State.OPEN),
            (Visibility.GROUP, State.OPEN),
            (Visibility.PUBLIC, State.DRAFT),
        ]
    }
    assert seen == {
        (Visibility.PUBLIC, State.OPEN): [200, 200, 200, 200],
        (Visibility.INTERNAL, State.OPEN): [404, 200, 200, 200],
        (Visibility.GROUP, State.OPEN): [404, 404, 200, 200],
        (Visibility.PUBLIC, State.DRAFT): [404, 404, 404, 200],
    }


def test_members_of_a_cohosting_group_see_what_is_for_the_group(
    group: Group, as_: Callable[[User], Client], outsider: User
) -> None:
    other, event = make_group(), make_event(group=group, visibility=Visibility.GROUP)
    make_membership(group=other, user=outsider)
    assert as_(outsider).get(event.get_absolute_url()).status_code == 404
    event.cohosting.create(group=other)
    assert as_(outsider).get(event.get_absolute_url()).status_code == 200


def test_an_event_of_a_draft_group_is_hidden(visitor: Client, as_: Callable[[User], Client], outsider: User) -> None:
    event = make_event(group=make_group(stage="draft"))
    assert [client.get(event.get_absolute_url()).status_code for client in (visitor, as_(outsider))] == [404, 404]


# --- Three faces ------------------------------------------------------------------------------------------
def test_upcoming_shows_the_way_in(event: Event, visitor: Client) -> None:
    text = page(visitor, event)
    assert "เข้าสู่ระบบเพื่อลงทะเบียน" in text
    assert "ลงทะเบียนแล้ว 0 จาก 2 ที่นั่ง" in text
    assert "ส่วนกลางและจังหวัด" in text


def test_live_offers_signing_in(event: Event, as_: Callable[[User], Client], member: User) -> None:
    text = page(as_(member), live(event))
    assert "กำลังถ่ายทอดสด" in text
    assert f"/events/{event.pk}/sign-in/" in text


def test_ended_counts_people_by_level(event: Event, visitor: Client) -> None:
    event.reach.create(level="central", mode=Mode.VC, people=38)
    event.reach.create(level="district", mode=Mode.SITE, people=143)
    text = page(visitor, over(event))
    assert "ผู้เข้าร่วม 181 คน" in text
    assert "ยังไม่มีคลิปย้อนหลัง" in text
    assert "เข้าสู่ระบบเพื่อลงทะเบียน" not in text


def test_ended_leads_to_the_sites_that_have_to_report(event: Event, visitor: Client) -> None:
    address = f"/events/{event.pk}/sites/"
    assert address not in page(visitor, over(event))
    make_site(event=event)
    text = page(visitor, over(event))
    assert [part in text for part in (address, "ยังไม่มีรายงานผู้เข้าร่วม")] == [True, True]


def test_the_clock_changes_the_face_without_a_worker(event: Event, visitor: Client) -> None:
    assert "เปิดรับลงทะเบียน" in page(visitor, event)
    assert "กำลังถ่ายทอดสด" in page(visitor, live(event))
    assert "เสร็จสิ้น" in page(visitor, over(event))
    assert event.state == State.OPEN


# --- Forms ------------------------------------------------------------------------------------------------
def post(client: Client, event: Event, what: str = "registration", **data: str) -> object:
    return client.post(f"/events/{event.pk}/{what}/", data)


def test_registering_and_cancelling(event: Event, as_: Callable[[User], Client], member: User) -> None:
    client = as_(member)
    post(client, event, action="register", mode="vc")
    row = Registration.objects.get(user=member)
    assert (row.seat, row.mode) == (Seat.SEATED, Mode.VC)
    assert "ท่านลงทะเบียนแล้ว" in page(client, event)
    post(client, event, action="cancel")
    assert "ลงทะเบียนเข้าร่วม" in page(client, event)


def test_the_queue_says_ones_place(event: Event, as_: Callable[[User], Client], member: User) -> None:
    for _ in range(2):
        make_registration(event=event)
    make_registration(event=event, seat=Seat.WAITING, queued_at=timezone.now() - timedelta(minutes=1))
    client = as_(member)
    assert "เข้ารายชื่อสำรอง" in page(client, event)
    post(client, event, action="register", mode="vc")
    assert "รายชื่อสำรองลำดับที่ 2" in page(client, event)


def test_a_viewing_site_is_chosen_from_the_open_ones(event: Event, as_: Callable[[User], Client], member: User) -> None:
    agency = make_agency(name="ที่ทำการปกครองอำเภอแม่ริม", level="district", province="เชียงใหม่")
    site = ViewingSite.objects.create(
        event=event, agency=agency, level="district", place="ห้องประชุม 1", officer=member, expected=10
    )
    client = as_(member)
    post(client, event, action="register", mode="site", site=str(site.pk))
    assert Registration.objects.get().site == site
    answer = post(client, event, action="register", mode="site", site="999999")
    assert answer.status_code == 422
    assert "จุดรับชมที่เลือกปิดแล้ว" in answer.content.decode()


@pytest.mark.parametrize("mode", ["", "room", "วีซี", "x" * 5000])
def test_a_way_that_the_event_does_not_offer(
    event: Event, as_: Callable[[User], Client], member: User, mode: str
) -> None:
    answer = post(as_(member), event, action="register", mode=mode)
    assert answer.status_code == 422
    assert "id_mode_group" in answer.content.decode()
    assert not Registration.objects.exists()


def test_too_late_is_said_and_not_stored(event: Event, as_: Callable[[User], Client], member: User) -> None:
    client = as_(member)
    answer = client.post(f"/events/{over(event).pk}/registration/", {"action": "register", "mode": "vc"}, follow=True)
    assert "กิจกรรมนี้เสร็จสิ้นแล้ว จึงไม่รับลงทะเบียน" in answer.content.decode()
    assert not Registration.objects.exists()


def test_interest_is_kept_and_taken_back(event: Event, as_: Callable[[User], Client], member: User) -> None:
    client = as_(member)
    post(client, event, "interest", interested="on")
    assert "ท่านสนใจกิจกรรมนี้" in page(client, event)
    post(client, event, "interest")
    assert not Interest.objects.exists()


@pytest.mark.parametrize("what", ["registration", "interest"])
def test_outsiders_reach_no_form_of_what_they_do_not_see(
    group: Group, visitor: Client, as_: Callable[[User], Client], outsider: User, what: str
) -> None:
    event = make_event(group=group, visibility=Visibility.GROUP)
    assert post(as_(outsider), event, what, action="register", mode="vc").status_code == 404
    assert post(visitor, event, what).headers["Location"].startswith("/accounts/login/")
    assert not Registration.objects.exists()


def test_a_form_outlives_the_session(event: Event, visitor: Client, member: User) -> None:
    post(visitor, event, action="register", mode="youtube")
    visitor.force_login(member)
    text = page(visitor, event)
    assert 'value="youtube" checked' in text


def test_coordinators_are_shown_the_way_to_their_team(
    event: Event, group: Group, as_: Callable[[User], Client], member: User, facilitator: User
) -> None:
    coordinator = make_user()
    make_membership(group=group, user=coordinator, role=Role.COORDINATOR)
    clients = [as_(member), as_(coordinator), as_(facilitator)]
    address = f"/events/{event.pk}/team/"
    assert [f'href="{address}"' in page(client, event) for client in clients] == [False, True, True]
    assert [client.get(address).status_code for client in clients] == [404, 200, 200]


# --- Cost -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("people", [1, 30])
def test_queries_of_a_cold_page(
    event: Event, visitor: Client, as_: Callable[[User], Client], people: int, cold_queries: Callable
) -> None:
    agency = make_agency(level="district", province="เชียงใหม่")
    for number in range(people):
        person = make_user()
        make_registration(event=event, user=person)
        event.speakers.create(name=f"วิทยากร {number}")
        event.chapters.create(second=number, title="ช่วง")
        Attendance.objects.create(
            event=event, user=person, person_key=f"u{person.pk}", name_key=str(number), level="central", mode="vc",
            source="qr",
        )  # fmt: skip
        ViewingSite.objects.create(
            event=event, agency=agency, level="district", place=str(number), officer=person, expected=1
        )
    address = event.get_absolute_url()
    assert len(cold_queries(visitor, address)) == 4  # version, event, programme, what is added
    assert len(cold_queries(as_(make_user()), address)) == 7  # and session, person, part
