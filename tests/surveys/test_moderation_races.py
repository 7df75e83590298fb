"""Moderators and voters at the same moment: real threads on whichever database the suite runs."""

import pytest

from accounts.models import Notification, User
from groups.models import Group
from groups.services import Refused
from surveys.models import Question, QuestionState, QuestionStep, Vote, Way
from surveys.services import asking, moderating
from tests.at_once import at_once
from tests.factories import make_question, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def answer(question: Question, by: User, text: str) -> Question:
    return moderating.answer(question=question, by=by, revision=0, how=Way.WRITTEN, answer=text)


def merge(question: Question, target: Question, by: User) -> Question:
    return moderating.merge(question=question, target=target, by=by, revision=0)


def test_two_moderators_answer_at_once(group: Group, facilitator: User, officer: User) -> None:
    question = make_question(group=group)
    given = {facilitator: "ของผู้ดำเนินกลุ่ม", officer: "ของเจ้าหน้าที่"}
    outcomes = at_once(*(lambda by=by, text=text: answer(question, by, text) for by, text in given.items()))
    (winner,) = [one for one in outcomes if isinstance(one, Question)]
    (told,) = [one for one in outcomes if isinstance(one, moderating.Overtaken)]
    question.refresh_from_db()
    assert (question.answered_by, question.answer) == (winner.answered_by, given[winner.answered_by])
    assert told.step is not None
    assert told.step.by == winner.answered_by
    assert (QuestionStep.objects.count(), Notification.objects.count()) == (1, 1)


def test_eight_taps_answer_once(group: Group, facilitator: User) -> None:
    question = make_question(group=group)
    outcomes = at_once(*[lambda: answer(question, facilitator, "คำตอบ")] * 8)
    assert {(one.pk, one.revision) for one in outcomes} == {(question.pk, 1)}
    assert (QuestionStep.objects.count(), Notification.objects.count()) == (1, 1)


def test_published_and_refused_at_once(group: Group, facilitator: User, officer: User) -> None:
    question = make_question(group=group, state=QuestionState.PENDING)
    outcomes = at_once(
        lambda: moderating.publish(question=question, by=facilitator, revision=0),
        lambda: moderating.refuse(question=question, by=officer, revision=0, reason="นอกเรื่อง"),
    )
    assert sorted(type(one) for one in outcomes if isinstance(one, Exception)) == [moderating.Overtaken]
    question.refresh_from_db()
    assert question.state in (QuestionState.WAITING, QuestionState.REFUSED)
    assert question.revision == 1


def test_merged_into_each_other_at_once(group: Group, facilitator: User, officer: User) -> None:
    one, other = make_question(group=group), make_question(group=group)
    outcomes = at_once(lambda: merge(one, other, facilitator), lambda: merge(other, one, officer))
    assert sum(isinstance(outcome, moderating.Overtaken) for outcome in outcomes) == 1
    (merged,) = Question.objects.filter(state=QuestionState.MERGED)
    (kept,) = Question.objects.exclude(pk=merged.pk)
    assert (merged.merged_into, kept.state, kept.vote_count, merged.vote_count) == (kept, QuestionState.WAITING, 2, 0)


def test_merged_in_a_ring_at_once(group: Group, officer: User) -> None:
    """However they come in, one is left over and everything leads to it, or to one that is published."""
    rows = [make_question(group=group) for _ in range(3)]
    outcomes = at_once(
        *(lambda place=place: merge(rows[place], rows[(place + 1) % 3], make_user()) for place in range(3))
    )
    assert all(isinstance(outcome, Question | Refused) for outcome in outcomes)
    published = {row.pk for row in Question.objects.published()}
    merged = Question.objects.filter(state=QuestionState.MERGED)
    assert 1 <= merged.count() <= 2
    assert all(row.merged_into_id in published for row in merged)
    votes = list(Vote.objects.values_list("question", flat=True))
    assert sorted(votes) == sorted(pk for row in Question.objects.all() for pk in [row.pk] * row.vote_count)
    assert len(votes) == 3


def test_a_chain_merged_from_both_ends_at_once(group: Group, facilitator: User, officer: User) -> None:
    first, second, third = (make_question(group=group) for _ in range(3))
    outcomes = at_once(lambda: merge(first, second, facilitator), lambda: merge(second, third, officer))
    assert all(isinstance(outcome, Question | Refused) for outcome in outcomes)
    assert any(isinstance(outcome, Question) for outcome in outcomes)
    merged = Question.objects.filter(state=QuestionState.MERGED).select_related("merged_into")
    assert {row.merged_into.state for row in merged if row.merged_into} == {QuestionState.WAITING}


def test_votes_while_it_is_merged(group: Group, facilitator: User) -> None:
    question, target = make_question(group=group), make_question(group=group)
    people = [make_user() for _ in range(4)]
    outcomes = at_once(
        lambda: merge(question, target, facilitator),
        *(lambda person=person: asking.set_vote(question=question, user=person, wants=True) for person in people),
        *(lambda person=person: asking.set_vote(question=target, user=person, wants=True) for person in people),
    )
    assert all(isinstance(outcome, Question | Refused) for outcome in outcomes)
    target.refresh_from_db()
    voters = sorted(Vote.objects.filter(question=target).values_list("user", flat=True))
    assert voters == sorted([question.asker_id, target.asker_id, *(person.pk for person in people)])
    assert (target.vote_count, Vote.objects.filter(question=question).count()) == (6, 0)
