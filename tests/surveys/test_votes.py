"""สนใจคำถามนี้เช่นกัน: one vote each, which one may take back."""

import pytest
from django.test import Client

from accounts.models import User
from groups.models import Group
from groups.services import Refused
from surveys.models import Question, QuestionState, Vote
from surveys.services import asking
from tests.at_once import at_once
from tests.factories import make_event, make_question, make_user

pytestmark = pytest.mark.django_db
PRESSED, UNPRESSED = 'value="0" aria-pressed="true"', 'value="1" aria-pressed="false"'


def count(question: Question) -> tuple[int, int]:
    question.refresh_from_db()
    return question.vote_count, question.votes.count()


def test_a_vote_counts_once_and_can_be_taken_back(outsider: User) -> None:
    question = make_question()
    for wants, expected in ((False, 1), (True, 2), (True, 2), (False, 1), (False, 1)):
        row = asking.set_vote(question=question, user=outsider, wants=wants)
        assert (row.vote_count, *count(question)) == (expected, expected, expected)


def test_who_asked_stays_interested(member: User) -> None:
    question = make_question(asker=member)
    with pytest.raises(Refused, match=asking.OWN):
        asking.set_vote(question=question, user=member, wants=False)
    asking.set_vote(question=question, user=member, wants=True)
    assert count(question) == (1, 1)


@pytest.mark.parametrize("state", [QuestionState.PENDING, QuestionState.REFUSED, QuestionState.WITHDRAWN])
def test_what_is_not_published_takes_no_votes(outsider: User, state: str) -> None:
    question = make_question(state=state)
    with pytest.raises(Refused, match=asking.MOVED_ON):
        asking.set_vote(question=question, user=outsider, wants=True)
    assert count(question) == (1, 1)


def test_the_button_without_a_script(as_, outsider: User) -> None:
    question = make_question()
    client, address = as_(outsider), f"/questions/{question.pk}/vote/"
    assert UNPRESSED in client.get("/questions/").content.decode()
    from_page = {"Referer": "http://testserver/questions/?order=new#ask"}
    response = client.post(address, {"wants": "1"}, headers=from_page)
    assert response.headers["Location"] == f"http://testserver/questions/?order=new#question-{question.pk}"
    assert PRESSED in client.get("/questions/").content.decode()
    response = client.post(address, {"wants": "0"}, headers={"Referer": "https://elsewhere.example/"})
    assert response.headers["Location"] == f"/questions/{question.pk}/#question-{question.pk}"
    assert count(question) == (1, 1)


def test_the_button_alone_is_swapped(as_, outsider: User) -> None:
    question = make_question()
    response = as_(outsider).post(f"/questions/{question.pk}/vote/", {"wants": "1"}, headers={"HX-Request": "true"})
    html = response.content.decode()
    assert (html.count("<form"), html.count(PRESSED), html.count("csrfmiddlewaretoken")) == (1, 1, 1)
    assert (html[:5], html.rstrip()[-7:]) == ("<form", "</form>")


def test_what_is_not_possible_is_said(as_, member: User) -> None:
    question = make_question(asker=member)
    client, address = as_(member), f"/questions/{question.pk}/vote/"
    response = client.post(address, {"wants": "0"}, headers={"HX-Request": "true"})
    assert response.headers["HX-Redirect"] == question.get_absolute_url()
    assert asking.OWN in client.get("/questions/").content.decode()
    response = client.post(address, {"wants": "garbage"}, follow=True)
    assert "กรุณากดปุ่มสนใจอีกครั้ง" in response.content.decode()
    assert count(question) == (1, 1)


def test_outsiders_cannot_vote(as_, visitor: Client, outsider: User, member: User, group: Group) -> None:
    closed = make_question(event=make_event(group=group, visibility="group"))
    pending = make_question(group=group, state=QuestionState.PENDING)
    for question in (closed, pending):
        response = as_(outsider).post(f"/questions/{question.pk}/vote/", {"wants": "1"})
        assert response.status_code == 404
        response = visitor.post(f"/questions/{question.pk}/vote/", {"wants": "1"})
        assert response.headers["Location"].startswith("/accounts/login/?next=")
    as_(member).post(f"/questions/{closed.pk}/vote/", {"wants": "1"})
    assert (count(closed), count(pending)) == ((2, 2), (1, 1))
    assert as_(member).get(f"/questions/{closed.pk}/vote/").status_code == 405


def test_a_vote_follows_a_merged_question(as_, outsider: User, group: Group) -> None:
    goal = make_question(group=group)
    merged = make_question(group=group, state=QuestionState.MERGED, merged_into=goal)
    as_(outsider).post(f"/questions/{merged.pk}/vote/", {"wants": "1"})
    assert (count(goal), count(merged)) == ((2, 2), (1, 1))


@pytest.mark.django_db(transaction=True)
def test_votes_at_once_are_all_counted() -> None:
    question, people = make_question(), [make_user() for _ in range(4)]
    acts = [lambda person=person: asking.set_vote(question=question, user=person, wants=True) for person in people]
    results = at_once(*acts, acts[0])
    assert [error for error in results if isinstance(error, Exception)] == []
    assert count(question) == (5, 5)
    assert Vote.objects.filter(user=people[0]).count() == 1
