"""Two at once: real threads, each with its own connection, on whichever database the suite runs."""

import pytest

from accounts.models import Notification, User
from groups import services
from groups.models import Group, Joining, Membership, Role, State
from tests.at_once import at_once
from tests.factories import make_group, make_membership, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> tuple[Group, User, User]:
    return make_group(joining=Joining.REQUEST), make_user(), make_user()


def test_two_people_approve_at_once(cast: tuple[Group, User, User]) -> None:
    group, one, two = cast
    asked = make_membership(group=group, state=State.REQUESTED, joined_at=None)
    answers = at_once(*(lambda by=by: services.approve(membership=asked, by=by) for by in (one, two)))
    refused = [str(answer) for answer in answers if isinstance(answer, services.Refused)]
    asked.refresh_from_db()
    group.refresh_from_db()
    assert refused == ["คำขอนี้ได้รับการพิจารณาแล้ว ผล: เป็นสมาชิก"]
    assert (asked.state, group.member_count, Notification.objects.filter(recipient=asked.user).count()) == (
        State.ACTIVE, 1, 1,
    )  # fmt: skip


def test_one_approves_while_another_declines(cast: tuple[Group, User, User]) -> None:
    group, one, two = cast
    asked = make_membership(group=group, state=State.REQUESTED, joined_at=None)
    answers = at_once(
        lambda: services.approve(membership=asked, by=one),
        lambda: services.decline(membership=asked, by=two, reason="คนละงาน"),
    )
    asked.refresh_from_db()
    group.refresh_from_db()
    assert [isinstance(answer, services.Refused) for answer in answers].count(True) == 1
    assert group.member_count == (asked.state == State.ACTIVE)


@pytest.mark.parametrize("joining", Joining.values)
def test_one_person_joins_four_times_at_once(joining: str) -> None:
    group, person = make_group(joining=joining), make_user()
    rows = at_once(*[lambda: services.join(group=group, user=person)] * 4)
    group.refresh_from_db()
    assert ({row.pk for row in rows}, Membership.objects.count(), group.member_count) == (
        {Membership.objects.get().pk}, 1, int(joining == Joining.OPEN),
    )  # fmt: skip


def test_different_people_join_at_once_and_all_are_counted() -> None:
    group, people = make_group(), [make_user() for _ in range(6)]
    at_once(*(lambda person=person: services.join(group=group, user=person) for person in people))
    group.refresh_from_db()
    assert (group.member_count, Membership.objects.active().count()) == (6, 6)


def test_leaving_twice_at_once_counts_once() -> None:
    group = make_group()
    row = make_membership(group=group)
    at_once(*[lambda: services.leave(membership=row)] * 3)
    group.refresh_from_db()
    assert group.member_count == 0


def test_the_last_two_facilitators_leave_at_once_and_officers_hear_of_it() -> None:
    group, officer = make_group(), make_user(is_km_officer=True)
    rows = [make_membership(group=group, role=Role.FACILITATOR) for _ in range(2)]
    at_once(*(lambda row=row: services.leave(membership=row) for row in rows))
    assert list(Notification.objects.values_list("recipient", "text")) == [(officer.pk, f"{group}ไม่มีผู้ดำเนินกลุ่มแล้ว")]


def test_a_list_is_applied_twice_at_once(cast: tuple[Group, User, User]) -> None:
    group, by, asked = cast
    make_membership(group=group, user=asked, state=State.REQUESTED, joined_at=None)
    people = [asked, *(make_user() for _ in range(3))]
    answers = at_once(*[lambda: services.add_members(group=group, people=people, by=by)] * 2)
    group.refresh_from_db()
    assert (sorted(len(rows) for rows in answers), group.member_count, Membership.objects.count()) == ([0, 4], 4, 4)


def test_approving_while_a_list_with_the_same_person_is_applied(cast: tuple[Group, User, User]) -> None:
    group, by, person = cast
    asked = make_membership(group=group, user=person, state=State.REQUESTED, joined_at=None)
    at_once(
        lambda: services.approve(membership=asked, by=by),
        lambda: services.add_members(group=group, people=[person], by=by),
    )
    group.refresh_from_db()
    assert (group.member_count, Membership.objects.active().count()) == (1, 1)
