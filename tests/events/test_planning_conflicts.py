"""Two who edit one event, and a form that outlives its session."""

import pytest
from django.test import Client

from events.details import Details
from events.models import Event
from events.services import planning
from groups.models import Group
from tests.events.planning_form import NEW, UID, shown, typed
from tests.events.plans import at, planned_event
from tests.factories import make_event, make_registration

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(group: Group) -> Event:
    return planned_event(group)


# --- Conflicting edits ---
def test_what_somebody_else_saved_meanwhile_is_shown_and_the_typed_text_kept(as_, facilitator, officer, event) -> None:
    one, two = as_(officer), as_(facilitator)
    address = f"/events/{event.pk}/edit/"
    first, second = shown(one.get(address)), shown(two.get(address))
    one.post(address, first | {"title": "ของคนแรก", "vcs_link": "https://vcs.example.go.th/first"})
    response = two.post(address, second | {"lead": "ของคนที่สอง"})
    event.refresh_from_db()
    differences = [(one.label, one.before.text, one.after.text) for one in response.context["differences"]]
    assert (event.title, event.lead, response.context["form"]["lead"].value()) == ("ของคนแรก", "", "ของคนที่สอง")
    assert differences == [
        ("เรื่อง", "ของคนแรก", "ตรวจสอบพัสดุประจำปี"),
        ("ช่องทาง ระบบวีดิทัศน์ทางไกล (VCS)", "จังหวัดเข้าจากห้องประชุม", "จังหวัดเข้าจากห้องประชุม"),
    ]
    page = response.content.decode()
    assert ("มีผู้อื่นแก้ไขข้อมูลนี้แล้ว" in page, "https://vcs.example.go.th/first" in page) == (True, True)
    again = two.post(address, shown(response))
    event.refresh_from_db()
    assert (again.status_code, event.title, event.lead) == (302, "ตรวจสอบพัสดุประจำปี", "ของคนที่สอง")


def test_a_registration_meanwhile_is_no_conflict(as_, facilitator, event) -> None:
    client = as_(facilitator)
    data = shown(client.get(f"/events/{event.pk}/edit/"))
    make_registration(event=event)
    assert client.post(f"/events/{event.pk}/edit/", data | {"title": "ใหม่"}).status_code == 302


@pytest.mark.parametrize("seen", ["", "forged", "x:y:z"])
def test_a_forged_seal_counts_as_nothing_seen(as_, facilitator, event, seen) -> None:
    client = as_(facilitator)
    data = shown(client.get(f"/events/{event.pk}/edit/")) | {"title": "ใหม่", "seen": seen}
    response = client.post(f"/events/{event.pk}/edit/", data)
    assert [one.name for one in response.context["differences"]] == ["title"]


def test_the_seal_of_another_event_is_worth_nothing(as_, facilitator, group, event) -> None:
    client, other = as_(facilitator), make_event(group=group)
    seal = client.get(f"/events/{other.pk}/edit/").context["seen"]
    data = shown(client.get(f"/events/{event.pk}/edit/")) | {"title": "ใหม่", "seen": seal}
    assert client.post(f"/events/{event.pk}/edit/", data).status_code == 200


# --- After the session has ended ---
def test_what_was_typed_comes_back_after_signing_in(facilitator, visitor: Client, group, event) -> None:
    visitor.post(NEW, typed(title="พิมพ์ไว้นาน"), HTTP_REFERER=f"http://testserver{NEW}")
    visitor.force_login(facilitator)
    page = visitor.get(NEW)
    assert (page.context["form"]["title"].value(), page.context["uid"]) == ("พิมพ์ไว้นาน", UID)


def test_what_was_seen_comes_back_with_it(as_, facilitator, officer, visitor: Client, event) -> None:
    address = f"/events/{event.pk}/edit/"
    data = shown(as_(facilitator).get(address)) | {"lead": "พิมพ์ไว้นาน"}
    visitor.post(address, data, HTTP_REFERER=f"http://testserver{address}")
    planning.change(event=event, details=Details.of(make_event(group=event.group, starts_at=at(9))), by=officer)
    visitor.force_login(facilitator)
    page = visitor.get(address)
    assert page.context["form"]["lead"].value() == "พิมพ์ไว้นาน"
    assert len(visitor.post(address, shown(page)).context["differences"]) > 1
