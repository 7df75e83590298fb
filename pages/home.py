"""What the home page shows to everybody: what is live or next, the newest of the groups, the figures, the wall."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from core.fragments import shared
from events import listing
from events.calendar import EventRow
from groups.models import Milestone, Stage

from .cards import GroupCard, group_cards
from .figures import figures

NEWEST, NEXT = 5, 4


class News(NamedTuple):
    card: GroupCard
    title: str
    day: date


@dataclass(frozen=True)
class HomeParts:
    live: EventRow | None
    coming: list[EventRow]
    wall: str


def home_parts(request: HttpRequest) -> HomeParts:
    return shared(request, "home", lambda: build(request))


def build(request: HttpRequest) -> HomeParts:
    cards = group_cards(request)
    listed = [card for card in cards.values() if card.is_listed]
    active = sum(card.stage == Stage.ACTIVE for card in listed)
    rows = next_events()
    return HomeParts(
        live=next((row for row in rows if row.is_live), None),
        coming=[row for row in rows if not row.is_live][:NEXT],
        wall=render_to_string("pages/home_wall.html", {"cards": listed, "active": active, "figures": figures()}),
    )


def next_events() -> list[EventRow]:
    """What was called off is not next."""
    return [row for row in listing.of_all.coming_for_visitors(timezone.now()) if not row.is_called_off]


def latest(request: HttpRequest) -> str:
    return shared(request, "home-latest", lambda: build_latest(request))


def build_latest(request: HttpRequest) -> str:
    cards = group_cards(request)
    published = [card.pk for card in cards.values() if card.is_published]
    happened = Milestone.objects.filter(
        group__in=published, is_planned=False, happened_on__lte=timezone.localdate()
    ).order_by("-happened_on", "-pk")
    rows = happened.values_list("group", "title", "happened_on")[:NEWEST]
    news = [News(cards[group], title, day) for group, title, day in rows]
    return render_to_string("pages/home_latest.html", {"news": news})
