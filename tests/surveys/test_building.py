"""A survey's life: attached in one click, begun, copied, set up, published, closed, deleted."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from core.models import PageVersion
from events.models import Event, LogLine, State
from groups.models import Group, Stage
from groups.services import Refused
from surveys.bands import EQUAL, band_set
from surveys.models import Audience, Item, Kind, Phase, Survey, SurveyState
from surveys.services import building, wording
from surveys.services.building import Settings
from surveys.standard import standard_forms
from tests.factories import make_event, make_group, make_survey

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)
TINY = [{"title": "ตอนที่ 1", "items": [{"kind": "likert", "text": "พอใจเพียงใด"}]}]


@pytest.fixture
def draft(group: Group, facilitator) -> Survey:
    survey, _ = building.begin(
        group=group, title="ความต้องการอบรม", by=facilitator, audience=Audience.MEMBERS, is_anonymous=True
    )
    return survey


def change(survey: Survey, by, revision: int = 0, now=None, **changes) -> Survey:
    stored = Settings.of(Survey.objects.get(pk=survey.pk))
    settings = replace(stored, **changes)
    return building.change_settings(survey=survey, settings=settings, revision=revision, by=by, now=now)


# --- Attaching --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", building.STANDARD)
def test_the_standard_form_is_attached_in_one_act(event, facilitator, kind) -> None:
    before = PageVersion.objects.get().number if PageVersion.objects.exists() else 0
    survey, is_new = building.attach(event=event, kind=kind, by=facilitator)
    again, is_new_again = building.attach(event=event, kind=kind, by=facilitator)
    survey.refresh_from_db()
    form = standard_forms()[kind]
    assert (is_new, is_new_again, again.pk) == (True, False, survey.pk)
    assert (survey.state, survey.audience, survey.is_anonymous, survey.follows_event) == (
        SurveyState.PUBLISHED,
        Audience.ATTENDEES,
        True,
        True,
    )
    items = Item.objects.filter(section__version=survey.current).order_by("section__position", "position")
    assert [item.text for item in items] == [item["text"] for part in form["sections"] for item in part["items"]]
    assert [line.text for line in LogLine.objects.order_by("pk")] == [
        f"{act} “{form['title']}”" for act in ("แนบ", "เผยแพร่")
    ]
    assert PageVersion.objects.get().number > before


def test_it_opens_and_closes_by_the_events_clock(event, facilitator) -> None:
    survey, _ = building.attach(event=event, kind=Kind.SATISFACTION, by=facilitator)
    moments = [event.starts_at - A_DAY, event.starts_at, event.ends_at + 21 * A_DAY]
    assert [survey.phase_at(moment) for moment in moments] == [Phase.WAITING, Phase.OPEN, Phase.CLOSED]


def test_not_to_a_cancelled_event_nor_after_its_time(group, event, facilitator) -> None:
    Event.objects.filter(pk=event.pk).update(state=State.CANCELLED)
    with pytest.raises(Refused, match="ยกเลิกแล้ว"):
        building.attach(event=event, kind=Kind.SATISFACTION, by=facilitator)
    old = make_event(group=group, starts_at=timezone.now() - 40 * A_DAY, state=State.ENDED)
    with pytest.raises(Refused, match="เลยกำหนด"):
        building.attach(event=old, kind=Kind.SATISFACTION, by=facilitator)
    assert building.attach(event=old, kind=Kind.FOLLOW_UP, by=facilitator)[1]


# --- A new one, a copy ------------------------------------------------------------------------------------
def test_a_draft_with_one_empty_section_and_a_second_click(group, facilitator, draft) -> None:
    again, is_new = building.begin(
        group=group, title=draft.title, by=facilitator, audience=Audience.MEMBERS, is_anonymous=True
    )
    assert (again.pk, is_new, draft.kind, draft.state) == (draft.pk, False, Kind.OTHER, SurveyState.DRAFT)
    assert [(part.title, part.items.count()) for part in wording.contents(wording.latest(draft))] == [("ตอนที่ 1", 0)]


def test_a_second_standard_form_of_an_event_is_another_survey(event, facilitator) -> None:
    words = {"group": event.group, "event": event, "by": facilitator, "audience": "attendees", "is_anonymous": True}
    first, _ = building.begin(title="ก", start=Kind.SATISFACTION, **words)
    second, _ = building.begin(title="ข", start=Kind.SATISFACTION, **words)
    assert [survey.kind for survey in (first, second)] == [Kind.SATISFACTION, Kind.OTHER]


def test_a_group_has_no_attendees_and_a_link_no_names(group, facilitator) -> None:
    words = {"group": group, "title": "ก", "by": facilitator}
    with pytest.raises(Refused, match="ไม่มีผู้เข้าร่วมกิจกรรม"):
        building.begin(audience=Audience.ATTENDEES, is_anonymous=True, **words)
    with pytest.raises(Refused, match="ระบุชื่อผู้ตอบไม่ได้"):
        building.begin(audience=Audience.LINK, is_anonymous=False, **words)


def test_nothing_new_for_an_ended_group_or_a_cancelled_event(group, event, facilitator, draft) -> None:
    Event.objects.filter(pk=event.pk).update(state=State.CANCELLED)
    with pytest.raises(Refused, match="ยกเลิกแล้ว"):
        building.copy(survey=draft, group=group, event=event, by=facilitator)
    Group.objects.filter(pk=group.pk).update(stage=Stage.CLOSED)
    with pytest.raises(Refused, match="สิ้นสุดแล้ว"):
        building.copy(survey=draft, group=group, by=facilitator)


def test_a_copy_has_the_questions_and_settings_and_neither_dates_nor_answers(event, facilitator) -> None:
    source = make_survey(event=event, audience=Audience.ATTENDEES, bands=band_set(EQUAL), opens_at=timezone.now())
    source.receipts.create(user=facilitator)
    other = make_event(group=event.group)
    copies = [building.copy(survey=source, group=event.group, event=other, by=facilitator) for _ in range(2)]
    (draft, is_new), (twin, is_new_twin) = copies
    assert (is_new, is_new_twin, twin.pk) == (True, False, draft.pk)
    assert (draft.state, draft.kind, draft.bands, draft.opens_at, draft.current, draft.receipts.count()) == (
        SurveyState.DRAFT,
        Kind.SATISFACTION,
        source.bands,
        None,
        None,
        0,
    )
    described = [
        [
            (part.title, part.intro, [wording.ItemDetails.of(item) for item in part.items.all()])
            for part in wording.contents(wording.latest(survey))
        ]
        for survey in (source, draft)
    ]
    assert described[0] == described[1]


def test_a_copy_beside_itself_and_into_a_group(event, facilitator) -> None:
    source = make_survey(event=event, audience=Audience.ATTENDEES, follows_event=True, title="ก" * 200)
    beside, _ = building.copy(survey=source, group=event.group, event=event, by=facilitator)
    into, _ = building.copy(survey=source, group=event.group, by=facilitator)
    assert (beside.kind, beside.title) == (Kind.OTHER, f"{'ก' * 192} (สำเนา)")
    assert (into.event, into.audience, into.follows_event) == (None, Audience.MEMBERS, False)


# --- Settings ---------------------------------------------------------------------------------------------
def test_settings_are_saved_and_a_second_editor_is_told(draft, facilitator, officer) -> None:
    row = change(draft, facilitator, title="ใหม่", audience=Audience.SIGNED_IN)
    assert (row.title, row.audience, row.revision) == ("ใหม่", Audience.SIGNED_IN, 1)
    with pytest.raises(building.Overtaken) as overtaken:
        change(draft, officer, title="ของคนที่สอง")
    assert (overtaken.value.stored.title, str(overtaken.value)) == ("ใหม่", "มีผู้อื่นแก้ไขข้อมูลนี้แล้ว")
    assert change(draft, officer, revision=1, title="ของคนที่สอง").title == "ของคนที่สอง"


def test_saving_what_is_stored_already_is_no_conflict(draft, facilitator) -> None:
    change(draft, facilitator, title="ใหม่")
    assert change(draft, facilitator).revision == 1


def test_what_was_promised_to_those_who_answered_stays(group, facilitator) -> None:
    survey = make_survey(group=group, sections=TINY)
    survey.receipts.create(user=facilitator)
    with pytest.raises(Refused, match="เปลี่ยนการระบุชื่อผู้ตอบไม่ได้"):
        change(survey, facilitator, is_anonymous=False)
    with pytest.raises(Refused, match="ลิงก์"):
        change(survey, facilitator, audience=Audience.LINK)
    assert change(survey, facilitator, audience=Audience.MEMBERS, bands=band_set(EQUAL)).bands.name == EQUAL


def test_what_has_closed_with_answers_is_not_opened_again(group, facilitator) -> None:
    now = timezone.now()
    survey = make_survey(group=group, sections=TINY, closes_at=now - A_DAY)
    assert change(survey, facilitator, now=now, closes_at=now + A_DAY).phase_at(now) == Phase.OPEN  # nobody answered
    survey.receipts.create(user=facilitator)
    Survey.objects.filter(pk=survey.pk).update(closes_at=now - A_DAY)
    with pytest.raises(Refused, match="เปิดรับอีกไม่ได้"):
        change(survey, facilitator, revision=1, now=now, closes_at=now + A_DAY)
    survey.refresh_from_db()
    assert survey.closes_at == now - A_DAY


# --- Publishing, closing, deleting ------------------------------------------------------------------------
def test_an_empty_survey_is_not_published(draft, facilitator) -> None:
    with pytest.raises(Refused, match="ยังไม่มีข้อคำถาม"):
        building.publish(survey=draft, by=facilitator)
    section = wording.contents(wording.latest(draft))[0]
    wording.add_item(survey=draft, section_id=section.pk, details=wording.ItemDetails("likert", "พอใจเพียงใด"))
    rows = [building.publish(survey=draft, by=facilitator) for _ in range(2)]
    assert [(row.state, row.current_id) for row in rows] == [("published", wording.latest(draft).pk)] * 2


def test_closing_twice_is_closing_once_and_nothing_is_edited_after_it(group, draft, facilitator) -> None:
    with pytest.raises(Refused, match="ยังเป็นร่าง"):
        building.close(survey=draft, by=facilitator)
    survey = make_survey(group=group, sections=TINY)
    assert [building.close(survey=survey, by=facilitator).state for _ in range(2)] == [SurveyState.CLOSED] * 2
    for act in (building.publish, wording.revise):
        with pytest.raises(Refused, match="ปิดรับคำตอบแล้ว"):
            act(survey=survey, by=facilitator)


def test_only_a_draft_is_deleted(group, draft, facilitator) -> None:
    survey = make_survey(group=group, sections=TINY)
    with pytest.raises(Refused, match="ลบไม่ได้"):
        building.delete_draft(survey=survey, by=facilitator)
    for _ in range(2):
        building.delete_draft(survey=draft, by=facilitator)
    assert list(Survey.objects.all()) == [survey]
    for act in (building.publish, building.close, wording.revise):
        with pytest.raises(Refused, match="ถูกลบไปแล้ว"):
            act(survey=draft, by=facilitator)


def test_another_groups_survey_is_no_twin(facilitator, draft) -> None:
    _, is_new = building.begin(
        group=make_group(), title=draft.title, by=facilitator, audience=Audience.MEMBERS, is_anonymous=True
    )
    assert is_new
