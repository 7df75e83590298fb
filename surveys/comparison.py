"""Released results beside each other: of one group, of the same kind of survey, over its events."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models.functions import Coalesce

from .models import Kind, Survey
from .statistics import word_of

EARLIER = 6
COMPARABLE = (Kind.SATISFACTION, Kind.FOLLOW_UP)  # the same form every time, as a rule


@dataclass(frozen=True)
class Line:
    survey: Survey
    held_at: datetime
    word: str


def earlier(survey: Survey, viewer: Any) -> list[Line]:
    """What was released of the group's earlier events, the latest first. One query."""
    if survey.kind not in COMPARABLE:
        return []
    rows = in_time(Survey.objects.visible_to(viewer).filter(group=survey.group_id, kind=survey.kind))
    found = rows.filter(held_at__lt=held_at(survey)).exclude(pk=survey.pk)[:EARLIER]
    return [Line(row, held_at(row), word_of(row.released_mean, row.bands.bounds)) for row in found]


def held_at(survey: Survey) -> datetime:
    return survey.event.starts_at if survey.event else survey.created_at


def in_time(rows: Any) -> Any:
    """Released, with a mean to compare."""
    rows = rows.released().filter(released_mean__isnull=False).select_related("event", "bands")
    return rows.annotate(held_at=Coalesce("event__starts_at", "created_at")).order_by("-held_at", "-pk")
