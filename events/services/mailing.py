"""Messages to an event's people, sent by the worker."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User

from .. import tasks
from ..models import Event, Mailing


@transaction.atomic
def send(
    *, event: Event, audience: str, subject: str, body: str, by: User | None = None, send_at: datetime | None = None
) -> Mailing:
    """Queue a message; without `by` it is the portal's own about a change."""
    mailing = Mailing.objects.create(
        event=event,
        audience=audience,
        subject=subject[:150],
        body=body,
        by=by,
        is_automatic=by is None,
        send_at=send_at or timezone.now(),
    )
    task = tasks.deliver.using(run_after=mailing.send_at) if send_at else tasks.deliver
    task.enqueue(mailing.pk)
    return mailing
