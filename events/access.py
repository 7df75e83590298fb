"""Rows of an event's page: fetched through what the viewer may see or edit, or 404."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from .models import Event


def visible_event(request: HttpRequest, event_id: int) -> Event:
    return get_object_or_404(Event.objects.visible_to(request.user).select_related("group"), pk=event_id)


def editable_event(request: HttpRequest, event_id: int) -> Event:
    return get_object_or_404(Event.objects.editable_by(request.user).select_related("group"), pk=event_id)
