"""Sections and items of the version that is edited, their order, and versions that never change once published."""

import pytest
from django.utils import timezone

from groups.models import Group
from groups.services import Refused
from surveys.models import Item, Survey, SurveyState
from surveys.services import building, wording
from surveys.services.wording import DOWN, ITEM, SECTION, UP, ItemDetails
from tests.factories import make_survey

from .drafts import shape

pytestmark = pytest.mark.django_db

TWO_PARTS = [
    {"title": "ก", "items": [{"kind": "likert", "text": text} for text in ("1", "2")]},
    {"title": "ข", "items": [{"kind": "likert", "text": text} for text in ("3", "4")]},
]


@pytest.fixture
def draft(group: Group) -> Survey:
    return make_survey(group=group, state=SurveyState.DRAFT, sections=TWO_PARTS)


def place(survey: Survey, name: str) -> wording.Place:
    for part in wording.contents(wording.latest(survey)):
        if part.title == name:
            return SECTION, part.pk
        for item in part.items.all():
            if item.text == name:
                return ITEM, item.pk
    raise LookupError(name)


# --- Order ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "direction", "after"),
    [
        ("2", UP, "ก21ข34"),
        ("2", DOWN, "ก1ข234"),
        ("3", UP, "ก123ข4"),
        ("1", UP, "ก12ข34"),
        ("4", DOWN, "ก12ข34"),
        ("ข", UP, "ข34ก12"),
        ("ก", DOWN, "ข34ก12"),
        ("ก", UP, "ก12ข34"),
        ("ข", DOWN, "ก12ข34"),
    ],
)
def test_one_step_up_or_down(draft, name, direction, after) -> None:
    has_moved = wording.move(survey=draft, place=place(draft, name), direction=direction)
    assert (shape(draft), has_moved) == (after, after != "ก12ข34")


def test_dragged_into_any_order_and_back(draft) -> None:
    places = {name: place(draft, name) for name in "กข1234"}
    for order in ("ข1ก432", "กข1234", "ก12ข34"):
        wording.arrange(survey=draft, order=[places[name] for name in order])
        assert shape(draft) == order


@pytest.mark.parametrize("order", ["ก12ข3", "ก12ข344", "1ก2ข34", "ก12ข35", ""])
def test_an_order_that_is_not_of_all_items_changes_nothing(draft, order) -> None:
    places = {name: place(draft, name) for name in "กข1234"} | {"5": (ITEM, 999_999)}
    with pytest.raises(Refused, match="ตรวจลำดับอีกครั้ง"):
        wording.arrange(survey=draft, order=[places[name] for name in order])
    assert shape(draft) == "ก12ข34"


def test_what_belongs_to_another_survey_is_not_moved(draft, group) -> None:
    other = make_survey(group=group, state=SurveyState.DRAFT, sections=TWO_PARTS)
    for name in ("1", "ก"):
        with pytest.raises(Refused, match="ถูกลบไปแล้ว"):
            wording.move(survey=draft, place=place(other, name), direction=DOWN)
    assert shape(other) == "ก12ข34"


def test_order_of_200_items_in_as_many_statements_as_of_four(draft, group, django_assert_max_num_queries) -> None:
    items = [{"kind": "likert", "text": f"{number}"} for number in range(200)]
    long = make_survey(group=group, state=SurveyState.DRAFT, sections=[{"title": "ก", "items": items}])
    for survey, name in ((draft, "2"), (long, "150")):
        at = place(survey, name)
        with django_assert_max_num_queries(7):
            wording.move(survey=survey, place=at, direction=UP)


# --- Sections and items -----------------------------------------------------------------------------------
def test_sections_and_items_are_added_changed_and_removed(draft) -> None:
    section = wording.add_section(survey=draft, title="ค", intro="คำชี้แจง")
    item = wording.add_item(
        survey=draft, section_id=section.pk, details=ItemDetails("single", "5", options=("ใช่", "ไม่ใช่"))
    )
    assert shape(draft) == "ก12ข34ค5"
    wording.change_item(survey=draft, item_id=item.pk, details=ItemDetails("number", "6", least=0, most=10))
    wording.change_section(survey=draft, section_id=section.pk, title="ง", intro="")
    item.refresh_from_db()
    assert (shape(draft), item.kind, item.options, item.least, item.most) == ("ก12ข34ง6", "number", [], 0, 10)
    for _ in range(2):
        wording.remove_item(survey=draft, item_id=item.pk)
    assert shape(draft) == "ก12ข34ง"
    for _ in range(2):
        wording.remove_section(survey=draft, section_id=place(draft, "ก")[1] if "ก" in shape(draft) else 0)
    assert shape(draft) == "ข34ง"


