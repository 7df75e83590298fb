"""The moderators' console: who may work there, each act, and two who act at once."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import User
from events.models import Event
from groups.models import Group, Role
from groups.services import Refused
from surveys.models import Question, QuestionState, Way
from surveys.services import moderating
from surveys.services.live_marking import mark
from tests.at_once import at_once
from tests.factories import make_event, make_group, make_membership, make_question, make_user

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


@pytest.fixture
def event(group: Group) -> Event:
    now = timezone.now()
    return make_event(group=group, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1))


@pytest.fixture
def recorder(group: Group) -> User:
    return make_membership(group=group, user=make_user(), role=Role.RECORDER).user


def console(event: Event, path: str = "") -> str:
    return f"/events/{event.pk}/live/console/{path}"


def act(client: Client, question: Question, name: str, *, htmx: bool = False, **fields: object) -> HttpResponse:
    data = {"act": name, "revision": question.revision, "seen": 0} | fields
    address = f"/events/{question.event_id}/live/{question.pk}/marking/"
    return client.post(address, data, headers={"HX-Request": "true"} if htmx else {})


def current(event: Event) -> list[int]:
    return list(Question.objects.filter(event=event, is_being_answered=True).values_list("pk", flat=True))


def looks(html: str) -> dict[int, str]:
    rows = re.findall(r'data-question="(\d+)" data-look="(\w+)"', html)
    return {int(pk): look for pk, look in rows}


# --- Who may ----------------------------------------------------------------------------------------------
def test_it_is_for_the_moderators_of_the_hosts(
    event: Event,
    visitor: Client,
    as_: As,
    member: User,
    outsider: User,
    facilitator: User,
    recorder: User,
    officer: User,
) -> None:
    guest, other = make_group(), make_user()
    make_membership(group=guest, user=other, role=Role.RECORDER)
    question = make_question(event=event)
    people = [outsider, member, other, recorder, facilitator, officer]
    seen = [
        [as_(person).get(address).status_code for person in people]
        for address in (console(event), console(event, "board/"))
    ]
    assert seen == [[404, 404, 404, 200, 200, 200]] * 2
    assert [act(as_(person), question, "start").status_code for person in people[:3]] == [404] * 3
    assert (visitor.get(console(event)).status_code, act(visitor, question, "start").status_code) == (302, 302)
    assert current(event) == []
    event.cohosting.create(group=guest)
    assert as_(other).get(console(event)).status_code == 200


def test_a_question_of_another_event_is_not_reached_from_here(event: Event, as_: As, facilitator: User) -> None:
    elsewhere = make_question(event=make_event(group=event.group))
    address = f"/events/{event.pk}/live/{elsewhere.pk}/marking/"
    data = {"act": "start", "revision": 0}
    assert as_(facilitator).post(address, data).status_code == 404


# --- Each act ---------------------------------------------------------------------------------------------
def test_from_coming_in_to_being_answered(event: Event, as_: As, facilitator: User) -> None:
    question, client = make_question(event=event, state=QuestionState.PENDING), as_(facilitator)
    seen = [looks(client.get(console(event)).content.decode())]
    for name in ("publish", "start", "answer"):
        question.refresh_from_db()
        answer = act(client, question, name)
        assert (answer.status_code, answer["Location"]) == (302, console(event))
        seen.append(looks(client.get(console(event)).content.decode()))
    assert seen == [{question.pk: "pending"}, {question.pk: "waiting"}, {question.pk: "now"}, {}]
    question.refresh_from_db()
    assert (question.state, question.answered_how, question.answered_by, question.is_being_answered) == (
        QuestionState.ANSWERED, Way.LIVE, facilitator, False
    )  # fmt: skip


def test_a_note_goes_with_the_answer_and_a_reason_with_a_refusal(event: Event, as_: As, recorder: User) -> None:
    noted, refused = make_question(event=event), make_question(event=event, state=QuestionState.PENDING)
    client = as_(recorder)
    act(client, noted, "answer", answer="ให้ตั้งกรรมการสำรอง")
    act(client, refused, "refuse", reason="ไม่เกี่ยวกับหัวข้อ")
    noted.refresh_from_db()
    refused.refresh_from_db()
    assert (noted.answer, refused.state, refused.reason) == (
        "ให้ตั้งกรรมการสำรอง", QuestionState.REFUSED, "ไม่เกี่ยวกับหัวข้อ"
    )  # fmt: skip


def test_one_is_answered_at_a_time(event: Event, as_: As, facilitator: User) -> None:
    first, second = make_question(event=event), make_question(event=event)
    client = as_(facilitator)
    act(client, first, "start")
    act(client, second, "start", seen=first.pk)
    assert current(event) == [second.pk]
    act(client, second, "stop", seen=second.pk)
    assert current(event) == []


def test_htmx_gets_the_board_alone_and_is_told_what_was_done(event: Event, as_: As, facilitator: User) -> None:
    question = make_question(event=event)
    html = act(as_(facilitator), question, "start", htmx=True).content.decode()
    assert (looks(html), "<html" in html, 'data-done="เลือกเป็นข้อที่กำลังตอบแล้ว"' in html) == (
        {question.pk: "now"}, False, True
    )  # fmt: skip


# --- Bad input --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "fields",
    [{"act": "explode"}, {"act": ""}, {"revision": "x"}, {"revision": "-1"}, {"seen": "x"}, {"answer": "ก" * 6001}],
)
def test_what_no_form_of_ours_sends_changes_nothing(
    event: Event, as_: As, facilitator: User, fields: dict[str, str]
) -> None:
    question = make_question(event=event)
    answer = act(as_(facilitator), question, "answer", **fields)
    question.refresh_from_db()
    assert (answer.status_code, question.state) == (409, QuestionState.WAITING)


def test_without_a_reason_nothing_is_refused(event: Event, as_: As, facilitator: User) -> None:
    question = make_question(event=event, state=QuestionState.PENDING)
    answer = act(as_(facilitator), question, "refuse", reason=" ")
    assert (answer.status_code, "กรุณากรอกเหตุผล ผู้ถามจะได้ทราบ" in answer.content.decode()) == (409, True)
    question.refresh_from_db()
    assert question.state == QuestionState.PENDING


def test_what_is_answered_cannot_be_chosen(event: Event, as_: As, facilitator: User) -> None:
    question = make_question(event=event, state=QuestionState.ANSWERED, answered_how=Way.LIVE)
    answer = act(as_(facilitator), question, "start")
    assert (answer.status_code, current(event)) == (409, [])


# --- Two who act at once ----------------------------------------------------------------------------------
def test_the_second_to_answer_is_told_and_the_note_stays_typed(
    event: Event, as_: As, facilitator: User, recorder: User
) -> None:
    question = make_question(event=event)
    moderating.answer(question=question, by=recorder, revision=0, how=Way.LIVE, answer="")
    answer = act(as_(facilitator), question, "answer", answer="บันทึกของคนที่สอง")
    html = answer.content.decode()
    assert (answer.status_code, "มีผู้อื่นแก้ไขข้อมูลนี้แล้ว" in html, "บันทึกของคนที่สอง" in html) == (409, True, True)
    question.refresh_from_db()
    assert (question.answered_by, question.answer) == (recorder, "")


def test_the_second_to_choose_is_told_what_the_first_chose(event: Event, as_: As, facilitator: User) -> None:
    first, second = make_question(event=event, text="ข้อของคนแรก"), make_question(event=event)
    mark(question=first, is_now=True, seen=0)
    answer = act(as_(facilitator), second, "start")
    html = answer.content.decode()
    assert (answer.status_code, "ขณะนี้กำลังตอบ “ข้อของคนแรก”" in html, current(event)) == (409, True, [first.pk])


@pytest.mark.django_db(transaction=True)
def test_of_two_choices_at_the_same_moment_one_holds() -> None:
    event = make_event()
    first, second = make_question(event=event), make_question(event=event)
    results = at_once(
        lambda: mark(question=first, is_now=True, seen=0), lambda: mark(question=second, is_now=True, seen=0)
    )
    assert sorted(type(result).__name__ for result in results) == ["NoneType", Refused.__name__]
    assert len(current(event)) == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_answered_at_the_moment_it_is_chosen_is_not_left_chosen() -> None:
    event, moderator = make_event(), make_user()
    question = make_question(event=event)
    at_once(
        lambda: mark(question=question, is_now=True, seen=0),
        lambda: moderating.answer(question=question, by=moderator, revision=0, how=Way.LIVE, answer=""),
    )
    question.refresh_from_db()
    assert (question.state, question.is_being_answered) == (QuestionState.ANSWERED, False)


# --- What it costs ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("rows", [1, 30])
def test_queries_are_constant(event: Event, as_: As, facilitator: User, rows: int, cold_queries: Callable) -> None:
    for _ in range(rows):
        make_question(event=event)
        make_question(event=event, state=QuestionState.PENDING)
    client = as_(facilitator)
    assert [len(cold_queries(client, console(event, path))) for path in ("", "board/")] == [10, 8]
