"""The list of groups as people look through it. Fourteen rows, or a few dozen: searched in memory, in one spelling."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count

from core import thai
from core.models import Tag

from .models import Group, Membership, Stage, State, TaggedGroup

LISTED = (Stage.ACTIVE, Stage.PAUSED)
SUGGESTED = 3
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Entry:
    group: Group
    tags: list[Tag]
    text: str  # what a search looks through, as `spelling` writes it

    @property
    def tag_ids(self) -> set[int]:
        return {tag.pk for tag in self.tags}


@dataclass(frozen=True)
class Suggestion:
    entry: Entry
    colleagues: int  # people of the viewer's own agency in the group
    shared: list[Tag]  # tags which the viewer's groups carry too


def spelling(text: str) -> str:
    """The form in which text is compared: one spelling, Arabic digits, no capitals."""
    return thai.to_arabic_digits(thai.normalise(text)).casefold()


def entries(viewer: Any) -> list[Entry]:
    """Every group the viewer may see, in order, with its tags. Two queries."""
    tags: dict[int, list[Tag]] = {}
    for link in TaggedGroup.objects.select_related("tag").order_by("pk"):
        tags.setdefault(link.content_object_id, []).append(link.tag)
    groups = Group.objects.visible_to(viewer).in_order().defer("about", "agreements")
    return [entry_of(group, tags.get(group.pk, [])) for group in groups]


def entry_of(group: Group, tags: list[Tag]) -> Entry:
    words = [str(group), group.purpose, str(group.number), *(tag.name for tag in tags)]
    return Entry(group, tags, spelling("\n".join(words)))


def matching(rows: Iterable[Entry], *, q: str = "", stage: str = "", tag: int | None = None) -> list[Entry]:
    """`stage` is a stage, "all", or empty for the groups that go on or rest. Every word of `q` must occur."""
    words = spelling(q).split()
    return [
        row
        for row in rows
        if in_stage(row.group, stage)
        and (tag is None or tag in row.tag_ids)
        and all(word in row.text for word in words)
    ]


def in_stage(group: Group, stage: str) -> bool:
    if stage == "all":
        return True
    return group.stage == stage if stage else group.stage in LISTED


def ordered(rows: list[Entry], order: str) -> list[Entry]:
    """`rows` come by number; equal ones stay so."""
    if order == "activity":
        return sorted(rows, key=lambda row: row.group.last_activity_at or LONG_AGO, reverse=True)
    if order == "members":
        return sorted(rows, key=lambda row: -row.group.member_count)
    return rows


def tags_in_use(rows: Iterable[Entry]) -> list[Tag]:
    tags = {tag.pk: tag for row in rows for tag in row.tags}
    return sorted(tags.values(), key=lambda tag: thai.sort_key(tag.name))


def states_of(viewer: Any) -> dict[int, str]:
    """By group: whether the viewer is a member of it, or has asked."""
    return dict(Membership.objects.open().filter(user_id=viewer.pk).values_list("group_id", "state"))


def colleagues_by_group(viewer: Any) -> dict[int, int]:
    """By group: how many of the viewer's own agency are (visibly) in it."""
    if viewer.agency_id is None:
        return {}
    rows = Membership.objects.active().filter(is_listed=True, user__agency_id=viewer.agency_id, user__is_active=True)
    return dict(rows.exclude(user_id=viewer.pk).values_list("group_id").annotate(Count("pk")))


def suggestions(rows: list[Entry], *, states: dict[int, str], colleagues: dict[int, int]) -> list[Suggestion]:
    """Groups where colleagues are, or which deal with what the viewer's groups deal with."""
    mine = {row.group.pk for row in rows if states.get(row.group.pk) == State.ACTIVE}
    my_tags = {tag.pk for row in rows if row.group.pk in mine for tag in row.tags}
    found = [
        Suggestion(row, colleagues.get(row.group.pk, 0), [tag for tag in row.tags if tag.pk in my_tags])
        for row in rows
        if row.group.takes_members and row.group.pk not in states
    ]
    found = [one for one in found if one.colleagues or one.shared]
    return sorted(found, key=lambda one: (-one.colleagues, -len(one.shared)))[:SUGGESTED]
