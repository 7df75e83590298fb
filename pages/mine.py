"""A person's own groups, and what waits for them there."""

from dataclasses import dataclass

from django.db.models import Case, Count, OuterRef, Q, Subquery, When

from accounts.models import User
from groups.models import Membership, Role, State

FACILITATES = Q(state=State.ACTIVE, role=Role.FACILITATOR)


@dataclass(frozen=True)
class Mine:
    joined: list[Membership]  # each with `waiting`: how many requests its facilitator has to decide
    asked: list[Membership]

    @property
    def to_decide(self) -> list[Membership]:
        return [row for row in self.joined if row.waiting]  # type: ignore[attr-defined]


def mine(user: User) -> Mine:
    """In one query."""
    requests = Membership.objects.requested().order_by().filter(group=OuterRef("group")).values("group")
    rows = (
        Membership.objects.open()
        .filter(user=user)
        .select_related("group")
        .annotate(waiting=Case(When(FACILITATES, then=Subquery(requests.annotate(n=Count("pk")).values("n")))))
        .order_by("group__number")
    )
    return Mine(
        joined=[row for row in rows if row.is_active],
        asked=[row for row in rows if not row.is_active],
    )
