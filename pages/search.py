"""A plain search: every word must occur. Groups, events, questions, pages; people where their directory is open."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from core import richtext, thai
from core.fragments import shared
from events import calendar
from events.calendar import EventRow
from events.models import Event
from groups.catalogue import spelling
from groups.models import Group, Membership, TaggedGroup
from surveys import register
from surveys.models import Question

from .standing import STANDING_PAGES, StandingPage

LONGEST = 100  # characters
MOST_WORDS = 8
MOST_PEOPLE = 20
MOST_EVENTS = 20


@dataclass(frozen=True)
class GroupHit:
    number: int
    name: str
    purpose: str
    url: str
    text: str  # all that is searched, as `spelling` writes it


@dataclass(frozen=True)
class Results:
    groups: list[GroupHit]
    pages: list[StandingPage]
    people: list[User]
    events: list[EventRow]
    questions: list[Question]

    @property
    def count(self) -> int:
        return len(self.groups) + len(self.pages) + len(self.people) + len(self.events) + len(self.questions)


def clean(text: str) -> str:
    """What somebody typed, fit to show and to search with."""
    printable = "".join(char if char.isprintable() else " " for char in thai.normalise(text[: 10 * LONGEST]))
    return " ".join(printable.split())[:LONGEST].strip()


def search(request: HttpRequest, query: str) -> Results:
    words = spelling(query).split()[:MOST_WORDS]
    if not words:
        return Results([], [], [], [], [])
    return Results(
        groups=[hit for hit in shared(request, "search:groups", searchable_groups) if holds(hit.text, words)],
        pages=[page for page in STANDING_PAGES.values() if holds(spelling(f"{page.title} {page.description}"), words)],
        people=people(request.user, clean(query).split()[:MOST_WORDS]),
        events=events(request.user, clean(query).split()[:MOST_WORDS]),
        questions=register.search(request.user, clean(query).split()[:MOST_WORDS]),
    )


def holds(text: str, words: list[str]) -> bool:
    return all(word in text for word in words)


def searchable_groups() -> list[GroupHit]:
    """What a visitor may read: a draft is found by nobody."""
    tags = defaultdict(list)
    for group, tag in TaggedGroup.objects.values_list("content_object", "tag__name"):
        tags[group].append(tag)
    groups = Group.objects.visible_to(AnonymousUser()).in_order()
    return [group_hit(group, tags[group.pk]) for group in groups]


def group_hit(group: Group, tags: list[str]) -> GroupHit:
    words = (group.number, group.name, group.purpose, richtext.to_text(group.about), *tags)
    return GroupHit(
        number=group.number,
        name=group.name,
        purpose=group.purpose,
        url=group.get_absolute_url(),
        text=spelling("\n".join(map(str, words))),
    )


def people(viewer: Any, words: list[str]) -> list[User]:
    """In the directories that the viewer may read, by name, position or agency."""
    if not viewer.is_authenticated:
        return []
    listed = Membership.objects.visible_to(viewer).active().order_by()
    found = User.objects.active().filter(pk__in=listed.values("user"))
    for word in words:
        found = found.filter(
            Q(given_name__icontains=word)
            | Q(family_name__icontains=word)
            | Q(position__icontains=word)
            | Q(agency__name__icontains=word)
        )
    return list(found.select_related("agency").in_order()[:MOST_PEOPLE])


def events(viewer: Any, words: list[str]) -> list[EventRow]:
    """Those that the viewer may see, by title or lead; the newest first."""
    found = Event.objects.visible_to(viewer)
    for word in words:
        found = found.filter(Q(title__icontains=word) | Q(lead__icontains=word))
    return calendar.rows(calendar.listed(found.order_by("-starts_at", "-pk"))[:MOST_EVENTS], timezone.now())
