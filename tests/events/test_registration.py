"""A seat, a place in the queue, and what the person is told about it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import MailFrequency, Notification, User
from core import pagecache
from events.models import Event, Interest, LogLine, Mode, Registration, Seat, State
from events.services import registration as services
from events.services import sites
from groups.models import Group
from groups.services import Refused
from tests.factories import make_event, make_registration, make_user

from .places import make_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(group: Group) -> Event:
    event = make_event(group=group, capacity=1)
    event.channels.create(kind="vcs", link="https://vc.example.go.th/room-9")
    return event


def register(event: Event, user: User, mode: str = Mode.VC) -> Registration:
    return services.register(event=event, user=user, mode=mode)


def told(user: User) -> list[str]:
    return list(Notification.objects.filter(recipient=user).order_by("pk").values_list("text", flat=True))


def test_a_seat_is_confirmed_at_once_with_the_join_link(event: Event) -> None:
    person = make_user(mail_frequency=MailFrequency.WEEKLY)
    row = register(event, person)
    line = Notification.objects.get()
    assert row.seat == Seat.SEATED
    assert (line.text, line.frequency) == (f"ลงทะเบียนแล้ว: {event.title}", MailFrequency.INSTANT)
    assert "https://vc.example.go.th/room-9" in line.detail


def test_whoever_takes_no_mail_takes_none_about_a_seat_either(event: Event) -> None:
    register(event, make_user(mail_frequency=MailFrequency.NONE))
    assert Notification.objects.get().frequency == MailFrequency.NONE


def test_when_full_the_next_one_waits_and_is_not_told_the_link(event: Event) -> None:
    register(event, make_user())
    late = make_user()
    assert register(event, late).seat == Seat.WAITING
    line = Notification.objects.get(recipient=late)
    assert line.text == f"อยู่ในรายชื่อสำรอง: {event.title}"
    assert "vc.example.go.th" not in line.detail


def test_registering_twice_keeps_the_seat_and_changes_the_way(event: Event, member: User) -> None:
    first, second = register(event, member), register(event, member, Mode.YOUTUBE)
    event.refresh_from_db()
    assert (first.pk, second.mode, event.seated_count) == (second.pk, Mode.YOUTUBE, 1)
    assert len(told(member)) == 1


def test_after_cancelling_one_stands_at_the_end_of_the_queue(event: Event, member: User) -> None:
    register(event, member)
    waiting = make_user()
    register(event, waiting)
    services.cancel(event=event, user=member)
    assert register(event, member).seat == Seat.WAITING
    assert Registration.objects.get(user=waiting).seat == Seat.SEATED
    assert told(waiting)[-1] == f"ท่านได้ที่นั่งแล้ว: {event.title}"


def test_cancelling_twice_or_without_a_seat_is_no_error(event: Event, member: User) -> None:
    assert services.cancel(event=event, user=member) is None
    register(event, member)
    services.cancel(event=event, user=member)
    row = services.cancel(event=event, user=member)
    event.refresh_from_db()
    assert (row and row.seat, event.seated_count) == (Seat.CANCELLED, 0)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"state": State.CANCELLED}, "กิจกรรมนี้ยกเลิก จึงไม่รับลงทะเบียน"),
        ({"state": State.POSTPONED}, "กิจกรรมนี้เลื่อนกำหนด จึงไม่รับลงทะเบียน"),
        ({"state": State.DRAFT}, services.NO_TIME),
        ({"state": State.ENDED}, "กิจกรรมนี้เสร็จสิ้นแล้ว จึงไม่รับลงทะเบียน"),
        ({"starts_at": timezone.now() - timedelta(hours=5)}, "กิจกรรมนี้เสร็จสิ้นแล้ว จึงไม่รับลงทะเบียน"),
        ({"registration_closes_at": timezone.now() - timedelta(minutes=1)}, "ปิดรับลงทะเบียนแล้ว"),
    ],
)
def test_no_seat_where_registration_is_not_open(
    group: Group, member: User, fields: dict[str, object], message: str
) -> None:
    with pytest.raises(Refused) as refusal:
        register(make_event(group=group, **fields), member)
    assert str(refusal.value) == message
    assert not Registration.objects.exists()


def test_a_site_that_closed_while_it_was_chosen(event: Event, facilitator: User, member: User) -> None:
    chosen = make_site(event=event)
    sites.close_site(site=chosen, by=facilitator)
    with pytest.raises(Refused, match="จุดรับชมที่เลือกปิดแล้ว"):
        services.register(event=event, user=member, mode=Mode.SITE, site=chosen)
    elsewhere = make_site(event=make_event())
    with pytest.raises(Refused, match="จุดรับชมที่เลือกปิดแล้ว"):
        services.register(event=event, user=member, mode=Mode.SITE, site=elsewhere)


def test_before_the_window_opens_the_answer_says_when(group: Group, member: User) -> None:
    opens = timezone.now() + timedelta(days=1)
    with pytest.raises(Refused, match=r"เปิดรับลงทะเบียน .* เวลา"):
        register(make_event(group=group, registration_opens_at=opens), member)


def test_nobody_gives_a_seat_back_after_the_end(group: Group, member: User) -> None:
    event = make_event(group=group, starts_at=timezone.now() - timedelta(hours=4))
    make_registration(event=event, user=member)
    with pytest.raises(Refused):
        services.cancel(event=event, user=member)


def test_nobody_is_promoted_in_an_event_that_was_called_off(group: Group, member: User) -> None:
    event = make_event(group=group, capacity=1)
    register(event, member)
    waiting = make_user()
    register(event, waiting)
    Event.objects.update(state=State.CANCELLED)
    services.cancel(event=event, user=member)
    assert Registration.objects.get(user=waiting).seat == Seat.WAITING


def test_interest_gives_way_to_a_seat_and_is_counted(event: Event, member: User) -> None:
    services.set_interest(event=event, user=member, interested=True)
    services.set_interest(event=event, user=member, interested=True)
    event.refresh_from_db()
    assert (event.interest_count, Interest.objects.count()) == (1, 1)
    register(event, member)
    event.refresh_from_db()
    assert (event.interest_count, Interest.objects.count()) == (0, 0)
    services.set_interest(event=event, user=member, interested=True)
    assert Interest.objects.count() == 0


def test_a_team_is_registered_told_and_may_decline_for_good(event: Event, facilitator: User) -> None:
    one, two = make_user(given_name="หนึ่ง"), make_user(given_name="สอง")
    services.register_team(event=event, people=[one, two], mode=Mode.SITE, by=facilitator)
    rows = {row.user_id: row.seat for row in Registration.objects.filter(registered_by=facilitator)}
    assert rows == {one.pk: Seat.SEATED, two.pk: Seat.WAITING}
    assert told(one) == [f"{facilitator.get_full_name()} ลงทะเบียนให้ท่าน: {event.title}"]
    services.cancel(event=event, user=one)
    assert Registration.objects.get(user=one).seat == Seat.DECLINED
    assert services.register_team(event=event, people=[one], mode=Mode.SITE, by=facilitator) == []
    lines = LogLine.objects.order_by("pk").values_list("by", flat=True)
    assert list(lines) == [facilitator.pk, one.pk]
    assert register(event, one).registered_by is None  # of one's own accord one may


def test_a_seat_taken_shows_to_visitors(event: Event, member: User) -> None:
    before = pagecache.read().number
    register(event, member)
    assert pagecache.read().number > before
