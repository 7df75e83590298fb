"""What time alone changes: live at the start, ended at the end, also after the worker was away."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from core import background, pagecache
from events import tasks
from events.models import Event, Mailing, State
from events.services import clock, planning
from tests.factories import make_event

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def states() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize(
    ("state", "starts", "lasts", "then"),
    [
        (State.OPEN, HOUR, HOUR, State.OPEN),
        (State.OPEN, timedelta(), HOUR, State.LIVE),
        (State.OPEN, -HOUR, 2 * HOUR, State.LIVE),
        (State.OPEN, -2 * HOUR, 2 * HOUR, State.ENDED),
        (State.OPEN, -30 * HOUR, 2 * HOUR, State.ENDED),
        (State.LIVE, -HOUR, 2 * HOUR, State.LIVE),
        (State.LIVE, HOUR, 2 * HOUR, State.LIVE),
        (State.LIVE, -2 * HOUR, 2 * HOUR, State.ENDED),
        *((state, -30 * HOUR, 2 * HOUR, state) for state in State if state not in (State.OPEN, State.LIVE)),
    ],
)
def test_what_fell_due_is_written_down(group, now, state, starts, lasts, then) -> None:
    make_event(group=group, state=state, starts_at=now + starts, ends_at=now + starts + lasts)
    assert (clock.follow_clock(now=now), states()) == (int(state != then), [then])


def test_the_state_begins_at_its_time_and_not_when_it_was_written_down(group, now) -> None:
    live = make_event(group=group, starts_at=now - HOUR)
    ended = make_event(group=group, starts_at=now - 30 * HOUR)
    updated = Event.objects.get(pk=live.pk).updated_at
    clock.follow_clock(now=now)
    live.refresh_from_db()
    ended.refresh_from_db()
    assert (live.state_since, ended.state_since, live.updated_at) == (live.starts_at, ended.ends_at, updated)
    assert [line.text for line in (*live.log_lines.all(), *ended.log_lines.all())] == [
        "เริ่มถ่ายทอดสดตามเวลา", "เสร็จสิ้นตามเวลา",
    ]  # fmt: skip
    assert (live.history.first().history_user, Mailing.objects.count(), live.sequence) == (None, 0, 0)


def test_a_second_run_finds_nothing(group, now) -> None:
    make_event(group=group, starts_at=now - HOUR)
    assert [clock.follow_clock(now=now) for _ in range(2)] == [1, 0]
    version = pagecache.read().number
    clock.follow_clock(now=now)
    assert pagecache.read().number == version


def test_visitors_see_it_at_once(group, now) -> None:
    make_event(group=group, starts_at=now - HOUR)
    version = pagecache.read().number
    clock.follow_clock(now=now)
    assert pagecache.read().number == version + 1


def test_many_at_once_after_a_day_without_the_worker(group, now, monkeypatch) -> None:
    monkeypatch.setattr(clock, "BATCH", 2)
    for hours in range(5):
        make_event(group=group, starts_at=now - (24 + hours) * HOUR)
    make_event(group=group, starts_at=now + HOUR)
    assert (clock.follow_clock(now=now), states()) == (5, [State.ENDED] * 5 + [State.OPEN])


def test_who_ends_by_hand_is_not_overruled(group, facilitator, now) -> None:
    event = make_event(group=group, starts_at=now - HOUR)
    due = list(clock.due(now))
    planning.end(event=event, by=facilitator)
    assert (clock.write_down(due[0], now), clock.follow_clock(now=now), states()) == (False, 0, [State.ENDED])


def test_the_clock_asks_little_when_nothing_is_due(group, now, django_assert_num_queries) -> None:
    for days in range(5):
        make_event(group=group, starts_at=now + timedelta(days=days + 1))
    with django_assert_num_queries(1):
        clock.follow_clock(now=now)


# --- The task of every minute ---
def test_a_part_that_fails_does_not_stop_the_others(group, now, caplog) -> None:
    make_event(group=group, starts_at=now - HOUR)

    def broken() -> int:
        raise ValueError("no route to the moon")

    with caplog.at_level("ERROR"):
        assert tasks.run_each([broken, clock.follow_clock, lambda: 3]) == 4
    assert (states(), "no route to the moon" in caplog.text, "broken failed" in caplog.text) == (
        [State.LIVE], True, True,
    )  # fmt: skip


def test_the_clock_is_on_the_timetable(group, now) -> None:
    make_event(group=group, starts_at=now - HOUR)
    (row,) = [row for row in background.timetable() if row.task == "events.tasks.follow_clock"]
    assert (row.at, clock.follow_clock in tasks.EVERY_MINUTE) == (None, True)
    tasks.follow_clock.func()
    assert states() == [State.LIVE]
