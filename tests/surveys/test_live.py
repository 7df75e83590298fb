"""The questions of an event as the audience sees them: one board for all, one's own votes put in."""

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from core import fragments, pagecache
from events.models import Event, State
from groups.models import Group
from groups.visibility import Visibility
from surveys.models import Question, QuestionState, Vote, Way
from tests.factories import make_event, make_group, make_membership, make_question, make_registration, make_user

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


@pytest.fixture
def event(group: Group) -> Event:
    now = timezone.now()
    return make_event(group=group, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1))


def live(event: Event, path: str = "") -> str:
    return f"/events/{event.pk}/live/{path}"


def shared(event: Event, query: str = "") -> str:
    return f"/shared/events/{event.pk}/questions/{query}"


def order(html: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'data-question="(\d+)"', html)]


def pressed(html: str) -> dict[int, bool]:
    """By question, whether its button is pressed; visitors have none, nor has who asked."""
    rows = re.findall(r'data-question="(\d+)"(.*?)</li>', html, re.DOTALL)
    return {int(pk): 'aria-pressed="true"' in row for pk, row in rows if "aria-pressed" in row}


def asked(html: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'class="vote own" id="vote-(\d+)"', html)]


def text(answer: HttpResponse) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


# --- The board --------------------------------------------------------------------------------------------
def test_what_is_being_answered_stands_first_and_what_is_answered_last(event: Event, visitor: Client) -> None:
    few = make_question(event=event)
    many = make_question(event=event)
    many.vote_count = 9
    many.save()
    done = make_question(event=event, state=QuestionState.ANSWERED, answered_how=Way.LIVE)
    Question.objects.filter(pk=done.pk).update(vote_count=50)
    current = make_question(event=event, is_being_answered=True)
    for state in (QuestionState.PENDING, QuestionState.REFUSED, QuestionState.WITHDRAWN):
        make_question(event=event, state=state)
    make_question(group=event.group)
    html = text(visitor.get(shared(event)))
    assert order(html) == [current.pk, many.pk, few.pk, done.pk]
    assert re.findall('data-look="(.*?)"', html) == ["now", "waiting", "waiting", "answered"]
    assert "4 คำถาม ตอบแล้ว 1" in html


def test_an_answer_is_there_to_be_opened(event: Event, visitor: Client) -> None:
    make_question(event=event, state=QuestionState.ANSWERED, answered_how=Way.LIVE, answer="<b>ให้ตั้งกรรมการสำรอง")
    html = text(visitor.get(shared(event)))
    assert "<p>&lt;b&gt;ให้ตั้งกรรมการสำรอง</p>" in html
    assert "ตอบในเวทีแล้ว" in html


def test_who_wishes_to_stay_unnamed_is_named_nowhere(event: Event, as_: As, facilitator: User, member: User) -> None:
    asker = make_user(given_name="ลับเฉพาะ")
    make_question(event=event, asker=asker, is_anonymous=True)
    pages = [
        as_(reader).get(address).content.decode()
        for reader in (member, facilitator)
        for address in (live(event), live(event, "screen/"), shared(event), live(event, "own/"))
    ]
    assert ["ลับเฉพาะ" in page for page in pages] == [False] * 8
    assert "ลับเฉพาะ" in as_(facilitator).get(live(event, "console/")).content.decode()


def test_far_too_many_questions_are_cut_and_the_rest_named(event: Event, visitor: Client) -> None:
    asker = make_user()
    Question.objects.bulk_create(
        Question(group=event.group, event=event, text=f"ข้อ {n}", asker=asker, state=QuestionState.WAITING)
        for n in range(65)
    )
    html = text(visitor.get(shared(event)))
    assert (len(order(html)), "และอีก 5 คำถาม" in html) == (60, True)


