"""Many answers at the same moment: real threads on whichever database the suite runs."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.models import User
from surveys.models import AnswerDraft, Receipt, Response, Survey, SurveyVersion, Tally
from surveys.services import drafts, mixing
from surveys.services.answering import Answered
from tests.at_once import at_once
from tests.factories import make_membership, make_survey, make_user

from .answers import SMALL, form_for, full, send

pytestmark = pytest.mark.django_db(transaction=True)
CONNECTIONS = 64


def many_people(count: int) -> list[User]:
    return User.objects.bulk_create(
        User(email=f"p{n}@example.go.th", given_name=f"คนที่{n}", family_name="ทดสอบ") for n in range(count)
    )


def test_320_people_from_64_connections_each_twice() -> None:
    """None lost, none doubled; the worker counts meanwhile."""
    survey, people = make_survey(sections=SMALL), many_people(320)
    form_for(survey)
    barrier = Barrier(CONNECTIONS)

    def act(place: int) -> int:
        refused = 0
        barrier.wait(timeout=60)
        try:
            for person in [one for one in people[place::CONNECTIONS] for _ in range(2)]:
                try:
                    send(survey, person)
                except Answered:
                    refused += 1
            if place == 0:
                mixing.mix_due()
        finally:
            connection.close()
        return refused

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        refused = sum(threads.map(act, range(CONNECTIONS)))
    Survey.objects.update(state="closed")
    mixing.mix_due()
    assert refused == 320
    assert set(Receipt.objects.values_list("user", flat=True)) == {person.pk for person in people}
    assert (Receipt.objects.count(), Response.objects.filter(is_counted=True).count()) == (320, 320)
    assert Tally.objects.get(item_id=0, by="").count == SurveyVersion.objects.get().counted == 320


def test_one_person_from_two_tabs() -> None:
    survey, person = make_survey(sections=SMALL), make_user()
    make_membership(group=survey.group, user=person)
    tabs = [Client() for _ in range(2)]
    for tab in tabs:
        tab.force_login(person)
        tab.get(survey.get_absolute_url())
    forms = [full(survey, level=level) for level in (1, 5)]
    answers = at_once(
        *(
            lambda tab=tab, form=form: tab.post(survey.get_absolute_url(), form, follow=True)
            for tab, form in zip(tabs, forms, strict=True)
        )
    )
    pages = [answer.content.decode() for answer in answers]
    assert all("ส่งแบบประเมินเรียบร้อยแล้ว" in page for page in pages)
    assert sum("ท่านตอบแบบประเมินนี้แล้ว" in page for page in pages) == 1
    assert (Receipt.objects.count(), Response.objects.count()) == (1, 1)


def test_one_browser_sends_eight_times_at_once() -> None:
    survey = make_survey(sections=SMALL, audience="link")
    form_for(survey)
    answers = at_once(*[lambda: send(survey, None, token="one-browser")] * 8)
    assert [type(answer) for answer in answers if answer is not None] == [Answered] * 7
    assert (Receipt.objects.count(), Response.objects.count()) == (1, 1)


def test_no_draft_is_left_behind() -> None:
    survey = make_survey(sections=SMALL)
    form = form_for(survey)
    typed = {form.items[1].pk: ["3"]}
    for person in many_people(8):
        at_once(
            lambda person=person: send(survey, person),
            lambda person=person: drafts.save(survey=survey, user=person, version=form.version, typed=typed),
        )
    assert (Response.objects.count(), AnswerDraft.objects.count()) == (8, 0)


def test_anonymous_or_named_is_not_changed_while_somebody_answers() -> None:
    """Who changes it locks the row and looks for receipts; who answers holds a share of that lock."""
    survey, people = make_survey(sections=SMALL), many_people(6)
    form_for(survey)

    @transaction.atomic
    def make_named() -> bool:
        row = Survey.objects.select_for_update().get(pk=survey.pk)
        is_free = not Receipt.objects.filter(survey=row).exists()
        if is_free:
            Survey.objects.filter(pk=row.pk).update(is_anonymous=False)
        return is_free

    (changed, *_) = at_once(make_named, *(lambda person=person: send(survey, person) for person in people))
    named = {row.user_id is not None for row in Response.objects.all()}
    assert (named, Response.objects.count()) == ({changed}, 6)


def test_two_workers_count_everything_once() -> None:
    survey = make_survey(sections=SMALL)
    for person in many_people(30):
        send(survey, person, text="ข้อเสนอ")
    Survey.objects.update(state="closed")
    counted = at_once(*[mixing.mix_due] * 3)
    assert sorted(counted) == [0, 0, 30]
    assert Tally.objects.get(item_id=0, by="").count == 30
    assert (Response.objects.count(), SurveyVersion.objects.get().remarks.count()) == (30, 60)
