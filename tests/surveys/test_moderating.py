"""What moderators do with a question: each act, what it leaves behind, whom it tells, and what it refuses."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Notification, User
from core.models import PageVersion
from groups.models import Group
from groups.services import Refused
from surveys.models import Question, QuestionState, QuestionStep, Vote, Way
from surveys.services import moderating
from tests.factories import make_agency, make_question, make_user

pytestmark = pytest.mark.django_db
Act = Callable[..., Question]


@pytest.fixture
def pending(group: Group) -> Question:
    return make_question(group=group, state=QuestionState.PENDING)


@pytest.fixture
def waiting(group: Group) -> Question:
    return make_question(group=group)


@pytest.fixture
def answered(waiting: Question, facilitator: User) -> Question:
    words = {"how": Way.WRITTEN, "answer": "แต่งตั้งกรรมการสำรองไว้ล่วงหน้า"}
    return moderating.answer(question=waiting, by=facilitator, revision=0, **words)


def told() -> list[tuple[int, str, str]]:
    return list(Notification.objects.order_by("pk").values_list("recipient", "text", "detail"))


def steps(question: Question) -> list[tuple[str, str]]:
    return list(question.steps.values_list("kind", "text"))


def page_version() -> int:
    return PageVersion.objects.filter(pk=1).values_list("number", flat=True).first() or 0


# --- To be seen -------------------------------------------------------------------------------------------
def test_a_published_question_waits_for_its_answer(pending: Question, facilitator: User) -> None:
    before = page_version()
    row = moderating.publish(question=pending, by=facilitator, revision=0)
    row.refresh_from_db()
    assert (row.state, row.revision, row.published_at) == (QuestionState.WAITING, 1, row.owed_since)
    assert row.owes_answer == "ผู้ดำเนินกลุ่มการเงิน การคลัง และพัสดุ"
    assert steps(row) == [("published", "")]
    assert [(who, text) for who, text, _ in told()] == [(row.asker_id, f"คำถามของท่านเผยแพร่แล้ว: {row.text}")]
    assert page_version() > before


def test_rewording_keeps_the_former_wording(pending: Question, facilitator: User) -> None:
    before, was = page_version(), pending.text
    words = {"text": "ถ้อยคำใหม่", "detail": "รายละเอียดใหม่"}
    row = moderating.reword(question=pending, by=facilitator, revision=0, **words)
    row.refresh_from_db()
    assert (row.text, row.detail, row.state) == ("ถ้อยคำใหม่", "รายละเอียดใหม่", QuestionState.PENDING)
    assert steps(row) == [("reworded", was)]
    assert told()[-1][0] == row.asker_id
    assert page_version() == before  # nobody sees it yet
    same = moderating.reword(question=row, by=facilitator, revision=1, **words)
    assert (same.revision, len(told())) == (1, 1)


def test_a_refusal_has_a_reason_and_can_be_taken_back(waiting: Question, facilitator: User) -> None:
    with pytest.raises(Refused, match="กรุณากรอกเหตุผล"):
        moderating.refuse(question=waiting, by=facilitator, revision=0, reason="")
    row = moderating.refuse(question=waiting, by=facilitator, revision=0, reason="อยู่นอกเรื่องของกลุ่ม")
    assert (row.state, row.reason, row.owed_since) == (QuestionState.REFUSED, "อยู่นอกเรื่องของกลุ่ม", None)
    assert told()[-1][1:] == (f"ไม่รับคำถามของท่าน: {row.text}", "เหตุผล: อยู่นอกเรื่องของกลุ่ม")
    row = moderating.reopen(question=row, by=facilitator, revision=1)
    assert (row.state, row.reason, row.owed_since is None) == (QuestionState.WAITING, "", False)
    assert steps(row) == [("refused", "อยู่นอกเรื่องของกลุ่ม"), ("reopened", "อยู่นอกเรื่องของกลุ่ม")]


def test_a_refused_question_that_nobody_saw_goes_back_to_be_checked(pending: Question, facilitator: User) -> None:
    before = page_version()
    row = moderating.refuse(question=pending, by=facilitator, revision=0, reason="ซ้ำกับข่าวประชาสัมพันธ์")
    row = moderating.reopen(question=row, by=facilitator, revision=1)
    assert (row.state, row.owed_since, page_version()) == (QuestionState.PENDING, None, before)


# --- To be answered ---------------------------------------------------------------------------------------
def test_the_agency_owes_the_answer_since_it_was_routed(waiting: Question, facilitator: User) -> None:
    agency, since = make_agency(name="กองคลัง"), waiting.owed_since
    row = moderating.route(question=waiting, by=facilitator, revision=0, agency=agency)
    row.refresh_from_db()
    assert (row.state, row.owes_answer) == (QuestionState.CONSIDERING, "กองคลัง")
    assert row.owed_since
    assert since
    assert row.owed_since > since
    assert steps(row) == [("routed", "กองคลัง")]
    with pytest.raises(Refused, match="ส่งต่อกองคลังอยู่แล้ว"):
        moderating.route(question=row, by=facilitator, revision=1, agency=agency)
    own = moderating.consider(question=row, by=facilitator, revision=1)
    assert (own.owes_answer, own.state) == (f"ผู้ดำเนิน{own.group}", QuestionState.CONSIDERING)
    with pytest.raises(Refused, match="อยู่ระหว่างพิจารณาของกลุ่มอยู่แล้ว"):
        moderating.consider(question=own, by=facilitator, revision=2)


def test_considering_goes_on_since_publication(waiting: Question, facilitator: User) -> None:
    row = moderating.consider(question=waiting, by=facilitator, revision=0)
    assert (row.state, row.owed_since) == (QuestionState.CONSIDERING, waiting.owed_since)


def test_an_answer_reaches_everybody_who_asked(waiting: Question, facilitator: User) -> None:
    joined = make_user()
    Vote.objects.create(question=waiting, user=joined, is_asker=True)
    Vote.objects.create(question=waiting, user=make_user())
    Question.objects.update(is_being_answered=True)
    row = moderating.answer(question=waiting, by=facilitator, revision=0, how=Way.WRITTEN, answer="คำตอบ")
    row.refresh_from_db()
    assert (row.state, row.answered_by, row.owed_since) == (QuestionState.ANSWERED, facilitator, None)
    assert (row.is_being_answered, row.answered_at is None) == (False, False)
    assert {(who, detail) for who, _, detail in told()} == {
        (row.asker_id, "ตอบเป็นลายลักษณ์อักษร\nคำตอบ"),
        (joined.pk, "ตอบเป็นลายลักษณ์อักษร\nคำตอบ"),
    }


def test_only_what_was_answered_live_goes_without_words(waiting: Question, facilitator: User) -> None:
    act = {"question": waiting, "by": facilitator, "revision": 0}
    with pytest.raises(Refused, match="กรุณากรอกคำตอบ"):
        moderating.answer(**act, how=Way.WRITTEN)
    with pytest.raises(Refused, match="ยังไม่ได้ส่งต่อหน่วยงานใด"):
        moderating.answer(**act, how=Way.REFERRED, answer="คำตอบ")
    row = moderating.answer(**act, how=Way.LIVE)
    assert (row.state, row.answer, steps(row)) == (QuestionState.ANSWERED, "", [("answered", "ตอบในเวที")])


def test_an_answer_is_corrected_and_the_former_one_kept(answered: Question, facilitator: User, officer: User) -> None:
    at = answered.answered_at
    words = {"how": Way.WRITTEN, "answer": "ตั้งกรรมการสำรองหรือขอขยายเวลา"}
    row = moderating.correct(question=answered, by=officer, revision=1, **words)
    row.refresh_from_db()
    assert (row.answer, row.answered_by, row.answered_at) == (words["answer"], facilitator, at)
    assert steps(row)[-1] == ("corrected", "ตอบเป็นลายลักษณ์อักษร\nแต่งตั้งกรรมการสำรองไว้ล่วงหน้า")
    assert moderating.correct(question=row, by=officer, revision=2, **words).revision == 2  # nothing new


def test_an_answer_is_withdrawn(answered: Question, facilitator: User) -> None:
    row = moderating.reopen(question=answered, by=facilitator, revision=1)
    row.refresh_from_db()
    assert (row.state, row.answered_how, row.answer, row.answered_by) == (QuestionState.WAITING, "", "", None)
    assert steps(row)[-1] == ("reopened", "ตอบเป็นลายลักษณ์อักษร\nแต่งตั้งกรรมการสำรองไว้ล่วงหน้า")
    assert row.owed_since is not None


# --- What is not possible ---------------------------------------------------------------------------------
ACTS: dict[str, tuple[Act, dict[str, Any]]] = {
    "publish": (moderating.publish, {}),
    "reword": (moderating.reword, {"text": "ใหม่", "detail": ""}),
    "refuse": (moderating.refuse, {"reason": "เหตุผล"}),
    "reopen": (moderating.reopen, {}),
    "consider": (moderating.consider, {}),
    "answer": (moderating.answer, {"how": Way.WRITTEN, "answer": "คำตอบ"}),
    "correct": (moderating.correct, {"how": Way.WRITTEN, "answer": "คำตอบอื่น"}),
}
POSSIBLE = {
    QuestionState.PENDING: {"publish", "reword", "refuse"},
    QuestionState.WAITING: {"reword", "refuse", "consider", "answer"},
    QuestionState.CONSIDERING: {"reword", "refuse", "answer"},  # the group's own already
    QuestionState.ANSWERED: {"reword", "reopen", "correct"},
    QuestionState.REFUSED: {"reopen"},
    QuestionState.WITHDRAWN: set(),
}


@pytest.mark.parametrize("state", POSSIBLE)
def test_which_acts_each_state_allows(state: QuestionState, group: Group, facilitator: User) -> None:
    done = set()
    for name, (act, words) in ACTS.items():
        given = {"answered_how": Way.LIVE} if state == QuestionState.ANSWERED else {}
        question = make_question(group=group, state=state, **given)
        try:
            act(question=question, by=facilitator, revision=0, **words)
            done.add(name)
        except Refused:
            question.refresh_from_db()
            assert (question.state, question.revision, steps(question)) == (state, 0, [])
    assert done == POSSIBLE[state]


def test_a_deleted_question_is_refused(waiting: Question, facilitator: User) -> None:
    Question.objects.filter(pk=waiting.pk).delete()
    with pytest.raises(Refused, match="ถูกลบไปแล้ว"):
        moderating.publish(question=waiting, by=facilitator, revision=0)


# --- Two moderators ---------------------------------------------------------------------------------------
def test_who_comes_second_is_told_what_the_first_one_did(waiting: Question, facilitator: User, officer: User) -> None:
    moderating.answer(question=waiting, by=facilitator, revision=0, how=Way.WRITTEN, answer="ของคนแรก")
    with pytest.raises(moderating.Overtaken, match=f"{facilitator.get_full_name()} “ตอบ” เมื่อ") as caught:
        moderating.answer(question=waiting, by=officer, revision=0, how=Way.WRITTEN, answer="ของคนที่สอง")
    assert caught.value.stored.answer == "ของคนแรก"
    assert caught.value.step is not None
    assert caught.value.step.by == facilitator
    assert QuestionStep.objects.count() == 1


def test_a_second_tap_does_nothing(waiting: Question, facilitator: User) -> None:
    act = {"question": waiting, "by": facilitator, "revision": 0, "how": Way.WRITTEN, "answer": "คำตอบ"}
    first, second = moderating.answer(**act), moderating.answer(**act)
    assert (first.revision, second.revision, len(told()), QuestionStep.objects.count()) == (1, 1, 1, 1)
    with pytest.raises(moderating.Overtaken, match="ท่านดำเนินการกับคำถามนี้จากหน้าอื่นแล้ว"):
        moderating.answer(**act | {"answer": "คำตอบอื่น"})
