"""Acts of and upon a person that touch more than one row."""

from collections.abc import Collection, Iterable, Mapping

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Left, Replace
from django.utils import timezone

from core import pagecache

from .mail import one_line
from .models import MailFrequency, Notification, User
from .tasks import send_notification_mail


@transaction.atomic
def notify(
    *,
    recipients: Iterable[User],
    text: str,
    url: str = "",
    detail: str = "",
    source: str = "",
    frequencies: Mapping[int, str] | None = None,
) -> list[Notification]:
    """Put a line into each inbox, and have it mailed as the person prefers.

    `frequencies` overrides a person's own preference by user id: a group's members choose per group.
    Whoever takes no mail at all takes none from a group either.
    """
    chosen = frequencies or {}
    people = {person.pk: person for person in recipients if person.is_active}
    lines = Notification.objects.bulk_create(
        Notification(
            recipient=person,
            text=one_line(text)[:300],
            detail=detail,
            url=url,
            source=one_line(source)[:150],
            frequency=_frequency(person, chosen.get(person.pk)),
        )
        for person in people.values()
    )
    User.objects.filter(pk__in=people).update(unread_notifications=F("unread_notifications") + 1)
    for line in lines:
        if line.frequency == MailFrequency.INSTANT:
            send_notification_mail.enqueue(line.pk)
    return lines


def _frequency(person: User, chosen: str | None) -> str:
    if person.mail_frequency == MailFrequency.NONE:
        return MailFrequency.NONE
    return chosen or person.mail_frequency


CLOSED_NAME = "ผู้ใช้ที่ปิดบัญชี"
ERASED = {
    "title": "",
    "given_name": CLOSED_NAME,
    "family_name": "",
    "position": "",
    "position_level": "",
    "agency": None,
    "photo": "",
    "is_km_officer": False,
    "is_executive": False,
    "is_staff": False,
    "is_superuser": False,
    "is_active": False,
    "mail_frequency": MailFrequency.NONE,
    "unread_notifications": 0,
    "last_login": None,
}


@transaction.atomic
def close_account(*, user: User, notes: Collection[str] = ()) -> User:
    """Forget the person, keep what they contributed. The caller has them leave their groups first.

    `notes` are what the person wrote when asking to join: they lie in the inboxes of those who were asked.
    """
    person = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if person.closed_at:
        return person
    name, photo = person.get_full_name(), person.photo
    if photo:
        storage, stored = photo.storage, photo.name
        transaction.on_commit(lambda: storage.delete(stored))
    forget_sign_in(person)
    person.notifications.all().delete()
    person.groups.clear()
    person.user_permissions.clear()
    for field, value in ERASED.items():
        setattr(person, field, value)
    person.email = f"closed-{person.pk}@closed.invalid"
    person.closed_at = timezone.now()
    person.set_unusable_password()
    person.save()
    # The record of changes names people in its titles.
    LogEntry.objects.filter(Q(object_repr=name) | Q(object_repr__contains=f"{name} ")).update(
        object_repr=Replace("object_repr", Value(name), Value(CLOSED_NAME))
    )
    _unname_in_inboxes(name, notes)
    pagecache.changed()
    return person


def _unname_in_inboxes(name: str, notes: Collection[str]) -> None:
    closed = Value(CLOSED_NAME)
    Notification.objects.filter(text__contains=name, detail__in=[note for note in notes if note]).update(detail="")
    Notification.objects.filter(text__contains=name).update(text=Left(Replace("text", Value(name), closed), 300))
    Notification.objects.filter(detail__contains=name).update(detail=Replace("detail", Value(name), closed))


def forget_sign_in(person: User) -> None:
    for session in UserSession.objects.filter(user=person):
        session.end()
    for model in (EmailAddress, SocialAccount, Authenticator):
        model.objects.filter(user=person).delete()
