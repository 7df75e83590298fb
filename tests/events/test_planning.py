"""An event's life: planned, announced, changed, postponed, cancelled, held, closed, and held again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Notification, User
from core import pagecache, thai
from core.thai import BANGKOK
from events import audiences
from events.details import ChannelDetails, Details, SpeakerDetails, hours_of, when
from events.models import Attendance, CoHost, Document, Event, Interest, Mailing, Seat, Source, State
from events.services import planning
from groups.models import Group, Stage
from groups.services import Refused
from tests.factories import make_event, make_group, make_registration, make_user

pytestmark = pytest.mark.django_db
LINK = "https://vcs.example.go.th/room-7?pwd=secret"


def at(days: float, hour: int = 13, minute: int = 30) -> datetime:
    """A time of day some days from now."""
    day = thai.now_local() + timedelta(days=days)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


def details(**columns: Any) -> Details:
    starts_at = columns.pop("starts_at", at(7))
    parts = {name: columns.pop(name) for name in ("cohosts", "channels", "speakers") if name in columns}
    plain = {
        "title": "ตรวจรับพัสดุให้ถูกต้อง", "lead": "", "agenda": "", "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=2), "registration_opens_at": None, "registration_closes_at": None,
        "capacity": None, "target": None, "for_central": True, "for_province": True, "for_district": True,
        "visibility": "public", "gives_certificates": True, "needs_evaluation": False, "hours": Decimal("2.0"),
        "signatory_name": "", "signatory_position": "",
    }  # fmt: skip
    return Details(columns=plain | columns, **({"channels": (ChannelDetails("vcs", "", LINK),)} | parts))


def edited(event: Event, **columns: Any) -> Details:
    """As stored, but for what is named."""
    stored = Details.of(Event.objects.get(pk=event.pk))
    parts = {name: columns.pop(name) for name in ("cohosts", "channels", "speakers") if name in columns}
    return replace(stored, columns={**stored.columns, **columns}, **parts)


def log_of(event: Event) -> list[str]:
    return list(event.log_lines.order_by("pk").values_list("text", flat=True))


def told() -> list[tuple[str, str]]:
    """To whom messages are on their way, and what about."""
    return list(Mailing.objects.order_by("pk").values_list("audience", "subject"))


def body() -> str:
    return Mailing.objects.latest("pk").body


@pytest.fixture
def open_event(group: Group) -> Event:
    event = make_event(group=group, starts_at=at(7), ends_at=at(7, 16, 0), hours=Decimal("2.5"))
    event.channels.create(kind="vcs", note="จังหวัดเข้าจากห้องประชุม", link=LINK)
    return event


# --- Numbers ----------------------------------------------------------------------------------------------
def test_a_draft_gets_the_next_number_of_its_group_and_fiscal_year(group, facilitator) -> None:
    other = make_group()
    make_event(group=other)
    first, _ = planning.plan(group=group, details=details(), by=facilitator)
    second, _ = planning.plan(group=group, details=details(), by=facilitator)
    assert [(event.number, event.fiscal_year, event.state, event.created_by) for event in (first, second)] == [
        (1, thai.fiscal_year(at(7)), State.DRAFT, facilitator),
        (2, thai.fiscal_year(at(7)), State.DRAFT, facilitator),
    ]
    assert log_of(first) == ["สร้างร่างกิจกรรม"]


def test_numbers_begin_anew_on_the_first_of_october(group, facilitator) -> None:
    last_day, first_day = (datetime(2027, *day, 13, 0, tzinfo=BANGKOK) for day in ((9, 30), (10, 1)))
    events = [
        planning.plan(group=group, details=details(starts_at=day), by=facilitator)[0] for day in (last_day, first_day)
    ]
    assert [event.serial for event in events] == ["1/2570", "1/2571"]


def test_the_number_follows_the_start_into_another_fiscal_year(group, facilitator) -> None:
    make_event(group=group, starts_at=datetime(2027, 11, 2, 9, 0, tzinfo=BANGKOK))
    event, _ = planning.plan(
        group=group, details=details(starts_at=datetime(2027, 9, 30, 13, 0, tzinfo=BANGKOK)), by=facilitator
    )
    later = datetime(2027, 10, 1, 0, 0, tzinfo=BANGKOK)
    saved = planning.change(
        event=event, details=edited(event, starts_at=later, ends_at=later + timedelta(hours=2)), by=facilitator
    )
    assert (event.serial, saved.event.serial) == ("1/2570", "2/2571")
    assert Event.objects.get(pk=event.pk).serial == "2/2571"


def test_everything_that_was_typed_is_stored(group, facilitator) -> None:
    cohosts = tuple(make_group() for _ in range(2))
    typed = details(
        cohosts=cohosts,
        channels=(ChannelDetails("room", "ชั้น 2"), ChannelDetails("vcs", "", LINK)),
        speakers=(SpeakerDetails("นางสาวปัญจพร ญาณกุล", "กรมบัญชีกลาง"), SpeakerDetails("นายกู้เกียรติ ฐานะดี")),
        capacity=120,
        agenda="<p>ลงทะเบียน</p>",
    )
    event, _ = planning.plan(group=group, details=typed, by=facilitator)
    assert Details.of(Event.objects.get(pk=event.pk)) == typed


def test_a_form_that_is_sent_twice_is_stored_once(group, facilitator, officer) -> None:
    uid = "0b8e0a5e-8f0e-4b0e-9a55-0c6f2b7c0001"
    typed = details()
    first = planning.plan(group=group, details=typed, by=facilitator, uid=uid)
    second = planning.plan(group=group, details=typed, by=facilitator, uid=uid)
    assert (first[1], second[1], first[0].pk == second[0].pk, Event.objects.count()) == (True, False, True, 1)
    for by, other in ((officer, typed), (facilitator, details(title="อีกเรื่อง"))):
        with pytest.raises(Refused, match="บันทึกเป็นกิจกรรมไปแล้ว"):
            planning.plan(group=group, details=other, by=by, uid=uid)


def test_a_group_that_has_ended_plans_nothing(facilitator) -> None:
    with pytest.raises(Refused, match="กลุ่มนี้สิ้นสุดแล้ว"):
        planning.plan(group=make_group(stage=Stage.CLOSED), details=details(), by=facilitator)


# --- Announcing -------------------------------------------------------------------------------------------
def test_announcing_opens_a_draft_once(group, facilitator, officer) -> None:
    draft, _ = planning.plan(group=group, details=details(), by=facilitator)
    before = pagecache.read().number
    event = planning.announce(event=draft, by=facilitator)
    with pytest.raises(Refused, match="อยู่ในสถานะ “เปิดรับลงทะเบียน” อยู่แล้ว"):
        planning.announce(event=draft, by=officer)
    group.refresh_from_db()
    assert (event.state, log_of(event), pagecache.read().number > before, group.last_activity_at is not None) == (
        State.OPEN, ["สร้างร่างกิจกรรม", "เปิดรับลงทะเบียน"], True, True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "group_stage", "refusal"),
    [
        ({"starts_at": at(-1)}, Stage.ACTIVE, "เวลาเริ่มผ่านไปแล้ว"),
        ({"channels": ()}, Stage.ACTIVE, "ยังไม่มีช่องทางเข้าร่วม"),
        ({}, Stage.DRAFT, "กลุ่มนี้ยังไม่เปิด"),
    ],
)
def test_what_is_not_ready_is_not_announced(facilitator, typed, group_stage, refusal) -> None:
    draft, _ = planning.plan(group=make_group(stage=group_stage), details=details(**typed), by=facilitator)
    with pytest.raises(Refused, match=refusal):
        planning.announce(event=draft, by=facilitator)
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


# --- Changing ---------------------------------------------------------------------------------------------
def test_registrants_are_told_of_a_new_time_old_and_new(open_event, facilitator) -> None:
    make_registration(event=open_event)
    starts_at, ends_at = at(8, 9), at(8, 12)
    saved = planning.change(
        event=open_event, details=edited(open_event, starts_at=starts_at, ends_at=ends_at), by=facilitator
    )
    assert told() == [("following", f"เปลี่ยนแปลงกิจกรรม: {open_event.title}")]
    assert body() == (
        f"กิจกรรม “{open_event.title}” ครั้งที่ {open_event.serial} มีการเปลี่ยนแปลงดังนี้\n\n"
        f"วันและเวลา\nเดิม: {when(open_event.starts_at, open_event.ends_at)}\nใหม่: {when(starts_at, ends_at)}\n\n"
        "การลงทะเบียนของท่านยังอยู่ หากไม่สะดวก กรุณายกเลิกการลงทะเบียนที่หน้ากิจกรรม"
    )
    assert ([change.name for change in saved.told], saved.event.sequence) == (["time"], 1)
    assert log_of(open_event) == ["แก้ไข: วันและเวลา"]


def test_the_worker_brings_it_to_whoever_is_registered_waits_or_is_interested(open_event, facilitator) -> None:
    seated, waiting, gone = (
        make_registration(event=open_event, seat=seat).user for seat in (Seat.SEATED, Seat.WAITING, Seat.CANCELLED)
    )
    interested = Interest.objects.create(event=open_event, user=make_user()).user
    planning.change(event=open_event, details=edited(open_event, title="เรื่องใหม่"), by=facilitator)
    audiences.deliver(Mailing.objects.get())
    assert set(Notification.objects.values_list("recipient", flat=True)) == {seated.pk, waiting.pk, interested.pk}
    assert not Notification.objects.filter(recipient=gone).exists()


@pytest.mark.parametrize(
    "channels",
    [
        (ChannelDetails("vcs", "จังหวัดเข้าจากห้องประชุม", "https://vcs.example.go.th/new-room"),),
        (ChannelDetails("vcs", "เปลี่ยนห้อง", "https://vcs.example.go.th/new-room"), ChannelDetails("room", "ชั้น 2")),
        (ChannelDetails("youtube", "", "https://www.youtube.com/live/abcdefghijk"),),
        (),
    ],
)
def test_no_join_link_goes_into_a_message(open_event, facilitator, channels) -> None:
    planning.change(event=open_event, details=edited(open_event, channels=channels), by=facilitator)
    message = Mailing.objects.get()
    assert (message.audience, "http" in message.body, "secret" in message.body) == ("held", False, False)


def test_a_new_link_is_told_without_the_link_and_a_lost_channel_by_name(open_event, facilitator) -> None:
    new_link = (ChannelDetails("vcs", "จังหวัดเข้าจากห้องประชุม", "https://vcs.example.go.th/new"),)
    planning.change(event=open_event, details=edited(open_event, channels=new_link), by=facilitator)
    assert body().split("\n\n")[1] == ("ช่องทาง ระบบวีดิทัศน์ทางไกล (VCS)\nลิงก์เข้าร่วมเปลี่ยน ผู้ที่ได้ที่นั่งดูลิงก์ใหม่ได้ที่หน้ากิจกรรม")
    planning.change(event=open_event, details=edited(open_event, channels=()), by=facilitator)
    assert body().split("\n\n")[1:] == [
        "ช่องทาง ระบบวีดิทัศน์ทางไกล (VCS)\nเดิม: จังหวัดเข้าจากห้องประชุม\nใหม่: ไม่มี",
        "หากท่านลงทะเบียนไว้ทางช่องทางที่ยกเลิก กรุณาเลือกช่องทางใหม่ที่หน้ากิจกรรม",
    ]


@pytest.mark.parametrize(
    ("columns", "sequence"),
    [
        ({"lead": "ตัวอย่างจากห้าจังหวัด"}, 1),
        ({"agenda": "<p>09.00 น. เปิด</p>"}, 1),
        ({"speakers": (SpeakerDetails("นางสาวปัญจพร ญาณกุล"),)}, 1),
        ({"target": 300}, 0),
        ({"signatory_name": "นายอรุณ"}, 0),
        ({"visibility": "internal"}, 0),
        ({}, 0),
    ],
)
def test_what_does_not_concern_registrants_is_told_to_nobody(open_event, facilitator, columns, sequence) -> None:
    saved = planning.change(event=open_event, details=edited(open_event, **columns), by=facilitator)
    open_event.refresh_from_db()
    assert (told(), saved.told, open_event.sequence, bool(saved.changed)) == ([], [], sequence, bool(columns))


def test_a_draft_and_the_past_change_silently(group, open_event, facilitator) -> None:
    draft, _ = planning.plan(group=group, details=details(), by=facilitator)
    ended = make_event(group=group, starts_at=at(-5), state=State.ENDED)
    by_the_clock = make_event(group=group, starts_at=at(-4), state=State.OPEN)
    for event in (draft, ended, by_the_clock):
        saved = planning.change(event=event, details=edited(event, title="เรื่องที่แก้แล้ว"), by=facilitator)
        assert (saved.event.title, saved.told) == ("เรื่องที่แก้แล้ว", [])
    assert (told(), Event.objects.get(pk=draft.pk).sequence) == ([], 0)


def test_registrants_of_a_live_event_hear_of_a_new_link(group, facilitator) -> None:
    event = make_event(group=group, starts_at=timezone.now() - timedelta(minutes=5), state=State.OPEN)
    planning.change(event=event, details=edited(event, channels=(ChannelDetails("vcs", "", LINK),)), by=facilitator)
    assert told() == [("held", f"เปลี่ยนแปลงกิจกรรม: {event.title}")]


@pytest.mark.parametrize("state", [State.COMPLETE, State.CANCELLED])
def test_what_is_closed_is_not_edited(group, facilitator, state) -> None:
    event = make_event(group=group, state=state)
    with pytest.raises(Refused, match="จึงแก้ไขไม่ได้"):
        planning.change(event=event, details=edited(event, title="ใหม่"), by=facilitator)


def test_the_time_of_a_postponed_event_is_set_by_a_new_date_only(group, facilitator) -> None:
    event = make_event(group=group, state=State.POSTPONED)
    later = event.ends_at + timedelta(hours=1)
    with pytest.raises(Refused, match="กรุณากำหนดวันใหม่ที่หน้าสถานะ"):
        planning.change(event=event, details=edited(event, ends_at=later), by=facilitator)
    planning.change(event=event, details=edited(event, title="ใหม่"), by=facilitator)
    event.refresh_from_db()
    assert (event.title, event.state) == ("ใหม่", State.POSTPONED)


def test_counters_move_on_while_a_form_is_open(open_event, facilitator) -> None:
    typed = edited(open_event, title="ใหม่")
    make_registration(event=open_event)
    planning.change(event=open_event, details=typed, by=facilitator)
    open_event.refresh_from_db()
    assert (open_event.title, open_event.seated_count) == ("ใหม่", 1)


# --- Seats ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("capacity", "promoted"), [(2, 1), (3, 2), (None, 3)])
def test_more_seats_go_to_the_queue_in_order(open_event, facilitator, capacity, promoted) -> None:
    Event.objects.filter(pk=open_event.pk).update(capacity=1)
    make_registration(event=open_event)
    queue = [make_registration(event=open_event, seat=Seat.WAITING) for _ in range(3)]
    saved = planning.change(event=open_event, details=edited(open_event, capacity=capacity), by=facilitator)
    seats = [row.seat for row in open_event.registrations.order_by("pk")][1:]
    open_event.refresh_from_db()
    assert (saved.promoted, seats) == (promoted, [Seat.SEATED] * promoted + [Seat.WAITING] * (3 - promoted))
    assert (open_event.seated_count, open_event.waiting_count) == (1 + promoted, 3 - promoted)
    assert set(Notification.objects.values_list("recipient", flat=True)) == {row.user_id for row in queue[:promoted]}


def test_nobody_loses_a_seat_that_was_given(open_event, facilitator) -> None:
    for _ in range(3):
        make_registration(event=open_event)
    with pytest.raises(Refused, match="มีผู้ลงทะเบียนแล้ว 3 คน กรุณาระบุไม่น้อยกว่านั้น"):
        planning.change(event=open_event, details=edited(open_event, capacity=2), by=facilitator)
    planning.change(event=open_event, details=edited(open_event, capacity=3), by=facilitator)


# --- Two at once ------------------------------------------------------------------------------------------
def test_who_saves_second_is_told_what_the_first_changed(open_event, facilitator, officer) -> None:
    seen = Details.of(open_event).marks()
    planning.change(event=open_event, details=edited(open_event, title="ของคนแรก"), by=officer, seen=seen)
    mine = replace(Details.of(open_event), columns={**Details.of(open_event).columns, "lead": "ของคนที่สอง"})
    with pytest.raises(planning.Overtaken) as overtaken:
        planning.change(event=open_event, details=mine, by=facilitator, seen=seen)
    assert (overtaken.value.names, overtaken.value.stored.columns["title"]) == ({"title"}, "ของคนแรก")
    planning.change(event=open_event, details=mine, by=facilitator, seen=overtaken.value.stored.marks())
    open_event.refresh_from_db()
    assert open_event.lead == "ของคนที่สอง"


def test_saving_the_same_twice_is_saving_once(open_event, facilitator) -> None:
    seen, typed = Details.of(open_event).marks(), edited(open_event, title="ใหม่")
    for _ in range(2):
        planning.change(event=open_event, details=typed, by=facilitator, seen=seen)
    assert (len(told()), log_of(open_event)) == (1, ["แก้ไข: เรื่อง"])


# --- Postponing -------------------------------------------------------------------------------------------
def test_postponed_without_a_date_everybody_keeps_the_seat(open_event, facilitator) -> None:
    row = make_registration(event=open_event)
    event = planning.postpone(event=open_event, by=facilitator, reason="วิทยากรติดราชการด่วน")
    row.refresh_from_db()
    assert (event.state, event.state_reason, event.sequence, event.starts_at, row.seat) == (
        State.POSTPONED, "วิทยากรติดราชการด่วน", 1, open_event.starts_at, Seat.SEATED,
    )  # fmt: skip
    assert told() == [("following", f"เลื่อนกำหนด: {event.title}")]
    assert body() == (
        f"กิจกรรม “{event.title}” ครั้งที่ {event.serial} ซึ่งกำหนดไว้{when(event.starts_at, event.ends_at)}"
        " เลื่อนกำหนดออกไป ระบบจะแจ้งเมื่อมีกำหนดใหม่\n\nเหตุผล: วิทยากรติดราชการด่วน\n\nการลงทะเบียนของท่านยังอยู่"
    )
    assert log_of(event) == ["เลื่อนกำหนด (วิทยากรติดราชการด่วน)"]


def test_a_new_date_opens_it_again(open_event, facilitator) -> None:
    planning.postpone(event=open_event, by=facilitator, reason="น้ำท่วม")
    event = planning.postpone(event=open_event, by=facilitator, starts_at=at(20, 9))
    assert (event.state, event.state_reason, event.starts_at, event.duration, event.sequence) == (
        State.OPEN, "", at(20, 9), timedelta(hours=2, minutes=30), 2,
    )  # fmt: skip
    assert told()[-1] == ("following", f"กำหนดใหม่: {event.title}")
    assert (
        f"เดิม: {when(open_event.starts_at, open_event.ends_at)}\nใหม่: {when(event.starts_at, event.ends_at)}" in body()
    )


def test_postponed_at_once_to_a_new_date(open_event, facilitator) -> None:
    reminded = make_registration(event=open_event, day_reminder=open_event.starts_at)
    event = planning.postpone(
        event=open_event, by=facilitator, reason="ห้องไม่ว่าง", starts_at=at(9, 9), ends_at=at(9, 15)
    )
    reminded.refresh_from_db()
    assert (event.state, event.starts_at, event.ends_at, event.hours) == (State.OPEN, at(9, 9), at(9, 15), Decimal(6))
    assert (reminded.seat, reminded.day_reminder != event.starts_at) == (Seat.SEATED, True)  # it is reminded anew
    assert (len(told()), "เหตุผล: ห้องไม่ว่าง" in body()) == (1, True)


def test_the_registration_window_moves_along(open_event, facilitator) -> None:
    open_event.registration_opens_at, open_event.registration_closes_at = at(2), at(6)
    open_event.save()
    event = planning.postpone(event=open_event, by=facilitator, reason="ก", starts_at=at(17))
    assert (event.registration_opens_at, event.registration_closes_at) == (at(12), at(16))


def test_a_window_that_would_have_closed_stays_open_until_the_end(open_event, facilitator) -> None:
    open_event.registration_opens_at, open_event.registration_closes_at = at(-10), at(1)
    open_event.save()
    event = planning.postpone(event=open_event, by=facilitator, reason="ก", starts_at=at(2))
    assert (event.registration_opens_at, event.registration_closes_at) == (at(-10), None)


def test_hours_that_were_typed_stay_when_the_date_moves(open_event, facilitator) -> None:
    Event.objects.filter(pk=open_event.pk).update(hours=Decimal(6))
    event = planning.postpone(event=open_event, by=facilitator, reason="ก", starts_at=at(9, 9), ends_at=at(9, 10))
    assert event.hours == Decimal(6)


def test_a_date_in_another_fiscal_year_brings_another_number(group, facilitator) -> None:
    event = make_event(group=group, number=5, starts_at=timezone.now() + timedelta(days=3))
    later = event.starts_at + timedelta(days=366)
    moved = planning.postpone(event=event, by=facilitator, reason="ก", starts_at=later)
    assert moved.serial == f"1/{event.fiscal_year + 1}"


def test_a_seat_given_up_meanwhile_goes_to_the_queue_when_it_is_open_again(open_event, facilitator) -> None:
    Event.objects.filter(pk=open_event.pk).update(capacity=1, state=State.POSTPONED)
    waiting = make_registration(event=open_event, seat=Seat.WAITING)
    planning.postpone(event=open_event, by=facilitator, starts_at=at(20))
    waiting.refresh_from_db()
    assert waiting.seat == Seat.SEATED


@pytest.mark.parametrize(
    ("chosen", "refusal"),
    [
        ({"reason": ""}, "กรุณากรอกเหตุผล"),
        ({"reason": "ก", "starts_at": at(-1)}, "เวลาเริ่มผ่านไปแล้ว"),
        ({"reason": "ก", "starts_at": at(9), "ends_at": at(9)}, "เวลาสิ้นสุดต้องอยู่หลังเวลาเริ่ม"),
        ({"reason": "ก", "starts_at": at(7)}, "วันใหม่ตรงกับกำหนดเดิม"),
    ],
)
def test_postponing_needs_a_reason_and_a_date_to_come(open_event, facilitator, chosen, refusal) -> None:
    with pytest.raises(Refused, match=refusal):
        planning.postpone(event=open_event, by=facilitator, **chosen)
    assert (told(), log_of(open_event)) == ([], [])


def test_postponing_twice_tells_once(open_event, facilitator, officer) -> None:
    planning.postpone(event=open_event, by=facilitator, reason="ก")
    with pytest.raises(Refused, match="เลื่อนกำหนดอยู่แล้ว"):
        planning.postpone(event=open_event, by=officer, reason="ข")
    assert len(told()) == 1


# --- Cancelling and coming back -----------------------------------------------------------------------------
def test_cancelling_is_told_once_with_the_reason(open_event, facilitator, officer) -> None:
    make_registration(event=open_event)
    event = planning.cancel(event=open_event, by=facilitator, reason="งดจัดตามข้อสั่งการ")
    with pytest.raises(Refused, match="อยู่ในสถานะ “ยกเลิก” อยู่แล้ว"):
        planning.cancel(event=open_event, by=officer, reason="ซ้ำ")
    assert (event.state, event.state_reason, event.sequence, log_of(event)) == (
        State.CANCELLED, "งดจัดตามข้อสั่งการ", 1, ["ยกเลิกกิจกรรม (งดจัดตามข้อสั่งการ)"],
    )  # fmt: skip
    assert told() == [("following", f"ยกเลิกกิจกรรม: {event.title}")]
    assert body().endswith("ยกเลิกแล้ว\n\nเหตุผล: งดจัดตามข้อสั่งการ")


def test_cancelling_needs_a_reason(open_event, facilitator) -> None:
    with pytest.raises(Refused, match="กรุณากรอกเหตุผล"):
        planning.cancel(event=open_event, by=facilitator, reason="")


def test_a_cancellation_can_be_taken_back_before_the_start(open_event, facilitator) -> None:
    row = make_registration(event=open_event)
    planning.cancel(event=open_event, by=facilitator, reason="ก")
    event = planning.reopen(event=open_event, by=facilitator)
    row.refresh_from_db()
    assert (event.state, event.state_reason, event.sequence, row.seat) == (State.OPEN, "", 2, Seat.SEATED)
    assert told()[-1] == ("following", f"จัดตามกำหนดเดิม: {event.title}")


def test_a_cancelled_event_of_the_past_stays_cancelled(group, facilitator) -> None:
    event = make_event(group=group, starts_at=at(-2), state=State.CANCELLED)
    with pytest.raises(Refused, match="จึงเปลี่ยนกลับไม่ได้"):
        planning.reopen(event=event, by=facilitator)


def attended(event: Event) -> None:
    user = make_user()
    Attendance.objects.create(
        event=event, user=user, person_key=f"u{user.pk}", name_key="", level="central", mode="vc", source=Source.QR
    )


def test_what_was_not_held_is_called_off_afterwards_but_not_what_was(group, facilitator) -> None:
    not_held, held = (make_event(group=group, starts_at=at(-1), state=State.OPEN) for _ in range(2))
    attended(held)
    assert planning.cancel(event=not_held, by=facilitator, reason="ไฟดับ").state == State.CANCELLED
    for act in (planning.cancel, planning.postpone):
        with pytest.raises(Refused, match="จัดแล้วและมีผู้เข้าร่วม"):
            act(event=held, by=facilitator, reason="ก")


# --- Live, ended, complete --------------------------------------------------------------------------------
def test_live_and_ended_by_hand(group, facilitator) -> None:
    event = make_event(group=group, starts_at=timezone.now() + timedelta(hours=1))
    live = planning.go_live(event=event, by=facilitator)
    ended = planning.end(event=event, by=facilitator)
    assert (live.state, ended.state, log_of(event)) == (State.LIVE, State.ENDED, ["เริ่มถ่ายทอดสด", "จบกิจกรรม"])
    assert told() == [("held", f"เริ่มถ่ายทอดสดแล้ว: {event.title}")]


def test_too_early_to_go_live(open_event, facilitator) -> None:
    with pytest.raises(Refused, match="ยังเร็วเกินไป"):
        planning.go_live(event=open_event, by=facilitator)


def test_a_step_taken_too_early_is_taken_back(group, facilitator) -> None:
    event = make_event(group=group, starts_at=timezone.now() + timedelta(hours=1))
    planning.go_live(event=event, by=facilitator)
    assert planning.reopen(event=event, by=facilitator).state == State.OPEN
    assert told()[-1] == ("held", f"ยังไม่เริ่ม: {event.title}")
    planning.go_live(event=event, by=facilitator)
    planning.end(event=event, by=facilitator)
    assert planning.reopen(event=event, by=facilitator).state == State.LIVE


@pytest.mark.parametrize("state", [State.OPEN, State.LIVE, State.ENDED])
def test_what_is_over_by_the_clock_is_completed_and_opened_again(group, facilitator, state) -> None:
    event = make_event(group=group, starts_at=at(-2), state=state)
    assert planning.complete(event=event, by=facilitator).state == State.COMPLETE
    with pytest.raises(Refused, match="อยู่ในสถานะ “ปิดงานแล้ว” อยู่แล้ว"):
        planning.complete(event=event, by=facilitator)
    assert planning.reopen(event=event, by=facilitator).state == State.ENDED
    assert (told(), log_of(event)) == ([], ["ปิดงาน", "เปิดงานอีกครั้ง จาก “ปิดงานแล้ว” เป็น “เสร็จสิ้น”"])


ACTS: dict[str, Callable[[Event, User], Any]] = {
    "announce": lambda event, by: planning.announce(event=event, by=by),
    "go_live": lambda event, by: planning.go_live(event=event, by=by),
    "end": lambda event, by: planning.end(event=event, by=by),
    "complete": lambda event, by: planning.complete(event=event, by=by),
    "postpone": lambda event, by: planning.postpone(event=event, by=by, reason="ก"),
    "cancel": lambda event, by: planning.cancel(event=event, by=by, reason="ก"),
    "reopen": lambda event, by: planning.reopen(event=event, by=by),
    "delete": lambda event, by: planning.delete_draft(event=event, by=by),
}


@pytest.mark.parametrize(
    ("state", "possible"),
    [
        (State.DRAFT, {"announce", "delete"}),
        (State.OPEN, {"postpone", "cancel"}),
        (State.LIVE, {"end", "postpone", "cancel", "reopen"}),
        (State.ENDED, {"complete", "postpone", "cancel", "reopen"}),
        (State.COMPLETE, {"reopen"}),
        (State.POSTPONED, {"cancel"}),
        (State.CANCELLED, {"reopen"}),
    ],
)
@pytest.mark.parametrize("act", ACTS)
def test_every_illegal_move_is_refused_and_changes_nothing(open_event, facilitator, state, possible, act) -> None:
    Event.objects.filter(pk=open_event.pk).update(state=state)
    if act in possible:
        ACTS[act](open_event, facilitator)
        return
    with pytest.raises(Refused):
        ACTS[act](open_event, facilitator)
    open_event.refresh_from_db()
    assert (open_event.state, open_event.sequence, log_of(open_event), told()) == (state, 0, [], [])


# --- The next time ----------------------------------------------------------------------------------------
def test_the_next_time_is_a_draft_on_the_same_weekday_and_time(group, facilitator) -> None:
    cohost, ended = make_group(), make_group(stage=Stage.CLOSED)
    source = make_event(
        group=group, starts_at=at(-20, 9), state=State.COMPLETE, capacity=80, visibility="internal", video_id="x" * 11,
        for_district=False, signatory_name="นายอรุณ", signatory_position="ปลัดกระทรวงมหาดไทย", agenda="<p>ก</p>",
        registration_opens_at=at(-30), registration_closes_at=at(-21), sequence=4, state_reason="",
    )  # fmt: skip
    source.channels.create(kind="vcs", note="จังหวัดเข้าจากห้องประชุม", link=LINK)
    source.speakers.create(name="นางสาวปัญจพร ญาณกุล", position="กรมบัญชีกลาง")
    for one in (cohost, ended):
        CoHost.objects.create(event=source, group=one)
    make_registration(event=source)
    draft, is_new = planning.copy(event=source, by=facilitator)
    copied = Details.of(Event.objects.get(pk=draft.pk))
    source.refresh_from_db()
    window = {"registration_opens_at": None, "registration_closes_at": None}
    moved = {"starts_at": at(1, 9), "ends_at": at(1, 9) + source.duration}
    assert (is_new, draft.state, draft.serial) == (True, State.DRAFT, f"2/{thai.fiscal_year(at(1))}")
    assert copied == Details(
        columns={**Details.of(source).columns, **window, **moved},
        cohosts=(cohost,),
        channels=(ChannelDetails("vcs", "จังหวัดเข้าจากห้องประชุม", ""),),
        speakers=(SpeakerDetails("นางสาวปัญจพร ญาณกุล", "กรมบัญชีกลาง"),),
    )
    assert (draft.uid != source.uid, draft.sign_in_secret != source.sign_in_secret) == (True, True)
    assert (draft.seated_count, draft.sequence, draft.video_id, draft.created_by) == (0, 0, "", facilitator)
    assert log_of(draft) == ["สร้างร่างกิจกรรม", f"คัดลอกจากครั้งที่ {source.serial}"]


@pytest.mark.parametrize(("days", "weeks"), [(3, 1), (-0.1, 1), (-6.9, 1), (-7.1, 2), (-70.1, 11)])
def test_the_next_time_lies_in_the_future(group, facilitator, days, weeks) -> None:
    source = make_event(group=group, starts_at=timezone.now() + timedelta(days=days))
    draft, _ = planning.copy(event=source, by=facilitator)
    assert (draft.starts_at - source.starts_at, draft.starts_at > timezone.now()) == (timedelta(weeks=weeks), True)


def test_pressing_twice_makes_one_draft(open_event, facilitator, officer) -> None:
    first, _ = planning.copy(event=open_event, by=facilitator)
    second, is_new = planning.copy(event=open_event, by=officer)
    assert (second.pk, is_new, Event.objects.count()) == (first.pk, False, 2)
    planning.delete_draft(event=first, by=officer)
    assert planning.copy(event=open_event, by=officer)[1]


def test_nothing_follows_in_a_group_that_has_ended(facilitator) -> None:
    event = make_event(group=make_group(stage=Stage.FULFILLED))
    with pytest.raises(Refused, match="กลุ่มนี้สิ้นสุดแล้ว"):
        planning.copy(event=event, by=facilitator)


# --- Deleting ---------------------------------------------------------------------------------------------
def test_a_draft_goes_with_its_files(group, facilitator, django_capture_on_commit_callbacks) -> None:
    draft, _ = planning.plan(group=group, details=details(), by=facilitator)
    document = Document.objects.create(
        event=draft, title="สไลด์", file=ContentFile(b"%PDF", "a.pdf"), original_name="a.pdf", kind="pdf", size=4
    )
    with django_capture_on_commit_callbacks(execute=True):
        planning.delete_draft(event=draft, by=facilitator)
    assert (Event.objects.count(), document.file.storage.exists(document.file.name)) == (0, False)


def test_what_is_gone_is_said_to_be_gone(group, facilitator) -> None:
    draft, _ = planning.plan(group=group, details=details(), by=facilitator)
    planning.delete_draft(event=draft, by=facilitator)
    draft = Event(pk=10_000)
    for act in ACTS.values():
        with pytest.raises(Refused, match="กิจกรรมนี้ถูกลบไปแล้ว"):
            act(draft, facilitator)


# --- Hours and dates in words -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ((2026, 11, 23, 9, 0), (2026, 11, 23, 12, 0), "3.0"),
        ((2026, 11, 23, 9, 0), (2026, 11, 23, 11, 14), "2.0"),
        ((2026, 11, 23, 9, 0), (2026, 11, 23, 11, 15), "2.5"),
        ((2026, 11, 23, 9, 0), (2026, 11, 23, 9, 5), "0.5"),
        ((2026, 11, 23, 9, 0), (2026, 11, 25, 16, 0), "21.0"),
        ((2026, 11, 23, 22, 0), (2026, 11, 24, 2, 0), "4.0"),
        ((2026, 11, 1, 0, 0), (2026, 11, 30, 23, 59), "200.0"),
    ],
)
def test_hours_follow_from_the_time(start, end, hours) -> None:
    moments = (datetime(*start, tzinfo=BANGKOK).astimezone(UTC), datetime(*end, tzinfo=BANGKOK).astimezone(UTC))
    assert hours_of(*moments) == Decimal(hours)


def test_a_span_in_words() -> None:
    start = datetime(2026, 11, 23, 9, 0, tzinfo=BANGKOK)
    assert when(start, start + timedelta(hours=3)) == "วันจันทร์ที่ 23 พฤศจิกายน พ.ศ. 2569 เวลา 09.00–12.00 น."
    assert when(start, start + timedelta(days=1, hours=3)) == (
        "วันจันทร์ที่ 23 พฤศจิกายน พ.ศ. 2569 เวลา 09.00 น. ถึงวันอังคารที่ 24 พฤศจิกายน พ.ศ. 2569 เวลา 12.00 น."
    )
