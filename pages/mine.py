"""A person's own groups, and what waits for them there."""

from dataclasses import dataclass

from django.db.models import Count

from accounts.models import User
from groups.models import Membership


@dataclass(frozen=True)
class Waiting:
    """Requests that a facilitator has to decide."""

    membership: Membership
    count: int


@dataclass(frozen=True)
class Mine:
    joined: list[Membership]
    asked: list[Membership]
    to_decide: list[Waiting]


def mine(user: User) -> Mine:
    """One query for most people, two for who facilitates a group."""
    rows = list(Membership.objects.open().filter(user=user).select_related("group").order_by("group__number"))
    joined = [row for row in rows if row.is_active]
    return Mine(
        joined=joined,
        asked=[row for row in rows if not row.is_active],
        to_decide=waiting([row for row in joined if row.facilitates]),
    )


def waiting(facilitated: list[Membership]) -> list[Waiting]:
    if not facilitated:
        return []
    requests = Membership.objects.requested().filter(group__in=[row.group_id for row in facilitated]).order_by()
    counts = dict(requests.values_list("group").annotate(Count("pk")))
    return [Waiting(row, counts[row.group_id]) for row in facilitated if row.group_id in counts]
