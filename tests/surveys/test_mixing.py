"""Counting by the worker: everything once, nothing that tells who answered what."""

from collections.abc import Sequence
from typing import Any

import pytest

from surveys.form import form_of
from surveys.models import Remark, Response, Survey, SurveyVersion, Tally
from surveys.services import mixing
from tests.factories import make_survey

from .answers import SMALL, stored

pytestmark = pytest.mark.django_db


def respond(survey: Survey, *answers: dict[str, Any]) -> list[Response]:
    return Response.objects.bulk_create(Response(version_id=survey.current_id, answers=given) for given in answers)


def tallied(survey: Survey, place: int, by: str = "", group: int = -1) -> dict[int, int]:
    """Value to count, of the item at that place in the form."""
    item = form_of(survey.current_id).items[place].pk
    rows = Tally.objects.filter(version=survey.current_id, item_id=item, by=by, group=group)
    return dict(rows.values_list("value", "count"))


def people(survey: Survey, by: str = "", group: int = -1) -> int:
    rows = Tally.objects.filter(version=survey.current_id, item_id=0, by=by, group=group, value=0)
    return sum(rows.values_list("count", flat=True))


def counted(survey: Survey) -> int:
    return SurveyVersion.objects.get(pk=survey.current_id).counted


def given(survey: Survey, levels: Sequence[int], **more: Any) -> list[dict[str, Any]]:
    return [stored(survey, level=level, **more) for level in levels]


def test_while_it_is_open_five_are_counted_at_least_and_five_wait() -> None:
    survey = make_survey(sections=SMALL)
    respond(survey, *given(survey, [5] * 9))
    assert mixing.mix_due() == 0
    assert (counted(survey), Tally.objects.count(), Response.objects.filter(is_counted=True).count()) == (0, 0, 0)
    respond(survey, *given(survey, [5]))
    assert mixing.mix_due() == 5
    assert (counted(survey), people(survey), tallied(survey, 1)) == (5, 5, {5: 5})
    respond(survey, *given(survey, [5] * 4))
    assert mixing.mix_due() == 0
    respond(survey, *given(survey, [5] * 3))
    assert mixing.mix_due() == 7
    assert sorted(Response.objects.values_list("is_counted", flat=True)) == [False] * 5 + [True] * 12


def test_those_that_wait_change_their_places_too() -> None:
    survey = make_survey(sections=SMALL)
    before = respond(survey, *given(survey, [5] * 10, text="ข้อความ"))
    mixing.mix_due()
    waiting = Response.objects.filter(is_counted=False)
    assert {row.pk for row in before} & set(Response.objects.values_list("pk", flat=True)) == set()
    assert [row.answers for row in waiting] == [stored(survey, level=5, text="ข้อความ")] * 5


def test_counting_again_counts_nothing_twice() -> None:
    survey = make_survey(sections=SMALL, state="closed")
    respond(survey, *given(survey, [5] * 6))
    assert (mixing.mix_due(), mixing.mix_due(), mixing.mix_due()) == (6, 0, 0)
    respond(survey, *given(survey, [4] * 7))
    assert mixing.mix_due() == 7
    assert tallied(survey, 1) == {5: 6, 4: 7}
    assert (counted(survey), people(survey), Response.objects.count()) == (13, 13, 13)


def test_answers_within_each_group_of_people() -> None:
    survey = make_survey(sections=SMALL, state="closed")
    respond(survey, *given(survey, [5, 4], place=0), *given(survey, [3, 3, 1], place=2))
    level = str(form_of(survey.current_id).items[0].pk)
    silent = stored(survey, level=2)
    del silent[level]
    respond(survey, silent)
    mixing.mix_due()
    assert [people(survey, "level", group) for group in (0, 1, 2, -1)] == [2, 0, 3, 1]
    assert tallied(survey, 1, "level", 0) == {5: 1, 4: 1}
    assert tallied(survey, 1, "level", 2) == {3: 2, 1: 1}
    assert tallied(survey, 1, "level", -1) == {2: 1}
    assert tallied(survey, 0) == {0: 2, 2: 3}


def test_several_choices_and_numbers() -> None:
    survey = make_survey(sections=SMALL, state="closed")
    several, number = (str(form_of(survey.current_id).items[place].pk) for place in (2, 3))
    respond(survey, *[stored(survey) | {several: chosen, number: 12} for chosen in ([0], [0, 2], [2], [1], [0, 1, 2])])
    mixing.mix_due()
    assert tallied(survey, 2) == {0: 3, 1: 2, 2: 3}
    assert tallied(survey, 3) == {12: 5}


