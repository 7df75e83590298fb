"""What counts as a visitor, and how days and totals add up."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from django.conf import LazySettings

from core import thai
from core.visitors import Visit
from pages import tasks, visits
from pages.models import VisitDay, VisitorOfDay, VisitSalt

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
CHROME = "Mozilla/5.0 (Linux; Android 14; CUBOT X90) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile"
TODAY = date(2026, 11, 22)


def visit(*, day: date = TODAY, hour: int = 9, address: str = "203.0.113.7", agent: str = FIREFOX) -> Visit:
    return Visit(datetime(day.year, day.month, day.day, hour, tzinfo=thai.BANGKOK).timestamp(), address, agent)


def numbers(day: date = TODAY) -> tuple[int, int]:
    return VisitDay.objects.values_list("visitors", "views").get(day=day)


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "curl/8.5.0",
        "python-requests/2.32",
        "Wget/1.21",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0) Chrome/116.0",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0 Safari/537.36",
        "Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
        "facebookexternalhit/1.1;line-poker/1.0",
        "Mozilla/5.0 (compatible; YandexRenderResourcesBot/1.0)",
        "kube-probe/1.31",
    ],
)
def test_programs_are_not_counted(agent: str) -> None:
    visits.record([visit(agent=agent)])
    assert not VisitDay.objects.exists()


@pytest.mark.parametrize(
    "agent",
    [
        FIREFOX,
        CHROME,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari Line/14.1",
        "Opera/9.80 (J2ME/MIDP; Opera Mini/7.1) Presto/2.12.423 Version/12.16",
    ],
)
def test_people_are_counted(agent: str) -> None:
    visits.record([visit(agent=agent)])
    assert numbers() == (1, 1)


def test_a_visitor_counts_once_a_day_and_each_page_once() -> None:
    visits.record([visit(), visit(hour=10), visit(address="203.0.113.8"), visit(agent=CHROME)])
    visits.record([visit(hour=11)])
    assert numbers() == (3, 5)


def test_more_visitors_than_one_statement_takes() -> None:
    visits.record(visit(address=f"10.0.{n // 250}.{n % 250}") for n in range(visits.CHUNK * 2 + 5))
    visits.record(visit(address=f"10.0.{n // 250}.{n % 250}") for n in range(visits.CHUNK * 2 + 6))
    assert numbers()[0] == visits.CHUNK * 2 + 6


def test_the_day_ends_at_midnight_in_thailand() -> None:
    visits.record([visit(hour=23), visit(day=date(2026, 11, 23), hour=0)])
    assert numbers() == (1, 1)
    assert numbers(date(2026, 11, 23)) == (1, 1)


def test_neither_address_nor_browser_is_stored() -> None:
    visits.record([visit()])
    stored = VisitorOfDay.objects.get()
    assert len(stored.digest) == 32
    assert set(stored.digest) <= set("0123456789abcdef")
    assert VisitorOfDay._meta.get_fields() == VisitorOfDay._meta.concrete_fields
    assert {field.name for field in VisitorOfDay._meta.get_fields()} == {"id", "day", "digest"}


def test_each_day_has_a_salt_of_its_own() -> None:
    visits.record([visit(), visit(day=date(2026, 11, 23))])
    first, second = VisitSalt.objects.order_by("day")
    assert len(first.salt) == len(second.salt) == 32
    assert bytes(first.salt) != bytes(second.salt)
    assert len(set(VisitorOfDay.objects.values_list("digest", flat=True))) == 2


def test_a_salt_stays_for_its_day() -> None:
    visits.record([visit()])
    before = bytes(VisitSalt.objects.get().salt)
    visits.record([visit(hour=12)])
    assert bytes(VisitSalt.objects.get().salt) == before


def test_closing_keeps_the_numbers_and_forgets_the_people() -> None:
    visits.record([visit(), visit(address="203.0.113.8"), visit(day=date(2026, 11, 23))])
    assert visits.close_days(before=date(2026, 11, 23)) == 1
    assert numbers() == (2, 2)
    assert list(VisitorOfDay.objects.values_list("day", flat=True)) == [date(2026, 11, 23)]
    assert list(VisitSalt.objects.values_list("day", flat=True)) == [date(2026, 11, 23)]
    assert visits.close_days(before=date(2026, 11, 23)) == 0


def test_a_closed_day_takes_views_but_no_visitors() -> None:
    visits.record([visit()])
    visits.close_days(before=date(2026, 11, 23))
    visits.record([visit(), visit(address="203.0.113.8")])
    assert numbers() == (1, 3)
    assert not VisitSalt.objects.exists()


def test_the_nightly_task_leaves_today_open() -> None:
    today = thai.now_local().date()
    visits.record([visit(), visit(day=today)])
    tasks.close_visit_days.call()
    assert list(VisitSalt.objects.values_list("day", flat=True)) == [today]


@pytest.fixture
def opening(settings: LazySettings) -> Iterator[None]:
    settings.COUNTER_OPENING_BALANCE = 1_286_413
    settings.COUNTER_SINCE = "2019-10-01"
    return


def test_totals_by_day_month_and_fiscal_year(opening: None) -> None:
    for day, visitors, views in [
        (date(2026, 9, 30), 1000, 5000),  # last day of fiscal year 2569
        (date(2026, 10, 1), 200, 700),  # first day of 2570
        (date(2026, 11, 1), 30, 60),
        (TODAY, 4, 9),
    ]:
        VisitDay.objects.create(day=day, visitors=visitors, views=views)
    totals = visits.totals(TODAY)
    assert (totals.today, totals.month, totals.year) == (4, 34, 234)
    assert totals.total == 1_286_413 + 1234
    assert totals.views == 5769
    assert (totals.opening, totals.since) == (1_286_413, date(2019, 10, 1))


@pytest.mark.parametrize(
    ("today", "year"), [(date(2026, 9, 30), 5), (date(2026, 10, 1), 7), (date(2027, 9, 30), 7), (date(2027, 10, 1), 0)]
)
def test_the_fiscal_year_turns_in_october(today: date, year: int) -> None:
    VisitDay.objects.create(day=date(2026, 9, 30), visitors=5)
    VisitDay.objects.create(day=date(2026, 10, 1), visitors=7)
    assert visits.totals(today).year == year


def test_totals_before_the_first_visit(opening: None) -> None:
    assert visits.totals(TODAY) == visits.nothing_yet()
    assert visits.nothing_yet().total == 1_286_413
