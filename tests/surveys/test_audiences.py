"""Who may answer, who is invited, of how many the answers are a part: one person asked, and all."""

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from events.models import Event, Reach, Seat, Status
from groups.models import Group, Stage, State
from groups.visibility import Visibility
from surveys.audiences import invited, may_answer, participants, silent
from surveys.models import Audience, Survey
from tests.factories import (
    make_attendance,
    make_event,
    make_group,
    make_membership,
    make_registration,
    make_survey,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(group: Group) -> Event:
    return make_event(group=group)


@pytest.fixture
def people(group: Group, event: Event) -> dict[str, User]:
    """By what they are to the event and the group; `nobody` is nothing to either."""
    cast = {name: make_user(given_name=name) for name in ("present", "absent", "seated", "waiting", "nobody", "former")}
    cast["member"] = make_membership(group=group).user
    make_attendance(event=event, user=cast["present"])
    make_attendance(event=event, user=cast["absent"], status=Status.ABSENT)
    make_attendance(event=event, full_name="ไม่มีบัญชี")
    make_registration(event=event, user=cast["seated"])
    make_registration(event=event, user=cast["waiting"], seat=Seat.WAITING)
    make_membership(group=group, user=cast["former"], state=State.LEFT)
    return cast


WHO = {
    Audience.ATTENDEES: {"present"},
    Audience.REGISTERED: {"seated"},
    Audience.MEMBERS: {"member"},
    Audience.SIGNED_IN: {"present", "absent", "seated", "waiting", "nobody", "former", "member"},
    Audience.LINK: {"present", "absent", "seated", "waiting", "nobody", "former", "member"},
}


@pytest.mark.parametrize("audience", Audience.values)
def test_one_rule_for_one_person_and_for_all(event, people, audience, django_assert_max_num_queries) -> None:
    survey = make_survey(event=event, audience=audience)
    may = set()
    for name, person in people.items():
        with django_assert_max_num_queries(1):
            may |= {name} if may_answer(survey, person) else set()
    told = {person.given_name for person in invited(survey)} & set(people) | (
        {"member"} if invited(survey).filter(pk=people["member"].pk).exists() else set()
    )
    is_counted = audience not in (Audience.SIGNED_IN, Audience.LINK)
    assert (may, told) == (WHO[audience], WHO[audience] if is_counted else set())


def test_a_visitor_answers_by_link_only(event) -> None:
    visitor = AnonymousUser()
    answers = {audience: may_answer(make_survey(audience=audience), visitor) for audience in Audience.values}
    assert answers == dict.fromkeys(Audience.values, False) | {"link": True}


def test_a_suspended_person_is_neither_asked_nor_let_in(event, people) -> None:
    survey = make_survey(event=event, audience=Audience.ATTENDEES)
    User.objects.filter(pk=people["present"].pk).update(is_active=False)
    assert (list(invited(survey)), may_answer(survey, User.objects.get(pk=people["present"].pk))) == ([], False)


def test_who_can_no_longer_see_the_event_is_not_invited(group, event, people) -> None:
    Event.objects.filter(pk=event.pk).update(visibility=Visibility.GROUP)
    make_attendance(event=event, user=people["member"])
    survey = make_survey(event=Event.objects.get(pk=event.pk), audience=Audience.ATTENDEES)
    assert list(invited(survey)) == [people["member"]]


def test_nobody_is_invited_by_a_group_that_is_a_draft() -> None:
    group = make_group(stage=Stage.DRAFT)
    make_membership(group=group)
    assert list(invited(make_survey(group=group, audience=Audience.MEMBERS))) == []


def test_silent_are_those_without_a_receipt(event, people) -> None:
    survey = make_survey(event=event, audience=Audience.ATTENDEES)
    other = make_user()
    make_attendance(event=event, user=other)
    survey.receipts.create(user=people["present"])
    make_survey(event=event, kind="other").receipts.create(user=other)  # an answer to another survey
    assert list(silent(survey)) == [other]


def test_of_how_many_the_answers_are_a_part(group, event, people) -> None:
    Reach.objects.create(event=event, level="central", mode="vc", people=12)
    Reach.objects.create(event=event, level="district", mode="site", people=500)
    numbers = {
        audience: participants(Survey.objects.get(pk=make_survey(event=event, audience=audience, kind="other").pk))
        for audience in Audience.values
    }
    assert numbers == {"attendees": 512, "registered": 1, "members": 1, "signed_in": None, "link": None}


def test_nobody_took_part_yet(event) -> None:
    assert participants(make_survey(event=event, audience=Audience.ATTENDEES)) == 0
