"""What a survey asks: sections and items of the version that is being edited.

A version that was published never changes: `revise` makes a copy of it to edit. Each act locks the survey's row in the
weaker way, so that nobody who is answering waits for it.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from groups.services import Refused

from ..models import CHOICES, Item, Section, Survey, SurveyState, SurveyVersion

MOST_ITEMS, MOST_SECTIONS, MOST_OPTIONS = 300, 30, 50
GONE = "แบบประเมินนี้ถูกลบไปแล้ว"
PUBLISHED = "ถ้อยคำฉบับนี้เผยแพร่แล้วจึงแก้ไขไม่ได้ กรุณาเริ่มแก้ไขเป็นฉบับใหม่ก่อน"
ITEM_GONE = "ข้อคำถามนี้ถูกลบไปแล้ว"
SECTION_GONE = "ตอนนี้ถูกลบไปแล้ว"
REARRANGED = "มีผู้อื่นแก้ไขแบบประเมินนี้แล้ว กรุณาตรวจลำดับอีกครั้ง"
UP, DOWN = "up", "down"
SECTION, ITEM = "s", "i"
Place = tuple[str, int]  # SECTION or ITEM, and its id; all of them in order are how a version is arranged


class Overtaken(Refused):
    """Somebody else has changed the item since the form was given out."""

    def __init__(self, stored: Item) -> None:
        super().__init__("มีผู้อื่นแก้ไขข้อคำถามนี้แล้ว หากต้องการใช้ถ้อยคำของท่านแทน ให้กดบันทึกอีกครั้ง")
        self.stored = stored


@dataclass(frozen=True)
class ItemDetails:
    kind: str
    text: str
    hint: str = ""
    aspect: str = ""
    options: tuple[str, ...] = ()
    about: str = ""
    is_required: bool = True
    least: int | None = None
    most: int | None = None

    @classmethod
    def of(cls, item: Item) -> Self:
        columns = {name: getattr(item, name) for name in cls.__dataclass_fields__}
        return cls(**columns | {"options": tuple(item.options)})

    @property
    def columns(self) -> dict[str, Any]:
        return asdict(self) | {"options": list(self.options)}

    @property
    def mark(self) -> str:
        """A short fingerprint: a form carries it, to notice what others changed meanwhile."""
        return hashlib.sha256(json.dumps(self.columns).encode()).hexdigest()[:12]


# --- Versions ---------------------------------------------------------------------------------------------
def latest(survey: Survey) -> SurveyVersion:
    """The one that is being edited, else the one that is asked."""
    return survey.versions.latest("number")


def contents(version: SurveyVersion) -> list[Section]:
    """Sections with their items. Two queries."""
    return list(version.sections.prefetch_related("items"))


def duplicate(source: SurveyVersion, target: SurveyVersion) -> None:
    """Four queries, however many items."""
    sections = contents(source)
    copies = Section.objects.bulk_create(
        Section(version=target, position=place, title=section.title, intro=section.intro)
        for place, section in enumerate(sections)
    )
    Item.objects.bulk_create(
        Item(section=copied, position=place, **ItemDetails.of(item).columns)
        for section, copied in zip(sections, copies, strict=True)
        for place, item in enumerate(section.items.all())
    )


def problem_of(version: SurveyVersion) -> str:
    """Why it cannot be published; empty where it can."""
    sections = contents(version)
    for section in sections:
        if not section.items.all():
            return f"“{section.title}” ยังไม่มีข้อคำถาม กรุณาเพิ่มข้อคำถามหรือลบตอนนี้"
        for item in section.items.all():
            if item.kind in CHOICES and len(item.options) < 2:
                return f"“{item.text}” มีตัวเลือกไม่ถึง 2 ตัวเลือก"
    return "" if sections else "ยังไม่มีข้อคำถาม"


@transaction.atomic
def revise(*, survey: Survey, by: User) -> SurveyVersion:
    """A copy of the published wording, to edit. Asking twice answers the one that is being edited."""
    row = locked(survey)
    version = latest(row)
    if version.published_at is None:
        return version
    copied = row.versions.create(number=version.number + 1)
    duplicate(version, copied)
    return copied


@transaction.atomic
def drop_revision(*, survey: Survey, by: User) -> None:
    """Go on with the published wording. Dropping twice is dropping once."""
    row = locked(survey)
    version = latest(row)
    if version.published_at is None and row.current is not None:
        version.delete()


# --- Sections ---------------------------------------------------------------------------------------------
@transaction.atomic
def add_section(*, survey: Survey, title: str, intro: str = "") -> Section:
    version = edited(survey)
    if version.sections.count() >= MOST_SECTIONS:
        raise Refused(f"แบบประเมินมีได้ไม่เกิน {MOST_SECTIONS} ตอน")
    return version.sections.create(title=title, intro=intro, position=after(version.sections))


@transaction.atomic
def change_section(*, survey: Survey, section_id: int, title: str, intro: str) -> Section:
    section = section_of(edited(survey), section_id)
    section.title, section.intro = title, intro
    section.save(update_fields=["title", "intro"])
    return section


@transaction.atomic
def remove_section(*, survey: Survey, section_id: int) -> None:
    """With its items. Removing twice is removing once."""
    edited(survey).sections.filter(pk=section_id).delete()


# --- Items ------------------------------------------------------------------------------------------------
@transaction.atomic
def add_item(*, survey: Survey, section_id: int, details: ItemDetails) -> Item:
    version = edited(survey)
    section = section_of(version, section_id)
    if Item.objects.filter(section__version=version).count() >= MOST_ITEMS:
        raise Refused(f"แบบประเมินมีได้ไม่เกิน {MOST_ITEMS} ข้อ")
    return section.items.create(position=after(section.items), **details.columns)


@transaction.atomic
def change_item(*, survey: Survey, item_id: int, details: ItemDetails, seen: str = "") -> Item:
    """`seen` is the mark of what the editor was shown: `Overtaken` where others were faster."""
    item = Item.objects.filter(section__version=edited(survey), pk=item_id).first()
    if item is None:
        raise Refused(ITEM_GONE)
    stored = ItemDetails.of(item)
    if seen and seen != stored.mark and details != stored:
        raise Overtaken(item)
    for name, value in details.columns.items():
        setattr(item, name, value)
    item.save()
    return item


@transaction.atomic
def remove_item(*, survey: Survey, item_id: int) -> None:
    """Removing twice is removing once."""
    Item.objects.filter(section__version=edited(survey), pk=item_id).delete()


# --- Order ------------------------------------------------------------------------------------------------
@transaction.atomic
def move(*, survey: Survey, place: Place, direction: str) -> bool:
    """One step up or down; an item at the end of its section goes into the next one. False where it stands there
    already."""
    sections = contents(edited(survey))
    order = flat(sections)
    if place not in order:
        raise Refused(ITEM_GONE if place[0] == ITEM else SECTION_GONE)
    if place[0] == SECTION:
        return write(sections, moved_section(sections, place[1], direction))
    return write(sections, moved_item(order, place, direction))


@transaction.atomic
def arrange(*, survey: Survey, order: Sequence[Place]) -> bool:
    """As they were dragged. All sections and items once each, a section first; else somebody has changed them."""
    sections = contents(edited(survey))
    if sorted(order) != sorted(flat(sections)) or (order and order[0][0] != SECTION):
        raise Refused(REARRANGED)
    return write(sections, order)


def flat(sections: Iterable[Section]) -> list[Place]:
    places: list[Place] = []
    for section in sections:
        places.append((SECTION, section.pk))
        places += [(ITEM, item.pk) for item in section.items.all()]
    return places


def moved_item(order: list[Place], place: Place, direction: str) -> list[Place]:
    """Its neighbour may be a section's head: to pass it is to change the section. Nothing goes above the first."""
    at = order.index(place)
    to = at - 1 if direction == UP else at + 1
    if 1 <= to < len(order):
        order[at], order[to] = order[to], order[at]
    return order


