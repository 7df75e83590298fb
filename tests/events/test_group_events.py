"""A group's tab: what comes, drafts for those who work on them, the past by fiscal year."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core import pagecache
from core.thai import BANGKOK, fiscal_year
from events.models import CoHost, State
from groups.models import FormerSlug, Group, Stage
from tests.factories import make_event, make_group, make_membership, make_registration

pytestmark = pytest.mark.django_db
ADDRESS = "/groups/finance/events/"


def days(number: float) -> datetime:
    return timezone.now() + timedelta(days=number)


def shown(response) -> tuple[list[str], list[str]]:
    lists = response.context["events"]
    return [row.title for row in lists.coming.rows], [row.title for row in lists.past.rows]


def test_own_and_shared_events_by_who_looks(visitor: Client, as_, outsider, member, facilitator, group: Group) -> None:
    other = make_group(number=2)
    make_event(group=group, title="open", starts_at=days(1))
    make_event(group=group, title="internal", starts_at=days(2), visibility="internal")
    make_event(group=group, title="members", starts_at=days(3), visibility="group")
    CoHost.objects.create(event=make_event(group=other, title="together", starts_at=days(4)), group=group)
    make_event(group=other, title="other")
    make_event(group=group, title="over", starts_at=days(-1))
    make_event(group=group, title="draft", state=State.DRAFT)
    expected = {
        None: ["open", "together"],
        outsider: ["open", "internal", "together"],
        member: ["open", "internal", "members", "together"],
        facilitator: ["open", "internal", "members", "together"],
    }
    for person, coming in expected.items():
        response = (as_(person) if person else visitor).get(ADDRESS)
        assert shown(response) == (coming, ["over"])
        drafts = response.context["events"].drafts
        assert [row.title for row in drafts.rows] == (["draft"] if person == facilitator else [])
        html = response.content.decode()
        assert ("/groups/finance/events/new/" in html) == (person == facilitator)


def test_the_next_step_is_to_register(visitor: Client, as_, outsider, group: Group) -> None:
    free = make_event(group=group, starts_at=days(1))
    full = make_event(group=group, starts_at=days(2), capacity=1)
    make_registration(event=full)
    make_event(group=group, starts_at=days(3), registration_opens_at=days(2))
    make_event(group=group, starts_at=days(4), state=State.CANCELLED)
    html = visitor.get(ADDRESS).content.decode()
    assert html.count("ลงทะเบียนเข้าร่วม<span") == html.count("เข้ารายชื่อสำรอง<span") == 1
    assert html.index(f'class="button primary" href="{free.get_absolute_url()}#registration"') > 0
    make_registration(event=free, user=outsider)
    html = as_(outsider).get(ADDRESS).content.decode()
    assert (html.count("ท่านลงทะเบียนแล้ว"), html.count("ลงทะเบียนเข้าร่วม<span")) == (1, 0)


def test_the_past_stands_under_its_fiscal_year(visitor: Client, group: Group) -> None:
    for title, moment in (("a", (2026, 9, 30)), ("b", (2025, 10, 1)), ("c", (2025, 9, 30))):
        make_event(group=group, title=title, starts_at=datetime(*moment, 9, 0, tzinfo=BANGKOK), state=State.ENDED)
    response = visitor.get(ADDRESS)
    assert shown(response) == ([], ["a", "b", "c"])
    html = response.content.decode()
    assert [html.count(f"ที่ผ่านมา ปีงบประมาณ {year}</h2>") for year in (2570, 2569, 2568)] == [0, 1, 1]
    assert html.index("ปีงบประมาณ 2569") < html.index("ปีงบประมาณ 2568")


def test_the_past_and_what_comes_have_pages(visitor: Client, as_, facilitator, group: Group) -> None:
    for number in range(1, 24):
        make_event(group=group, title=f"p{number}", starts_at=days(-number), state=State.ENDED)
        make_event(group=group, title=f"c{number}", starts_at=days(number))
        make_event(group=group, title=f"d{number}", starts_at=days(number), state=State.DRAFT)

    def numbers(letter: str, *span: int) -> list[str]:
        return [f"{letter}{number}" for number in range(*span)]

    first = visitor.get(ADDRESS)
    assert shown(first) == (numbers("c", 1, 11), numbers("p", 1, 11))
    second = visitor.get(ADDRESS + first.context["events"].past.links.next_query)
    assert shown(second) == (numbers("c", 1, 11), numbers("p", 11, 21))
    third = visitor.get(ADDRESS + second.context["events"].coming.links.next_query)
    assert shown(third) == (numbers("c", 11, 21), numbers("p", 11, 21))
    back = visitor.get(ADDRESS + third.context["events"].past.links.previous_query)
    assert shown(back) == (numbers("c", 11, 21), numbers("p", 1, 11))
    editor = as_(facilitator)
    more = editor.get(ADDRESS + editor.get(ADDRESS).context["events"].drafts.links.next_query)
    assert [row.title for row in more.context["events"].drafts.rows] == numbers("d", 11, 21)


def test_nothing_yet(visitor: Client, as_, facilitator, group: Group) -> None:
    html = visitor.get(ADDRESS).content.decode()
    texts = ("ยังไม่มีกิจกรรมหลังจากนี้", "กลุ่มนี้ยังไม่มีกิจกรรมที่ผ่านมา", "/groups/finance/calendar.ics", "ตั้งกิจกรรม")
    assert [text in html for text in texts] == [True, True, True, False]
    Group.objects.update(stage=Stage.CLOSED)
    pagecache.changed()
    html = as_(facilitator).get(ADDRESS).content.decode()
    assert ["กลุ่มนี้ไม่มีกิจกรรมใหม่แล้ว" in html, "ตั้งกิจกรรม" in html] == [True, False]


def test_the_tab_is_marked_on_every_page_of_the_group(visitor: Client, group: Group) -> None:
    link = '<a href="/groups/finance/events/"'
    assert f'{link} aria-current="page">กิจกรรม</a>' in visitor.get(ADDRESS).content.decode()
    assert f"{link}>กิจกรรม</a>" in visitor.get("/groups/finance/").content.decode()


def test_a_draft_group_and_a_renamed_one(visitor: Client, as_, outsider, facilitator, group: Group) -> None:
    FormerSlug.objects.create(slug="money", group=group)
    assert visitor.get("/groups/money/events/?page=x")["Location"] == f"{ADDRESS}?page=x"
    Group.objects.update(stage=Stage.DRAFT)
    pagecache.changed()
    answers = [client.get(ADDRESS).status_code for client in (visitor, as_(outsider), as_(facilitator))]
    assert answers == [404, 404, 200]
    assert visitor.get("/groups/nothing/events/").status_code == 404


def test_odd_addresses_are_no_error(visitor: Client, group: Group) -> None:
    for query in ({"page": "x\x00"}, {"coming": "1"}, {"drafts": "z"}, {"page": "x" * 5000}):
        assert visitor.get(ADDRESS, query).status_code == 200


@pytest.mark.parametrize(("events", "people"), [(1, 1), (30, 40)])
def test_queries(
    steady,
    visitor: Client,
    as_,
    outsider,
    facilitator,
    group: Group,
    events: int,
    people: int,
    django_assert_num_queries,
) -> None:
    make_membership(group=group, user=outsider)
    for number in range(1, events + 1):
        event = make_event(group=group, starts_at=days(number), visibility="group" if number % 2 else "public")
        make_registration(event=event, user=outsider)
        make_event(group=group, starts_at=days(-number), state=State.ENDED)
        make_event(group=group, starts_at=days(number), state=State.DRAFT)
    for _ in range(people):
        make_registration(event=event)
    signed_in, editor = as_(outsider), as_(facilitator)
    visitor.get("/faq/")
    pagecache.forget()
    with django_assert_num_queries(4):  # version, group, what comes, what was
        visitor.get(ADDRESS)
    pagecache.forget()
    with django_assert_num_queries(7):  # version, session, person, membership, own seats and groups; two lists
        signed_in.get(ADDRESS)
    with django_assert_num_queries(5):
        signed_in.get(ADDRESS)
    with django_assert_num_queries(6):  # drafts, too
        editor.get(ADDRESS)


def test_the_year_of_an_event_to_come(visitor: Client, group: Group) -> None:
    moment = days(310)
    make_event(group=group, starts_at=moment, ends_at=moment + timedelta(minutes=1))
    [row] = visitor.get(ADDRESS).context["events"].coming.rows
    assert (str(moment.astimezone(BANGKOK).year + 543) in row.time, row.fiscal_year) == (True, fiscal_year(moment))
