"""Rows fetched through the viewer, or 404."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from core.access import rule
from events.models import Event
from groups.models import Group
from groups.models.group import joined_by

from .models import MODERATING, Question, Survey


def visible_question(request: HttpRequest, question_id: int) -> Question:
    rows = Question.objects.visible_to(request.user).select_related("group", "event", "agency", "answered_by")
    return get_object_or_404(rows, pk=question_id)


def editable_question(request: HttpRequest, question_id: int) -> Question:
    rows = Question.objects.editable_by(request.user).select_related(
        "group", "event", "agency", "answered_by", "asker__agency"
    )
    return get_object_or_404(rows, pk=question_id)


def visible_survey(request: HttpRequest, survey_id: int) -> Survey:
    rows = Survey.objects.visible_to(request.user).select_related("group", "event", "bands", "current")
    return get_object_or_404(rows, pk=survey_id)


def editable_survey(request: HttpRequest, survey_id: int) -> Survey:
    rows = Survey.objects.editable_by(request.user).select_related("group", "event", "bands", "current")
    return get_object_or_404(rows, pk=survey_id)


def moderates_somewhere(viewer: Any) -> bool:
    """Facilitators and recorders of any group, and KM officers."""
    return viewer.is_officer or moderated_groups(viewer).exists()


def moderates_event(viewer: Any, event: Event) -> bool:
    """The rule of Question.objects.editable_by, asked before there is a question."""
    if not viewer.is_authenticated:
        return False
    return viewer.is_officer or moderates_any(viewer, hosts_of(event))


def moderates_any(viewer: Any, groups: list[int]) -> bool:
    return viewer.is_officer or moderated_groups(viewer).filter(pk__in=groups).exists()


def moderated_groups(viewer: Any) -> Any:
    """The groups whose questions the viewer works on; all for KM officers."""
    if viewer.is_officer:
        return Group.objects.all()
    return Group.objects.filter(pk__in=joined_by(viewer, memberships__role__in=MODERATING))


def hosts_of(event: Event) -> list[int]:
    return [event.group_id, *event.cohosting.values_list("group", flat=True)]


moderators_only = rule("moderators_only", moderates_somewhere)
