"""What the pages of a survey's editors share: the frame of the event or the group, and a survey as a row of a list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from events.manage import manage_frame
from groups.frame import frame

from .audiences import participants
from .models import INVITED, PHASE_TONES, Item, Receipt, Section, Survey, SurveyVersion
from .services.invitations import reminder_problem


@dataclass(frozen=True)
class Row:
    survey: Survey
    phase: str
    tone: str
    answers: int


@dataclass(frozen=True)
class Line:
    """An item as the editor sees it: its number goes through all sections."""

    number: int
    item: Item
    is_first: bool  # of the whole: it cannot go up
    is_last: bool


@dataclass(frozen=True)
class Part:
    section: Section
    lines: list[Line]
    is_first: bool
    is_last: bool


def survey_frame(request: HttpRequest, survey: Survey) -> dict[str, Any]:
    """For a template that `extends base_template`."""
    if survey.event is not None:
        context = manage_frame(request, survey.event) | {"base_template": "events/base_manage.html"}
    else:
        context = frame(request, survey.group) | {"base_template": "groups/base_group.html"}
    return context | {"survey": survey}


def with_answers(rows: QuerySet[Survey]) -> QuerySet[Survey]:
    return rows.select_related("event", "group").annotate(answers=Count("receipts"))


def rows_of(surveys: Iterable[Survey], now: datetime) -> list[Row]:
    """Of surveys that came with their answers counted."""
    rows = []
    for survey in surveys:
        phase = survey.phase_at(now)
        answers: int = survey.answers  # type: ignore[attr-defined]  # by `with_answers`
        rows.append(Row(survey, phase.label, PHASE_TONES[phase], answers))
    return rows


def turnout(survey: Survey) -> dict[str, Any]:
    """How many have answered, and of how many; whether who is silent can be reminded. Three queries at most."""
    return {
        "answers": Receipt.objects.filter(survey=survey).count(),
        "people": participants(survey),
        "is_invited": survey.audience in INVITED,
        "reminder_problem": reminder_problem(survey, timezone.now()),
    }


def parts_of(version: SurveyVersion) -> list[Part]:
    """Two queries, however many items."""
    sections = list(version.sections.prefetch_related("items"))
    total = sum(len(section.items.all()) for section in sections)
    number, parts = 0, []
    for place, section in enumerate(sections):
        lines: list[Line] = []
        for item in section.items.all():
            number += 1
            is_first = place == 0 and not lines
            lines.append(Line(number, item, is_first, number == total and place == len(sections) - 1))
        parts.append(Part(section, lines, place == 0, place == len(sections) - 1))
    return parts
