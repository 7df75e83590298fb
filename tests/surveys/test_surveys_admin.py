"""The administrators' screens: questions and surveys to read, sets of bands to add; answers nowhere."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client

from surveys.bands import WIDE, band_set
from surveys.models import BandSet
from tests.events.conftest import _without_second_factor as _without_second_factor
from tests.factories import make_event, make_question, make_survey, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_without_second_factor")]
BANDS = "/admin/surveys/bandset/"
EVENLY = {"name": "ของสำนัก", "source": "", "from_5": "4.50", "from_4": "3.50", "from_3": "2.50", "from_2": "1.50"}


@pytest.fixture
def desk(as_, admin) -> Client:
    return as_(admin)


def test_answers_are_nowhere_in_the_admin() -> None:
    shown = {model.__name__ for model in apps.get_app_config("surveys").get_models() if admin.site.is_registered(model)}
    assert shown == {"Question", "Survey", "BandSet"}


@pytest.mark.parametrize("kind", ["question", "survey", "bandset"])
def test_only_staff_with_a_right_to_it(as_, visitor, member, facilitator, kind) -> None:
    address = f"/admin/surveys/{kind}/"
    assert [client.get(address).status_code for client in (visitor, as_(member), as_(facilitator))] == [302] * 3
    assert as_(make_user(is_staff=True)).get(address).status_code == 403


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(("kind", "queries"), [("question", 6), ("survey", 6), ("bandset", 5)])
def test_lists_cost_the_same_however_long(desk, group, kind, queries, rows, django_assert_num_queries) -> None:
    event = make_event(group=group)
    for number in range(rows):
        make_question(event=event)
        make_survey(event=event, kind="other", sections=[])
        BandSet.objects.create(**EVENLY | {"name": f"ชุดที่ {number}"})
    address = f"/admin/surveys/{kind}/"
    desk.get(address)
    with django_assert_num_queries(queries):
        desk.get(address)


def test_rows_are_read_and_not_written(desk, group) -> None:
    survey, question = make_survey(group=group), make_question(group=group)
    for page in (f"survey/{survey.pk}", f"question/{question.pk}"):
        response = desk.get(f"/admin/surveys/{page}/change/")
        assert 'name="_save"' not in response.content.decode()
        assert [
            desk.post(f"/admin/surveys/{page}/{act}/", {"post": "yes"}).status_code for act in ("change", "delete")
        ] == [
            403,
            403,
        ]


def test_who_wished_to_stay_unnamed_is_not_named(desk, group) -> None:
    asker = make_user(given_name="ไม่บอกชื่อ")
    question = make_question(group=group, asker=asker, is_anonymous=True)
    question.steps.create(kind="asked", by=asker)
    pages = ["/admin/surveys/question/", f"/admin/surveys/question/{question.pk}/change/"]
    texts = [desk.get(page).content.decode() for page in pages]
    assert [("ไม่ประสงค์ออกนาม" in text, "ไม่บอกชื่อ" in text) for text in texts] == [(True, False)] * 2


def test_who_did_each_step_is_named(desk, group) -> None:
    question = make_question(group=group, is_anonymous=True)
    question.steps.create(kind="published", by=make_user(given_name="ผู้เผยแพร่"))
    assert "ผู้เผยแพร่" in desk.get(f"/admin/surveys/question/{question.pk}/change/").content.decode()


def test_how_many_answered_is_shown_and_not_who(desk, group) -> None:
    survey = make_survey(group=group)
    person = make_user(given_name="ตอบแล้ว")
    survey.receipts.create(user=person)
    survey.current.responses.create(answers={"1": "ข้อความลับ"})
    text = desk.get(f"/admin/surveys/survey/{survey.pk}/change/").content.decode()
    assert ("ข้อความลับ" in text, person.get_full_name() in text, "ผู้ตอบ (คน)" in text) == (False, False, True)


def test_a_set_of_bands_is_added_and_one_in_use_keeps_its_bounds(desk, group) -> None:
    desk.post(f"{BANDS}add/", EVENLY)
    assert BandSet.objects.get(name="ของสำนัก").source == ""
    used = band_set(WIDE)
    make_survey(group=group, bands=used)
    desk.post(f"{BANDS}{used.pk}/change/", EVENLY | {"name": "ชื่อใหม่"})
    used.refresh_from_db()
    assert (used.name, str(used.from_5)) == ("ชื่อใหม่", "4.51")
    assert desk.post(f"{BANDS}{used.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    "change", [{"from_4": "4.50"}, {"from_5": "5.01"}, {"from_2": "1.00"}, {"from_3": "x"}, {"name": ""}]
)
def test_bounds_that_do_not_descend_are_refused(desk, change) -> None:
    response = desk.post(f"{BANDS}add/", EVENLY | change)
    assert (bool(response.context["adminform"].errors), BandSet.objects.count()) == (True, 0)