def moved_section(sections: list[Section], section_id: int, direction: str) -> list[Place]:
    at = next(place for place, section in enumerate(sections) if section.pk == section_id)
    to = at - 1 if direction == UP else at + 1
    order = list(sections)
    if 0 <= to < len(order):
        order[at], order[to] = order[to], order[at]
    return flat(order)


def write(sections: list[Section], order: Sequence[Place]) -> bool:
    """Answer whether anything moved; only what moved is saved."""
    heads = {section.pk: section for section in sections}
    items = {item.pk: item for section in sections for item in section.items.all()}
    changed: dict[type, list[Any]] = {Section: [], Item: []}
    head, places, heads_placed = 0, 0, 0
    for kind, pk in order:
        if kind == SECTION:
            head, places = pk, 0
            put(heads[pk], changed, position=heads_placed)
            heads_placed += 1
        else:
            put(items[pk], changed, position=places, section_id=head)
            places += 1
    Section.objects.bulk_update(changed[Section], ["position"])
    Item.objects.bulk_update(changed[Item], ["position", "section"])
    return any(changed.values())


def put(row: Section | Item, changed: dict[type, list[Any]], **columns: int) -> None:
    if all(getattr(row, name) == value for name, value in columns.items()):
        return
    for name, value in columns.items():
        setattr(row, name, value)
    changed[type(row)].append(row)


# --- What the acts share ----------------------------------------------------------------------------------
def locked(survey: Survey) -> Survey:
    rows = Survey.objects.select_for_update(of=("self",), no_key=True).select_related("current")
    row = rows.filter(pk=survey.pk).first()
    if row is None:
        raise Refused(GONE)
    if row.state == SurveyState.CLOSED:
        raise Refused("แบบประเมินนี้ปิดรับคำตอบแล้ว จึงแก้ไขข้อคำถามไม่ได้ คัดลอกเป็นแบบประเมินใหม่ได้")
    return row


def edited(survey: Survey) -> SurveyVersion:
    """The version to write into; its survey's row is locked from here on."""
    version = latest(locked(survey))
    if version.published_at is not None:
        raise Refused(PUBLISHED)
    return version


def section_of(version: SurveyVersion, section_id: int) -> Section:
    section = version.sections.filter(pk=section_id).first()
    if section is None:
        raise Refused(SECTION_GONE)
    return section


def after(rows: Any) -> int:
    """The place behind the last."""
    last = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1
