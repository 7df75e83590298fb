"""`manage.py worker`: run background tasks, retry them, and keep the timetable."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.crypto import get_random_string

from core.background import Housekeeper, Worker
from core.models import WorkerPulse


class Command(BaseCommand):
    help = "Run background tasks until stopped (SIGTERM or Ctrl-C ends it after the task in hand)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--interval", type=float, default=1.0, help="seconds between looks at an empty queue")
        parser.add_argument("--batch", action="store_true", help="run what is waiting, then exit")

    def handle(self, *, interval: float, batch: bool, **options: Any) -> None:
        worker = Worker(
            queue_names=["*"],
            interval=interval,
            batch=batch,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )
        worker.configure_signals()
        housekeeper = Housekeeper(worker.worker_id)
        if not batch:
            housekeeper.start()
        try:
            worker.run()
        finally:
            housekeeper.stopped.set()
            if not batch:
                housekeeper.join(timeout=5)
                WorkerPulse.objects.filter(worker_id=worker.worker_id).delete()
