"""Counting what a proxy served from its own cache."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from pages import visits
from pages.models import VisitDay, VisitLog
from tests.pages.test_visits import FIREFOX, TODAY, numbers, visit

pytestmark = pytest.mark.django_db
AT = f"{visit().at:.3f}"


def line(*, address: str = "203.0.113.7", agent: str = FIREFOX, at: str = AT) -> str:
    return f'{at} {address} "/groups/finance/" "{agent}"\n'


def count(path: Path) -> None:
    call_command("import_visit_log", path, stdout=StringIO())


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "visits.log"


def test_counts_each_line_once_however_often_it_runs(log: Path) -> None:
    log.write_text(line() + line(address="203.0.113.8"))
    count(log)
    count(log)
    assert numbers() == (2, 2)
    with log.open("a") as file:
        file.write(line() + line(address="2001:db8::1"))
    count(log)
    assert numbers() == (3, 4)


def test_the_same_visitor_in_the_log_and_at_the_portal_is_one(log: Path) -> None:
    visits.record([visit()])
    log.write_text(line())
    count(log)
    assert numbers() == (1, 2)


def test_a_line_still_being_written_waits(log: Path) -> None:
    whole = line(address="203.0.113.8")
    log.write_text(line() + whole[:30])
    count(log)
    assert numbers() == (1, 1)
    log.write_text(line() + whole)
    count(log)
    assert numbers() == (2, 2)


def test_goes_on_after_a_rotation(log: Path) -> None:
    log.write_text(line())
    count(log)
    with log.open("a") as file:
        file.write(line(address="203.0.113.8"))
    log.rename(log.with_name("visits.log.1"))
    log.write_text(line(address="203.0.113.9"))
    count(log)
    count(log)
    assert numbers() == (3, 3)


def test_starts_anew_where_the_log_was_emptied_in_place(log: Path) -> None:
    log.write_text(line() * 3)
    count(log)
    log.write_text(line())
    count(log)
    assert numbers() == (1, 4)


@pytest.mark.parametrize(
    "odd",
    ["\n", "x\n", '1 2 "3" "4"\n', line()[:-2] + "\n", f'{AT} 203.0.113.7 "/" "\\q"\n', "\x00\xff\n", '"' * 500 + "\n"],
)
def test_odd_lines_are_passed_over(log: Path, odd: str) -> None:
    log.write_text(odd + line())
    count(log)
    assert numbers() == (1, 1)


def test_robots_in_the_log_are_not_counted(log: Path) -> None:
    log.write_text(line(agent="curl/8") + line(agent="") + line(agent="Mozilla/5.0 (compatible; bingbot/2.0)"))
    count(log)
    assert not VisitDay.objects.exists()
    assert VisitLog.objects.get().offset == log.stat().st_size


def test_no_such_log(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        count(tmp_path / "missing.log")


def test_day_of_the_line_counts(log: Path) -> None:
    log.write_text(line(at=f"{visit(hour=0).at - 1:.3f}") + line())
    count(log)
    assert numbers() == (1, 1)
    assert VisitDay.objects.filter(day__lt=TODAY).get().visitors == 1
