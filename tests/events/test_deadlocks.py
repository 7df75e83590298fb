"""Rows that many acts lock: the same order everywhere, or two acts at once wait for each other for ever.

First the event, then the group, then the version of the public pages, then people's rows.
"""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from accounts.services import notify
from core import pagecache
from events.models import Event, State
from events.services import planning, registration, sites
from groups.models import Group, Stage
from pages.account import close
from tests.at_once import at_once
from tests.factories import make_event, make_group, make_membership, make_registration, make_user

from .places import make_site

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _version() -> None:
    """There is one since the portal was prepared."""
    pagecache.changed()


def later(act: Callable[[], Any]) -> Callable[[], Any]:
    """Once the other act holds its first row, and before it wants its second."""

    def wait_and_act() -> Any:
        time.sleep(0.2)
        return act()

    return wait_and_act


@transaction.atomic
def holding(first: Callable[[], Any], then: Callable[[], Any]) -> None:
    first()
    time.sleep(0.6)
    then()


def hold_group(group: Group) -> None:
    Group.objects.select_for_update().get(pk=group.pk)


def failed(*acts: Callable[[], Any]) -> list[Exception]:
    return [answer for answer in at_once(*acts) if isinstance(answer, Exception)]


def test_announcing_while_somebody_joins_the_group(facilitator: User) -> None:
    group = make_group(stage=Stage.ACTIVE)
    event = make_event(group=group, state=State.DRAFT)
    event.channels.create(kind="room")
    joining = lambda: holding(lambda: hold_group(group), pagecache.changed)  # noqa: E731
    assert failed(joining, later(lambda: planning.announce(event=event, by=facilitator))) == []


def test_closing_an_account_while_somebody_registers() -> None:
    person, event = make_user(), make_event()
    make_membership(group=event.group, user=person)
    make_registration(event=event, user=person)
    registering = lambda: holding(lambda: registration.lock(event), pagecache.changed)  # noqa: E731
    assert failed(registering, later(lambda: close(person))) == []


def test_closing_an_account_while_somebody_joins_another_of_its_groups() -> None:
    person = make_user()
    make_membership(user=person, group=make_group())
    group = make_membership(user=person, group=make_group()).group
    joining = lambda: holding(lambda: hold_group(group), pagecache.changed)  # noqa: E731
    assert failed(joining, later(lambda: close(person))) == []


def removing(event: Event, person: User, by: User) -> None:
    registration.remove(event=event, user=person, by=by, reason="ซ้ำ")


def closing_the_site(event: Event, person: User, by: User) -> None:
    site = make_site(event=event)
    event.registrations.update(site=site)
    sites.close_site(site=site, by=by)


def opening_a_site(event: Event, person: User, by: User) -> None:
    agency = make_site(event=make_event()).agency
    sites.open_site(event=event, agency=agency, place="ชั้น 3", expected=5, officer=person, by=by)


@pytest.mark.parametrize("act", [removing, closing_the_site, opening_a_site])
def test_telling_somebody_who_is_told_of_something_else(act: Callable[..., None], facilitator: User) -> None:
    person, event = make_user(), make_event(capacity=5)
    make_registration(event=event, user=person)
    other = lambda: holding(pagecache.changed, lambda: notify(recipients=[person], text="อื่น"))  # noqa: E731
    assert failed(other, later(lambda: act(event, person, facilitator))) == []
