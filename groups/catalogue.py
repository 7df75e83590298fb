"""The list of groups as people look through it. Fourteen rows, or a few dozen: searched in memory, in one spelling."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string

from core import thai
from core.fragments import shared

from .models import Group, Membership, Stage, State, TaggedGroup

LISTED = (Stage.ACTIVE, Stage.PAUSED)
SUGGESTED = 3
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Entry:
    pk: int
    number: int
    name: str
    slug: str
    url: str
    stage: str
    member_count: int
    last_activity_at: datetime | None
    tags: dict[int, str]
    text: str  # what a search looks through, as `spelling` writes it
    card: str  # its HTML, up to where the mark of the viewer's own membership goes


@dataclass(frozen=True)
class Suggestion:
    entry: Entry
    colleagues: int  # people of the viewer's own agency in the group
    shared: list[str]  # tags which the viewer's groups carry too


def spelling(text: str) -> str:
    """The form in which text is compared: one spelling, Arabic digits, no capitals."""
    return thai.to_arabic_digits(thai.normalise(text)).casefold()


def entries(request: HttpRequest) -> list[Entry]:
    """Every group that anybody may see, in order: read and drawn once per version of the public pages."""
    return shared(request, "catalogue", lambda: drawn(Group.objects.visible_to(AnonymousUser())))


def drafts(viewer: Any) -> list[Entry]:
    return drawn(Group.objects.visible_to(viewer).filter(stage=Stage.DRAFT))


def drawn(groups: QuerySet[Group]) -> list[Entry]:
    """Two queries."""
    rows = list(groups.in_order().defer("about", "agreements"))  # type: ignore[attr-defined]
    tags: dict[int, dict[int, str]] = {}
    for link in TaggedGroup.objects.filter(content_object__in=rows).select_related("tag").order_by("pk"):
        tags.setdefault(link.content_object_id, {})[link.tag_id] = link.tag.name
    return [entry(group, tags.get(group.pk, {})) for group in rows]


def entry(group: Group, tags: dict[int, str]) -> Entry:
    words = [str(group), group.purpose, str(group.number), *tags.values()]
    return Entry(
        pk=group.pk,
        number=group.number,
        name=group.name,
        slug=group.slug,
        url=group.get_absolute_url(),
        stage=group.stage,
        member_count=group.member_count,
        last_activity_at=group.last_activity_at,
        tags=tags,
        text=spelling("\n".join(words)),
        card=render_to_string("groups/card.html", {"group": group, "tags": list(tags.values())}),
    )


def matching(rows: Iterable[Entry], *, q: str = "", stage: str = "", tag: int | None = None) -> list[Entry]:
    """`stage` is a stage, "all", or empty for the groups that go on or rest. Every word of `q` must occur."""
    words = spelling(q).split()
    return [
        row
        for row in rows
        if in_stage(row, stage) and (tag is None or tag in row.tags) and all(word in row.text for word in words)
    ]


def in_stage(row: Entry, stage: str) -> bool:
    if stage == "all":
        return True
    return row.stage == stage if stage else row.stage in LISTED


def ordered(rows: list[Entry], order: str) -> list[Entry]:
    """`rows` come by number; equal ones stay so."""
    if order == "activity":
        return sorted(rows, key=lambda row: row.last_activity_at or LONG_AGO, reverse=True)
    if order == "members":
        return sorted(rows, key=lambda row: -row.member_count)
    return rows


def tags_in_use(rows: Iterable[Entry]) -> list[tuple[int, str]]:
    tags = {pk: name for row in rows for pk, name in row.tags.items()}
    return sorted(tags.items(), key=lambda tag: thai.sort_key(tag[1]))


def states_of(viewer: Any) -> dict[int, str]:
    """By group: whether the viewer is a member of it, or has asked."""
    return dict(Membership.objects.open().filter(user_id=viewer.pk).values_list("group_id", "state"))


def colleagues_by_group(viewer: Any) -> dict[int, int]:
    """By group: how many of the viewer's own agency are (visibly) in it."""
    if viewer.agency_id is None:
        return {}
    rows = Membership.objects.active().filter(is_listed=True, user__agency_id=viewer.agency_id, user__is_active=True)
    return dict(rows.exclude(user_id=viewer.pk).order_by().values_list("group_id").annotate(Count("pk")))


def suggestions(rows: list[Entry], *, states: dict[int, str], colleagues: dict[int, int]) -> list[Suggestion]:
    """Groups where colleagues are, or which deal with what the viewer's groups deal with."""
    my_tags = {tag for row in rows if states.get(row.pk) == State.ACTIVE for tag in row.tags}
    found = [
        Suggestion(row, colleagues.get(row.pk, 0), [name for tag, name in row.tags.items() if tag in my_tags])
        for row in rows
        if row.stage == Stage.ACTIVE and row.pk not in states
    ]
    found = [one for one in found if one.colleagues or one.shared]
    return sorted(found, key=lambda one: (-one.colleagues, -len(one.shared)))[:SUGGESTED]