def test_responses_without_names_are_written_anew_in_another_order() -> None:
    survey = make_survey(sections=SMALL, state="closed")
    number = str(form_of(survey.current_id).items[3].pk)
    before = respond(survey, *[stored(survey) | {number: place} for place in range(40)])
    mixing.mix_due()
    after = list(Response.objects.all())  # as they stand in the table
    assert {row.pk for row in before} & {row.pk for row in after} == set()
    numbers = [row.answers[number] for row in after]
    assert sorted(numbers) == list(range(40))
    assert numbers != list(range(40))


def test_earlier_responses_are_shuffled_with_later_ones() -> None:
    survey = make_survey(sections=SMALL, state="closed")
    number = str(form_of(survey.current_id).items[3].pk)
    respond(survey, *[stored(survey) | {number: place} for place in range(5)])
    mixing.mix_due()
    first = set(Response.objects.values_list("pk", flat=True))
    respond(survey, *[stored(survey) | {number: place} for place in range(5, 10)])
    mixing.mix_due()
    # All five earlier ones were taken along, so nothing tells the first five from the second.
    assert first & set(Response.objects.values_list("pk", flat=True)) == set()
    assert sorted(row.answers[number] for row in Response.objects.all()) == list(range(10))


def test_free_text_leaves_the_response_and_stands_alone() -> None:
    survey = make_survey(sections=SMALL, state="closed")
    short, long = form_of(survey.current_id).items[4:]
    respond(survey, *[stored(survey, text=f"ข้อความที่ {place}") for place in range(6)])
    mixing.mix_due()
    assert {str(key) for row in Response.objects.all() for key in row.answers} == {
        str(item.pk) for item in form_of(survey.current_id).items[:2]
    }
    remarks = Remark.objects.values_list("item", "text", "state")
    expected = [(item.pk, f"ข้อความที่ {place}", "new") for item in (short, long) for place in range(6)]
    assert sorted(remarks) == sorted(expected)


def test_answers_with_names_are_counted_at_once_and_left_alone(member) -> None:
    survey = make_survey(sections=SMALL, is_anonymous=False)
    (row,) = respond(survey, stored(survey, level=4, text="ขอสไลด์"))
    Response.objects.filter(pk=row.pk).update(user=member)
    assert mixing.mix_due() == 1
    kept = Response.objects.get()
    assert (kept.pk, kept.user, kept.answers, kept.is_counted) == (row.pk, member, row.answers, True)
    assert (tallied(survey, 1), counted(survey), Remark.objects.count()) == ({4: 1}, 1, 2)


def test_the_last_few_are_counted_when_the_survey_is_closed() -> None:
    survey = make_survey(sections=SMALL)
    respond(survey, *given(survey, [5] * 10))
    mixing.mix_due()
    (late,) = respond(survey, *given(survey, [1]))
    assert mixing.mix_due() == 0
    Survey.objects.filter(pk=survey.pk).update(state="closed")
    assert mixing.mix_due() == 6
    assert tallied(survey, 1) == {5: 10, 1: 1}
    assert not Response.objects.filter(pk=late.pk).exists()


def test_more_than_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixing, "BATCH", 10)
    survey = make_survey(sections=SMALL)
    respond(survey, *given(survey, [5] * 23))
    assert mixing.mix_due() == 18
    respond(survey, *given(survey, [5] * 2))
    assert mixing.mix_due() == 0
    Survey.objects.filter(pk=survey.pk).update(state="closed")
    assert mixing.mix_due() == 7
    assert (tallied(survey, 1), people(survey), Response.objects.count()) == ({5: 25}, 25, 25)


def test_a_batch_that_fails_leaves_everything_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    survey = make_survey(sections=SMALL, state="closed")
    respond(survey, *given(survey, [5] * 6, text="ข้อความ"))

    def crash(*args: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as context:
        context.setattr(mixing, "some_earlier", crash)
        with pytest.raises(RuntimeError):
            mixing.mix_due()
    assert (counted(survey), Tally.objects.count(), Remark.objects.count()) == (0, 0, 0)
    assert mixing.mix_due() == 6
    assert (people(survey), Remark.objects.count(), Response.objects.count()) == (6, 12, 6)


def test_each_version_is_counted_by_itself() -> None:
    survey = make_survey(sections=SMALL, state="closed")
    other = make_survey(sections=SMALL, state="closed")
    respond(survey, *given(survey, [5] * 5))
    respond(other, *given(other, [1] * 6))
    assert mixing.mix_due() == 11
    assert (tallied(survey, 1), tallied(other, 1)) == ({5: 5}, {1: 6})
