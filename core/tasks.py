from django.core.management import call_command
from django_tasks import task

from . import background, visitors


@task()
def prune_finished() -> None:
    """What ended long ago is forgotten: task results, sessions that ran out, what was kept for a time."""
    background.prune()
    visitors.forget_expired()
    call_command("clearsessions")
