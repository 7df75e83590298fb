"""The calendar month by month."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core.thai import BANGKOK
from events import calendar
from events.models import State
from tests.factories import make_event, make_group, make_registration, make_user

pytestmark = pytest.mark.django_db
ADDRESS = "/events/"
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=BANGKOK)


def days(number: float) -> datetime:
    return timezone.now() + timedelta(days=number)


def month(client: Client, text: str, **query: str):
    return client.get(ADDRESS, {"view": "month", "month": text, **query})


def test_a_month_as_weeks_from_monday(visitor: Client) -> None:
    year = timezone.localtime().year
    make_event(title="first", starts_at=datetime(year, 1, 1, 9, 0, tzinfo=BANGKOK))
    make_event(title="last", starts_at=datetime(year, 1, 31, 22, 0, tzinfo=BANGKOK))
    make_event(title="before", starts_at=datetime(year - 1, 12, 31, 9, 0, tzinfo=BANGKOK))
    make_event(title="draft", starts_at=datetime(year, 1, 9, 9, 0, tzinfo=BANGKOK), state=State.DRAFT)
    response = month(visitor, f"{year + 543}-01")
    shown = response.context["month"]
    assert (shown.title, [row.title for row in shown.rows]) == (f"มกราคม {year + 543}", ["first", "last"])
    assert {day.day.weekday() for week in shown.weeks for day in week[:1]} == {0}
    by_day = {
        day.day: [entry.row.title for entry in day.entries] for week in shown.weeks for day in week if day.entries
    }
    assert by_day == {datetime(year, 1, 1).date(): ["first"], datetime(year, 1, 31).date(): ["last"]}
    html = response.content.decode()
    assert f'href="?view=month&amp;month={year + 542}-12" rel="prev nofollow"' in html
    assert f'href="?view=month&amp;month={year + 543}-02" rel="next nofollow"' in html
    assert f"กิจกรรมเดือนมกราคม {year + 543}" in html


def test_the_year_may_be_given_in_either_era_and_in_thai_digits(visitor: Client) -> None:
    year = timezone.localtime().year
    make_event(starts_at=datetime(year - 1, 1, 1, 9, 0, tzinfo=BANGKOK))
    for text in (f"{year}-03", f"{year + 543}-3", calendar.thai.to_thai_digits(f"{year + 543}-03")):
        assert month(visitor, text).context["month"].title == f"มีนาคม {year + 543}"


def test_an_event_over_midnight_stands_on_each_of_its_days(visitor: Client) -> None:
    start = datetime(2026, 11, 29, 22, 0, tzinfo=BANGKOK)
    make_event(title="long", starts_at=start, ends_at=start + timedelta(days=3))
    make_event(title="to midnight", starts_at=start, ends_at=start + timedelta(hours=2))
    november, december = (month(visitor, f"2569-{number}").context["month"] for number in (11, 12))

    def told(shown) -> list[tuple[int, str, str]]:
        return [(day.day.day, one.row.title, one.begins) for week in shown.weeks for day in week for one in day.entries]

    assert told(november) == [(29, "long", "22.00"), (29, "to midnight", "22.00"), (30, "long", "")]
    assert told(december) == [(1, "long", ""), (2, "long", "")]


def test_today_is_marked_and_this_month_is_the_first_shown(visitor: Client) -> None:
    today = timezone.localtime().date()
    make_event(title="now", starts_at=timezone.now(), ends_at=timezone.now() + timedelta(minutes=1))
    response = visitor.get(ADDRESS, {"view": "month"})
    marked = [day.day for week in response.context["month"].weeks for day in week if day.is_today]
    assert (marked, response.content.decode().count('aria-current="date"')) == ([today], 1)
    assert "เดือนนี้</a>" not in response.content.decode()


def test_filters_stay_while_one_leafs_through_the_months(visitor: Client) -> None:
    finance = make_group(number=1, slug="finance")
    make_event(group=finance, title="ours", starts_at=days(1))
    make_event(title="theirs", starts_at=days(1))
    text = calendar.thai.local_date(days(1))
    response = month(visitor, f"{text.year + 543}-{text.month:02}", group="finance")
    assert [row.title for row in response.context["month"].rows] == ["ours"]
    html = response.content.decode()
    assert 'href="?group=finance&amp;view=month&amp;month=' in html
    assert 'href="?group=finance"' in html  # back to the lists
    assert '<input type="hidden" name="view" value="month">' in html


def test_months_end_somewhere(visitor: Client) -> None:
    """A robot that follows "next" comes to an end."""
    this_year = calendar.thai.fiscal_year(timezone.now())
    first = month(visitor, f"{this_year - 1}-10").content.decode()
    last = month(visitor, f"{this_year + 1}-09").content.decode()
    assert [text in first for text in ('rel="prev', 'rel="next')] == [False, True]
    assert [text in last for text in ('rel="prev', 'rel="next')] == [True, False]


def test_an_empty_month(visitor: Client) -> None:
    assert "ไม่มีกิจกรรมในเดือนนี้" in visitor.get(ADDRESS, {"view": "month"}).content.decode()


def test_ones_own_are_marked_in_the_month_too(as_, outsider) -> None:
    event = make_event(starts_at=timezone.now() + timedelta(minutes=1), ends_at=timezone.now() + timedelta(minutes=2))
    make_registration(event=event, user=outsider)
    for person, times in ((outsider, 2), (make_user(), 0)):  # in the table and in the list for narrow screens
        html = as_(person).get(ADDRESS, {"view": "month"}).content.decode()
        assert html.count("ท่านลงทะเบียนแล้ว") == times