def test_a_second_editor_of_an_item_is_told(draft) -> None:
    _, pk = place(draft, "1")
    seen = ItemDetails.of(Item.objects.get(pk=pk)).mark
    wording.change_item(survey=draft, item_id=pk, details=ItemDetails("likert", "ของคนแรก"), seen=seen)
    with pytest.raises(wording.Overtaken) as overtaken:
        wording.change_item(survey=draft, item_id=pk, details=ItemDetails("likert", "ของคนที่สอง"), seen=seen)
    assert overtaken.value.stored.text == "ของคนแรก"
    again = wording.change_item(survey=draft, item_id=pk, details=ItemDetails("likert", "ของคนแรก"), seen=seen)
    assert again.text == "ของคนแรก"


def test_what_was_removed_meanwhile_is_said(draft) -> None:
    details = ItemDetails("likert", "ใหม่")
    with pytest.raises(Refused, match="ข้อคำถามนี้ถูกลบไปแล้ว"):
        wording.change_item(survey=draft, item_id=999_999, details=details)
    for act in (
        lambda: wording.add_item(survey=draft, section_id=999_999, details=details),
        lambda: wording.change_section(survey=draft, section_id=999_999, title="ก", intro=""),
    ):
        with pytest.raises(Refused, match="ตอนนี้ถูกลบไปแล้ว"):
            act()


def test_there_is_an_end_to_sections_and_items(draft, monkeypatch) -> None:
    monkeypatch.setattr(wording, "MOST_ITEMS", 4)
    monkeypatch.setattr(wording, "MOST_SECTIONS", 2)
    with pytest.raises(Refused, match="ไม่เกิน 4 ข้อ"):
        wording.add_item(survey=draft, section_id=place(draft, "ก")[1], details=ItemDetails("likert", "5"))
    with pytest.raises(Refused, match="ไม่เกิน 2 ตอน"):
        wording.add_section(survey=draft, title="ค")


# --- Versions ---------------------------------------------------------------------------------------------
def test_a_published_wording_is_never_changed(draft, facilitator) -> None:
    building.publish(survey=draft, by=facilitator)
    _, item = place(draft, "1")
    _, section = place(draft, "ก")
    details = ItemDetails("likert", "อื่น")
    acts = [
        lambda: wording.change_item(survey=draft, item_id=item, details=details),
        lambda: wording.remove_item(survey=draft, item_id=item),
        lambda: wording.add_item(survey=draft, section_id=section, details=details),
        lambda: wording.change_section(survey=draft, section_id=section, title="อื่น", intro=""),
        lambda: wording.remove_section(survey=draft, section_id=section),
        lambda: wording.add_section(survey=draft, title="อื่น"),
        lambda: wording.move(survey=draft, place=(ITEM, item), direction=DOWN),
        lambda: wording.arrange(survey=draft, order=[]),
    ]
    for act in acts:
        with pytest.raises(Refused, match="เผยแพร่แล้วจึงแก้ไขไม่ได้"):
            act()
    assert shape(draft) == "ก12ข34"


def test_editing_makes_a_new_version_and_answers_stay_with_the_old_one(draft, facilitator) -> None:
    first = building.publish(survey=draft, by=facilitator).current
    first.responses.create(answers={})
    versions = [wording.revise(survey=draft, by=facilitator) for _ in range(2)]
    assert [version.number for version in versions] == [2, 2]
    wording.change_item(survey=draft, item_id=place(draft, "1")[1], details=ItemDetails("likert", "9"))
    draft.refresh_from_db()
    assert (draft.current, shape(draft)) == (first, "ก92ข34")
    row = building.publish(survey=draft, by=facilitator)
    assert (row.current, row.current.responses.count(), first.responses.count()) == (versions[0], 0, 1)
    assert [item.text for item in Item.objects.filter(section__version=first).order_by("pk")] == ["1", "2", "3", "4"]


def test_a_revision_can_be_dropped_and_a_first_draft_cannot(draft, facilitator) -> None:
    wording.drop_revision(survey=draft, by=facilitator)
    assert shape(draft) == "ก12ข34"
    building.publish(survey=draft, by=facilitator)
    wording.revise(survey=draft, by=facilitator)
    for _ in range(2):
        wording.drop_revision(survey=draft, by=facilitator)
    assert [version.number for version in draft.versions.all()] == [1]
    assert draft.versions.get().published_at <= timezone.now()


def test_200_items_are_copied_in_a_few_statements(draft, group, django_assert_max_num_queries) -> None:
    """SQLite takes a thousand values at once, so three parts of the 200 items."""
    items = [{"kind": "likert", "text": f"{number}"} for number in range(200)]
    long = make_survey(group=group, state=SurveyState.DRAFT, sections=[{"title": "ก", "items": items}])
    source, target = wording.latest(long), long.versions.create(number=2)
    with django_assert_max_num_queries(8):
        wording.duplicate(source, target)
    assert Item.objects.filter(section__version=target).count() == 200
