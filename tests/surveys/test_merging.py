"""Merging duplicates: votes and askers join, each person once; what may be merged into what."""

from typing import Any

import pytest

from accounts.models import Notification, User
from events.models import CoHost, State
from groups.models import Group, Role
from groups.services import Refused
from groups.visibility import Visibility
from surveys import merging
from surveys.models import Question, QuestionState, Vote
from surveys.services import moderating
from tests.factories import make_event, make_group, make_membership, make_question, make_user

pytestmark = pytest.mark.django_db


def merge(question: Question, target: Question, by: User, revision: int = 0) -> Question:
    return moderating.merge(question=question, target=target, by=by, revision=revision)


def voters(question: Question) -> dict[int, bool]:
    return dict(Vote.objects.filter(question=question).values_list("user", "is_asker"))


def vote(question: Question, *people: User) -> None:
    Vote.objects.bulk_create(Vote(question=question, user=person) for person in people)
    Question.objects.filter(pk=question.pk).update(vote_count=Vote.objects.filter(question=question).count())


def test_votes_and_askers_join_each_person_once(group: Group, facilitator: User) -> None:
    question, target = make_question(group=group, text="ข้อซ้ำ"), make_question(group=group, text="ข้อหลัก")
    both, one, other = make_user(), make_user(), make_user()
    vote(question, both, one, target.asker)
    vote(target, both, other, question.asker)
    answered = merge(question, target, facilitator)
    question.refresh_from_db()
    target.refresh_from_db()
    assert answered == target
    assert voters(target) == {
        target.asker_id: True, question.asker_id: True, both.pk: False, one.pk: False, other.pk: False,
    }  # fmt: skip
    assert (target.vote_count, question.vote_count, voters(question)) == (5, 0, {})
    assert (question.state, question.merged_into, question.owed_since) == (QuestionState.MERGED, target, None)
    assert (question.revision, target.revision) == (1, 1)


def test_who_asked_is_told_and_reads_nothing_of_the_other_side(group: Group, facilitator: User) -> None:
    question, target = make_question(group=group, text="ข้อซ้ำ"), make_question(group=group, text="ข้อหลัก")
    merge(question, target, facilitator)
    line = Notification.objects.get()
    assert (line.recipient_id, line.url) == (question.asker_id, f"/questions/{question.pk}/")
    assert (line.text, line.detail) == (
        "รวมคำถามของท่านกับคำถามที่คล้ายกัน: ข้อซ้ำ",
        "ติดตามได้ที่คำถาม “ข้อหลัก”",
    )
    assert [step.text for step in question.steps.all()] == ["รวมเข้ากับคำถาม “ข้อหลัก”"]
    assert [step.text for step in target.steps.all()] == ["ผู้สนใจเพิ่มขึ้น 1 คน"]
    moderating.answer(question=target, by=facilitator, revision=1, how="written", answer="คำตอบ")
    told = Notification.objects.filter(text__startswith="คำถามของท่านได้รับคำตอบแล้ว")
    assert set(told.values_list("recipient", flat=True)) == {question.asker_id, target.asker_id}


def test_what_was_merged_before_follows(group: Group, facilitator: User) -> None:
    first, second, third = (make_question(group=group) for _ in range(3))
    merge(first, second, facilitator)
    second.refresh_from_db()
    merge(second, third, facilitator, revision=1)
    for row in (first, second, third):
        row.refresh_from_db()
    assert (first.merged_into, second.merged_into, third.vote_count) == (third, third, 3)


@pytest.mark.parametrize("state", [QuestionState.PENDING, QuestionState.REFUSED, QuestionState.WITHDRAWN])
def test_not_into_one_that_is_not_published(state: QuestionState, group: Group, facilitator: User) -> None:
    question, target = make_question(group=group), make_question(group=group, state=state)
    with pytest.raises(Refused, match="คำถามปลายทางยังไม่เผยแพร่"):
        merge(question, target, facilitator)
    question.refresh_from_db()
    assert (question.state, question.vote_count) == (QuestionState.WAITING, 1)


def test_neither_into_itself_nor_in_a_circle(group: Group, facilitator: User) -> None:
    question, target = make_question(group=group), make_question(group=group)
    with pytest.raises(Refused, match="ตัวเอง"):
        merge(question, question, facilitator)
    merge(question, target, facilitator)
    with pytest.raises(Refused, match="ยังไม่เผยแพร่"):  # it was merged into this one
        merge(target, question, facilitator, revision=1)
    with pytest.raises(Refused, match="รวมกับคำถามอื่น"):
        merge(question, make_question(group=group), facilitator, revision=1)
    assert Question.objects.filter(state=QuestionState.MERGED).count() == 1


