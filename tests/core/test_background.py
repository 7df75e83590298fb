"""Retries, restarts and the timetable, on the real queue in the database."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from core import background
from core.background import Timetable, Worker
from core.models import ScheduledRun, WorkerPulse

pytestmark = pytest.mark.django_db(transaction=True)

runs: list[str] = []


@task()
def note(word: str) -> None:
    runs.append(word)


@task()
def fail_until_third() -> None:
    runs.append("try")
    if len(runs) < 3:
        raise ConnectionError("mail server down")


@pytest.fixture(autouse=True)
def _no_runs_yet() -> None:
    runs.clear()


def work() -> None:
    """Run whatever is ready now, then stop."""
    Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id="test-worker",
        excluded_queue_names=[],
    ).run()


def make_ready() -> None:
    DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(run_after=timezone.now())


def test_a_task_runs_once() -> None:
    note.enqueue("สวัสดี")
    work()
    work()
    assert runs == ["สวัสดี"]


def test_a_failed_task_waits_then_runs_again() -> None:
    fail_until_third.enqueue()
    for expected_wait in (1, 2):
        work()
        row = DBTaskResult.objects.get()
        assert row.status == TaskResultStatus.READY
        assert round((row.run_after - row.finished_at) / timedelta(minutes=1)) == expected_wait
        make_ready()
    work()
    assert runs == ["try"] * 3
    assert DBTaskResult.objects.get().status == TaskResultStatus.SUCCESSFUL


def test_a_task_is_given_up_after_its_attempts(settings: LazySettings) -> None:
    settings.TASK_ATTEMPTS = 2
    fail_until_third.enqueue()
    for _ in range(4):
        work()
        make_ready()
    assert runs == ["try"] * 2
    assert DBTaskResult.objects.get().status == TaskResultStatus.FAILED


def orphan(*, worker: str, minutes_ago: int) -> DBTaskResult:
    note.enqueue("again")
    row = DBTaskResult.objects.get()
    row.claim(worker)
    DBTaskResult.objects.update(started_at=timezone.now() - timedelta(minutes=minutes_ago))
    return row


def test_a_task_of_a_dead_worker_is_run_by_another() -> None:
    orphan(worker="dead", minutes_ago=10)
    assert background.rescue_orphans() == 1
    work()
    assert runs == ["again"]


def test_a_long_task_of_a_living_worker_is_left_alone() -> None:
    orphan(worker="alive", minutes_ago=10)
    background.beat("alive")
    assert background.rescue_orphans() == 0


def test_a_task_that_kills_its_workers_is_given_up(settings: LazySettings) -> None:
    settings.TASK_ATTEMPTS = 1
    orphan(worker="dead", minutes_ago=10)
    assert background.rescue_orphans() == 0
    assert DBTaskResult.objects.get().status == TaskResultStatus.FAILED


NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # Monday, 08.00 in Bangkok


@pytest.mark.parametrize(
    ("row", "due"),
    [
        (Timetable("t", time(7)), datetime(2026, 11, 23, 0, 0, tzinfo=UTC)),
        (Timetable("t", time(9)), datetime(2026, 11, 22, 2, 0, tzinfo=UTC)),
        (Timetable("t", time(7), weekday=0), datetime(2026, 11, 23, 0, 0, tzinfo=UTC)),
        (Timetable("t", time(7), weekday=1), datetime(2026, 11, 17, 0, 0, tzinfo=UTC)),
    ],
)
def test_the_timetable_is_in_bangkok_time(row: Timetable, due: datetime) -> None:
    assert row.last_due(NOW) == due


def test_what_falls_due_is_enqueued_once_and_missed_times_are_made_up_for_once() -> None:
    rows = [Timetable("core.tasks.prune_finished", time(7))]
    for now in (NOW, NOW + timedelta(hours=1), NOW + timedelta(days=5)):
        background.enqueue_due(rows, now=now)
    assert DBTaskResult.objects.count() == ScheduledRun.objects.count() == 2


def test_every_timetabled_task_exists() -> None:
    enqueued = background.enqueue_due(background.timetable(), now=NOW)
    assert len(enqueued) == len(background.timetable())


def test_old_results_are_pruned() -> None:
    note.enqueue("old")
    work()
    DBTaskResult.objects.update(finished_at=timezone.now() - timedelta(days=30))
    background.prune()
    assert DBTaskResult.objects.count() == 0


def test_the_pulse_tells_whether_a_worker_lives() -> None:
    assert not background.worker_is_alive()
    background.beat("w")
    assert background.worker_is_alive()
    assert not background.worker_is_alive(now=timezone.now() + timedelta(minutes=5))
    assert WorkerPulse.objects.count() == 1
