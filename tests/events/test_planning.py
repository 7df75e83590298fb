"""Planning and changing an event: numbers, announcing, who is told of what, seats, two editors at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Notification
from core import pagecache, thai
from core.thai import BANGKOK
from events import audiences
from events.details import ChannelDetails, Details, SpeakerDetails, hours_of, when
from events.models import Event, Interest, Mailing, Seat, State
from events.services import planning
from groups.models import Group, Stage
from groups.services import Refused
from tests.events.plans import LINK, at, body, details, edited, log_of, planned_event, told
from tests.factories import make_event, make_group, make_registration, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_event(group: Group) -> Event:
    return planned_event(group)


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
        ({"speakers": (SpeakerDetails("นางสาวปัญจพร ญาณกุล"),)}, 0),
        ({"target": 300}, 0),
        ({"signatory_name": "นายอรุณ"}, 0),
        ({"visibility": "internal"}, 1),
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
