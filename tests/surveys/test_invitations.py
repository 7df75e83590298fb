"""Whoever is asked is told once, when it is time; who stays silent can be reminded."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import services as accounts
from accounts.models import Notification, User
from events.models import Event, LogLine, State
from groups.models import Group
from groups.services import Refused
from surveys.models import Audience, Kind, Survey, SurveyState
from surveys.services import building, invitations
from tests.factories import make_attendance, make_event, make_group, make_membership, make_survey, make_user

pytestmark = pytest.mark.django_db
NOW = timezone.now()
A_DAY = timedelta(days=1)


@pytest.fixture
def event(group: Group) -> Event:
    """Over for an hour."""
    return make_event(group=group, starts_at=NOW - timedelta(hours=3), ends_at=NOW - timedelta(hours=1))


@pytest.fixture
def survey(event: Event) -> Survey:
    return make_survey(event=event, audience=Audience.ATTENDEES, follows_event=True)


@pytest.fixture
def present(event: Event) -> list[User]:
    return [make_attendance(event=event, user=make_user()).user for _ in range(3)]


def told(text: str = "ขอเชิญตอบ") -> list[int]:
    return list(Notification.objects.filter(text__startswith=text).order_by("pk").values_list("recipient", flat=True))


# --- When -------------------------------------------------------------------------------------------------
def test_the_attendees_are_invited_once_when_the_event_is_over(event, survey, present) -> None:
    assert [invitations.invite_due(now=event.ends_at - timedelta(minutes=1)) for _ in range(2)] == [0, 0]
    assert [invitations.invite_due(now=NOW) for _ in range(3)] == [3, 0, 0]
    assert told() == [person.pk for person in present]
    survey.refresh_from_db()
    assert survey.announced_at == NOW
    line = Notification.objects.latest("pk")
    assert (line.text, line.url, line.source) == (
        "ขอเชิญตอบ: แบบประเมินความพึงพอใจ · ตรวจสอบพัสดุประจำปี",
        f"/surveys/{survey.pk}/",
        str(event.group),
    )
    assert "คำตอบไม่เชื่อมกับชื่อผู้ตอบ" in line.detail
    assert "ปิดรับคำตอบ" in line.detail


def test_who_comes_onto_the_list_later_is_invited_later(event, survey, present) -> None:
    invitations.invite_due(now=NOW)
    late = make_attendance(event=event, user=make_user()).user
    assert (invitations.invite_due(now=NOW + A_DAY), told()[3:]) == (1, [late.pk])
    make_attendance(event=event, user=make_user())
    assert invitations.invite_due(now=NOW + timedelta(days=30)) == 0  # closed by then


def test_who_has_answered_already_is_not_told(survey, present) -> None:
    survey.receipts.create(user=present[1])
    invitations.invite_due(now=NOW)
    assert told() == [present[0].pk, present[2].pk]


def test_a_follow_up_is_sent_months_later_and_a_group_survey_at_its_opening(event, present, group) -> None:
    make_survey(event=event, kind=Kind.FOLLOW_UP, audience=Audience.ATTENDEES, follows_event=True, months_after=2)
    due = event.ends_at + timedelta(days=60)
    assert [invitations.invite_due(now=moment) for moment in (due - A_DAY, due)] == [0, 3]
    Notification.objects.all().delete()
    member = make_membership(group=group).user
    make_survey(group=group, kind=Kind.OTHER, audience=Audience.MEMBERS, opens_at=NOW + A_DAY, is_anonymous=False)
    assert [invitations.invite_due(now=moment) for moment in (NOW, NOW + A_DAY)] == [0, 1]
    line = Notification.objects.get()
    assert (line.recipient, line.text) == (member, "ขอเชิญตอบ: แบบประเมินความพึงพอใจ")
    assert invitations.NAMED in line.detail


@pytest.mark.parametrize(
    "change",
    [
        {"state": SurveyState.DRAFT},
        {"state": SurveyState.CLOSED},
        {"audience": Audience.SIGNED_IN},
        {"audience": Audience.LINK},
    ],
)
def test_nobody_is_told_of_what_they_cannot_answer(survey, present, change) -> None:
    Survey.objects.filter(pk=survey.pk).update(**change)
    assert (invitations.invite_due(now=NOW), told()) == (0, [])


@pytest.mark.parametrize("state", [State.DRAFT, State.CANCELLED, State.POSTPONED])
def test_nobody_is_told_of_an_event_that_was_not_held(event, survey, present, state) -> None:
    Event.objects.filter(pk=event.pk).update(state=state)
    Survey.objects.filter(pk=survey.pk).update(follows_event=False)
    assert (invitations.invite_due(now=NOW), told()) == (0, [])


# --- Bad luck ---------------------------------------------------------------------------------------------
def test_a_crash_between_two_batches_tells_nobody_twice(survey, present, monkeypatch) -> None:
    monkeypatch.setattr(invitations, "BATCH", 2)
    with monkeypatch.context() as broken:
        calls = iter([accounts.notify, None])

        def fails_the_second_time(**words):
            return next(calls)(**words)  # type: ignore[misc]

        broken.setattr(invitations, "notify", fails_the_second_time)
        invitations.invite_due(now=NOW)
    assert told() == [person.pk for person in present[:2]]
    invitations.invite_due(now=NOW)
    assert told() == [person.pk for person in present]


def test_a_changed_audience_is_not_told_again(event, survey, present, facilitator) -> None:
    invitations.invite_due(now=NOW)
    settings = building.Settings.of(Survey.objects.get(pk=survey.pk))
    row = building.change_settings(
        survey=survey,
        settings=building.replace(settings, audience=Audience.MEMBERS),
        revision=0,
        by=facilitator,
        now=NOW,
    )
    assert invitations.invite_due(now=NOW) == 0
    late = make_membership(group=row.group).user
    assert (invitations.invite_due(now=NOW), told()[3:]) == (1, [late.pk])


def test_statements_do_not_grow_with_the_people(event, survey, django_assert_num_queries) -> None:
    """Of people whose mail comes in a digest: each letter that is sent at once is a task of its own."""
    for number in (1, 29):
        for _ in range(number):
            make_attendance(event=event, user=make_user(mail_frequency="weekly"))
        with django_assert_num_queries(15):
            invitations.invite_due(now=NOW)
    assert len(told()) == 30


# --- Reminders --------------------------------------------------------------------------------------------
def test_only_the_silent_are_reminded_and_not_more_than_once_in_three_days(survey, present, facilitator) -> None:
    invitations.invite_due(now=NOW)
    later = NOW + timedelta(days=3)
    with pytest.raises(Refused, match="ไม่ถึง 3 วัน"):
        invitations.remind(survey=survey, by=facilitator, now=later - timedelta(minutes=1))
    survey.receipts.create(user=present[0])
    assert invitations.remind(survey=survey, by=facilitator, now=later) == 2
    assert [invitations.invite_due(now=later) for _ in range(2)] == [2, 0]
    assert told("เตือนให้ตอบ") == [present[1].pk, present[2].pk]
    with pytest.raises(Refused, match="ไม่ถึง 3 วัน"):
        invitations.remind(survey=survey, by=facilitator, now=later + A_DAY)
    assert LogLine.objects.latest("pk").text == "เตือนผู้ที่ยังไม่ตอบ “แบบประเมินความพึงพอใจ”"


def test_a_reminder_goes_round_batch_by_batch_and_stops_at_the_closing(
    survey, present, facilitator, monkeypatch
) -> None:
    monkeypatch.setattr(invitations, "BATCH", 2)
    invitations.invite_due(now=NOW)
    invitations.remind(survey=survey, by=facilitator, now=NOW + timedelta(days=3))
    assert invitations.remind_some(survey, NOW + timedelta(days=3)) == 2
    building.close(survey=survey, by=facilitator)
    assert invitations.invite_due(now=NOW + timedelta(days=3)) == 0
    assert len(told("เตือน")) == 2


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"audience": Audience.LINK}, "ไม่มีรายชื่อ"),
        ({"state": SurveyState.CLOSED}, "ไม่ได้เปิดรับ"),
        ({"announced_at": None}, "ยังไม่ได้เชิญ"),
    ],
)
def test_why_nobody_can_be_reminded(survey, present, facilitator, change, problem) -> None:
    invitations.invite_due(now=NOW)
    Survey.objects.filter(pk=survey.pk).update(**change)
    with pytest.raises(Refused, match=problem):
        invitations.remind(survey=survey, by=facilitator, now=NOW + timedelta(days=3))


def test_when_all_have_answered_nobody_is_left_to_remind(survey, present, facilitator) -> None:
    invitations.invite_due(now=NOW)
    for person in present:
        survey.receipts.create(user=person)
    with pytest.raises(Refused, match="ตอบครบทุกคนแล้ว"):
        invitations.remind(survey=survey, by=facilitator, now=NOW + timedelta(days=3))


def test_surveys_of_another_group_do_not_matter(group) -> None:
    make_survey(group=make_group(), kind=Kind.OTHER, audience=Audience.MEMBERS)
    make_membership(group=group)
    assert invitations.invite_due(now=NOW) == 0
