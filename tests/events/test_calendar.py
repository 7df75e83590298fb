"""The calendar: what each sees of it, in lists; filters; queries."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core import pagecache
from core.thai import BANGKOK
from events import calendar
from events.models import Channel, CoHost, Event, Interest, Seat, State
from events.services import registration
from groups.models import Group, Role, Stage
from groups.visibility import Visibility
from tests.factories import make_event, make_group, make_membership, make_registration, make_user

pytestmark = pytest.mark.django_db
ADDRESS = "/events/"
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=BANGKOK)


def days(number: float) -> datetime:
    return timezone.now() + timedelta(days=number)


def coming(response) -> list[str]:
    return [row.title for row in response.context["lists"].coming.rows]


def past(response) -> list[str]:
    return [row.title for row in response.context["lists"].past.rows]


# --- The lists --------------------------------------------------------------------------------------------
@pytest.fixture
def some() -> dict[str, Event]:
    group = make_group(number=1, slug="finance")
    cast = {
        "later": {"starts_at": days(9)},
        "soon": {"starts_at": days(2)},
        "live": {"starts_at": timezone.now() - timedelta(hours=1)},
        "live early": {"starts_at": days(0.1), "state": State.LIVE},
        "postponed": {"starts_at": days(4), "state": State.POSTPONED},
        "called off today": {"starts_at": timezone.now() - timedelta(hours=1), "state": State.CANCELLED},
        "ended": {"starts_at": days(-2), "state": State.ENDED},
        "over": {"starts_at": days(-1)},
        "complete": {"starts_at": days(-90), "state": State.COMPLETE},
        "draft": {"starts_at": days(3), "state": State.DRAFT},
    }
    return {title: make_event(group=group, title=title, **fields) for title, fields in cast.items()}


def test_live_first_then_what_comes_then_the_past_backwards(visitor: Client, some: dict[str, Event]) -> None:
    response = visitor.get(ADDRESS)
    assert coming(response) == ["live", "live early", "called off today", "soon", "postponed", "later"]
    assert past(response) == ["over", "ended", "complete"]


def test_a_visitors_page_is_the_same_for_all_and_may_be_kept(visitor: Client, some: dict[str, Event]) -> None:
    response = visitor.get(ADDRESS)
    assert response["Cache-Control"].startswith("public")
    assert (response.cookies, "csrfmiddlewaretoken" in response.content.decode()) == ({}, False)


def test_an_empty_calendar(visitor: Client) -> None:
    html = visitor.get(ADDRESS).content.decode()
    assert [text in html for text in ("ยังไม่มีกิจกรรมที่กำหนดไว้", "ยังไม่มีกิจกรรมที่ผ่านมา")] == [True, True]


def test_who_sees_what(visitor: Client, as_, outsider, member, facilitator, officer, group: Group) -> None:
    """The same address, one after the other: nothing that is kept for one shows to another."""
    other, unborn = make_group(number=2), make_group(number=3, stage=Stage.DRAFT)
    for level in Visibility.values:
        make_event(group=group, title=level, visibility=level)
        make_event(group=other, title=f"other {level}", visibility=level)
    CoHost.objects.create(event=make_event(group=other, title="together", visibility="group"), group=group)
    make_event(group=unborn, title="unborn")
    make_event(group=group, title="draft", state=State.DRAFT)
    parent = make_user()
    make_membership(group=unborn, user=parent, role=Role.FACILITATOR)
    common = ["public", "other public", "internal", "other internal"]
    expected = {
        None: ["public", "other public"],
        outsider: common,
        member: [*common, "group", "together"],
        facilitator: [*common, "group", "together"],
        parent: [*common, "unborn"],
        officer: [*common, "group", "other group", "together", "unborn"],
    }
    for round_ in ("1", "2"):
        for person, titles in expected.items():
            client = as_(person) if person else visitor
            for query in ({"round": round_}, {"round": round_, "level": "province"}):
                assert sorted(coming(client.get(ADDRESS, query))) == sorted(titles), person


def test_leaving_a_group_takes_its_events_away_at_once(as_, member, group: Group) -> None:
    make_event(group=group, title="ours", visibility="group")
    client = as_(member)
    assert coming(client.get(ADDRESS)) == ["ours"]
    member.memberships.update(state="left")
    assert coming(client.get(ADDRESS)) == []


def test_ones_own_are_marked(as_, outsider) -> None:
    seated, waiting, cancelled, interesting, over = (
        make_event(title=title, starts_at=days(start))
        for title, start in (("a", 1), ("b", 2), ("c", 3), ("d", 4), ("e", -1))
    )
    make_registration(event=seated, user=outsider)
    make_registration(event=waiting, user=outsider, seat=Seat.WAITING)
    make_registration(event=cancelled, user=outsider, seat=Seat.CANCELLED)
    make_registration(event=over, user=outsider)
    make_registration(event=interesting)
    Interest.objects.create(event=interesting, user=outsider)
    response = as_(outsider).get(ADDRESS)
    marks = {row.title: row.mark for row in response.context["lists"].coming.rows}
    assert marks == {"a": "ท่านลงทะเบียนแล้ว", "b": "ท่านอยู่ในรายชื่อสำรอง", "c": "", "d": ""}
    assert response.content.decode().count("ท่านลงทะเบียนแล้ว") == 1
    assert "ท่านลงทะเบียนแล้ว" not in as_(make_user()).get(ADDRESS).content.decode()


def test_a_seat_taken_shows_at_once(as_, outsider) -> None:
    event, client = make_event(capacity=9), as_(outsider)
    assert client.get(ADDRESS).context["lists"].coming.rows[0].badge == "เปิดรับลงทะเบียน 0/9"
    registration.register(event=event, user=outsider, mode="vc")
    [row] = client.get(ADDRESS).context["lists"].coming.rows
    assert (row.badge, row.mark) == ("เปิดรับลงทะเบียน 1/9", "ท่านลงทะเบียนแล้ว")


def test_both_lists_have_pages_of_their_own(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("events.listing.SIZE", 2)
    group = make_group(number=1, slug="finance")
    for number in range(1, 6):
        make_event(group=group, title=f"c{number}", starts_at=days(number))
        make_event(group=group, title=f"p{number}", starts_at=days(-number), state=State.ENDED)
    make_event(title="of another group", starts_at=days(0.5))
    first = visitor.get(ADDRESS, {"group": "finance", "utm_source": "x", "stray": "1"})
    assert (coming(first), past(first)) == (["c1", "c2"], ["p1", "p2"])
    links = first.context["lists"]
    assert "stray" not in links.past.links.next_query
    second = visitor.get(ADDRESS + links.past.links.next_query)
    assert (coming(second), past(second)) == (["c1", "c2"], ["p3", "p4"])
    third = visitor.get(ADDRESS + second.context["lists"].coming.links.next_query)
    assert (coming(third), past(third)) == (["c3", "c4"], ["p3", "p4"])
    back = visitor.get(ADDRESS + third.context["lists"].past.links.previous_query)
    assert (coming(back), past(back)) == (["c3", "c4"], ["p1", "p2"])


def test_the_untouched_calendar_has_the_same_pages(visitor: Client, as_, outsider) -> None:
    """Its beginning comes by another way than the rest."""
    for number in range(1, 24):
        make_event(title=f"c{number}", starts_at=days(number))
        make_event(title=f"p{number}", starts_at=days(-number), state=State.ENDED)
    for client in (visitor, as_(outsider)):
        response = client.get(ADDRESS)
        seen = [(coming(response), past(response))]
        for _ in range(2):
            response = client.get(ADDRESS + response.context["lists"].coming.links.next_query)
            response = client.get(ADDRESS + response.context["lists"].past.links.next_query)
            seen.append((coming(response), past(response)))
        assert [title for page, _ in seen for title in page] == [f"c{number}" for number in range(1, 24)]
        assert [title for _, page in seen for title in page] == [f"p{number}" for number in range(1, 24)]


def test_both_ways_to_a_row_say_the_same(as_, officer, some: dict[str, Event]) -> None:
    for number, event in enumerate(some.values()):
        make_registration(event=event)
        event.capacity, event.registration_opens_at = 5, days(number - 5)
        event.save()
        Channel.objects.create(event=event, kind=["vcs", "room", "dopa", "youtube"][number % 4])
    untouched, filtered = (as_(officer).get(ADDRESS, query).context["lists"] for query in ({}, {"level": "central"}))
    assert (untouched.coming, untouched.past) == (filtered.coming, filtered.past)


# --- Filters ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "ahead", "over"),
    [
        ({"group": "finance"}, ["live", "open", "together"], ["replay"]),
        ({"group": "records"}, ["together", "full", "cancelled"], ["hidden"]),
        ({"state": "open"}, ["live", "open", "together", "full"], []),
        ({"state": "live"}, ["live"], []),
        ({"state": "replay"}, [], ["replay"]),
        ({"state": "called_off"}, ["cancelled"], []),
        ({"channel": "dopa"}, ["open"], []),
        ({"level": "district"}, ["live", "open", "together", "cancelled"], ["replay", "hidden"]),
        ({"group": "finance", "channel": "dopa", "level": "central", "state": "open"}, ["open"], []),
        ({"group": "finance", "state": "called_off"}, [], []),
    ],
)
def test_filters(visitor: Client, query: dict, ahead: list[str], over: list[str]) -> None:
    finance, records = make_group(number=1, slug="finance"), make_group(number=6, slug="records")
    make_event(group=finance, title="live", starts_at=timezone.now() - timedelta(hours=1))
    Channel.objects.create(event=make_event(group=finance, title="open", starts_at=days(1)), kind="dopa")
    CoHost.objects.create(event=make_event(group=records, title="together", starts_at=days(2)), group=finance)
    full = make_event(group=records, title="full", starts_at=days(3), capacity=1, for_district=False)
    make_registration(event=full)
    make_event(group=records, title="cancelled", starts_at=days(4), state=State.CANCELLED)
    make_event(group=finance, title="replay", starts_at=days(-1), video_id="a" * 11)
    make_event(
        group=records, title="hidden", starts_at=days(-2), video_id="b" * 11, video_is_shown=False, state=State.ENDED
    )
    response = visitor.get(ADDRESS, query)
    assert (coming(response), past(response)) == (ahead, over)


def test_by_fiscal_year(visitor: Client) -> None:
    for title, moment in (("old", (2024, 9, 30)), ("new", (2024, 10, 1)), ("newest", (2026, 10, 1))):
        make_event(title=title, starts_at=datetime(*moment, 9, 0, tzinfo=BANGKOK), state=State.ENDED)
    response = visitor.get(ADDRESS, {"year": "2568"})
    assert past(response) == ["new"]
    this_year = calendar.thai.fiscal_year(timezone.now())
    offered = [value for value, _ in response.context["form"].fields["year"].choices]
    assert offered == ["", *range(this_year, 2566, -1)]


def test_nothing_found_offers_a_way_back(visitor: Client, some: dict[str, Event]) -> None:
    html = visitor.get(ADDRESS, {"channel": "room"}).content.decode()
    assert [text in html for text in ("ไม่พบกิจกรรมที่ตรงกับเงื่อนไข", "ล้างเงื่อนไข")] == [True, True]


@pytest.mark.parametrize(
    "bad",
    [
        {"group": "ไม่มี"},
        {"group": "ก\x00ข"},
        {"state": "draft"},
        {"channel": "fax"},
        {"level": "x" * 5000},
        {"year": "9" * 400},
        {"year": "-1"},
    ],
)
def test_bad_filters_are_said_and_do_no_harm(as_, outsider, some: dict[str, Event], bad: dict[str, str]) -> None:
    response = as_(outsider).get(ADDRESS, bad)
    assert (response.status_code, coming(response)[0], len(past(response))) == (200, "live", 3)
    assert 'class="error"' in response.content.decode()


@pytest.mark.parametrize(
    "bad",
    [
        {"page": "x"},
        {"coming": "ก\x00"},
        {"view": "x"},
        {"view": "month", "month": "2569-13"},
        {"view": "month", "month": "0000-00"},
        {"view": "month", "month": "9999-12"},
        {"view": "month", "month": "1-1\x00"},
        {"view": "month", "month": "๒๕๖๙"},
        {"month": "2569-12"},
    ],
)
def test_odd_addresses_lead_to_the_calendar(visitor: Client, as_, outsider, some: dict[str, Event], bad: dict) -> None:
    for client in (visitor, as_(outsider)):
        assert client.get(ADDRESS, bad).status_code == 200


def test_a_group_that_nobody_may_see_is_not_offered(visitor: Client) -> None:
    make_group(number=1, slug="seen")
    make_group(number=2, slug="unseen", stage=Stage.DRAFT)
    response = visitor.get(ADDRESS)
    assert [text in response.content.decode() for text in ('value="seen"', 'value="unseen"')] == [True, False]


def test_a_fragment_for_htmx_holds_the_results_alone(as_, outsider, some: dict[str, Event]) -> None:
    for query in ({"state": "live"}, {"view": "month"}):
        html = as_(outsider).get(ADDRESS, query, HTTP_HX_REQUEST="true").content.decode()
        assert ("<html" in html, html.strip().startswith('<div id="results">')) == (False, True)


# --- Queries ----------------------------------------------------------------------------------------------
@pytest.fixture(params=[(1, 1), (30, 40)], ids=["few", "many"])
def reader(request: pytest.FixtureRequest, outsider, as_) -> Client:
    """In all the groups, each with an event to come that some see and one that is over."""
    events, people = request.param
    for number in range(1, events + 1):
        group = make_group(number=number)
        make_membership(group=group, user=outsider)
        visibility = Visibility.GROUP if number % 2 else Visibility.PUBLIC
        event = make_event(group=group, starts_at=days(number), visibility=visibility)
        Channel.objects.create(event=event, kind="vcs")
        make_registration(event=event, user=outsider)
        make_event(group=group, starts_at=days(-number), state=State.ENDED)
    for _ in range(people):
        make_registration(event=event)
    return as_(outsider)


@pytest.mark.parametrize(
    ("query", "lists"), [({}, 2), ({"view": "month"}, 1), ({"state": "open", "level": "province"}, 2)]
)
def test_queries(steady, visitor: Client, reader: Client, query: dict, lists: int, django_assert_num_queries) -> None:
    visitor.get("/faq/")
    pagecache.forget()
    with django_assert_num_queries(2 + lists):  # version, what there is to choose from
        visitor.get(ADDRESS, query)
    pagecache.forget()
    with django_assert_num_queries(4 + lists):  # version, session, person, own seats and groups; other lists than above
        reader.get(ADDRESS, query)
    with django_assert_num_queries(4):
        reader.get(ADDRESS, query)
