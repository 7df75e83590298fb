from django_tasks import task

from . import background


@task()
def prune_finished() -> None:
    background.prune()
