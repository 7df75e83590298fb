from datetime import date, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import RequestFactory

from core import thai, visitors
from core.visitors import Visit, comes_anew

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
HALF_AN_HOUR = timedelta(minutes=30)


def visit(*, day: date = date(2026, 11, 23), address: str = "203.0.113.7", agent: str = FIREFOX) -> Visit:
    return Visit(datetime(day.year, day.month, day.day, 9, tzinfo=thai.BANGKOK).timestamp(), address, agent)


def test_the_same_browser_comes_anew_once_for_each_purpose() -> None:
    tries = [
        visit(),
        visit(),
        visit(address="203.0.113.8"),
        visit(agent="Mozilla/5.0 other"),
        visit(day=date(2026, 11, 24)),  # under another salt
    ]
    assert [comes_anew(one, to="a", within=HALF_AN_HOUR) for one in tries] == [True, False, True, True, True]
    assert comes_anew(visit(), to="b", within=HALF_AN_HOUR)


def test_after_the_time_it_comes_anew() -> None:
    assert comes_anew(visit(), to="a", within=timedelta(0))
    assert comes_anew(visit(), to="a", within=HALF_AN_HOUR)
    assert not comes_anew(visit(), to="a", within=HALF_AN_HOUR)


@pytest.mark.parametrize(("purpose", "ahead"), [("prefetch", True), ("prefetch;prerender", True), ("", False)])
def test_what_is_loaded_in_advance(purpose: str, ahead: bool) -> None:
    assert visitors.is_loaded_ahead(RequestFactory().get("/", HTTP_SEC_PURPOSE=purpose)) is ahead


@pytest.mark.django_db
def test_what_ran_out_is_deleted_from_a_cache_in_the_database(settings: LazySettings) -> None:
    settings.CACHES = settings.CACHES | {
        "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "test_cache"}
    }
    call_command("createcachetable", "test_cache")
    cache.set("sign-in", 1, 3600)
    cache.set("for-ever", 1, None)
    for address in ("203.0.113.7", "203.0.113.8"):
        comes_anew(visit(address=address), to="a", within=timedelta(seconds=-10))
    assert visitors.forget_expired() == 2
    assert (cache.get("sign-in"), cache.get("for-ever"), visitors.forget_expired()) == (1, 1, 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM test_cache")
        assert cursor.fetchone() == (3,)  # the salt of the day is the third
        cursor.execute("DROP TABLE test_cache")