# --- One copy for all -------------------------------------------------------------------------------------
def test_everybody_gets_the_same_bytes_and_a_vote_shows_within_a_second(
    event: Event, visitor: Client, as_: As, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = make_question(event=event)
    first = visitor.get(shared(event))
    Question.objects.filter(pk=question.pk).update(vote_count=7)
    Vote.objects.create(question=question, user=member)
    of_voter = as_(member).get(shared(event), headers={"HX-Request": "true"})
    assert (of_voter.content, of_voter["ETag"]) == (first.content, first["ETag"])
    assert pressed(text(of_voter)) == {question.pk: False}
    assert first["Cache-Control"] == "public, max-age=0, s-maxage=1"
    fragments.forget()
    caches["local"].clear()
    assert visitor.get(shared(event))["ETag"] != first["ETag"]


def test_who_has_the_board_already_is_told_so(event: Event, visitor: Client) -> None:
    make_question(event=event)
    etag = visitor.get(shared(event))["ETag"]
    answer = visitor.get(shared(event), headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)


def test_a_warm_board_costs_no_query(event: Event, visitor: Client, as_: As, member: User, steady: None) -> None:
    client = as_(member)
    visitor.get(shared(event))
    with CaptureQueriesContext(connection) as queries:
        client.get(shared(event), headers={"HX-Request": "true"})
    assert len(queries) == 0


@pytest.mark.parametrize("rows", [1, 30])
def test_queries_are_constant(
    event: Event, visitor: Client, as_: As, member: User, rows: int, cold_queries: Callable
) -> None:
    for _ in range(rows):
        question = make_question(event=event)
        Vote.objects.create(question=question, user=member)
    assert [len(cold_queries(visitor, address)) for address in (shared(event), live(event))] == [3, 3]
    assert [len(cold_queries(as_(member), live(event, path))) for path in ("", "own/")] == [9, 5]


# --- Who may see it ---------------------------------------------------------------------------------------
def test_of_an_event_that_is_not_public_nothing_is_shared(
    group: Group, visitor: Client, as_: As, member: User, outsider: User
) -> None:
    now = timezone.now()
    event = make_event(group=group, visibility=Visibility.GROUP, starts_at=now, ends_at=now + timedelta(hours=1))
    question = make_question(event=event)
    clients = [visitor, as_(outsider), as_(member)]
    seen = [
        [client.get(address).status_code for client in clients]
        for address in (
            shared(event), live(event), live(event, "board/"), live(event, "own/"), live(event, "screen/")
        )
    ]  # fmt: skip
    assert seen == [[404, 404, 404], [404, 404, 200], [302, 404, 200], [302, 404, 200], [404, 404, 200]]
    html = text(as_(member).get(live(event)))
    assert f'hx-get="/events/{event.pk}/live/board/"' in html
    first = as_(member).get(live(event, "board/"))
    assert order(text(first)) == [question.pk]
    again = as_(member).get(live(event, "board/"), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, first["Cache-Control"]) == (304, "private, no-cache")


def test_a_draft_is_not_shared_with_its_maker(event: Event, as_: As, facilitator: User, visitor: Client) -> None:
    Event.objects.filter(pk=event.pk).update(state=State.DRAFT)
    html = text(as_(facilitator).get(live(event)))
    assert (f'hx-get="/events/{event.pk}/live/board/"' in html, "ปิดรับคำถามแล้ว" in html) == (True, True)
    assert visitor.get(shared(event)).status_code == 404


def test_a_visitor_may_read_and_is_asked_to_sign_in(event: Event, visitor: Client) -> None:
    make_question(event=event)
    answer = visitor.get(live(event))
    html = text(answer)
    assert (pressed(html), "csrfmiddlewaretoken" in html, answer.cookies) == ({}, False, {})
    assert f'href="/accounts/login/?next=/events/{event.pk}/live/"' in html
    assert f'hx-get="/shared/events/{event.pk}/questions/?for=visitors"' in html
    assert pressed(text(visitor.get(shared(event, "?for=visitors")))) == {}
    posted = visitor.post(live(event), {"text": "ถามได้หรือไม่"})
    assert (posted.status_code, posted["Location"]) == (302, f"/accounts/login/?next=%2Fevents%2F{event.pk}%2Flive%2F")
    assert Question.objects.count() == 1


def test_a_visitors_page_is_kept_for_a_second(event: Event, visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor.get(live(event))
    question = make_question(event=event)
    assert order(text(visitor.get(live(event)))) == []
    now, monotonic = time.time() + 1.1, time.monotonic() + 1.1
    monkeypatch.setattr(time, "time", lambda: now)
    monkeypatch.setattr(time, "monotonic", lambda: monotonic)
    assert order(text(visitor.get(live(event)))) == [question.pk]


# --- One's own --------------------------------------------------------------------------------------------
def test_ones_own_votes_are_pressed_with_the_count_of_now(event: Event, as_: As, member: User) -> None:
    other, wanted = make_question(event=event), make_question(event=event)
    of_member = make_question(event=event, asker=member)
    client = as_(member)
    before = text(client.get(live(event)))
    assert (pressed(before), asked(before)) == ({other.pk: False, wanted.pk: False}, [of_member.pk])
    client.post(f"/questions/{wanted.pk}/vote/", {"wants": "1"})
    html = text(client.get(live(event)))  # the board itself is still the one of before
    assert pressed(html) == {other.pk: False, wanted.pk: True}
    row = re.search(rf'data-question="{wanted.pk}"(.*?)<h3>', html, re.DOTALL)[1]
    assert re.search(r"</svg>\s*(\d+)", row)[1] == "2"
    assert client.get(live(event, "own/")).json() == {"votes": [wanted.pk, of_member.pk], "asked": [of_member.pk]}
    assert as_(make_user()).get(live(event, "own/")).json() == {"votes": [], "asked": []}


def test_asking_from_the_page(event: Event, as_: As, member: User) -> None:
    client = as_(member)
    answer = client.post(live(event), {"text": "  ใช้แบบใด ", "is_anonymous": "on"})
    assert (answer.status_code, answer["Location"]) == (302, live(event))
    question = Question.objects.get()
    assert (question.text, question.event, question.group, question.asker, question.is_anonymous, question.state) == (
        "ใช้แบบใด", event, event.group, member, True, QuestionState.PENDING
    )  # fmt: skip
    html = text(client.get(live(event)))
    assert ("คำถามของท่านที่รอตรวจสอบ" in html, "<li>ใช้แบบใด</li>" in html, order(html)) == (True, True, [])


@pytest.mark.parametrize(
    ("typed", "told"),
    [("", "กรุณากรอกคำถามของท่าน"), ("ก" * 601, "ยาว 601 ตัวอักษร กรุณาตัดให้เหลือ 600"), ("ก\0ข", "มีอักขระควบคุม")],
)
def test_a_question_that_cannot_be_sent_stays_typed(event: Event, as_: As, member: User, typed: str, told: str) -> None:
    answer = as_(member).post(live(event), {"text": typed})
    html = answer.content.decode()
    assert (answer.status_code, told in html, Question.objects.count()) == (422, True, 0)
    assert "checked" not in re.search(r"<input[^>]*is_anonymous[^>]*>", html)[0]


@pytest.mark.parametrize("state", [State.CANCELLED, State.COMPLETE])
def test_after_its_time_an_event_takes_no_questions(event: Event, as_: As, member: User, state: str) -> None:
    Event.objects.filter(pk=event.pk).update(state=state)
    pagecache.changed()
    client = as_(member)
    assert "ปิดรับคำถามแล้ว" in text(client.get(live(event)))
    answer = client.post(live(event), {"text": "ยังถามได้หรือไม่"})
    assert (answer.status_code, Question.objects.count()) == (422, 0)
    assert "ปิดรับคำถามแล้ว" in answer.content.decode()


def test_before_and_after_the_event_it_is_a_page_of_questions(group: Group, as_: As, member: User) -> None:
    now = timezone.now()
    for starts_at in (now + timedelta(days=2), now - timedelta(days=2)):
        event = make_event(group=group, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))
        html = text(as_(member).get(live(event)))
        assert ('id="ask"' in html, "คำถามถึงกิจกรรมนี้" in html) == (True, True)


def test_the_picture_and_the_way_in_are_for_those_with_a_seat(
    event: Event, as_: As, member: User, outsider: User
) -> None:
    event.channels.create(kind="vcs", link="https://vc.example.go.th/room-9")
    event.channels.create(kind="youtube", link="https://youtu.be/aBcDeFgHiJk")
    make_registration(event=event, user=member)
    seen = [
        (html.count("https://vc.example.go.th/room-9"), "aBcDeFgHiJk" in html)
        for html in (text(as_(reader).get(live(event))) for reader in (member, outsider))
    ]
    assert seen == [(1, True), (0, False)]


# --- In the room ------------------------------------------------------------------------------------------
def test_the_screen_shows_what_is_answered_what_follows_and_where_to_ask(event: Event, visitor: Client) -> None:
    current = make_question(event=event, text="ข้อที่กำลังตอบ", is_being_answered=True)
    for n in range(5):
        make_question(event=event, text=f"ข้อถัดไป {n}")
    html = text(visitor.get(live(event, "screen/")))
    assert re.findall(r'class="stage-text">(.*?)<', html) == [current.text]
    assert re.findall(r"<span>(ข้อถัดไป \d)</span>", html) == ["ข้อถัดไป 0", "ข้อถัดไป 1", "ข้อถัดไป 2"]
    assert html.count(f"/events/{event.pk}/live/</p>") == 1
    part = text(visitor.get(live(event, "screen/"), headers={"HX-Request": "true"}))
    assert ("<html" in part, part.count(current.text)) == (False, 1)


def test_an_empty_screen_asks_for_questions(event: Event, visitor: Client) -> None:
    html = text(visitor.get(live(event, "screen/")))
    assert ("ส่งคำถามได้ขณะนี้" in html, "ยังไม่มีคำถามที่รอคำตอบ" in html) == (True, True)


def test_recorders_are_led_to_the_console(event: Event, as_: As, member: User) -> None:
    recorder = make_user()
    make_membership(group=event.group, user=recorder, role="recorder")
    console = f'href="/events/{event.pk}/live/console/"'
    assert [console in text(as_(reader).get(live(event))) for reader in (member, recorder)] == [False, True]


def test_unknown_events_lead_nowhere(visitor: Client, as_: As, member: User) -> None:
    make_group()
    assert [visitor.get(f"{address}").status_code for address in (
        "/events/9/live/", "/shared/events/9/questions/", "/events/9/live/screen/",
    )] == [404] * 3  # fmt: skip
    assert as_(member).get("/events/9/live/own/").status_code == 404
