from django.utils import timezone
from django_tasks import task

from . import visits


@task()
def close_visit_days() -> int:
    """Forget whom yesterday's numbers were counted from."""
    return visits.close_days(before=timezone.localdate())
