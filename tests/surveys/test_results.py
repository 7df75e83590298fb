"""Results put together from what was counted: totals, breakdowns, what is hidden, what is compared."""

from decimal import Decimal

import pytest
from django.utils import timezone

from events.models import Reach
from surveys.comparison import earlier
from surveys.models import Response, Survey, SurveyState, SurveyVersion
from surveys.results import Results, floor_for, results_of
from surveys.standard import BEFORE_AND_AFTER, fill, standard_forms
from tests.factories import make_survey, make_user

from .tallied import BEFORE, CLEAR, HOW, LEVEL, SEX, USED, USEFUL, WISH, YEARS, answer, past_survey, sections, tally

pytestmark = pytest.mark.django_db


def likert(results: Results) -> dict[str, tuple]:
    return {
        row.title: (row.figures.n, row.figures.mean, row.figures.sd, row.word, row.rank)
        for aspect in results.aspects
        for row in [aspect.row, *aspect.items]
    }


# --- Totals -----------------------------------------------------------------------------------------------
def test_the_published_example(group) -> None:
    survey = past_survey(group, CLEAR)
    answer(survey, *[[level] for level, count in {5: 169, 4: 90, 3: 45, 2: 8, 1: 6}.items() for _ in range(count)])
    results = results_of(survey)
    row = results.items[0]
    assert (row.figures.n, str(row.figures.mean), str(row.figures.sd), row.word) == (318, "4.28", "0.93", "มาก")
    assert [(count, str(percent)) for count, percent in row.shares] == [
        (169, "53.14"), (90, "28.30"), (45, "14.15"), (8, "2.52"), (6, "1.89"),
    ]  # fmt: skip
    assert [level for level, _, _ in row.segments] == [5, 4, 3, 2, 1]
    assert sum(float(width) for _, _, width in row.segments) == pytest.approx(100, abs=0.01)


def test_items_aspects_and_overall(group) -> None:
    survey = past_survey(group, CLEAR, USEFUL, BEFORE)
    answer(survey, [5, 4, 1], [5, 4, 2], [4, 3, 1], [5, None, 2], [4, 5, 1])
    results = results_of(survey)
    assert likert(results) == {
        "ด้านวิทยากร": (5, Decimal("4.60"), Decimal("0.55"), "มากที่สุด", 1),
        "ชัดเจน": (5, Decimal("4.60"), Decimal("0.55"), "มากที่สุด", 1),
        "ด้านเนื้อหา": (0, None, None, "", None),
        "ตรงกับงาน": (0, None, None, "", None),
        BEFORE_AND_AFTER: (5, Decimal("1.40"), Decimal("0.55"), "น้อยที่สุด", None),
        "ก่อนเข้าร่วม": (5, Decimal("1.40"), Decimal("0.55"), "น้อยที่สุด", None),
    }
    assert ([row.is_hidden for row in results.items], results.overall.figures.n) == ([False, True, False], 5)
    assert "ไม่รวมด้านความรู้ก่อนและหลัง" in results.notes[2]


def test_the_standard_form_leaves_knowledge_out_of_the_overall_mean() -> None:
    """By name: the standard form must keep to it."""
    aspects = {item.get("aspect") for part in standard_forms()["satisfaction"]["sections"] for item in part["items"]}
    assert BEFORE_AND_AFTER in aspects


def test_choices_numbers_and_texts(group) -> None:
    survey = past_survey(group, USED, HOW, YEARS, WISH)
    answer(survey, *[[0, [0, 1], 10, "ดี"]] * 4, [1, [0], 20, None], [None, None, None, "อื่น"])
    results = results_of(survey)
    used, how = results.choices
    assert [(one.label, one.count, str(one.percent)) for one in used.options] == [
        ("แล้ว", 4, "80.00"), ("=1+1", 1, "20.00"),
    ]  # fmt: skip
    assert [(one.count, str(one.percent)) for one in how.options] == [(5, "83.33"), (4, "66.67")]
    assert (used.n, how.n, how.is_several) == (5, 6, True)
    assert (results.numbers[0].figures.mean, results.numbers[0].figures.sd) == (Decimal(12), Decimal("4.47"))
    assert (results.aspects, results.overall.figures.mean) == ([], None)


