"""Reminders: a day and an hour before, to the seated only, each once, through a mail server that may be down."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from aiosmtpd.controller import Controller
from django.conf import LazySettings
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from accounts.models import MailFrequency, Notification, User
from core import background, thai
from core.thai import BANGKOK
from events import audiences
from events.models import Audience, Channel, Event, Registration, Seat, State
from events.services import mailing, planning, registration, reminders
from events.services.reminders import remind
from events.tasks import follow_clock
from groups.models import Group
from tests.accounts.test_mail import Mailbox, header, parts
from tests.at_once import at_once
from tests.core.test_background import make_ready, work
from tests.factories import make_event, make_membership, make_registration, make_user
from tests.portal import free_port

pytestmark = pytest.mark.django_db
START = datetime(2026, 12, 3, 13, 30, tzinfo=BANGKOK)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
LONG_AGO = START - timedelta(days=9)


@pytest.fixture
def event(group: Group) -> Event:
    return make_event(group=group, title="ตรวจสอบพัสดุประจำปี", starts_at=START, capacity=None)


def seat(event: Event, **fields: object) -> Registration:
    return make_registration(event=event, **{"queued_at": LONG_AGO, "changed_at": LONG_AGO, **fields})


def lines(person: User | None = None) -> list[str]:
    rows = Notification.objects.filter(text__startswith=reminders.OPENING).order_by("pk")
    return [line.text for line in (rows.filter(recipient=person) if person else rows)]


# --- When -------------------------------------------------------------------------------------------------
def test_a_day_and_an_hour_before_once_each(event: Event) -> None:
    row = seat(event)
    sent = {}
    now = START - 2 * DAY
    while now < START + HOUR:
        if count := remind(now):
            sent[now] = count
        now += 10 * MINUTE
    assert sent == {START - DAY: 1, START - HOUR: 1}
    assert list(row.reminders.order_by("pk").values_list("kind", "starts_at")) == [("day", START), ("hour", START)]


def test_what_a_reminder_says(event: Event) -> None:
    Channel.objects.create(event=event, kind="vcs", link="https://vcs.example.go.th/r/1")
    person = seat(event).user
    remind(START - DAY)
    line = Notification.objects.get(recipient=person)
    assert line.text == "เตือนล่วงหน้า: ตรวจสอบพัสดุประจำปี · 3 ธ.ค. 2569 เวลา 13.30 น."
    assert line.detail == (
        "กิจกรรมที่ท่านลงทะเบียนไว้จะเริ่มในไม่ช้า\nวันพฤหัสบดีที่ 3 ธันวาคม พ.ศ. 2569 เวลา 13.30–16.00 น.\n"
        "เข้าร่วมทาง: VCS ด้วยตนเอง\nระบบวีดิทัศน์ทางไกล (VCS): https://vcs.example.go.th/r/1"
    )
    assert (line.url, line.source, line.frequency) == (
        event.get_absolute_url(),
        str(event.group),
        MailFrequency.INSTANT,
    )


def test_each_is_told_the_own_way_in(event: Event) -> None:
    ways = {mode: seat(event, mode=mode).user for mode in ("room", "vc", "youtube")}
    assert remind(START - DAY) == 3
    told = {mode: Notification.objects.get(recipient=person).detail for mode, person in ways.items()}
    assert [text.splitlines()[2] for text in told.values()] == [
        *("เข้าร่วมทาง: ห้องประชุม", "เข้าร่วมทาง: VCS ด้วยตนเอง", "เข้าร่วมทาง: YouTube"),
    ]


@pytest.mark.parametrize(
    ("before", "kinds"),
    [
        (DAY + MINUTE, []),
        (DAY, ["day"]),
        (5 * HOUR, ["day"]),  # no worker ran for most of a day
        (HOUR + MINUTE, ["day"]),
        (HOUR, ["hour"]),  # of the two the one that is still of use
        (MINUTE, ["hour"]),
        (timedelta(0), []),
        (-MINUTE, []),
    ],
)
def test_a_worker_that_was_down_sends_what_is_still_of_use(event: Event, before: timedelta, kinds: list[str]) -> None:
    row = seat(event)
    assert remind(START - before) == len(kinds)
    assert list(row.reminders.values_list("kind", flat=True)) == kinds


def test_who_has_just_registered_knows(event: Event) -> None:
    """Their confirmation said when it is; those who got a seat from the queue were told, too."""
    late = seat(event, queued_at=START - 20 * HOUR, changed_at=START - 20 * HOUR).user
    promoted = seat(event, changed_at=START - 20 * HOUR).user
    latest = seat(event, queued_at=START - HOUR / 2, changed_at=START - HOUR / 2).user
    assert remind(START - 19 * HOUR) == 0
    assert remind(START - HOUR / 2) == 2
    assert [len(lines(person)) for person in (late, promoted, latest)] == [1, 1, 0]


# --- Who --------------------------------------------------------------------------------------------------
def test_only_who_has_a_seat(event: Event) -> None:
    for other in (Seat.WAITING, Seat.CANCELLED, Seat.DECLINED):
        seat(event, seat=other)
    seat(event, user=make_user(is_active=False))
    person = seat(event).user
    assert (remind(START - DAY), remind(START - HOUR)) == (1, 1)
    assert len(lines(person)) == len(lines()) == 2


@pytest.mark.parametrize("state", [state for state in State if state != State.OPEN])
def test_only_of_what_is_to_take_place(event: Event, state: str) -> None:
    seat(event)
    Event.objects.update(state=state)
    assert [remind(START - DAY), remind(START - HOUR)] == [0, 0]


def test_whoever_may_no_longer_see_the_event_is_not_told_how_to_join(event: Event) -> None:
    member, stranger = seat(event).user, seat(event).user
    make_membership(group=event.group, user=member)
    Event.objects.filter(pk=event.pk).update(visibility="group")
    remind(START - DAY)
    recipients = set(Notification.objects.values_list("recipient", flat=True))
    assert (member.pk in recipients, stranger.pk in recipients) == (True, False)


def test_whoever_gives_the_seat_back_is_not_reminded_of_it(event: Event) -> None:
    person = seat(event).user
    remind(START - DAY)
    registration.cancel(event=event, user=person, now=START - 2 * HOUR)
    assert remind(START - HOUR) == 0


def test_a_new_date_is_reminded_of_anew(event: Event, facilitator: User) -> None:
    person = seat(event).user
    remind(START - DAY)
    later = START + 7 * DAY
    planning.postpone(event=event, by=facilitator, reason="วิทยากรติดราชการ", starts_at=later, now=START - 5 * HOUR)
    assert [remind(START - HOUR), remind(later - DAY), remind(later - DAY), remind(later - HOUR)] == [0, 1, 0, 1]
    assert [text.partition("· ")[2] for text in lines(person)] == [
        *("3 ธ.ค. 2569 เวลา 13.30 น.", "10 ธ.ค. 2569 เวลา 13.30 น.", "10 ธ.ค. 2569 เวลา 13.30 น."),
    ]


def test_very_many_in_batches(event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "BATCH", 3)
    for _ in range(7):
        seat(event)
    other = make_event(starts_at=START)
    seat(other)
    assert (remind(START - DAY), remind(START - DAY)) == (8, 0)
    assert DBTaskResult.objects.count() == 8  # one mail each


@pytest.mark.parametrize("people", [2, 30])
def test_queries(event: Event, people: int, django_assert_num_queries) -> None:
    """Besides one for each mail that is queued."""
    for _ in range(people):
        seat(event)
    Channel.objects.create(event=event, kind="vcs", link="https://vcs.example.go.th/r/1")
    with django_assert_num_queries(people + 13):
        assert remind(START - DAY) == people
    with django_assert_num_queries(3):  # what has become wrong, what is due of each kind
        assert remind(START - DAY) == 0


def test_the_minute_tick_reminds(group: Group) -> None:
    now = timezone.now()
    seat(make_event(group=group, starts_at=now + 5 * HOUR), queued_at=now - 9 * DAY, changed_at=now - 9 * DAY)
    assert (follow_clock.call(), follow_clock.call(), len(lines())) == (1, 0, 1)


# --- What has become wrong before it was mailed -----------------------------------------------------------
def waiting_mails() -> set[User]:
    to_mail = Notification.objects.to_mail(MailFrequency.INSTANT).filter(text__startswith=reminders.OPENING)
    return {line.recipient for line in to_mail.select_related("recipient")}


def test_reminders_that_wait_for_the_mail_server_are_withdrawn(event: Event, facilitator: User) -> None:
    stays, leaves = seat(event).user, seat(event).user
    other = seat(make_event(group=event.group, starts_at=START)).user
    remind(START - DAY)
    assert waiting_mails() == {stays, leaves, other}
    registration.cancel(event=event, user=leaves, now=START - 20 * HOUR)
    remind(START - 20 * HOUR)
    assert waiting_mails() == {stays, other}
    planning.cancel(event=event, by=facilitator, reason="ห้องประชุมไม่ว่าง", now=START - 19 * HOUR)
    assert waiting_mails() == {other}
    assert len(lines()) == 3  # the inbox keeps them


def test_a_message_that_somebody_wrote_is_left_alone(event: Event, facilitator: User) -> None:
    """Though it begins alike, and goes to people without a seat."""
    person = seat(event, seat=Seat.WAITING).user
    sent = mailing.send(
        event=event, audience=Audience.WAITING, subject=f"{reminders.OPENING}เตรียมเอกสาร", body="x", by=facilitator
    )
    audiences.deliver(sent)
    remind(START - DAY)
    assert waiting_mails() == {person}


# --- Two workers, and a mail server that is down ----------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "BATCH", 2)
    event = make_event(starts_at=START)
    people = [seat(event).user for _ in range(7)]
    answers = at_once(*[lambda: remind(START - DAY)] * 4)
    assert sum(answers) == 7
    assert [len(lines(person)) for person in people] == [1] * 7


@pytest.mark.django_db(transaction=True)
def test_no_reminder_comes_after_the_cancellation() -> None:
    """Whichever of the two is first: never the cancellation and then the reminder."""
    facilitator = make_user()
    for _ in range(5):
        event = make_event(starts_at=START)
        person = seat(event).user
        cancelled, reminded = at_once(
            lambda event=event: planning.cancel(event=event, by=facilitator, reason="x", now=START - DAY),
            lambda: remind(START - DAY),
        )
        assert cancelled.state == State.CANCELLED
        row = Registration.objects.get(user=person)
        assert reminded == row.reminders.filter(starts_at=START).count()
        assert len(lines(person)) == reminded


@pytest.fixture
def mail_server(settings: LazySettings) -> Iterator[Controller]:
    """A real one, not started yet."""
    controller = Controller(Mailbox(), hostname="127.0.0.1", port=free_port())
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield controller
    controller.stop(no_assert=True)


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_is_down_for_an_hour(mail_server: Controller) -> None:
    """Every reminder is sent once, afterwards. The clock asks every minute all the while."""
    now = timezone.now()
    event = make_event(starts_at=now + 20 * HOUR, title="ตรวจสอบพัสดุ")
    people = [seat(event, queued_at=now - 9 * DAY, changed_at=now - 9 * DAY).user for _ in range(3)]
    assert remind(now) == 3
    waited, tries = timedelta(0), 0
    while waited < HOUR:
        work()
        tries += 1
        waiting = DBTaskResult.objects.all()
        assert {(row.status, len(row.worker_ids)) for row in waiting} == {(TaskResultStatus.READY, tries)}
        waited += background.wait_before(tries)
        assert remind(now + waited) == 0
        make_ready()
    mail_server.start()
    for _ in range(3):
        work()
        make_ready()
        assert remind(now + waited) == 0
    arrived = mail_server.handler.messages
    assert sorted(header(message, "To") for message in arrived) == sorted(person.email for person in people)
    start = f"{thai.format_date(event.starts_at)} เวลา {thai.format_time(event.starts_at)}"
    assert {header(message, "Subject") for message in arrived} == {f"เตือนล่วงหน้า: ตรวจสอบพัสดุ · {start}"}
    assert "เข้าร่วมทาง: VCS ด้วยตนเอง" in parts(arrived[0])[0]
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {TaskResultStatus.SUCCESSFUL}


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_turns_one_away_keeps_nobody_else_waiting(mail_server: Controller) -> None:
    now = timezone.now()
    event = make_event(starts_at=now + 20 * HOUR)
    people = [seat(event, queued_at=now - 9 * DAY, changed_at=now - 9 * DAY).user for _ in range(3)]
    mail_server.start()
    mail_server.handler.refused.add(people[1].email)
    remind(now)
    work()
    arrived = mail_server.handler.messages
    assert [header(message, "To") for message in arrived] == [people[0].email, people[2].email]
    mail_server.handler.refused.clear()
    make_ready()
    work()
    assert [header(message, "To") for message in arrived][2:] == [people[1].email]
