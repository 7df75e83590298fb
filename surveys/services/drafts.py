"""A half-filled form, kept sealed for its author until it is sent or the survey closes."""

import json
from dataclasses import dataclass

from cryptography.fernet import InvalidToken
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core.sealed import seal, unseal
from groups.services import Refused

from ..models import AnswerDraft, Survey
from .answering import ALREADY, Answered, has_answered, held_survey, people, refuse

LONGEST = 50_000  # characters of all answers
TOO_LONG = f"คำตอบยาวเกินกว่าจะบันทึกไว้ตอบต่อได้ กรุณาตัดให้เหลือไม่เกิน {LONGEST:,} ตัวอักษร"


@dataclass(frozen=True)
class Draft:
    version: int
    typed: dict[int, list[str]]
    saved_at: float  # seconds, as the browser counts them


@transaction.atomic
def save(*, survey: Survey, user: User, version: int, typed: dict[int, list[str]]) -> None:
    """Under the person's lock, so that no draft is left behind by one that is saved while the form is being sent."""
    if sum(len(text) for texts in typed.values() for text in texts) > LONGEST:
        raise Refused(TOO_LONG)
    now = timezone.now()
    refuse(held_survey(survey.pk), user, now)
    people.rows(user.pk)
    if has_answered(survey, user):
        raise Answered(ALREADY)
    sealed = seal(json.dumps([version, now.timestamp(), {str(item): texts for item, texts in typed.items()}]))
    AnswerDraft.objects.update_or_create(survey=survey, user=user, defaults={"sealed": sealed})


def draft_of(survey: Survey, user: User) -> Draft | None:
    row = AnswerDraft.objects.filter(survey=survey, user=user).first()
    return opened(row) if row else None


def opened(row: AnswerDraft) -> Draft | None:
    """None where the key that sealed it is gone."""
    try:
        version, saved_at, typed = json.loads(unseal(row.sealed))
    except InvalidToken:
        return None
    return Draft(version, {int(item): texts for item, texts in typed.items()}, saved_at)
