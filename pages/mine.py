"""A person's own groups, and what waits for them there."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.http import HttpRequest

from groups.models import Membership, Role, State

from .cards import GroupCard, group_cards


@dataclass(frozen=True)
class MyGroup:
    card: GroupCard
    role: str  # "" for a member without a further role
    since: datetime
    waiting: int = 0  # requests that this person has to decide as facilitator


@dataclass(frozen=True)
class Mine:
    joined: list[MyGroup]
    asked: list[MyGroup]
    to_decide: list[MyGroup]


def mine(request: HttpRequest) -> Mine:
    """One query for most people, two for who facilitates a group."""
    rows = list(
        Membership.objects.open()
        .filter(user_id=request.user.pk)
        .order_by("group__number")
        .values_list("group_id", "role", "state", "created_at")
    )
    cards = group_cards(request)
    facilitated = [pk for pk, role, state, _ in rows if (role, state) == (Role.FACILITATOR, State.ACTIVE)]
    waiting = count_waiting(facilitated)
    found: dict[str, list[MyGroup]] = {State.ACTIVE: [], State.REQUESTED: []}
    for pk, role, state, since in rows:
        label = "" if role == Role.MEMBER else Role(role).label
        found[state].append(MyGroup(cards[pk], label, since, waiting.get(pk, 0)))
    joined = found[State.ACTIVE]
    return Mine(joined=joined, asked=found[State.REQUESTED], to_decide=[row for row in joined if row.waiting])


def count_waiting(groups: list[int]) -> dict[int, int]:
    if not groups:
        return {}
    requests = Membership.objects.requested().filter(group__in=groups).order_by()
    return dict(requests.values_list("group").annotate(Count("pk")))
