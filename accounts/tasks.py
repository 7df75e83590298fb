"""Mail, sent by the worker: a mail server that is down delays a letter and breaks no page."""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import Count, F, IntegerField, OuterRef, ProtectedError, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django_tasks import task

from . import mail
from .models import MailFrequency, Notification, User

logger = logging.getLogger(__name__)
LINES_PER_MAIL = 900
UNVERIFIED_KEPT = timedelta(days=7)
PEOPLE_PER_BATCH = 500


class BeingMailedError(Exception):
    """Another worker has these lines in hand, or died over them: try again later."""


@task()
def send_letter(to: str, subject: str, text: str) -> None:
    mail.letter(to=to, subject=subject, text=text).send()


@task()
def send_notification_mail(notification_id: int) -> None:
    rows = Notification.objects.to_mail(MailFrequency.INSTANT).filter(pk=notification_id)
    mail_lines(list(rows.select_related("recipient")), mail.notification)


@task()
def send_daily_digests() -> int:
    return send_digests(MailFrequency.DAILY)


@task()
def send_weekly_digests() -> int:
    return send_digests(MailFrequency.WEEKLY)


def send_digests(frequency: MailFrequency) -> int:
    """One mail for each person who has lines waiting. One person's failure holds up nobody else."""
    sent = failed = 0
    with get_connection() as connection:
        for person_id in people_waiting(frequency):
            rows = Notification.objects.to_mail(frequency).filter(recipient_id=person_id).order_by("pk")
            try:
                mail_lines(list(rows.select_related("recipient")[:LINES_PER_MAIL]), mail.digest, connection)
                sent += 1
            except Exception:
                logger.exception("no digest to person %d", person_id)
                failed += 1
                connection.close()  # whatever state it is in; the next mail opens it anew
    if failed:
        raise RuntimeError(f"{failed} digests not sent, {sent} sent")  # so that the worker tries those again
    return sent


def people_waiting(frequency: MailFrequency) -> Iterator[int]:
    last = 0
    while True:
        waiting = Notification.objects.to_mail(frequency).filter(recipient_id__gt=last).order_by("recipient_id")
        batch = list(waiting.values_list("recipient_id", flat=True).distinct()[:PEOPLE_PER_BATCH])
        if not batch:
            return
        yield from batch
        last = batch[-1]


def mail_lines(
    lines: Sequence[Notification],
    compose: Callable[[Sequence[Notification]], EmailMultiAlternatives],
    connection: Any = None,
) -> None:
    """One mail with all lines. Claimed first and noted as mailed afterwards, each in a moment of its own:
    nothing is locked while the mail server takes its time."""
    if not lines:
        return
    now = timezone.now()
    rows = Notification.objects.filter(pk__in=[line.pk for line in lines])
    claimed = rows.claim(now=now)
    mine = rows.filter(mail_claimed_at=now)
    try:
        if claimed < len(lines):
            raise BeingMailedError
        message = compose(lines)
        message.connection = connection
        message.send()
    except BaseException:
        mine.update(mail_claimed_at=None)
        raise
    mine.update(mailed_at=timezone.now())


@task()
def recount_unread() -> int:
    """Put right each count of unread lines that differs from the rows; answer how many did."""
    unread = Count("notifications", filter=Q(notifications__read_at=None))
    wrong = User.objects.annotate(counted=unread).exclude(unread_notifications=F("counted"))
    rows = Notification.objects.unread().filter(recipient=OuterRef("pk")).order_by().values("recipient")
    now_unread = Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), 0, output_field=IntegerField())
    people = list(wrong.order_by("pk").values_list("pk", "unread_notifications", "counted"))
    for pk, had, counted in people:
        logger.error("person %d counted %d unread lines, has %d", pk, had, counted)
        User.objects.filter(pk=pk).update(unread_notifications=now_unread)
    return len(people)


@task()
def forget_unverified() -> int:
    """Whoever signed up, never verified the address and never came: the address is free again after a week."""
    before = timezone.now() - UNVERIFIED_KEPT
    people = User.objects.filter(
        last_login=None, date_joined__lt=before, closed_at=None, is_staff=False, emailaddress__verified=False
    ).exclude(emailaddress__verified=True)
    count = 0
    for person in people.distinct():
        try:
            person.delete()
        except ProtectedError:  # somebody has added them to a group meanwhile
            continue
        count += 1
    return count
