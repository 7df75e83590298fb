"""Who is told about a question: those who work on it, and those who asked it. Never who asked: the page shows that
to those who may know."""

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification, User
from accounts.services import notify
from events.models import CoHost, State
from groups.models import Membership

from ..models import MODERATING, Question


def moderators_of(question: Question) -> QuerySet[User]:
    """The facilitators and recorders of the group and of the groups that hold the event with it."""
    hosts = Q(group=question.group_id)
    if question.event_id:
        hosts |= Q(group__in=CoHost.objects.filter(event=question.event_id).values("group"))
    rows = Membership.objects.active().filter(hosts, role__in=MODERATING)
    return User.objects.active().filter(pk__in=rows.values("user"))


def tell_moderators(question: Question) -> None:
    """Of a question to check. Where a group has nobody to do it, the KM officers are told."""
    people = moderators_of(question)
    if not people.exists():
        people = User.objects.officers()
    text, detail, url = f"คำถามใหม่รอตรวจสอบ: {question.text}", question.detail, manage_url(question)
    if question.event and question.event.state_at(timezone.now()) == State.LIVE:
        # The console shows each as it comes in: one line in the inbox, until it has been read.
        text, detail = f"มีคำถามใหม่จากเวทีที่กำลังถ่ายทอดสด: {question.event.title}", ""
        url = reverse("surveys:live_console", args=[question.event_id])
        people = people.exclude(pk__in=Notification.objects.unread().filter(url=url).values("recipient"))
    source = str(question.group)
    notify(recipients=people.exclude(pk=question.asker_id), text=text, detail=detail, url=url, source=source)


def manage_url(question: Question) -> str:
    return reverse("surveys:question_manage", args=[question.pk])


def tell_askers(question: Question, text: str, detail: str = "") -> None:
    """Everybody who asked it, also those whose questions were merged into it."""
    askers = User.objects.active().filter(pk__in=question.votes.filter(is_asker=True).values("user"))
    notify(
        recipients=askers,
        text=text,
        detail=detail,
        url=question.get_absolute_url(),
        source=str(question.group),
    )
