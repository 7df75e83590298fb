"""Background work of events: messages, reminders, the clock, the nightly proof of counts."""

import logging
from collections.abc import Callable, Iterable

from django_tasks import task

from . import audiences, replay_check
from .models import Mailing
from .services import certificates, clock, proof, reminders

logger = logging.getLogger(__name__)

# What falls due with time, each part on its own. A part does what is due however late it is asked, and once.
EVERY_MINUTE: list[Callable[[], int]] = [
    clock.follow_clock,
    reminders.remind,
    certificates.issue_due,
]


@task()
def deliver(mailing_id: int) -> int:
    """Send a message; nothing if it was withdrawn meanwhile."""
    mailing = Mailing.objects.select_related("event__group").filter(pk=mailing_id).first()
    return audiences.deliver(mailing) if mailing else 0


@task()
def follow_clock() -> int:
    """Every minute: write down what went live and what ended, remind, issue certificates; answer how many in all."""
    return run_each(EVERY_MINUTE)


def run_each(parts: Iterable[Callable[[], int]]) -> int:
    """One that fails does not stop the others; the next minute tries it again."""
    done = 0
    for part in parts:
        try:
            done += part()
        except Exception:
            logger.exception("%s.%s failed; trying again in a minute", part.__module__, part.__name__)
    return done


@task()
def recount_events() -> int:
    """Nightly: a difference between a count and its rows is a bug somewhere, so it is reported; answer how many."""
    wrong = proof.correct_counts()
    for difference in wrong:
        logger.error("%s", difference)
    return len(wrong)


@task()
def check_replays(after: int = 0) -> int:
    """Weekly: ask YouTube for each replay, a few at a time, so that mail need not wait; answer how many are gone."""
    gone, last = replay_check.check_some(after=after)
    if last:
        check_replays.enqueue(last)
    return gone
