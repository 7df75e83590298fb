"""The list of groups as people look through it. Fourteen rows, or a few dozen: searched in memory, in one spelling."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string

from core import thai
from core.fragments import shared
from core.prepared import Prepared

from .models import Group, Membership, Stage, State, TaggedGroup
from .models.group import STAGE_TONES

LISTED = (Stage.ACTIVE, Stage.PAUSED)
SUGGESTED = 3
LONG_AGO = datetime.min.replace(tzinfo=UTC)


STATES = Prepared(
    lambda person: Membership.objects.open().filter(user_id=person).order_by().values_list("group_id", "state")
)
COLLEAGUES = Prepared(
    lambda agency: (
        Membership.objects.active()
        .filter(is_listed=True, user__agency_id=agency, user__is_active=True)
        .order_by()
        .values_list("group_id")
        .annotate(Count("pk"))
    )
)


class Face(NamedTuple):
    """Whatever a group's card shows: while this stays, so does the card."""

    number: int
    slug: str
    name: str
    purpose: str
    stage: Stage
    member_count: int
    last_activity_at: datetime | None
    tags: tuple[str, ...]

    @property
    def url(self) -> str:
        return address(self.slug)

    @property
    def stage_tone(self) -> str:
        return STAGE_TONES[self.stage]


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
    purpose: str
    card: str  # its HTML, up to where the mark of the viewer's own membership goes

    @property
    def text(self) -> str:
        """What a search looks through, as `spelling` writes it."""
        return spelling("\n".join([f"กลุ่ม{self.name}", self.purpose, str(self.number), *self.tags.values()]))


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
    links = TaggedGroup.objects.filter(content_object__in=rows).order_by("pk")
    for group_id, tag_id, name in links.values_list("content_object_id", "tag_id", "tag__name"):
        tags.setdefault(group_id, {})[tag_id] = name
    return [entry(group, tags.get(group.pk, {})) for group in rows]


def entry(group: Group, tags: dict[int, str]) -> Entry:
    face = Face(
        number=group.number,
        slug=group.slug,
        name=group.name,
        purpose=group.purpose,
        stage=Stage(group.stage),
        member_count=group.member_count,
        last_activity_at=group.last_activity_at,
        tags=tuple(tags.values()),
    )
    return Entry(
        pk=group.pk,
        number=group.number,
        name=group.name,
        slug=group.slug,
        url=face.url,
        stage=group.stage,
        member_count=group.member_count,
        last_activity_at=group.last_activity_at,
        tags=tags,
        purpose=group.purpose,
        card=card(face),
    )


@lru_cache(maxsize=512)
def address(slug: str) -> str:
    return Group(slug=slug).get_absolute_url()


@lru_cache(maxsize=512)
def card(face: Face) -> str:
    return render_to_string("groups/card.html", {"group": face})


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
    return dict(STATES.rows(viewer.pk))


def colleagues_by_group(viewer: Any) -> dict[int, int]:
    """By group: how many of the viewer's own agency are (visibly) in it; the viewer, too, where a member."""
    return dict(COLLEAGUES.rows(viewer.agency_id)) if viewer.agency_id else {}


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