@pytest.mark.parametrize(("people", "is_shown"), [(0, False), (4, False), (5, True)])
def test_of_an_anonymous_survey_few_are_not_shown(group, people, is_shown) -> None:
    survey = past_survey(group, CLEAR)
    answer(survey, *[[5]] * people)
    results = results_of(survey, floor=floor_for(survey, runs=True))
    assert (results.is_shown, results.answers, bool(results.aspects)) == (is_shown, people, is_shown)


@pytest.mark.parametrize(
    ("people", "mean", "sd"), [(0, None, None), (1, Decimal(4), None), (3, Decimal(4), Decimal(0))]
)
def test_who_runs_a_named_survey_sees_few(group, people, mean, sd) -> None:
    survey = past_survey(group, CLEAR, USED, is_anonymous=False)
    answer(survey, *[[4, 0]] * people, user=make_user())
    results = results_of(survey, floor=floor_for(survey, runs=True))
    assert (results.is_shown, results.overall.figures.mean, results.overall.figures.sd) == (True, mean, sd)
    assert not results_of(survey, floor=floor_for(survey, runs=False)).is_shown


def test_all_alike(group) -> None:
    survey = past_survey(group, CLEAR, USEFUL)
    answer(survey, *[[5, 5]] * 30)
    results = results_of(survey)
    assert (results.overall.figures.mean, results.overall.figures.sd, results.overall.word) == (5, 0, "มากที่สุด")
    assert [row.rank for row in results.items] == [1, 1]


def test_two_hundred_items(group) -> None:
    survey = past_survey(group, *[{"kind": "likert", "text": f"ข้อ {number}", "aspect": ""} for number in range(200)])
    tally(survey, 100)
    results = results_of(survey)
    assert (len(results.items), results.overall.figures.n, results.aspects[0].row.title) == (200, 20_000, "")


# --- Wordings ---------------------------------------------------------------------------------------------
def test_wordings_never_mix(group, facilitator) -> None:
    survey = past_survey(group, CLEAR)
    answer(survey, *[[5]] * 8)
    second = SurveyVersion.objects.create(survey=survey, number=2, published_at=timezone.now())
    fill(second, sections(CLEAR, USEFUL))
    Survey.objects.filter(pk=survey.pk).update(current=second)
    survey = Survey.objects.get(pk=survey.pk)
    answer(survey, *[[1, 1]] * 6)
    main, other = results_of(survey), results_of(survey, number=2)
    assert (main.version.number, main.overall.figures.mean, main.answers, main.all_answers) == (1, 5, 8, 14)
    assert (other.overall.figures.mean, other.answers, len(other.items)) == (1, 6, 2)
    assert results_of(survey, number=99).version == main.version
    assert "ฉบับที่ 1 ซึ่งมีผู้ตอบ 8 คน" in main.response_note


def test_a_draft_has_no_results(group) -> None:
    results = results_of(make_survey(group=group, state=SurveyState.DRAFT))
    assert (results.is_shown, results.version, results.answers) == (False, None, 0)


# --- Breakdowns -------------------------------------------------------------------------------------------
def test_by_level(group) -> None:
    survey = past_survey(group, LEVEL, CLEAR, USEFUL)
    answer(survey, *[[0, 5, 4]] * 5, *[[1, 4, 4]] * 6, *[[2, 3, 2]] * 7)
    (by,) = results_of(survey).breakdowns
    assert (by.title, by.groups, by.hidden) == ("ระดับ", [("ส่วนกลาง", 5), ("จังหวัด", 6), ("อำเภอ", 7)], [])
    assert {what: [str(row.figures.mean) for row in rows] for what, rows in by.rows} == {
        "ด้านวิทยากร": ["5.00", "4.00", "3.00"],
        "ด้านเนื้อหา": ["4.00", "4.00", "2.00"],
        "ภาพรวม": ["4.50", "4.00", "2.50"],
    }


def test_small_groups_are_hidden_everywhere_alike(group) -> None:
    survey = past_survey(group, LEVEL, SEX, CLEAR)
    answer(survey, *[[0, 0, 5]] * 20, *[[1, 1, 4]] * 9, *[[2, 1, 1]] * 3)
    results = results_of(survey)
    (by,) = results.breakdowns
    level, sex = results.people
    assert (by.groups, by.hidden) == ([("ส่วนกลาง", 20)], ["จังหวัด", "อำเภอ"])
    assert [(one.label, one.count) for one in level.options] == [("ส่วนกลาง", 20), ("จังหวัด", None), ("อำเภอ", None)]
    assert [(one.label, one.count) for one in sex.options] == [("ชาย", 20), ("หญิง", 12)]