def test_an_answered_one_keeps_its_answer(group: Group, facilitator: User) -> None:
    question, target = make_question(group=group), make_question(group=group)
    moderating.answer(question=question, by=facilitator, revision=0, how="live")
    with pytest.raises(Refused, match="ตอบแล้ว"):
        merge(question, target, facilitator, revision=1)
    merge(target, question, facilitator)
    assert "มีคำตอบแล้ว" in Notification.objects.order_by("-pk")[0].detail


def test_a_second_tap_merges_once(group: Group, facilitator: User, officer: User) -> None:
    question, target = make_question(group=group), make_question(group=group)
    assert merge(question, target, facilitator) == merge(question, target, facilitator) == target
    target.refresh_from_db()
    assert (target.vote_count, target.revision, Notification.objects.count()) == (2, 1, 1)
    with pytest.raises(moderating.Overtaken, match="รวมคำถามที่ซ้ำ"):
        merge(question, target, officer)


# --- Who can read the target ------------------------------------------------------------------------------
PLACES: dict[str, dict[str, Any]] = {
    "public": {"visibility": Visibility.PUBLIC},
    "internal": {"visibility": Visibility.INTERNAL},
    "members": {"visibility": Visibility.GROUP},
    "draft": {"visibility": Visibility.PUBLIC, "state": State.DRAFT},
}
WIDE_ENOUGH = {
    "group": {"group", "public"},
    "public": {"group", "public"},
    "internal": {"group", "public", "internal"},
    "members": {"group", "public", "internal", "members"},
}


@pytest.mark.parametrize("source", WIDE_ENOUGH)
def test_only_where_all_readers_can_follow(source: str, group: Group, officer: User) -> None:
    question = asked_in(source, group)
    targets = {place: asked_in(place, group) for place in ("group", *PLACES)}
    refused = {place for place, target in targets.items() if merging.problem_of(question, target)}
    assert set(targets) - refused == WIDE_ENOUGH[source]
    offered = {row.pk for row in merging.found(officer, question, targets["group"].text)}
    assert offered == {targets[place].pk for place in WIDE_ENOUGH[source]}


def asked_in(place: str, group: Group) -> Question:
    return make_question(group=group, event=make_event(group=group, **PLACES[place]) if place in PLACES else None)


def test_members_of_one_group_are_not_those_of_another(group: Group) -> None:
    other = make_group(slug="planning")
    own, foreign = (make_event(group=one, visibility=Visibility.GROUP) for one in (group, other))
    question, target = make_question(event=own), make_question(event=foreign)
    assert "วงที่แคบกว่า" in merging.problem_of(question, target)
    CoHost.objects.create(event=foreign, group=group)
    assert merging.problem_of(question, target) == ""
    assert "วงที่แคบกว่า" in merging.problem_of(target, question)  # the other group cannot read it


def test_within_one_closed_event(group: Group) -> None:
    event = make_event(group=group, visibility=Visibility.GROUP)
    assert merging.problem_of(make_question(event=event), make_question(event=event)) == ""


# --- Finding the duplicate --------------------------------------------------------------------------------
def test_what_is_worded_alike_is_offered(group: Group, facilitator: User) -> None:
    question = make_question(group=group, text="กรรมการตรวจรับติดราชการ ต้องทำอย่างไร", state=QuestionState.PENDING)
    alike = make_question(group=group, text="หากกรรมการตรวจรับติดราชการจนครบกำหนด ควรดำเนินการอย่างไร")
    other = make_question(group=group, text="ครุภัณฑ์ที่ไม่มีในเกณฑ์ราคากลาง กำหนดราคาอย่างไร")
    assert merging.found(facilitator, question, "") == [alike]
    assert merging.found(facilitator, question, "ครุภัณฑ์ ราคากลาง") == [other]
    assert merging.found(facilitator, question, str(other.pk)) == [other]
    assert merging.found(facilitator, question, str(question.pk)) == []


def test_only_questions_that_one_moderates_are_offered(group: Group, facilitator: User) -> None:
    other = make_group(slug="planning")
    question, foreign = make_question(group=group), make_question(group=other)
    assert merging.found(facilitator, question, "กรรมการ") == []
    make_membership(group=other, user=facilitator, role=Role.RECORDER)
    assert merging.found(facilitator, question, "กรรมการ") == [foreign]
