"""How a person stands to one question: what they may know of it, and do."""

from dataclasses import dataclass, field
from typing import Any

from accounts.models import User
from core.prepared import Prepared

from .models import Question, QuestionStep
from .register import ASKER, STRANGER, VISITOR, marks_of

Kind = QuestionStep.Kind
# What its asker reads of a step: the rest may hold the words of others.
TOLD_TO_ASKER = (Kind.REWORDED, Kind.ROUTED, Kind.REFUSED)


@dataclass(frozen=True)
class StepLine:
    name: str
    at: Any
    by: str
    text: str


@dataclass(frozen=True)
class Standing:
    mark: str
    is_own: bool = False
    moderates: bool = False
    steps: list[StepLine] = field(default_factory=list)


def standing_of(viewer: Any, question: Question) -> Standing:
    """Two queries at most, and one for the steps, where the viewer may read them."""
    if not viewer.is_authenticated:
        return Standing(VISITOR)
    mark = marks_of(viewer, [question.pk]).get(question.pk, STRANGER)
    moderates = viewer.is_officer or bool(moderated.rows(question.pk, viewer.pk))
    is_own = question.asker_id == viewer.pk
    steps = steps_of(question, is_own=is_own, moderates=moderates) if moderates or mark == ASKER else []
    return Standing(mark, is_own, moderates, steps)


moderated = Prepared(
    lambda question, user: Question.objects.editable_by(User(pk=user)).filter(pk=question).order_by().values_list("pk")
)


def steps_of(question: Question, *, is_own: bool, moderates: bool) -> list[StepLine]:
    """The asker's name is told to moderators only: who asked a question that was merged into it reads this, too."""
    lines = []
    for step in question.steps.select_related("by"):
        by_asker = step.by_id == question.asker_id
        named = step.by is not None and (moderates or not by_asker)
        told = moderates or (is_own and step.kind in TOLD_TO_ASKER)
        lines.append(
            StepLine(
                name=step.get_kind_display(),
                at=step.at,
                by=step.by.get_full_name() if named and step.by else "",
                text=step.text if told else "",
            )
        )
    return lines
