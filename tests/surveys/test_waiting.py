"""Which surveys wait for a person: the rule of surveys.audiences, asked of all surveys at once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from accounts.models import User
from events.models import Event, State
from groups.models import Group
from surveys.audiences import may_answer
from surveys.models import Audience, Kind, Phase, Receipt, Survey, SurveyState
from surveys.services.mixing import close_due
from surveys.waiting import waiting_for
from tests.factories import make_attendance, make_event, make_membership, make_registration, make_survey, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(group: Group) -> Event:
    """Over since yesterday."""
    return make_event(group=group, state=State.ENDED, starts_at=timezone.now() - timedelta(days=1))


def titles(user: User) -> list[str]:
    by_python = {survey.title for survey in waiting_for(user.pk, timezone.now())}
    assert {survey.title for survey in waiting_for(user.pk, Now())} == by_python
    return sorted(by_python)


def test_of_each_audience_its_people(group: Group, event: Event) -> None:
    attended, registered, member, nobody = (make_user() for _ in range(4))
    make_attendance(event=event, user=attended)
    make_registration(event=event, user=registered)
    make_membership(group=group, user=member)
    for audience in Audience:
        make_survey(event=event, kind=Kind.OTHER, title=audience.value, audience=audience)
    assert [titles(user) for user in (attended, registered, member, nobody)] == [
        ["attendees"],
        ["registered"],
        ["members"],
        [],
    ]
    for user in (attended, registered, member, nobody):
        invited = Survey.objects.exclude(audience__in=[Audience.SIGNED_IN, Audience.LINK])
        assert {survey.title for survey in invited if may_answer(survey, user)} == set(titles(user))


def test_not_what_is_answered_closed_draft_or_not_yet_open(event: Event) -> None:
    user = make_user()
    make_attendance(event=event, user=user)
    now, other = timezone.now(), {"kind": Kind.OTHER, "audience": Audience.ATTENDEES}
    answered = make_survey(event=event, title="ตอบแล้ว", **other)
    Receipt.objects.create(survey=answered, user=user)
    make_survey(event=event, title="ร่าง", state=SurveyState.DRAFT, **other)
    make_survey(event=event, title="ปิด", state=SurveyState.CLOSED, **other)
    make_survey(event=event, title="ยังไม่เปิด", opens_at=now + timedelta(hours=1), **other)
    make_survey(event=event, title="พ้นเวลา", closes_at=now - timedelta(hours=1), **other)
    make_survey(event=event, title="เปิดอยู่", closes_at=now + timedelta(hours=1), **other)
    assert titles(user) == ["เปิดอยู่"]


@pytest.mark.parametrize(
    ("kind", "months", "days", "is_open"),
    [
        ("satisfaction", 2, -1, False),
        ("satisfaction", 2, 1, True),
        ("satisfaction", 2, 20, True),
        ("satisfaction", 2, 22, False),
        ("follow_up", 1, 29, False),
        ("follow_up", 1, 31, True),
        ("follow_up", 1, 61, False),
        ("follow_up", 2, 61, True),
        ("follow_up", 3, 89, False),
        ("follow_up", 3, 91, True),
        ("follow_up", 3, 121, False),
    ],
)
def test_by_the_clock_of_the_event(group: Group, kind: str, months: int, days: int, is_open: bool) -> None:
    """The query and the row itself agree on when a survey is open."""
    now = timezone.now()
    event = make_event(group=group, starts_at=now - timedelta(days=days, hours=3))
    user = make_user()
    make_attendance(event=event, user=user)
    survey = make_survey(
        event=event, kind=kind, title="ตามเวลา", audience="attendees", follows_event=True, months_after=months
    )
    assert titles(user) == (["ตามเวลา"] if is_open else [])
    assert (survey.phase_at(now) == "open") is is_open
    Event.objects.filter(pk=event.pk).update(state=State.CANCELLED)
    assert titles(user) == []


def test_my_page_and_home_say_so_until_it_is_answered(
    event: Event, as_: Callable[[User], Client], member: User
) -> None:
    make_attendance(event=event, user=member)
    survey = make_survey(event=event, title="ประเมินเวทีเมื่อวาน", audience="attendees", follows_event=True)
    client, line = as_(member), f'href="/surveys/{survey.pk}/">ประเมินเวทีเมื่อวาน</a>'
    assert [line in client.get(address).content.decode() for address in ("/my/", "/")] == [True, True]
    Receipt.objects.create(survey=survey, user=member)
    assert [line in client.get(address).content.decode() for address in ("/my/", "/")] == [False, False]


@pytest.mark.parametrize(
    ("kind", "months", "days", "closed"),
    [
        ("satisfaction", 2, 20, False),
        ("satisfaction", 2, 22, True),
        ("follow_up", 1, 59, False),
        ("follow_up", 1, 61, True),
    ],
)
def test_what_the_clock_has_closed_stays_closed(group: Group, kind: str, months: int, days: int, closed: bool) -> None:
    now = timezone.now()
    event = make_event(group=group, starts_at=now - timedelta(days=days, hours=3))
    survey = make_survey(event=event, kind=kind, follows_event=True, months_after=months)
    assert (survey.phase_at(now) == Phase.CLOSED) is closed
    assert close_due() == closed
    assert close_due() == 0
    later = {"starts_at": now + timedelta(days=5), "ends_at": now + timedelta(days=6)}
    Event.objects.filter(pk=event.pk).update(**later)
    moved = Survey.objects.select_related("event").get(pk=survey.pk)
    assert moved.phase_at(now) == (Phase.CLOSED if closed else Phase.WAITING)


def test_a_survey_of_a_postponed_event_is_not_closed(group: Group) -> None:
    event = make_event(group=group, starts_at=timezone.now() - timedelta(days=90), state=State.POSTPONED)
    make_survey(event=event, follows_event=True)
    make_survey(event=event, kind=Kind.OTHER, closes_at=timezone.now() - timedelta(hours=1))
    assert close_due() == 1
