"""Seats when many want them at once: real threads on whichever database the suite runs."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from allauth.account.models import EmailAddress
from django.db import connection

from accounts.models import Notification, User
from events.models import Event, Mode, Registration, Seat
from events.services import registration as services
from tests.at_once import at_once
from tests.factories import make_event, make_registration, make_user

pytestmark = pytest.mark.django_db(transaction=True)
CONNECTIONS = 32


def register(event: Event, user: User) -> Registration:
    return services.register(event=event, user=user, mode=Mode.VC)


def many_people(count: int) -> list[User]:
    people = User.objects.bulk_create(
        User(email=f"p{n}@example.go.th", given_name=f"คนที่{n}", family_name="ทดสอบ") for n in range(count)
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=person, email=person.email, verified=True, primary=True) for person in people
    )
    return people


def test_500_people_want_100_seats_from_32_connections() -> None:
    event, people = make_event(capacity=100), many_people(500)
    barrier = Barrier(CONNECTIONS)

    def act(place: int) -> None:
        barrier.wait(timeout=30)
        try:
            for person in people[place::CONNECTIONS]:
                register(event, person)
        finally:
            connection.close()

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        list(threads.map(act, range(CONNECTIONS)))
    rows = list(Registration.objects.filter(event=event).in_queue())
    event.refresh_from_db()
    assert len(rows) == 500
    assert len({row.user_id for row in rows}) == 500
    # Who came first has a seat: the queue is one line, its first hundred places are the seats.
    assert [row.seat for row in rows] == [Seat.SEATED] * 100 + [Seat.WAITING] * 400
    assert (event.seated_count, event.waiting_count) == (100, 400)
    assert Notification.objects.count() == 500


def test_one_person_registers_eight_times_at_once() -> None:
    event, person = make_event(capacity=5), make_user()
    answers = at_once(*[lambda: register(event, person)] * 8)
    event.refresh_from_db()
    assert {answer.pk for answer in answers} == {Registration.objects.get().pk}
    assert (event.seated_count, Notification.objects.count()) == (1, 1)


def test_a_seat_freed_while_two_wait_goes_to_the_first() -> None:
    event = make_event(capacity=1)
    seated, first, second = (make_user() for _ in range(3))
    for person in (seated, first, second):
        register(event, person)
    at_once(*[lambda: services.cancel(event=event, user=seated)] * 4)
    seats = dict(Registration.objects.values_list("user", "seat"))
    assert seats == {seated.pk: Seat.CANCELLED, first.pk: Seat.SEATED, second.pk: Seat.WAITING}
    told = Notification.objects.filter(text__startswith="ท่านได้ที่นั่งแล้ว")
    assert list(told.values_list("recipient", flat=True)) == [first.pk]


def test_two_seats_freed_at_once_go_to_the_two_who_wait() -> None:
    event = make_event(capacity=2)
    people = [make_user() for _ in range(4)]
    for person in people:
        register(event, person)
    at_once(*(lambda person=person: services.cancel(event=event, user=person) for person in people[:2]))
    event.refresh_from_db()
    seats = list(Registration.objects.order_by("pk").values_list("seat", flat=True))
    assert seats == [Seat.CANCELLED, Seat.CANCELLED, Seat.SEATED, Seat.SEATED]
    assert (event.seated_count, event.waiting_count) == (2, 0)


def test_the_last_seat_while_somebody_else_gives_one_back() -> None:
    event, coming, going = make_event(capacity=1), make_user(), make_user()
    make_registration(event=event, user=going)
    at_once(lambda: register(event, coming), lambda: services.cancel(event=event, user=going))
    event.refresh_from_db()
    assert Registration.objects.get(user=coming).seat == Seat.SEATED
    assert (event.seated_count, event.waiting_count) == (1, 0)