def test_who_did_not_say_is_a_group(group) -> None:
    survey = past_survey(group, SEX, LEVEL, CLEAR)
    answer(survey, *[[0, 0, 5]] * 20, *[[1, 0, 5]] * 8, *[[None, 1, 5]] * 3, *[[None, None, 5]] * 6)
    sex, level = results_of(survey).people
    assert [(one.label, one.count) for one in sex.options] == [("ชาย", 20), ("หญิง", 8), ("ไม่ระบุ", 9)]
    assert [one.count for one in level.options] == [28, None, 0, None]


def test_where_nothing_can_be_shown(group) -> None:
    survey = past_survey(group, LEVEL, CLEAR)
    answer(survey, *[[0, 5]] * 4, *[[1, 4]] * 4)
    results = results_of(survey)
    assert (results.breakdowns[0].groups, results.breakdowns[0].hidden) == ([], [])
    assert (results.people[0].is_hidden, results.people[0].options) == (True, [])


def test_few_answers_to_an_item_hide_a_group(group) -> None:
    survey = past_survey(group, LEVEL, CLEAR, USEFUL)
    answer(survey, *[[0, 5, 5]] * 20, *[[1, 4, None]] * 8, *[[1, 4, 1]] * 2, *[[2, 3, 3]] * 12)
    assert results_of(survey).breakdowns[0].groups == [("ส่วนกลาง", 20)]


def test_an_open_survey_tells_nothing_of_groups(group) -> None:
    """Two looks, and one answer between them, would tell of one."""
    survey = past_survey(group, LEVEL, CLEAR, state=SurveyState.PUBLISHED)
    answer(survey, *[[0, 5]] * 20, *[[1, 4]] * 9)
    results = results_of(survey)
    assert (results.is_shown, results.is_settled, results.breakdowns, results.people) == (True, False, [], [])


def test_what_is_not_counted_yet_is_waited_for(group) -> None:
    survey = past_survey(group, LEVEL, CLEAR)
    answer(survey, *[[0, 5]] * 20)
    Response.objects.create(version=survey.current, answers={})
    assert (results_of(survey).is_settled, results_of(survey).breakdowns) == (False, [])


# --- Rate -------------------------------------------------------------------------------------------------
def test_of_how_many(group) -> None:
    survey = past_survey(group, CLEAR, audience="attendees")
    Reach.objects.create(event=survey.event, level="central", mode="vc", people=341)
    tally(survey, 214)
    assert results_of(survey).response_note == "จำนวนผู้ตอบ 214 คน จากผู้เข้าร่วม 341 คน คิดเป็นร้อยละ 62.76"
    Reach.objects.update(people=100)
    assert results_of(survey).rate is None


# --- Comparison -------------------------------------------------------------------------------------------
def released(group, *, days: int, mean: str, visibility: str = "public", **fields) -> Survey:
    survey = past_survey(group, CLEAR, days=days, **fields)
    survey.event.visibility = visibility
    survey.event.save()
    Survey.objects.filter(pk=survey.pk).update(released_at=timezone.now(), released_mean=mean, released_answers=9)
    return survey


def test_beside_earlier_events(group, outsider, member) -> None:
    now = past_survey(group, CLEAR, days=10)
    old = [released(group, days=20 + number, mean=f"4.{number}") for number in range(8)]
    secret = released(group, days=15, mean="3.0", visibility="group")
    released(group, days=5, mean="1.0")  # a later one
    released(group, days=30, mean="1.0", kind="follow_up")
    past_survey(group, CLEAR, days=16)  # not released
    assert [line.survey for line in earlier(now, outsider)] == old[:6]
    assert [line.survey for line in earlier(now, member)] == [secret, *old[:5]]
    assert earlier(now, outsider)[1].word == "มาก"


def test_other_surveys_are_not_compared(group, outsider) -> None:
    released(group, days=20, mean="4.0", kind="other")
    assert earlier(past_survey(group, CLEAR, days=10, kind="other"), outsider) == []


# --- Cost -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("people", [100, 100_000])
def test_a_hundred_thousand_cost_what_a_hundred_cost(group, people, django_assert_num_queries) -> None:
    survey = past_survey(group)
    tally(survey, people)
    results_of(survey)
    with django_assert_num_queries(3):  # versions, what is uncounted, tallies
        results = results_of(survey)
    assert results.answers == people
