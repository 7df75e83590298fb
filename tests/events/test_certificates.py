"""Who gets a certificate, under which number, and what becomes of it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Notification, User
from accounts.services import CLOSED_NAME
from events import tasks
from events.models import (
    Attendance,
    CalendarFeed,
    Certificate,
    CertificateSeries,
    Event,
    Interest,
    LogLine,
    Registration,
    Seat,
    Standing,
    State,
    Status,
)
from events.services import certificates as services
from events.services.forgetting import REASON, forget
from events.services.registration import register_team, set_interest
from groups.services import Refused
from pages.account import close
from tests.at_once import at_once
from tests.factories import make_attendance, make_certificate, make_event, make_group, make_registration, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def over(group) -> Event:
    """Ended two hours ago."""
    return ended(group)


def ended(group, **fields: Any) -> Event:
    starts_at = timezone.now() - timedelta(hours=4)
    return make_event(group=group, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), **fields)


def numbers() -> list[int]:
    return list(Certificate.objects.order_by("pk").values_list("number", flat=True))


def told(user: User) -> list[str]:
    return list(Notification.objects.filter(recipient=user).order_by("pk").values_list("text", flat=True))


def log(event: Event) -> list[str]:
    return list(LogLine.objects.filter(event=event).order_by("pk").values_list("text", flat=True))


# --- Issuing ---
def test_what_a_certificate_says_is_fixed_when_it_is_issued(over, member) -> None:
    over.signatory_name, over.signatory_position, over.state = "นายอรุณ ศิลาขาว", "ที่ปรึกษากลุ่ม", State.ENDED
    over.save()
    make_attendance(event=over, user=member, mode="room")
    assert services.issue_due() == 1
    row = Certificate.objects.get()
    assert (row.name, row.group_name, row.topic, row.hours, row.mode_text, row.signatory_name) == (
        "นางสาวมะลิวัลย์ ทิพย์อักษร", "1 การเงิน การคลัง และพัสดุ", over.title, over.hours, "ณ ห้องประชุม", "นายอรุณ ศิลาขาว",
    )  # fmt: skip
    assert (row.fiscal_year, row.number, row.given_on) == (over.fiscal_year, 1, timezone.localdate(over.ends_at))
    Event.objects.update(title="ชื่อใหม่")
    assert (Certificate.objects.get().topic, len(row.code)) == ("ตรวจสอบพัสดุประจำปี", 12)


def test_everybody_who_was_there_gets_one_and_hears_of_it_once(over, member, outsider) -> None:
    for person in (member, outsider):
        make_attendance(event=over, user=person)
    assert [services.issue_due(), services.issue_due()] == [2, 0]
    assert (numbers(), log(over)) == ([1, 2], ["ออกเกียรติบัตร 2 ฉบับ"])
    assert [told(person) for person in (member, outsider)] == [[f"ท่านได้รับเกียรติบัตร: {over.title}"]] * 2
    line = Notification.objects.get(recipient=member)
    assert line.url == Certificate.objects.get(user=member).get_absolute_url()


def test_who_gets_none(over, member) -> None:
    make_attendance(event=over, user=member, status=Status.ABSENT)
    make_attendance(event=over, status=Status.EXCUSED)
    make_attendance(event=over, full_name="นายไม่มี บัญชี")
    make_attendance(event=over, user=make_user(is_active=False))
    make_registration(event=over)
    assert (services.issue_due(), Certificate.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "fields",
    [
        {"gives_certificates": False},
        {"state": State.CANCELLED},
        {"state": State.POSTPONED},
        {"state": State.DRAFT},
    ],
)
def test_events_that_give_none(group, member, fields) -> None:
    make_attendance(event=ended(group, **fields), user=member)
    assert services.issue_due() == 0


def test_not_before_the_end_and_also_by_hand_not(group, member) -> None:
    event = make_event(group=group, starts_at=timezone.now() - timedelta(minutes=5))
    make_attendance(event=event, user=member)
    assert services.issue_due() == 0
    with pytest.raises(Refused, match="เมื่อกิจกรรมเสร็จสิ้นแล้ว"):
        services.issue(event=event, user=member)
    assert services.issue_due(event.ends_at) == 1


def test_evaluation_first_where_the_event_asks_for_it(group, member, outsider) -> None:
    event = ended(group, needs_evaluation=True)
    for person in (member, outsider):
        make_attendance(event=event, user=person)
    assert services.issue_due() == 0
    services.mark_evaluated(event=event, user=member)
    assert (services.issue_due(), Certificate.objects.get().user) == (1, member)
    with pytest.raises(Refused, match="ยังไม่ตอบแบบประเมิน"):
        services.issue(event=event, user=outsider)


def test_late_attendance_of_an_old_event_is_left_to_the_facilitator(group, member) -> None:
    long_ago = timezone.now() - timedelta(days=500)
    event = make_event(group=group, starts_at=long_ago, ends_at=long_ago + timedelta(hours=1))
    make_attendance(event=event, user=member)
    assert (services.issue_due(), services.issue_all(event=event)) == (0, 1)


def test_issuing_to_one_person_twice_answers_the_same(over, member) -> None:
    make_attendance(event=over, user=member)
    assert services.issue(event=over, user=member) == services.issue(event=over, user=member)
    assert log(over) == [f"ออกเกียรติบัตร {Certificate.objects.get().serial} ให้นางสาวมะลิวัลย์ ทิพย์อักษร"]


def test_more_than_a_batch(over) -> None:
    for _ in range(services.BATCH + 2):
        make_attendance(event=over)
    assert (services.issue_due(), numbers()) == (52, list(range(1, 53)))


def test_one_event_that_fails_does_not_stop_the_others(group, member, monkeypatch) -> None:
    first, second = ended(group), ended(group)
    for event in (first, second):
        make_attendance(event=event, user=member)
    real = services.written

    def fails_for_the_first(event: Event, *args: Any, **kwargs: Any) -> Certificate:
        if event.pk == first.pk:
            raise RuntimeError
        return real(event, *args, **kwargs)

    monkeypatch.setattr(services, "written", fails_for_the_first)
    assert services.issue_due() == 1
    monkeypatch.undo()
    assert (services.issue_due(), numbers()) == (1, [1, 2])  # the number that failed was not lost


def test_the_clock_issues(over, member) -> None:
    make_attendance(event=over, user=member)
    tasks.follow_clock.call()
    over.refresh_from_db()
    assert (over.state, numbers()) == (State.ENDED, [1])


# --- Numbers ---
def test_each_fiscal_year_has_its_own_numbers(group, member) -> None:
    for year in (2569, 2570, 2570):
        make_attendance(event=ended(group, fiscal_year=year), user=member)
    services.issue_due()
    assert list(Certificate.objects.order_by("pk").values_list("fiscal_year", "number")) == [
        (2569, 1),
        (2570, 1),
        (2570, 2),
    ]
    assert [row.serial for row in Certificate.objects.order_by("pk")] == ["KM ๐๐๑/๒๕๖๙", "KM ๐๐๑/๒๕๗๐", "KM ๐๐๒/๒๕๗๐"]


def test_a_transaction_that_fails_gives_its_numbers_back(over) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012
        services.numbers(2570, 5)
        raise RuntimeError
    assert list(services.numbers(2570, 2)) == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_events_that_issue_at_once_share_the_numbers_without_gap_or_double() -> None:
    events = [ended(make_group(), fiscal_year=2570) for _ in range(4)]
    for event in events:
        for _ in range(5):
            make_attendance(event=event)
    answers = at_once(*(lambda event=event: services.issue_all(event=event) for event in events))
    assert (answers, sorted(numbers())) == ([5] * 4, list(range(1, 21)))
    assert CertificateSeries.objects.get().last_number == 20


@pytest.mark.django_db(transaction=True)
def test_the_clock_and_a_facilitator_issue_the_same_at_once() -> None:
    event = ended(make_group())
    people = [make_attendance(event=event).user for _ in range(3)]
    at_once(
        services.issue_due,
        lambda: services.issue_all(event=event),
        *(lambda person=person: services.issue(event=event, user=person) for person in people),
    )
    assert (sorted(numbers()), Notification.objects.count()) == ([1, 2, 3], 3)


@pytest.mark.django_db(transaction=True)
def test_reissued_and_revoked_at_once_happens_in_some_order() -> None:
    by, row = make_user(), make_certificate(event=ended(make_group()))
    answers = at_once(
        lambda: services.reissue(certificate=row, by=by, reason="แก้ชื่อ"),
        lambda: services.revoke(certificate=row, by=by, reason="ไม่ได้เข้าร่วม"),
    )
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    standings = list(Certificate.objects.order_by("pk").values_list("standing", flat=True))
    assert (len(refused), standings) in [(1, ["replaced", "valid"]), (0, ["revoked", "valid"])]


# --- Corrections ---
def test_a_corrected_name_is_a_new_certificate(over, member, facilitator) -> None:
    make_attendance(event=over, user=member)
    old = services.issue(event=over, user=member)
    User.objects.filter(pk=member.pk).update(family_name="ทิพย์อักษรศรี")
    new = services.reissue(certificate=old, by=facilitator, reason="เปลี่ยนนามสกุล")
    old.refresh_from_db()
    assert (old.standing, old.reason, old.ended_by, old.name) == (
        Standing.REPLACED, "เปลี่ยนนามสกุล", facilitator, "นางสาวมะลิวัลย์ ทิพย์อักษร",
    )  # fmt: skip
    assert (new.standing, new.number, new.replaces, new.name) == (Standing.VALID, 2, old, "นางสาวมะลิวัลย์ ทิพย์อักษรศรี")
    assert new.code != old.code
    assert log(over)[-1] == f"ออกเกียรติบัตร {new.serial} แทน {old.serial} ของนางสาวมะลิวัลย์ ทิพย์อักษร: เปลี่ยนนามสกุล"
    assert told(member)[1:] == [f"เกียรติบัตรฉบับใหม่ของท่าน: {over.title}"]
    with pytest.raises(Refused, match="ออกฉบับใหม่แทนฉบับนี้ไปแล้ว"):
        services.reissue(certificate=old, by=facilitator, reason="อีกครั้ง")
    assert services.issue_due() == 0


def test_a_revoked_one_does_not_come_back_by_itself(over, member, facilitator) -> None:
    make_attendance(event=over, user=member)
    row = services.issue(event=over, user=member)
    services.revoke(certificate=row, by=facilitator, reason="บันทึกผิดคน")
    row.refresh_from_db()
    assert (row.standing, row.reason, row.ended_by) == (Standing.REVOKED, "บันทึกผิดคน", facilitator)
    assert (log(over)[-1], told(member)[-1]) == (
        f"เพิกถอนเกียรติบัตร {row.serial} ของ{row.name}: บันทึกผิดคน",
        f"เกียรติบัตรของท่านถูกเพิกถอน: {over.title}",
    )
    assert services.issue_due() == 0
    for act in (services.revoke, services.issue):
        with pytest.raises(Refused, match="เพิกถอนแล้ว"):
            act(**({"event": over, "user": member} if act is services.issue else
                   {"certificate": row, "by": facilitator, "reason": "ซ้ำ"}))  # fmt: skip


def test_revoked_by_mistake_is_put_right_with_a_new_one(over, member, facilitator) -> None:
    make_attendance(event=over, user=member)
    row = services.issue(event=over, user=member)
    services.revoke(certificate=row, by=facilitator, reason="ผิด")
    new = services.reissue(certificate=row, by=facilitator, reason="เพิกถอนโดยเข้าใจผิด")
    row.refresh_from_db()
    assert (row.standing, new.standing, new.replaces) == (Standing.REVOKED, Standing.VALID, row)


def test_nothing_is_reissued_to_who_was_not_there(over, member, facilitator) -> None:
    attendance = make_attendance(event=over, user=member)
    row = services.issue(event=over, user=member)
    Attendance.objects.filter(pk=attendance.pk).update(status=Status.ABSENT)
    with pytest.raises(Refused, match="ไม่มีสิทธิ์"):
        services.reissue(certificate=row, by=facilitator, reason="แก้ชื่อ")
    row.refresh_from_db()
    assert (row.standing, numbers()) == (Standing.VALID, [1])


# --- A closed account ---
def test_closing_an_account_forgets_the_person_in_events(over, group, member, facilitator, outsider) -> None:
    name = member.get_full_name()
    make_attendance(event=over, user=member)
    held = services.issue(event=over, user=member)
    old = make_certificate(event=ended(group), user=member, standing=Standing.REPLACED, reason="แก้ชื่อ")
    coming = make_event(group=group, capacity=1)
    register_team(event=coming, people=[member], mode="vc", by=facilitator)
    waiting = make_registration(event=coming, user=outsider, seat=Seat.WAITING)
    other = make_event(group=group)
    set_interest(event=other, user=member, interested=True)
    CalendarFeed.objects.create(user=member)
    make_registration(event=over, user=member)
    close(member)
    for row in (held, old, waiting, other):
        row.refresh_from_db()
    assert (held.name, held.standing, held.reason, old.name, old.standing) == (
        CLOSED_NAME, Standing.REVOKED, REASON, CLOSED_NAME, Standing.REPLACED,
    )  # fmt: skip
    assert (waiting.seat, Registration.objects.get(event=coming, user=member).seat) == (Seat.SEATED, Seat.DECLINED)
    assert (Registration.objects.get(event=over).seat, Attendance.objects.get(event=over).name) == (
        Seat.SEATED, CLOSED_NAME,
    )  # fmt: skip
    assert (Interest.objects.count(), other.interest_count, CalendarFeed.objects.count()) == (0, 0, 0)
    assert (Attendance.objects.filter(event=over).values_list("name_key", flat=True)[0], services.issue_due()) == (
        "",
        0,
    )
    assert [line for line in LogLine.objects.values_list("text", flat=True) if name in line] == []


@pytest.mark.django_db(transaction=True)
def test_no_certificate_is_issued_under_the_name_while_the_account_closes() -> None:
    events = [ended(make_group()) for _ in range(3)]
    person = make_user()
    for event in events:
        make_attendance(event=event, user=person)
    at_once(services.issue_due, lambda: close(person))
    assert set(Certificate.objects.values_list("name", "standing")) <= {(CLOSED_NAME, Standing.REVOKED)}


def test_forgetting_somebody_without_events(member) -> None:
    forget(user=member)
    assert Certificate.objects.count() == 0


def test_the_day_is_the_thai_one(group, member) -> None:
    ends_at = datetime(2026, 11, 1, 18, 0, tzinfo=UTC)  # 01.00 in Bangkok
    event = make_event(group=group, starts_at=ends_at - timedelta(hours=1), ends_at=ends_at)
    make_attendance(event=event, user=member)
    services.issue_due(ends_at + timedelta(minutes=1))
    assert Certificate.objects.get().given_on == date(2026, 11, 2)
