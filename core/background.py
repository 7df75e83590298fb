"""Background work on top of django-tasks: retries, restarts and a timetable.

A task is an ordinary `django_tasks.task`. It may run more than once (a crash after the work, before the note
that it is done), so write each so that a second run does no harm. `manage.py worker` runs them:

* a task that raises is tried again after 1, 2, 4, ... minutes, `TASK_ATTEMPTS` times in all;
* a task whose worker fell silent (power cut, kill -9) is given to another worker;
* `settings.TASK_SCHEDULE` says what falls due when; a time that passed while no worker ran is made up for once.
"""

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker as DatabaseWorker
from django_tasks_db.models import DBTaskResult

from .models import ScheduledRun, WorkerPulse

logger = logging.getLogger(__name__)
EVERY_MINUTE = "every minute"
PULSE_EVERY = timedelta(seconds=10)
SILENT_AFTER = timedelta(seconds=60)
SUCCEEDED_KEPT = timedelta(days=1)  # mails among them hold links that sign somebody in
FAILED_KEPT = timedelta(days=14)


@dataclass(frozen=True)
class Timetable:
    """When a task falls due, in the portal's own time zone. No weekday means every day, no time every minute."""

    task: str  # dotted path
    at: time | None
    weekday: int | None = None  # Monday is 0

    def last_due(self, now: datetime) -> datetime:
        """The latest moment at or before `now` at which this fell due."""
        local = timezone.localtime(now)
        if self.at is None:
            return local.replace(second=0, microsecond=0)
        due = local.replace(hour=self.at.hour, minute=self.at.minute, second=0, microsecond=0)
        if due > local:
            due -= timedelta(days=1)
        while self.weekday is not None and due.weekday() != self.weekday:
            due -= timedelta(days=1)
        return due


def timetable() -> list[Timetable]:
    return [
        Timetable(task, None if at == EVERY_MINUTE else time.fromisoformat(at), weekday)
        for task, at, weekday in settings.TASK_SCHEDULE
    ]


def enqueue_due(rows: Iterable[Timetable], *, now: datetime | None = None) -> list[str]:
    """Enqueue what has fallen due and was not enqueued for that moment yet; answer their names."""
    enqueued = []
    for row in rows:
        due_at = row.last_due(now or timezone.now())
        with transaction.atomic():
            _, is_new = ScheduledRun.objects.get_or_create(name=row.task, due_at=due_at)
            if is_new:
                import_string(row.task).enqueue()
                enqueued.append(row.task)
    return enqueued


def wait_before(attempt: int) -> timedelta:
    """How long to wait after the given attempt (1 is the first) failed."""
    return timedelta(minutes=min(2 ** (attempt - 1), 60))


def try_again(row: DBTaskResult, *, now: datetime | None = None) -> bool:
    """Put a failed task back into the queue, unless its attempts are used up."""
    attempts = len(row.worker_ids)
    if row.status != TaskResultStatus.FAILED or attempts >= settings.TASK_ATTEMPTS:
        return False
    row.status = TaskResultStatus.READY
    row.run_after = (now or timezone.now()) + wait_before(attempts)
    row.save(update_fields=["status", "run_after"])
    return True


def rescue_orphans(*, now: datetime | None = None) -> int:
    """Give running tasks of silent workers back to the queue; a task that kills its workers is given up."""
    now = now or timezone.now()
    alive = set(WorkerPulse.objects.filter(seen_at__gt=now - SILENT_AFTER).values_list("worker_id", flat=True))
    rescued = 0
    with transaction.atomic():
        for row in DBTaskResult.objects.running().select_for_update(of=("self",) if is_postgres() else ()):
            started = row.started_at or now
            if row.worker_ids[-1] in alive or now - started < SILENT_AFTER:
                continue
            if len(row.worker_ids) >= settings.TASK_ATTEMPTS:
                row.set_failed(RuntimeError("the worker died each time this task ran"))
                continue
            row.status, row.run_after = TaskResultStatus.READY, now
            row.save(update_fields=["status", "run_after"])
            rescued += 1
    return rescued


def is_postgres() -> bool:
    return connection.vendor == "postgresql"


def beat(worker_id: str, *, now: datetime | None = None) -> None:
    WorkerPulse.objects.update_or_create(worker_id=worker_id, defaults={"seen_at": now or timezone.now()})


def worker_is_alive(*, now: datetime | None = None) -> bool:
    return WorkerPulse.objects.filter(seen_at__gt=(now or timezone.now()) - SILENT_AFTER).exists()


def prune(*, now: datetime | None = None) -> None:
    """Forget what finished long ago, and workers that are gone."""
    now = now or timezone.now()
    before = now - FAILED_KEPT
    DBTaskResult.objects.successful().filter(finished_at__lt=now - SUCCEEDED_KEPT).delete()
    DBTaskResult.objects.failed().filter(finished_at__lt=before).delete()
    ScheduledRun.objects.filter(due_at__lt=before).delete()
    WorkerPulse.objects.filter(seen_at__lt=before).delete()


class Worker(DatabaseWorker):
    """django-tasks-db's worker, which also tries failed tasks again."""

    def run_task(self, db_task_result: DBTaskResult) -> None:
        super().run_task(db_task_result)
        if db_task_result.status == TaskResultStatus.FAILED:
            again = try_again(db_task_result)
            logger.warning(
                "task %s failed (attempt %d)%s: %s",
                db_task_result.task_path,
                len(db_task_result.worker_ids),
                "" if again else ", given up",
                db_task_result.traceback.strip().rsplit("\n", 1)[-1],
            )


class Housekeeper(threading.Thread):
    """Beside the worker: its pulse, the timetable, and the rescue of orphaned tasks."""

    def __init__(self, worker_id: str) -> None:
        super().__init__(name="housekeeper", daemon=True)
        self.worker_id = worker_id
        self.stopped = threading.Event()

    def run(self) -> None:
        while not self.stopped.is_set():
            try:
                close_old_connections()
                beat(self.worker_id)
                rescue_orphans()
                enqueue_due(timetable())
            except Exception:
                logger.exception("housekeeping failed; trying again")
            self.stopped.wait(PULSE_EVERY.total_seconds())
        connection.close()
