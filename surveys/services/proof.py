"""Nightly proof of what is counted: votes of each question, tallies of each version, as many answers as receipts."""

from collections import Counter
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from core import pagecache

from ..counting import Key, tallies
from ..form import form_of
from ..models import Question, Receipt, Response, Survey, SurveyVersion, Tally, Vote
from .mixing import held, write, written

CHUNK = 500


def correct_counts() -> list[str]:
    """Put right each count that differs from its rows, and say which. A lost or doubled answer can only be told."""
    counted = [*filter(None, map(correct_votes, suspects())), *filter(None, map(correct_tallies, versions()))]
    if counted:
        pagecache.changed()
    return [*counted, *unequal()]


# --- Votes ------------------------------------------------------------------------------------------------
def suspects() -> list[int]:
    with_votes = Question.objects.annotate(cast=Coalesce(Count("votes"), 0))
    return list(with_votes.exclude(cast=F("vote_count")).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def correct_votes(question: int) -> str:
    """Counted again under lock: somebody may have voted meanwhile."""
    row = Question.objects.select_for_update(of=("self",)).get(pk=question)
    right = Vote.objects.filter(question=row).count()
    if row.vote_count == right:
        return ""
    Question.objects.filter(pk=row.pk).update(vote_count=right)
    return f"question {row.pk} counted {row.vote_count} votes, has {right}"


# --- Answers ----------------------------------------------------------------------------------------------
def versions() -> Iterator[int]:
    yield from SurveyVersion.objects.filter(counted__gt=0).order_by("pk").values_list("pk", flat=True).iterator()


@transaction.atomic
def correct_tallies(version: int) -> str:
    row = held(version)
    rows = Response.objects.filter(version=row, is_counted=True).values_list("answers", flat=True)
    right, people = tallied(row, rows), rows.count()
    if (written(row), row.counted) == (dict(right), people):
        return ""
    Tally.objects.filter(version=row).delete()
    write(row, dict(right))
    SurveyVersion.objects.filter(pk=row.pk).update(counted=people)
    return f"version {row.pk} of survey {row.survey_id} counted {row.counted} answers wrongly, has {people}"


def tallied(version: SurveyVersion, rows: QuerySet) -> Counter[Key]:
    """A few at a time: there may be a hundred thousand."""
    return tallies(form_of(version.pk), rows.iterator(chunk_size=CHUNK))


def unequal() -> list[str]:
    """Surveys with more or fewer answers than receipts: none was to be lost or doubled. One statement, so that an
    answer that comes in meanwhile is in both numbers or in neither."""
    surveys = Survey.objects.order_by("pk").annotate(
        receipt_count=number_of(Receipt.objects.filter(survey=OuterRef("pk"))),
        answer_count=number_of(Response.objects.filter(version__survey=OuterRef("pk"))),
    )
    return [
        f"survey {pk} has {receipts} receipts and {answers} answers"
        for pk, receipts, answers in surveys.exclude(receipt_count=F("answer_count")).values_list(
            "pk", "receipt_count", "answer_count"
        )
    ]


def number_of(rows: QuerySet) -> Coalesce:
    """As a subquery."""
    counted = rows.order_by().annotate(one=Value(1)).values("one").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)
