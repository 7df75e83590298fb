from django.core.management import call_command
from django_tasks import task

from . import background


@task()
def prune_finished() -> None:
    """What ended long ago is forgotten: task results, and sessions that ran out."""
    background.prune()
    call_command("clearsessions")
