"""Who is asked, by name or not, when: what is typed about it, and where a survey is copied to."""

from datetime import timedelta

import pytest
from django.utils import timezone

from surveys.bands import EQUAL, band_set
from surveys.models import Kind, Survey
from surveys.services import building
from tests.factories import make_event, make_group, make_survey, make_user
from tests.surveys.drafts import TWO_PARTS, at, shape

pytestmark = pytest.mark.django_db


# --- Copying ----------------------------------------------------------------------------------------------
def test_copies_go_where_the_editor_works(desk, group, event, draft) -> None:
    other = make_event(group=make_group())
    address = at(draft, "survey_copy")
    assert set(desk.get(address).context["form"].places) == {f"g{group.pk}", f"e{event.pk}"}
    response = desk.post(address, {"place": f"e{event.pk}"})
    copied = Survey.objects.get(event=event)
    assert (response["Location"], shape(copied)) == (at(copied, "survey_edit"), "ก12ข3")
    for place in (f"e{other.pk}", "", "g0"):
        assert list(desk.post(address, {"place": place}).context["form"].errors) == ["place"]


# --- Settings ---------------------------------------------------------------------------------------------
def typed(survey: Survey, **changes: str) -> dict[str, str]:
    words = {
        "title": survey.title,
        "intro": survey.intro,
        "audience": survey.audience,
        "is_anonymous": "yes" if survey.is_anonymous else "no",
        "bands": str(survey.bands_id),
        "seen": str(survey.revision),
    }
    return words | changes


def moment(name: str, value) -> dict[str, str]:
    local = timezone.localtime(value)
    parts = {"day": local.day, "month": local.month, "year": local.year + 543, "time": f"{local:%H.%M}"}
    return {f"{name}_{part}": str(value) for part, value in parts.items()}


def test_settings_are_saved(desk, draft) -> None:
    opens = (timezone.now() + timedelta(days=1)).replace(second=0, microsecond=0)
    words = typed(draft, audience="signed_in", is_anonymous="no", bands=str(band_set(EQUAL).pk), intro="คำชี้แจง")
    response = desk.post(at(draft, "survey_settings"), words | moment("opens_at", opens))
    draft.refresh_from_db()
    assert response["Location"] == at(draft, "survey_edit")
    assert (draft.audience, draft.is_anonymous, draft.bands.name, draft.intro, draft.opens_at) == (
        "signed_in",
        False,
        EQUAL,
        "คำชี้แจง",
        opens,
    )


def test_by_the_events_clock_or_by_hand(desk, event, facilitator) -> None:
    survey, _ = building.attach(event=event, kind=Kind.FOLLOW_UP, by=facilitator)
    opens = (timezone.now() + timedelta(days=1)).replace(second=0, microsecond=0)
    words = typed(survey, months_after="3", follows_event="on") | moment("opens_at", opens)
    desk.post(at(survey, "survey_settings"), words)
    survey.refresh_from_db()
    assert (survey.follows_event, survey.months_after, survey.opens_at) == (True, 3, None)
    del words["follows_event"]
    desk.post(at(survey, "survey_settings"), words | {"seen": "1"})
    survey.refresh_from_db()
    assert (survey.follows_event, survey.opens_at) == (False, opens)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"intro": "ก" * 100_000}, "intro"),
        ({"audience": "attendees"}, "audience"),
        ({"audience": "link", "is_anonymous": "no"}, "is_anonymous"),
        ({"bands": "0"}, "bands"),
        ({"opens_at_day": "31", "opens_at_month": "2", "opens_at_year": "2570", "opens_at_time": "09.00"}, "opens_at"),
        (moment("closes_at", timezone.now() - timedelta(days=1)), "closes_at"),
        (
            moment("opens_at", timezone.now() + timedelta(days=2))
            | moment("closes_at", timezone.now() + timedelta(days=1)),
            "closes_at",
        ),
    ],
)
def test_bad_settings_are_said_and_kept(desk, draft, change, field) -> None:
    response = desk.post(at(draft, "survey_settings"), typed(draft, **change))
    form = response.context["form"]
    assert (list(form.errors), form["intro"].value()) == ([field], typed(draft, **change)["intro"])
    draft.refresh_from_db()
    assert draft.revision == 0


def test_names_are_not_asked_for_after_the_first_answer(desk, group, facilitator) -> None:
    survey = make_survey(group=group, sections=TWO_PARTS)
    survey.receipts.create(user=make_user())
    page = desk.get(at(survey, "survey_settings"))
    assert "มีผู้ตอบแล้ว จึงเปลี่ยนการระบุชื่อผู้ตอบไม่ได้" in page.content.decode()
    desk.post(at(survey, "survey_settings"), typed(survey, is_anonymous="no", title="ใหม่"))
    survey.refresh_from_db()
    assert (survey.is_anonymous, survey.title) == (True, "ใหม่")
    response = desk.post(at(survey, "survey_settings"), typed(survey, audience="link"))
    assert response.context["form"].non_field_errors() == ["มีผู้ตอบแล้ว จึงเปลี่ยนเป็นหรือเปลี่ยนจากการตอบด้วยลิงก์ไม่ได้"]


@pytest.mark.parametrize("seen", ["0", "", "x", "99"])
def test_two_who_set_it_up_the_second_is_told(as_, desk, officer, draft, seen) -> None:
    address = at(draft, "survey_settings")
    as_(officer).post(address, typed(draft, title="ของคนแรก"))
    response = desk.post(address, typed(draft, title="ของคนที่สอง", seen=seen))
    page = response.content.decode()
    assert ("ขณะนี้บันทึกไว้ว่า “ของคนแรก”" in page, response.context["form"]["title"].value()) == (True, "ของคนที่สอง")
    desk.post(address, typed(draft, title="ของคนที่สอง", seen=str(response.context["seen"])))
    draft.refresh_from_db()
    assert (draft.title, draft.revision) == ("ของคนที่สอง", 2)
