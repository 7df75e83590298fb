"""Sending a question and taking it back: who is told, what a second tap does, who may."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Notification, User
from core.access import PENDING_FORM
from events.models import CoHost, Event, State
from groups.models import Group, Role, Stage
from groups.services import Refused
from surveys.models import Question, QuestionState, QuestionStep, Vote
from surveys.services import asking
from surveys.services.telling import moderators_of, tell_askers
from tests.at_once import at_once
from tests.factories import make_event, make_group, make_membership, make_question, make_user

pytestmark = pytest.mark.django_db
NEW = "/questions/new/"
TEXT = "กรรมการตรวจรับติดราชการ ควรทำอย่างไร"


def told(person: User) -> list[tuple[str, str]]:
    return list(Notification.objects.filter(recipient=person).order_by("pk").values_list("text", "url"))


# --- The act ----------------------------------------------------------------------------------------------
def test_a_question_waits_for_its_moderators(group: Group, member: User, facilitator: User, officer: User) -> None:
    recorder = make_membership(group=group, role=Role.RECORDER).user
    question = asking.ask(group=group, asker=member, text=TEXT, detail="ครบกำหนดวันศุกร์", is_anonymous=True)
    assert (question.state, question.vote_count, question.is_anonymous) == (QuestionState.PENDING, 1, True)
    assert list(question.votes.values_list("user", "is_asker")) == [(member.pk, True)]
    assert list(question.steps.values_list("kind", "by")) == [(QuestionStep.Kind.ASKED, member.pk)]
    line = (f"คำถามใหม่รอตรวจสอบ: {TEXT}", f"/questions/{question.pk}/manage/")
    assert [told(person) for person in (facilitator, recorder, officer, member)] == [[line], [line], [], []]
    assert not Notification.objects.filter(text__contains=member.family_name).exists()


def test_moderators_of_an_event_are_those_of_all_its_groups(facilitator: User, group: Group) -> None:
    other = make_membership(group=make_group(), role=Role.FACILITATOR).user
    left = make_membership(group=group, role=Role.RECORDER, state="left").user
    event = make_event(group=group)
    question = make_question(event=event)
    assert set(moderators_of(question)) == {facilitator}
    CoHost.objects.create(event=event, group=other.memberships.get().group)
    assert set(moderators_of(question)) == {facilitator, other}
    assert left not in moderators_of(question)


def test_officers_are_told_where_nobody_moderates(group: Group, member: User, officer: User) -> None:
    asking.ask(group=group, asker=member, text=TEXT)
    assert [text for text, _ in told(officer)] == [f"คำถามใหม่รอตรวจสอบ: {TEXT}"]


def test_a_facilitator_who_asks_does_not_tell_the_officers(group: Group, facilitator: User, officer: User) -> None:
    asking.ask(group=group, asker=facilitator, text=TEXT)
    assert (told(facilitator), told(officer)) == ([], [])


def test_live_questions_are_one_line_until_it_is_read(group: Group, facilitator: User, member: User) -> None:
    event = make_event(group=group, state=State.LIVE, starts_at=timezone.now() - timedelta(minutes=5))
    for number in range(3):
        asking.ask(group=group, event=event, asker=member, text=f"ข้อ {number}")
    line = (f"มีคำถามใหม่จากเวทีที่กำลังถ่ายทอดสด: {event.title}", f"/events/{event.pk}/live/console/")
    assert told(facilitator) == [line]
    Notification.objects.all().mark_read(facilitator)
    asking.ask(group=group, event=event, asker=member, text="ข้อ 4")
    assert told(facilitator) == [line, line]


def test_a_second_tap_answers_the_first_question(group: Group, member: User, outsider: User) -> None:
    first = asking.ask(group=group, asker=member, text=TEXT)
    assert asking.ask(group=group, asker=member, text=TEXT) == first
    assert asking.ask(group=group, asker=outsider, text=TEXT) != first
    assert asking.ask(group=group, event=make_event(group=group), asker=member, text=TEXT) != first
    Question.objects.update(created_at=timezone.now() - asking.SAME_WITHIN)
    assert asking.ask(group=group, asker=member, text=TEXT) != first
    assert Question.objects.count() == 4


def test_a_withdrawn_question_can_be_sent_again(group: Group, member: User) -> None:
    first = asking.ask(group=group, asker=member, text=TEXT)
    asking.withdraw(question=first, by=member)
    assert asking.ask(group=group, asker=member, text=TEXT) != first


def test_a_person_sends_so_many_an_hour(group: Group, member: User, outsider: User) -> None:
    for number in range(asking.MOST_AN_HOUR):
        make_question(group=group, asker=member, text=str(number))
    with pytest.raises(Refused, match="ครบ 20 ข้อในหนึ่งชั่วโมง"):
        asking.ask(group=group, asker=member, text=TEXT)
    asking.ask(group=group, asker=outsider, text=TEXT)
    Question.objects.filter(asker=member).update(created_at=timezone.now() - timedelta(hours=1))
    asking.ask(group=group, asker=member, text=TEXT)


@pytest.mark.parametrize("state", [State.CANCELLED, State.COMPLETE, State.DRAFT])
def test_an_event_that_takes_no_questions(group: Group, member: User, state: str) -> None:
    event = make_event(group=group)
    Event.objects.update(state=state)
    with pytest.raises(Refused, match=asking.CLOSED):
        asking.ask(group=group, event=event, asker=member, text=TEXT)
    assert not Question.objects.exists()


@pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.CLOSED, Stage.FULFILLED])
def test_a_group_that_takes_no_questions(group: Group, member: User, stage: str) -> None:
    Group.objects.update(stage=stage)
    with pytest.raises(Refused, match=asking.CLOSED):
        asking.ask(group=group, asker=member, text=TEXT)


def test_everybody_who_asked_is_told(member: User, outsider: User) -> None:
    question = make_question(asker=member)
    for person in (outsider, make_user(is_active=False)):
        Vote.objects.create(question=question, user=person, is_asker=True)
    voter = make_user()
    Vote.objects.create(question=question, user=voter)
    tell_askers(question, "คำถามของท่านเผยแพร่แล้ว", "รายละเอียด")
    lines = Notification.objects.values_list("recipient", "text", "detail", "url", "source")
    line = ("คำถามของท่านเผยแพร่แล้ว", "รายละเอียด", f"/questions/{question.pk}/", str(question.group))
    assert set(lines) == {(member.pk, *line), (outsider.pk, *line)}


# --- Taking back ------------------------------------------------------------------------------------------
def test_only_the_asker_withdraws_and_only_while_it_is_pending(group: Group, member: User, outsider: User) -> None:
    question = asking.ask(group=group, asker=member, text=TEXT)
    with pytest.raises(Refused):
        asking.withdraw(question=question, by=outsider)
    row = asking.withdraw(question=question, by=member)
    assert (row.state, row.revision) == (QuestionState.WITHDRAWN, 1)
    assert asking.withdraw(question=question, by=member).revision == 1
    assert list(row.steps.values_list("kind", flat=True)) == ["asked", "withdrawn"]
    waiting = make_question(asker=member)
    with pytest.raises(Refused, match=asking.TAKEN_UP):
        asking.withdraw(question=waiting, by=member)


def test_the_withdrawal_page_is_the_askers_own(as_, facilitator: User, member: User, outsider: User, group) -> None:
    question = asking.ask(group=group, asker=member, text=TEXT)
    address = f"/questions/{question.pk}/withdrawal/"
    assert [as_(person).post(address).status_code for person in (outsider, facilitator)] == [404, 404]
    response = as_(member).post(address, follow=True)
    assert response.redirect_chain == [("/questions/mine/", 302)]
    assert "ผู้ถามถอนคำถาม" in response.content.decode()
    taken_up = make_question(group=group, asker=member)
    response = as_(member).post(f"/questions/{taken_up.pk}/withdrawal/", follow=True)
    assert (response.redirect_chain, asking.TAKEN_UP in response.content.decode()) == (
        [(taken_up.get_absolute_url(), 302)],
        True,
    )


# --- The form ---------------------------------------------------------------------------------------------
def test_asking_from_the_register(as_, member: User, group: Group) -> None:
    response = as_(member).post(NEW, {"group": group.slug, "text": " แบ่ง\nสองบรรทัด ", "detail": "ก\r\nข"})
    question = Question.objects.get()
    assert response.headers["Location"] == question.get_absolute_url()
    assert (question.group, question.event, question.text) == (group, None, "แบ่ง สองบรรทัด")
    assert (question.detail, question.is_anonymous, question.asker) == ("ก\nข", False, member)


def test_asking_at_an_event_and_at_a_group(as_, outsider: User, group: Group) -> None:
    event = make_event(group=group)
    as_(outsider).post(NEW, {"event": event.pk, "text": "ถามกิจกรรม", "anonymous": "on"})
    as_(outsider).post(NEW, {"of_group": group.slug, "text": "ถามกลุ่ม", "group": make_group().slug})
    rows = Question.objects.order_by("pk").values_list("group", "event", "text", "is_anonymous")
    assert list(rows) == [(group.pk, event.pk, "ถามกิจกรรม", True), (group.pk, None, "ถามกลุ่ม", False)]


def test_who_may_not_see_the_event_cannot_ask_there(as_, outsider: User, member: User, group: Group) -> None:
    event = make_event(group=group, visibility="group")
    for data in ({"event": event.pk}, {"event": "x"}, {"of_group": "nowhere"}):
        assert as_(outsider).post(NEW, data | {"text": TEXT}).status_code == 404
    assert as_(outsider).get(f"{NEW}?event={event.pk}").status_code == 404
    assert as_(member).post(NEW, {"event": event.pk, "text": TEXT}).status_code == 302
    assert Question.objects.get().asker == member


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(as_, member: User, group: Group) -> None:
    closed = make_group(stage=Stage.CLOSED)
    client = as_(member)
    cases = [
        ({"group": group.slug, "text": " "}, "กรุณากรอกคำถาม"),
        ({"text": TEXT}, "กรุณาเลือกกลุ่มที่จะถาม"),
        ({"group": closed.slug, "text": TEXT}, "กลุ่มที่เลือกไม่ได้เปิดรับคำถาม"),
        ({"group": group.slug, "text": "ก" * 100_000}, "ยาว 100000 ตัวอักษร กรุณาตัดให้เหลือ 600"),
        ({"group": group.slug, "text": TEXT, "detail": "ก" * 3001}, "ยาว 3001 ตัวอักษร กรุณาตัดให้เหลือ 3000"),
        ({"group": group.slug, "text": "a\x00b"}, "มีอักขระควบคุม"),
        ({"of_group": closed.slug, "text": TEXT}, "ปิดรับคำถามแล้ว"),
    ]
    for data, message in cases:
        response = client.post(NEW, {"detail": "สิ่งที่พิมพ์ไว้"} | data)
        html = response.content.decode()
        assert (response.status_code, message in html) == (422, True), message
    response = client.post(NEW, {"text": "", "detail": "สิ่งที่พิมพ์ไว้"})
    assert "สิ่งที่พิมพ์ไว้</textarea>" in response.content.decode()
    assert not Question.objects.exists()


def test_the_form_survives_the_end_of_the_session(as_, visitor: Client, member: User, group: Group) -> None:
    mark = as_(member).get("/questions/").content.decode().partition('name="form_of" value="')[2].partition('"')[0]
    data = {"group": group.slug, "text": TEXT, "form_of": mark}
    response = visitor.post(NEW, data, headers={"Referer": "http://testserver/questions/"})
    assert response.headers["Location"] == "/accounts/login/?next=%2Fquestions%2F"
    assert PENDING_FORM in visitor.session
    visitor.force_login(member)
    assert f"{TEXT}</textarea>" in visitor.get("/questions/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_taps_at_once_are_one_question() -> None:
    asker, event = make_user(), make_event()
    make_membership(group=event.group, role=Role.FACILITATOR)

    def ask() -> Question:
        return asking.ask(group=event.group, event=event, asker=asker, text=TEXT)

    results = at_once(ask, ask, ask)
    assert results == [Question.objects.get()] * 3
    assert Notification.objects.count() == 1
