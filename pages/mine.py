"""A person's own groups, and what waits for them there."""

from dataclasses import dataclass

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest

from accounts.models import User
from core.prepared import Prepared
from groups.models import Membership, Role, State

from .cards import GroupCard, group_cards


@dataclass(frozen=True)
class MyGroup:
    card: GroupCard
    role: str  # "" for a member without a further role
    waiting: int  # requests that this person has to decide as facilitator


@dataclass(frozen=True)
class Mine:
    joined: list[MyGroup]
    asked: list[MyGroup]
    to_decide: list[MyGroup]


def mine(user: User, request: HttpRequest) -> Mine:
    """In one query, besides the groups that are kept for all."""
    cards = group_cards(request)
    joined: list[MyGroup] = []
    asked: list[MyGroup] = []
    for group, role, state, waiting in memberships.rows(user.pk):
        if group not in cards:  # made in this moment: the next page has it
            continue
        decides = role == Role.FACILITATOR and state == State.ACTIVE
        row = MyGroup(cards[group], LABELS[role], waiting or 0 if decides else 0)
        (joined if state == State.ACTIVE else asked).append(row)
    return Mine(joined=joined, asked=asked, to_decide=[row for row in joined if row.waiting])


def open_memberships(user_id: int) -> QuerySet:
    requests = Membership.objects.requested().filter(group=OuterRef("group")).order_by().values("group")
    return (
        Membership.objects.open()
        .filter(user=user_id)
        .annotate(waiting=Subquery(requests.annotate(count=Count("pk")).values("count")))
        .order_by("group__number")
        .values_list("group_id", "role", "state", "waiting")
    )


LABELS = {role.value: "" if role == Role.MEMBER else role.label for role in Role}
memberships = Prepared(open_memberships)
