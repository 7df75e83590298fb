"""A person's own groups and seats, and what waits for them there: requests to decide, surveys to answer."""

from dataclasses import dataclass

from django.db.models import CharField, Count, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat, Now
from django.http import HttpRequest

from accounts.models import User
from core.prepared import Prepared
from events.models import HELD, Registration
from groups.models import Membership, Role, State
from surveys.waiting import waiting_for

from .cards import GroupCard, group_cards

SEAT, SURVEY = "seat", "survey"
BETWEEN = "\x1f"  # in no title: see core.thai.CONTROL_CHARACTERS
NOTHING = Value(0, IntegerField())


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
    facilitates: bool  # some group
    seats: dict[int, str]  # by event that is not over: seated or waiting
    surveys: list[tuple[int, str, str]]  # id, title and event ("" without one) of those that wait for an answer
    key: tuple  # whoever has the same stands alike


def mine(user: User, request: HttpRequest) -> Mine:
    """In one query, besides the groups that are kept for all."""
    cards = group_cards(request)
    joined: list[MyGroup] = []
    asked: list[MyGroup] = []
    facilitates = False
    seats: dict[int, str] = {}
    surveys: list[tuple[int, str, str]] = []
    found = rows.rows(user.pk)
    for group, role, state, waiting, _ in found:
        if role == SEAT:
            seats[group] = state
            continue
        if role == SURVEY:
            title, _, event = state.partition(BETWEEN)
            surveys.append((group, title, event))
            continue
        if group not in cards:  # made in this moment: the next page has it
            continue
        decides = role == Role.FACILITATOR and state == State.ACTIVE
        facilitates |= decides
        row = MyGroup(cards[group], LABELS[role], waiting or 0 if decides else 0)
        (joined if state == State.ACTIVE else asked).append(row)
    to_decide = [row for row in joined if row.waiting]
    return Mine(
        joined=joined,
        asked=asked,
        to_decide=to_decide,
        facilitates=facilitates,
        seats=seats,
        surveys=sorted(surveys),
        key=tuple(found),
    )


def told_of(user_id: int) -> QuerySet:
    """Group, role, state, requests that wait there; or event, SEAT, seat; or survey, SURVEY, title."""
    requests = Membership.objects.requested().filter(group=OuterRef("group")).order_by().values("group")
    memberships = Membership.objects.open().filter(user=user_id).order_by()
    # The end is compared by the database's own clock: the query is compiled once.
    seats = Registration.objects.filter(user=user_id, seat__in=HELD, event__ends_at__gt=Now()).order_by()
    surveys = waiting_for(user_id, Now()).order_by()
    return (
        memberships.annotate(waiting=Subquery(requests.annotate(count=Count("pk")).values("count")))
        .values_list("group_id", "role", "state", "waiting", "group__number")
        .union(
            seats.values_list("event_id", Value(SEAT, CharField()), "seat", NOTHING, NOTHING),
            surveys.values_list(
                "pk", Value(SURVEY, CharField()), Concat("title", Value(BETWEEN), "event__title"), NOTHING, NOTHING
            ),
            all=True,
        )
        .order_by("group__number")
    )


LABELS = {role.value: "" if role == Role.MEMBER else role.label for role in Role}
rows = Prepared(told_of)
