"""Two who run an event press at once: real threads on whichever database the suite runs."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from events.details import ChannelDetails, Details
from events.models import Event, LogLine, Mailing, Seat, State
from events.services import clock, planning, registration
from groups.services import Refused
from tests.at_once import at_once
from tests.factories import make_event, make_group, make_registration, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def details(event: Event, **columns: object) -> Details:
    stored = Details.of(event)
    return replace(
        stored, columns={**stored.columns, **columns}, channels=(ChannelDetails("vcs", "", "https://x.go.th"),)
    )


def refusals(answers: list[object]) -> list[str]:
    assert all(isinstance(answer, Refused) for answer in answers if isinstance(answer, Exception)), answers
    return [str(answer) for answer in answers if isinstance(answer, Refused)]


def test_two_plan_for_one_group_and_get_different_numbers() -> None:
    group, people = make_group(), [make_user() for _ in range(4)]
    typed = details(make_event(group=make_group()))
    answers = at_once(*(lambda by=by: planning.plan(group=group, details=typed, by=by) for by in people))
    assert sorted(event.number for event, _ in answers) == [1, 2, 3, 4]


def test_one_form_sent_twice_at_once_is_one_event() -> None:
    group, by, uid = make_group(), make_user(), "0b8e0a5e-8f0e-4b0e-9a55-0c6f2b7c0001"
    typed = details(make_event(group=make_group()))
    answers = at_once(*[lambda: planning.plan(group=group, details=typed, by=by, uid=uid)] * 3)
    assert sorted(is_new for _, is_new in answers) == [False, False, True]
    assert Event.objects.filter(group=group).count() == 1


def test_the_next_time_pressed_twice_at_once_is_one_draft() -> None:
    event, people = make_event(), [make_user() for _ in range(3)]
    answers = at_once(*(lambda by=by: planning.copy(event=event, by=by) for by in people))
    assert sorted(is_new for _, is_new in answers) == [False, False, True]
    assert Event.objects.filter(group=event.group).count() == 2


def test_a_move_into_another_year_while_somebody_plans_there() -> None:
    group, by = make_group(), make_user()
    event = make_event(group=group)
    later = event.starts_at + timedelta(days=366)
    moved = details(event, starts_at=later, ends_at=later + timedelta(hours=2))
    at_once(
        lambda: planning.change(event=event, details=moved, by=by),
        lambda: planning.plan(group=group, details=moved, by=by),
    )
    numbers = Event.objects.filter(group=group, fiscal_year=event.fiscal_year + 1).values_list("number", flat=True)
    assert sorted(numbers) == [1, 2]


@pytest.mark.parametrize(
    ("state", "act", "messages"),
    [
        (State.OPEN, lambda event, by: planning.cancel(event=event, by=by, reason="ก"), 1),
        (State.OPEN, lambda event, by: planning.postpone(event=event, by=by, reason="ก"), 1),
        (State.DRAFT, lambda event, by: planning.delete_draft(event=event, by=by), 0),
        (State.CANCELLED, lambda event, by: planning.reopen(event=event, by=by), 1),
        (State.ENDED, lambda event, by: planning.complete(event=event, by=by), 0),
    ],
)
def test_of_two_who_press_at_once_the_second_is_told(state, act, messages) -> None:
    event, people = make_event(state=state), [make_user() for _ in range(2)]
    answers = at_once(*(lambda by=by: act(event, by) for by in people))
    assert (len(refusals(answers)), Mailing.objects.count(), LogLine.objects.count()) == (
        1, messages, int(state != State.DRAFT),
    )  # fmt: skip


def test_two_save_at_once_and_the_second_is_shown_the_first() -> None:
    event, people = make_event(), [make_user() for _ in range(2)]
    seen = Details.of(event).marks()
    answers = at_once(
        *(
            lambda by=by: planning.change(event=event, details=details(event, title=str(by.pk)), by=by, seen=seen)
            for by in people
        )
    )
    assert (refusals(answers), Mailing.objects.count()) == (["มีผู้อื่นแก้ไขข้อมูลนี้แล้ว"], 1)


def test_a_seat_is_taken_while_the_capacity_grows() -> None:
    event = make_event(capacity=1)
    make_registration(event=event)
    for _ in range(2):
        make_registration(event=event, seat=Seat.WAITING)
    late, by = make_user(), make_user()
    at_once(
        lambda: planning.change(event=event, details=details(event, capacity=3), by=by),
        lambda: registration.register(event=event, user=late, mode="vc"),
    )
    event.refresh_from_db()
    seats = list(event.registrations.order_by("pk").values_list("seat", flat=True))
    assert (event.seated_count, event.waiting_count, seats) == (3, 1, [Seat.SEATED] * 3 + [Seat.WAITING])


def test_the_clock_runs_twice_at_once_and_writes_once() -> None:
    for hours in range(5):
        make_event(starts_at=timezone.now() - timedelta(hours=5 + hours))
    answers = at_once(*[clock.follow_clock] * 2)
    assert (sum(answers), LogLine.objects.count(), set(Event.objects.values_list("state", flat=True))) == (
        5, 5, {State.ENDED},
    )  # fmt: skip


def test_ending_by_hand_while_the_clock_does_it() -> None:
    event, by = make_event(starts_at=timezone.now() - timedelta(hours=5), state=State.LIVE), make_user()
    answers = at_once(clock.follow_clock, lambda: planning.cancel(event=event, by=by, reason="ก"))
    assert not isinstance(answers[0], Exception)
    event.refresh_from_db()
    assert (event.state, refusals(answers)) == (State.CANCELLED, [])
