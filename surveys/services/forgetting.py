"""Drafts that nobody needs any more, and what a person who closes the account leaves behind: figures stay, names go."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Replace
from django.utils import timezone

from accounts.models import User
from accounts.services import CLOSED_NAME

from ..models import AnswerDraft, Phase, QuestionStep, Receipt, Response, Survey


def forget_drafts() -> int:
    """Of surveys that take no answers any more; answer how many."""
    now = timezone.now()
    drafted = Survey.objects.filter(Exists(AnswerDraft.objects.filter(survey=OuterRef("pk")))).select_related("event")
    over = [survey.pk for survey in drafted if survey.phase_at(now) == Phase.CLOSED]
    sent = Receipt.objects.filter(survey=OuterRef("survey"), user=OuterRef("user"))
    forgotten, _ = AnswerDraft.objects.filter(survey__in=over).delete()
    return forgotten + AnswerDraft.objects.filter(Exists(sent)).delete()[0]


@transaction.atomic
def forget(*, user: User) -> None:
    """Answers under the name lose it, questions keep the closed account's. That somebody has answered stays: the
    receipt joins no answer, and without it the same survey could be answered twice."""
    AnswerDraft.objects.filter(user=user).delete()
    Response.objects.filter(user=user).update(user=None, answered_on=None)
    name = user.get_full_name()
    QuestionStep.objects.filter(text__contains=name).update(text=Replace("text", Value(name), Value(CLOSED_NAME)))
