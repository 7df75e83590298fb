"""Ask YouTube whether each replay that is shown can still be watched; tell facilitators of those that cannot."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from events.replay_check import PAUSE, PROBLEMS, Answer, check, shown


class Command(BaseCommand):
    help = "Find replays that were removed or made private. The worker does so every week."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pause", type=float, default=PAUSE, help="seconds between two questions")

    def handle(self, *, pause: float, **options: Any) -> None:
        events = list(shown().only("pk", "video_id"))
        total, found = len(events), check(events, pause=max(0.0, pause))
        for event in shown().exclude(video_problem="").only("pk", "video_id", "video_problem"):
            self.stdout.write(f"{event.pk} {event.video_id} {event.video_problem}")
        gone = sum(found[answer] for answer in PROBLEMS)
        self.stdout.write(f"{total} replays: {found[Answer.THERE]} can be watched, {gone} cannot")
        if unanswered := total - found[Answer.THERE] - gone:
            self.stdout.write(self.style.WARNING(f"no clear answer about {unanswered}: nothing was changed there"))
