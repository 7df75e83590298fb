"""What stays of drafts, of a closed account, of the person's data; and the nightly proof."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from surveys.export import surveys_data
from surveys.models import (
    AnswerDraft,
    Question,
    QuestionStep,
    Receipt,
    Response,
    Survey,
    SurveyState,
    SurveyVersion,
    Tally,
    Vote,
)
from surveys.services import drafts, mixing, proof
from surveys.services.forgetting import forget_drafts
from tests.factories import make_question, make_survey

from .answers import SMALL, form_for, send, stored

pytestmark = pytest.mark.django_db


def save_draft(survey: Survey, user: User, text: str = "ข้อเสนอ") -> None:
    form = form_for(survey)
    typed = {form.items[0].pk: ["1"], form.items[5].pk: [text]}
    drafts.save(survey=survey, user=user, version=form.version, typed=typed)


# --- Drafts -----------------------------------------------------------------------------------------------
def test_drafts_of_surveys_that_are_over_are_forgotten(member: User) -> None:
    going_on, over = make_survey(sections=SMALL), make_survey(sections=SMALL)
    for survey in (going_on, over):
        save_draft(survey, member)
    Survey.objects.filter(pk=over.pk).update(closes_at=timezone.now() - timedelta(minutes=1))
    assert (forget_drafts(), forget_drafts()) == (1, 0)
    assert AnswerDraft.objects.get().survey == going_on


def test_a_draft_sealed_with_a_lost_key_is_an_empty_form(member: User) -> None:
    survey = make_survey(sections=SMALL)
    save_draft(survey, member)
    AnswerDraft.objects.update(sealed="gAAAAA-not-ours")
    assert drafts.draft_of(survey, member) is None
    assert surveys_data(member)["drafts"] == [{"survey": survey.title, "typed": {}}]


# --- A closed account -------------------------------------------------------------------------------------
def test_closing_the_account_takes_the_name_off_answers(as_, member: User) -> None:
    named, unnamed = make_survey(sections=SMALL, is_anonymous=False), make_survey(sections=SMALL)
    for survey in (named, unnamed):
        send(survey, member)
    save_draft(make_survey(sections=SMALL), member)
    question = make_question(asker=member)
    name = member.get_full_name()
    QuestionStep.objects.create(question=question, kind="asked", text=f"{name} ถามในที่ประชุม")
    as_(member).post("/my/close/", {"password": "a-long-test-password-2570", "word": "ปิดบัญชี"})
    member.refresh_from_db()
    assert not member.is_active
    assert list(Response.objects.values_list("user", "answered_on")) == [(None, None)] * 2
    assert (Receipt.objects.filter(user=member).count(), AnswerDraft.objects.count()) == (2, 0)
    assert name not in QuestionStep.objects.get().text
    assert name not in str(Question.objects.get().asker)


# --- The person's data ------------------------------------------------------------------------------------
def test_a_person_s_data(as_, member: User) -> None:
    named = make_survey(sections=SMALL, is_anonymous=False, title="แบบสอบถามที่ระบุชื่อ")
    unnamed = make_survey(sections=SMALL)
    other = make_survey(sections=SMALL, title="ยังไม่ส่ง")
    for survey in (named, unnamed):
        send(survey, member, level=4, place=1)
    save_draft(other, member)
    own = make_question(asker=member, is_anonymous=True)
    Vote.objects.create(question=make_question(text="คำถามของผู้อื่น"), user=member)
    data = json.loads(as_(member).get("/my/data/").content)["surveys"]
    assert [row["text"] for row in data["questions"]] == [own.text]
    assert data["interesting_questions"] == ["คำถามของผู้อื่น"]
    assert data["surveys_answered"] == ["แบบสอบถามที่ระบุชื่อ", unnamed.title]
    expected = {"พื้นที่ปฏิบัติงาน": "จังหวัด", "ตรงกับงานที่ปฏิบัติ": 4}
    day = timezone.localdate().isoformat()
    assert data["named_answers"] == [{"survey": "แบบสอบถามที่ระบุชื่อ", "answered_on": day, "answers": expected}]
    typed = {"พื้นที่ปฏิบัติงาน": ["จังหวัด"], "สิ่งที่อยากให้ปรับปรุง": ["ข้อเสนอ"]}
    assert data["drafts"] == [{"survey": "ยังไม่ส่ง", "typed": typed}]


def test_nothing_of_others_is_in_it(as_, member: User, outsider: User) -> None:
    survey = make_survey(sections=SMALL, is_anonymous=False)
    send(survey, outsider)
    save_draft(make_survey(sections=SMALL), outsider)
    make_question(asker=outsider)
    assert not any(surveys_data(member).values())


# --- Proof ------------------------------------------------------------------------------------------------
def answered(count: int) -> Survey:
    survey = make_survey(sections=SMALL)
    for place in range(count):
        send(survey, User.objects.create(email=f"a{place}@example.go.th"), level=place % 5 + 1)
    Survey.objects.filter(pk=survey.pk).update(state=SurveyState.CLOSED)  # so that all of them are counted
    mixing.mix_due()
    return survey


def test_counts_that_are_right_stay(django_assert_num_queries) -> None:
    answered(6)
    make_question()
    assert proof.correct_counts() == []


def test_wrong_tallies_are_counted_again() -> None:
    survey = answered(6)
    before = sorted(Tally.objects.values_list("item_id", "by", "group", "value", "count"))
    Tally.objects.filter(by="").update(count=99)
    SurveyVersion.objects.update(counted=98)
    pk = survey.current_id
    assert proof.correct_counts() == [f"version {pk} of survey {survey.pk} counted 98 answers wrongly, has 6"]
    assert sorted(Tally.objects.values_list("item_id", "by", "group", "value", "count")) == before
    assert SurveyVersion.objects.get().counted == 6
    assert proof.correct_counts() == []


def test_a_lost_or_doubled_answer_is_reported() -> None:
    survey = answered(5)
    Response.objects.create(version_id=survey.current_id, answers=stored(survey))
    assert proof.correct_counts() == [f"survey {survey.pk} has 5 receipts and 6 answers"]


def test_wrong_votes_are_counted_again() -> None:
    right, wrong = make_question(), make_question()
    Question.objects.filter(pk=wrong.pk).update(vote_count=7)
    assert proof.correct_counts() == [f"question {wrong.pk} counted 7 votes, has 1"]
    assert list(Question.objects.order_by("pk").values_list("vote_count", flat=True)) == [1, 1]
    assert right.vote_count == 1
