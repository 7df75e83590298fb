"""Feeds to subscribe to: of all groups, of one, and a person's own behind a secret address."""

from datetime import timedelta

import pytest
import vobject
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.services import close_account
from core import pagecache
from events import feeds
from events.models import CalendarFeed, Channel, CoHost, Event, Interest, Seat, State
from events.services import registration
from groups.models import FormerSlug, Group, Role, Stage
from pages.counter import is_page
from tests.at_once import at_once
from tests.events.test_ics import strictly
from tests.factories import make_event, make_group, make_membership, make_registration, make_user

pytestmark = pytest.mark.django_db
ALL = "/events/calendar.ics"
OF_GROUP = "/groups/finance/calendar.ics"


def titles(response) -> list[str]:
    """As a second library reads them, once the lines have been checked."""
    assert (response.status_code, response["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    strictly(response.content)
    calendar = vobject.readOne(response.content.decode())
    return sorted(event.summary.value for event in calendar.contents.get("vevent", []))


@pytest.fixture
def some(group: Group) -> None:
    other = make_group(number=2, slug="records", name="สารบรรณ")
    for title, fields in {
        "open": {},
        "internal": {"visibility": "internal"},
        "members": {"visibility": "group"},
        "draft": {"state": State.DRAFT},
        "off": {"state": State.CANCELLED},
        "last year": {"starts_at": timezone.now() - timedelta(days=360), "state": State.COMPLETE},
        "long ago": {"starts_at": timezone.now() - timedelta(days=366), "state": State.COMPLETE},
    }.items():
        make_event(group=group, title=title, **fields)
    CoHost.objects.create(event=make_event(group=other, title="together"), group=group)
    make_event(group=other, title="other")


# --- For everybody ----------------------------------------------------------------------------------------
def test_all_public_events(visitor: Client, as_, officer, some: None) -> None:
    expected = sorted(["open", "ยกเลิก: off", "last year", "together", "other"])
    assert titles(visitor.get(ALL)) == expected
    assert titles(as_(officer).get(ALL)) == expected  # the same for everybody, whoever asks


def test_those_of_a_group(visitor: Client, as_, facilitator, some: None) -> None:
    expected = sorted(["open", "ยกเลิก: off", "last year", "together"])
    assert titles(visitor.get(OF_GROUP)) == expected
    response = as_(facilitator).get(OF_GROUP)
    assert (titles(response), response["Cache-Control"]) == (expected, "private, no-cache")
    assert "กลุ่มการเงิน การคลัง และพัสดุ · สป.มท." in response.content.decode().replace("\r\n ", "")


def test_no_feed_ever_holds_the_join_link_of_another(visitor: Client, as_, facilitator, group: Group) -> None:
    Channel.objects.create(event=make_event(group=group), kind="vcs", link="https://vcs.example.go.th/secret")
    for client in (visitor, as_(facilitator)):
        for address in (ALL, OF_GROUP):
            assert b"secret" not in client.get(address).content


def test_an_empty_feed_is_a_calendar(visitor: Client, group: Group) -> None:
    assert (titles(visitor.get(ALL)), titles(visitor.get(OF_GROUP))) == ([], [])


def test_a_group_that_is_a_draft_has_no_feed_and_a_renamed_one_is_found(
    visitor: Client, as_, facilitator, group: Group, some: None
) -> None:
    FormerSlug.objects.create(slug="money", group=group)
    response = visitor.get("/groups/money/calendar.ics")
    assert (response.status_code, response["Location"]) == (301, OF_GROUP)
    Group.objects.filter(pk=group.pk).update(stage=Stage.DRAFT)
    pagecache.changed()
    assert [client.get(OF_GROUP).status_code for client in (visitor, as_(facilitator))] == [404, 404]
    assert titles(visitor.get(ALL)) == ["other", "together"]


@pytest.mark.parametrize("encoding", ["", "gzip", "br"])
def test_a_public_feed_is_kept_and_unchanged_until_something_changes(
    steady, visitor: Client, outsider, some: None, encoding: str, django_assert_num_queries
) -> None:
    headers = {"HTTP_ACCEPT_ENCODING": encoding} if encoding else {}
    first = visitor.get(ALL, **headers)
    assert (first["Cache-Control"], first["Vary"]) == ("public, max-age=0, s-maxage=1", "Accept-Encoding")
    assert (first["Content-Type"], first.get("Content-Encoding", "")) == ("text/calendar; charset=utf-8", encoding)
    with django_assert_num_queries(0):
        second = visitor.get(ALL, HTTP_IF_NONE_MATCH=first["ETag"], **headers)
    assert (second.status_code, second.content) == (304, b"")
    registration.register(event=Event.objects.get(title="open"), user=outsider, mode="vc")
    third = visitor.get(ALL, HTTP_IF_NONE_MATCH=first["ETag"], **headers)
    assert third.status_code == 304  # built anew, and the same: who registered is not in it
    Event.objects.filter(title="open").update(title="opened", sequence=1)
    pagecache.changed()
    pagecache.forget()
    assert visitor.get(ALL, HTTP_IF_NONE_MATCH=first["ETag"], **headers).status_code == 200


def test_asking_for_a_feed_is_no_visit(visitor: Client, some: None) -> None:
    first = visitor.get(ALL)
    answers = [first, visitor.get(ALL), visitor.get(ALL, HTTP_IF_NONE_MATCH=first["ETag"])]
    assert [is_page(answer) for answer in answers] == [False, False, False]


@pytest.mark.parametrize("many", [1, 30])
def test_queries_of_feeds(
    steady, visitor: Client, as_, outsider, group: Group, many: int, django_assert_num_queries
) -> None:
    make_membership(group=group, user=outsider)
    for _ in range(many):
        event = make_event(group=group)
        Channel.objects.create(event=event, kind="vcs", link="https://vcs.example.go.th/r")
        make_registration(event=event, user=outsider)
    address = own_address(outsider)
    visitor.get("/faq/")
    with django_assert_num_queries(2):  # events, channels
        visitor.get(ALL)
    with django_assert_num_queries(3):  # the group, too
        visitor.get(OF_GROUP)
    with django_assert_num_queries(5):  # whose, own seats, events, channels, which of them one runs
        visitor.get(address)


# --- One's own --------------------------------------------------------------------------------------------
def own_address(user: User) -> str:
    return f"/calendar/{feeds.renew(user=user).secret}.ics"


def test_what_concerns_a_person(visitor: Client, member: User, group: Group) -> None:
    other = make_group(number=2)
    make_event(group=group, title="of my group", visibility="group")
    CoHost.objects.create(event=make_event(group=other, title="together", visibility="group"), group=group)
    make_registration(event=make_event(group=other, title="seated"), user=member)
    make_registration(event=make_event(group=other, title="waiting"), user=member, seat=Seat.WAITING)
    make_registration(event=make_event(group=other, title="given back"), user=member, seat=Seat.CANCELLED)
    make_registration(event=make_event(group=other, title="declined"), user=member, seat=Seat.DECLINED)
    Interest.objects.create(event=make_event(group=other, title="interesting"), user=member)
    make_registration(event=make_event(group=other, title="no longer mine", visibility="group"), user=member)
    make_event(group=other, title="other")
    make_event(group=group, title="draft", state=State.DRAFT)
    make_event(group=group, title="off", state=State.CANCELLED)
    make_event(group=group, title="long ago", starts_at=timezone.now() - timedelta(days=367), state=State.ENDED)
    response = visitor.get(own_address(member))
    assert titles(response) == ["interesting", "of my group", "seated", "together", "waiting", "ยกเลิก: off"]
    entries = vobject.readOne(response.content.decode()).vevent_list
    busy = {entry.summary.value: entry.transp.value for entry in entries}
    assert [title for title, value in busy.items() if value == "OPAQUE"] == ["waiting", "seated"]
    seats = {entry.summary.value: entry.description.value.split("\n\n")[1] for entry in entries}
    assert (seats["seated"], seats["waiting"]) == ("ท่านลงทะเบียนแล้ว", "ท่านอยู่ในรายชื่อสำรอง")


def test_drafts_are_in_nobodys_calendar(visitor: Client, facilitator: User, officer: User, group: Group) -> None:
    draft = make_event(group=group, title="draft", state=State.DRAFT)
    Interest.objects.create(event=draft, user=officer)
    for person in (facilitator, officer):
        assert titles(visitor.get(own_address(person))) == []


def test_the_join_link_of_ones_own_seats(visitor: Client, member: User, group: Group) -> None:
    links = {}
    for name in ("seated", "waiting", "none"):
        links[name] = f"https://vcs.example.go.th/{name}"
        event = make_event(group=group, title=name)
        Channel.objects.create(event=event, kind="vcs", link=links[name])
        if name != "none":
            make_registration(event=event, user=member, seat=name)
    text = visitor.get(own_address(member)).content.decode().replace("\r\n ", "")
    assert [link in text for link in links.values()] == [True, False, False]
    registration.cancel(event=Event.objects.get(title="seated"), user=member)
    text = visitor.get(own_address(member)).content.decode().replace("\r\n ", "")
    assert [link in text for link in links.values()] == [False, False, False]


def test_the_facilitator_has_the_links_of_their_group_alone(visitor: Client, facilitator: User, group: Group) -> None:
    other = make_group(number=2)
    make_membership(group=other, user=facilitator)
    for host in (group, other):
        Channel.objects.create(event=make_event(group=host), kind="vcs", link=f"https://v.go.th/{host.number}")
    text = visitor.get(own_address(facilitator)).content.decode().replace("\r\n ", "")
    assert ["https://v.go.th/1" in text, "https://v.go.th/2" in text] == [True, False]


def test_it_holds_nobody_elses_data(visitor: Client, member: User, group: Group) -> None:
    event = make_event(group=group)
    make_registration(event=event)
    make_registration(event=event, user=member)
    text = visitor.get(own_address(member)).content.decode().replace("\r\n ", "")
    words = ("@example.go.th", "ตัวอย่าง", member.given_name, member.email, "ATTENDEE", "ORGANIZER")
    assert [word for word in words if word in text] == []


def test_it_is_private_and_found_by_no_search_engine(visitor: Client, member: User) -> None:
    response = visitor.get(own_address(member))
    assert {name: response[name] for name in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag")} == {
        "Cache-Control": "private, no-cache",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
    }
    assert (response.cookies, visitor.head(own_address(member)).status_code) == ({}, 200)


def test_it_is_not_sent_twice(visitor: Client, member: User, group: Group) -> None:
    address, event = own_address(member), make_event(group=group)
    etag = visitor.get(address)["ETag"]
    second = visitor.get(address, HTTP_IF_NONE_MATCH=etag)
    assert (second.status_code, second.content, second["Cache-Control"]) == (304, b"", "private, no-cache")
    make_registration(event=event, user=member)
    assert visitor.get(address, HTTP_IF_NONE_MATCH=etag).status_code == 200


def test_a_renewed_address_makes_the_former_worthless(visitor: Client, member: User) -> None:
    former = own_address(member)
    assert visitor.get(former).status_code == 200
    present = own_address(member)
    assert (visitor.get(former).status_code, visitor.get(present).status_code) == (404, 200)
    feeds.withdraw(user=member)
    assert visitor.get(present).status_code == 404


@pytest.mark.parametrize("guess", ["x", "A" * 43, "A" * 4000, "1", "a%00b", "..", "%27%20OR%201=1", "ก"])
def test_guessing_leads_nowhere(visitor: Client, as_, admin: User, member: User, guess: str) -> None:
    own_address(member)
    for client in (visitor, as_(admin)):
        assert client.get(f"/calendar/{guess}.ics").status_code == 404


def test_suspended_and_closed_accounts_have_no_feed(visitor: Client, member: User, outsider: User) -> None:
    suspended, closed = own_address(member), own_address(outsider)
    User.objects.filter(pk=member.pk).update(is_active=False)
    close_account(user=outsider)
    assert [visitor.get(address).status_code for address in (suspended, closed)] == [404, 404]


def test_who_leaves_a_group_loses_its_events(visitor: Client, member: User, group: Group) -> None:
    make_event(group=group, title="ours", visibility="group")
    address = own_address(member)
    assert titles(visitor.get(address)) == ["ours"]
    member.memberships.update(state="left")
    assert titles(visitor.get(address)) == []


def test_too_often_is_answered_politely(visitor: Client, member: User, outsider: User, monkeypatch, caplog) -> None:
    monkeypatch.setattr(feeds, "FETCHES", 2)
    address, another = own_address(member), own_address(outsider)
    answers = [visitor.get(address) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert (answers[2]["Retry-After"], answers[2]["Cache-Control"]) == ("600", "private, no-cache")
    assert visitor.get(another).status_code == 200
    secret = CalendarFeed.objects.get(user=member).secret
    assert not any(secret in key for key in cache._cache)
    assert secret not in caplog.text


# --- The page of one's own feed ---------------------------------------------------------------------------
PAGE = "/my/calendar/"


def test_the_page_makes_shows_renews_and_withdraws_the_address(as_, member: User, told) -> None:
    client = as_(member)
    assert "ท่านยังไม่มีที่อยู่ปฏิทิน" in client.get(PAGE).content.decode()
    assert CalendarFeed.objects.count() == 0  # looking makes none
    response = client.post(PAGE, {"action": "renew"})
    assert response["Location"] == PAGE
    first = CalendarFeed.objects.get(user=member).secret
    html = client.get(PAGE).content.decode()
    assert f'value="http://testserver/calendar/{first}.ics"' in html
    assert f'href="webcal://testserver/calendar/{first}.ics"' in html
    response = client.post(PAGE, {"action": "renew"})
    assert told(response)[-1:] == ["ออกที่อยู่ปฏิทินใหม่แล้ว ที่อยู่ก่อนหน้านี้ถ้ามีใช้ไม่ได้อีก"]
    assert CalendarFeed.objects.get(user=member).secret != first
    client.post(PAGE, {"action": "withdraw"})
    assert CalendarFeed.objects.count() == 0


def test_each_has_an_own_page(visitor: Client, as_, member: User, outsider: User) -> None:
    secret = feeds.renew(user=member).secret
    assert secret not in as_(outsider).get(PAGE).content.decode()
    assert visitor.get(PAGE)["Location"] == "/accounts/login/?next=%2Fmy%2Fcalendar%2F"
    as_(outsider).post(PAGE, {"action": "withdraw"})
    assert CalendarFeed.objects.get(user=member).secret == secret


def test_a_role_changes_what_the_feed_holds(visitor: Client, outsider: User, group: Group) -> None:
    Channel.objects.create(event=make_event(group=group), kind="vcs", link="https://v.go.th/1")
    address = own_address(outsider)
    assert titles(visitor.get(address)) == []
    make_membership(group=group, user=outsider, role=Role.FACILITATOR)
    assert "https://v.go.th/1" in visitor.get(address).content.decode().replace("\r\n ", "")


@pytest.mark.django_db(transaction=True)
def test_renewing_twice_at_once_leaves_one_address() -> None:
    user = make_user()
    at_once(*[lambda: feeds.renew(user=user)] * 4)
    assert CalendarFeed.objects.count() == 1
