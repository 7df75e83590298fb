"""Editors and those who answer at the same moment: real threads, on whichever database the suite runs."""

from dataclasses import replace

import pytest

from accounts.models import Notification, User
from events.models import Event
from groups.models import Role
from groups.services import Refused
from surveys.models import Audience, Kind, Receipt, Survey, SurveyState, SurveyVersion
from surveys.services import building, invitations, wording
from surveys.services.building import Settings
from tests.at_once import at_once
from tests.factories import make_event, make_group, make_membership, make_survey, make_user

pytestmark = pytest.mark.django_db(transaction=True)

TINY = [{"title": "ก", "items": [{"kind": "likert", "text": text} for text in ("1", "2")]}]


@pytest.fixture
def editor() -> User:
    return make_user()


@pytest.fixture
def event() -> Event:
    return make_event()


def test_four_clicks_attach_one_form(event, editor) -> None:
    answers = at_once(*[lambda: building.attach(event=event, kind=Kind.SATISFACTION, by=editor)] * 4)
    survey = Survey.objects.get()
    assert {answer[0].pk for answer in answers} == {survey.pk}
    assert (sorted(answer[1] for answer in answers), survey.versions.count()) == ([False] * 3 + [True], 1)


def test_four_clicks_begin_one_draft_and_one_copy(event, editor) -> None:
    words = {"group": event.group, "event": event, "by": editor, "audience": Audience.ATTENDEES, "is_anonymous": True}
    at_once(*[lambda: building.begin(title="ก", **words)] * 4)
    source = Survey.objects.get()
    other = make_event()
    at_once(*[lambda: building.copy(survey=source, group=other.group, event=other, by=editor)] * 4)
    assert Survey.objects.filter(event=other).count() == 1


def test_of_two_who_save_settings_at_once_the_second_is_told(editor) -> None:
    survey = make_survey(sections=TINY)
    settings = Settings.of(survey)

    def save(title: str):
        return building.change_settings(survey=survey, settings=replace(settings, title=title), revision=0, by=editor)

    answers = at_once(lambda: save("ก"), lambda: save("ข"))
    assert sorted(type(answer) is building.Overtaken for answer in answers) == [False, True]
    survey.refresh_from_db()
    assert survey.revision == 1


def test_the_first_answer_and_the_change_of_anonymity_never_both_happen(editor) -> None:
    for _ in range(4):
        survey = make_survey(sections=TINY)
        named = replace(Settings.of(survey), is_anonymous=False)
        person = make_user()
        answers = at_once(
            lambda survey=survey, named=named: building.change_settings(
                survey=survey, settings=named, revision=0, by=editor
            ),
            lambda survey=survey, person=person: Receipt.objects.create(survey=survey, user=person),
        )
        survey.refresh_from_db()
        # Either the promise was changed before anybody answered, or it holds.
        assert isinstance(answers[0], Refused) == survey.is_anonymous


def test_two_who_begin_to_edit_get_one_new_version(editor) -> None:
    survey = make_survey(sections=TINY)
    answers = at_once(*[lambda: wording.revise(survey=survey, by=editor)] * 4)
    assert {answer.pk for answer in answers} == {SurveyVersion.objects.get(survey=survey, number=2).pk}


def test_moves_at_once_lose_and_double_no_item(editor) -> None:
    items = [{"kind": "likert", "text": f"{number}"} for number in range(6)]
    survey = make_survey(state=SurveyState.DRAFT, sections=[{"title": "ก", "items": items}])
    order = wording.flat(wording.contents(wording.latest(survey)))
    at_once(
        *(lambda place=place: wording.move(survey=survey, place=place, direction=wording.DOWN) for place in order[1:4]),
        lambda: wording.arrange(survey=survey, order=[order[0], *reversed(order[1:])]),
    )
    after = wording.contents(wording.latest(survey))[0]
    assert [item.position for item in after.items.all()] == [0, 1, 2, 3, 4, 5]
    assert sorted(wording.flat([after])) == sorted(order)


def test_two_workers_invite_everybody_once(editor, monkeypatch) -> None:
    monkeypatch.setattr(invitations, "BATCH", 3)
    group = make_group()
    people = [make_membership(group=group, role=Role.MEMBER).user for _ in range(10)]
    make_survey(group=group, kind=Kind.OTHER, audience=Audience.MEMBERS, sections=TINY)
    told = at_once(*[invitations.invite_due] * 3)
    rows = Notification.objects.values_list("recipient", flat=True)
    assert (sum(told), sorted(rows)) == (10, [person.pk for person in people])


def test_a_reminder_asked_for_twice_at_once_goes_out_once(editor) -> None:
    group = make_group()
    make_membership(group=group)
    survey = make_survey(group=group, kind=Kind.OTHER, audience=Audience.MEMBERS, sections=TINY)
    invitations.invite_due()
    Survey.objects.update(announced_at=survey.created_at - invitations.BETWEEN_REMINDERS)
    answers = at_once(*[lambda: invitations.remind(survey=survey, by=editor)] * 3)
    at_once(*[invitations.invite_due] * 3)
    assert sorted(isinstance(answer, Refused) for answer in answers) == [False, True, True]
    assert Notification.objects.filter(text__startswith="เตือนให้ตอบ").count() == 1
