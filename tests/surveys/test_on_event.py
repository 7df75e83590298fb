"""What questions and surveys add to an event's page and to what is left to do after it."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core import pagecache
from events.closing import checklist
from events.models import Event, State
from groups.models import Group
from surveys.models import QuestionState, SurveyState
from tests.factories import make_event, make_question, make_survey

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(group: Group) -> Event:
    return make_event(group=group, state=State.ENDED, starts_at=timezone.now() - timedelta(days=1))


def page(client: Client, event: Event) -> str:
    response = client.get(event.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def test_the_three_questions_that_most_want_answered(visitor: Client, event: Event) -> None:
    for votes in range(5):
        question = make_question(event=event, text=f"คำถามที่มี {votes} เสียง")
        question.vote_count = votes
        question.save()
    for state in (QuestionState.PENDING, QuestionState.REFUSED):
        make_question(event=event, text=f"ยังไม่เผยแพร่ {state}", state=state)
    make_question(group=event.group, text="ถามกลุ่ม")
    text = page(visitor, event)
    assert [f"คำถามที่มี {votes} เสียง" in text for votes in range(5)] == [False, False, True, True, True]
    assert "ยังไม่เผยแพร่" not in text
    assert "ถามกลุ่ม" not in text
    assert f'href="/events/{event.pk}/live/"' in text


@pytest.mark.parametrize(
    ("state", "takes"), [("ended", True), ("open", True), ("complete", False), ("cancelled", False)]
)
def test_questions_are_taken_until_the_work_is_closed(visitor: Client, group: Group, state: str, takes: bool) -> None:
    event = make_event(group=group, state=state)
    assert (f'href="/events/{event.pk}/live/"' in page(visitor, event)) is takes


def test_the_way_to_the_survey_while_it_is_open(visitor: Client, event: Event) -> None:
    survey = make_survey(event=event, title="แบบประเมินเวทีนี้", audience="attendees", follows_event=True)
    secret = make_survey(event=event, title="เฉพาะผู้มีลิงก์", kind="other", audience="link")
    draft = make_survey(event=event, title="ยังร่างอยู่", kind="other", state=SurveyState.DRAFT)
    text = page(visitor, event)
    assert [f"/surveys/{row.pk}/" in text for row in (survey, secret, draft)] == [True, False, False]
    survey.state = SurveyState.CLOSED
    survey.save()
    pagecache.changed()
    pagecache.forget()
    assert f"/surveys/{survey.pk}/" not in page(Client(), event)


def test_released_figures_and_nothing_before(
    visitor: Client, as_: Callable[[User], Client], member: User, event: Event
) -> None:
    survey = make_survey(event=event, state=SurveyState.CLOSED)
    address = f'href="/surveys/{survey.pk}/results/"'
    assert address not in page(as_(member), event)
    survey.released_at = timezone.now()
    survey.released_mean, survey.released_sd, survey.released_answers = Decimal("4.28"), Decimal("0.93"), 318
    survey.save()
    pagecache.changed()
    pagecache.forget()
    text = page(visitor, event)
    assert [words in text for words in (address, "<dd>4.28 ", "<dd>0.93</dd>", "<dd>318 ")] == [True] * 4


def steps(event: Event) -> list[tuple[bool, bool, str]]:
    found = {step.key: (step.is_done, step.is_required, step.detail) for step in checklist(event)}
    return [found["evaluation"], found["questions"]]


def test_the_closing_asks_for_the_result_and_for_answers(event: Event) -> None:
    assert steps(event) == [(False, False, "ยังไม่ได้แนบแบบประเมิน (ถ้ามี)"), (True, False, "ไม่มีคำถามค้าง")]
    survey = make_survey(event=event, state=SurveyState.CLOSED)
    make_question(event=event)
    make_question(event=event, state=QuestionState.CONSIDERING)
    make_question(event=event, state=QuestionState.ANSWERED)
    assert steps(event) == [(False, True, "ยังไม่ได้เผยแพร่ผล"), (False, False, "รอคำตอบ 2 ข้อ")]
    survey.released_at, survey.released_answers = timezone.now(), 1234
    survey.save()
    assert steps(event)[0] == (True, True, "เผยแพร่แล้ว ผู้ตอบ 1,234 คน")
