"""Counting what was answered, by the worker, batch by batch; responses without names are shuffled on the way.

A response that has just come in stands in the table where its receipt stands in the other one. So the responses of an
anonymous survey are taken at least SMALLEST at a time, together with as many earlier ones drawn by lot, deleted, and
written anew in random order under new ids: docs/decisions/0012-anonymous-answers.md. As many always wait until it
closes: of the last ones, too, at least so many are counted at once.
"""

import secrets
import uuid
from collections import Counter

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from ..counting import Key, tallies, texts, without_texts
from ..form import Form, form_of
from ..models import SMALLEST, Phase, Remark, Response, Survey, SurveyState, SurveyVersion, Tally

BATCH = 500
chance = secrets.SystemRandom()


def close_due() -> int:
    """Write down what the clock has closed, before its last answers are counted: a survey whose event is given another
    date afterwards must not take answers again. Answers how many."""
    over = Survey.objects.over_by_clock(timezone.now()).values_list("pk", flat=True)
    return Survey.objects.filter(pk__in=list(over)).update(state=SurveyState.CLOSED)


def mix_due() -> int:
    """Of every version with enough that is not counted yet; answers how many responses were counted."""
    counted = 0
    for version in with_uncounted().values_list("pk", flat=True):
        while done := mix(version=version):
            counted += done
    return counted


def with_uncounted() -> QuerySet[SurveyVersion]:
    uncounted = Response.objects.filter(version=OuterRef("pk"), is_counted=False)
    return SurveyVersion.objects.filter(Exists(uncounted)).order_by("pk")


@transaction.atomic
def mix(*, version: int) -> int:
    """One batch, all or nothing: after a crash the next one begins with the same responses. 0: not enough of them."""
    row = held(version)
    back = SMALLEST if row.survey.is_anonymous and not is_over(row) else 0
    found = list(Response.objects.filter(version=row, is_counted=False).order_by("pk")[: BATCH + back])
    new, last = found[: len(found) - back], found[len(found) - back :]
    if len(new) < (back or 1):
        return 0
    form, answers = form_of(row.pk), [response.answers for response in new]
    count(row, tallies(form, answers))
    keep_texts(row, form, answers)
    if row.survey.is_anonymous:
        shuffle(row, form, new, last)
    else:
        Response.objects.filter(pk__in=[response.pk for response in new]).update(is_counted=True)
    SurveyVersion.objects.filter(pk=row.pk).update(counted=F("counted") + len(new))
    return len(new)


def held(version: int) -> SurveyVersion:
    """Locked against a second worker, not against those who answer."""
    rows = SurveyVersion.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("survey__event").get(pk=version)


def is_over(version: SurveyVersion) -> bool:
    """Then nothing more comes, and the last few are mixed with earlier ones."""
    return version.survey.phase_at(timezone.now()) == Phase.CLOSED


def count(version: SurveyVersion, more: Counter[Key]) -> None:
    before = written(version)
    write(version, {key: before.get(key, 0) + number for key, number in more.items()})


def written(version: SurveyVersion) -> dict[Key, int]:
    rows = Tally.objects.filter(version=version).values_list("item_id", "by", "group", "value", "count")
    return {(item, by, group, value): number for item, by, group, value, number in rows}


def write(version: SurveyVersion, counts: dict[Key, int]) -> None:
    Tally.objects.bulk_create(
        (
            Tally(version=version, item_id=item, by=by, group=group, value=value, count=number)
            for (item, by, group, value), number in counts.items()
        ),
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["version", "item_id", "by", "group", "value"],
        update_fields=["count"],
    )


def keep_texts(version: SurveyVersion, form: Form, answers: list[dict]) -> None:
    rows = [Remark(version=version, item_id=item.pk, text=text) for item, text in texts(form, answers)]
    chance.shuffle(rows)
    Remark.objects.bulk_create(rows, batch_size=BATCH)


def shuffle(version: SurveyVersion, form: Form, new: list[Response], last: list[Response]) -> None:
    """The last ones, which wait to be counted, change their places, too."""
    old = [*new, *some_earlier(version, len(new))]
    fresh = [Response(version=version, answers=without_texts(form, row.answers), is_counted=True) for row in old]
    fresh += [Response(version=version, answers=row.answers) for row in last]
    chance.shuffle(fresh)
    Response.objects.filter(pk__in=[row.pk for row in (*old, *last)]).delete()
    Response.objects.bulk_create(fresh, batch_size=BATCH)


def some_earlier(version: SurveyVersion, most: int) -> list[Response]:
    """Drawn by lot: ids are random, so those that follow a random one are; after the last comes the first."""
    earlier = Response.objects.filter(version=version, is_counted=True).order_by("pk")
    start = uuid.uuid4()
    drawn = list(earlier.filter(pk__gte=start)[:most])
    return drawn + list(earlier.filter(pk__lt=start)[: most - len(drawn)])
