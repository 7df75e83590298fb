"""Who may see an event and who runs it: rows fetched through the viewer, or 404, and the same rule asked of others."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.models import User
from groups.models import Membership, Role, Stage
from groups.visibility import Visibility

from .models import CoHost, Event


def visible_event(request: HttpRequest, event_id: int) -> Event:
    return get_object_or_404(Event.objects.visible_to(request.user).select_related("group"), pk=event_id)


def editable_event(request: HttpRequest, event_id: int) -> Event:
    return get_object_or_404(Event.objects.editable_by(request.user).select_related("group"), pk=event_id)


def runs(viewer: Any, event: Event) -> bool:
    """Whether the viewer runs the event; a site's officer and a coordinator need not."""
    return Event.objects.editable_by(viewer).filter(pk=event.pk).exists()


def readers_of(event: Event) -> QuerySet[User]:
    """The rule of Event.objects.visible_to, asked of everybody at once. The event came with its group."""
    if event.visibility != Visibility.GROUP and event.group.stage != Stage.DRAFT:
        return User.objects.all()
    members = Membership.objects.active().filter(
        Q(group=event.group_id) | Q(group__in=CoHost.objects.filter(event=event).values("group"))
    )
    if event.group.stage == Stage.DRAFT:
        members = members.filter(role=Role.FACILITATOR)
    return User.objects.filter(Q(is_km_officer=True) | Q(is_superuser=True) | Q(pk__in=members.values("user")))
