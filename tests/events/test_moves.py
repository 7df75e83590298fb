"""An event on its way: postponed, cancelled, live, ended, closed, opened again, held again, deleted."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from core import thai
from events.details import ChannelDetails, Details, SpeakerDetails, when
from events.models import Attendance, CoHost, Document, Event, Seat, Source, State
from events.services import planning
from groups.models import Group, Stage
from groups.services import Refused
from tests.events.plans import LINK, at, body, details, log_of, planned_event, told
from tests.factories import make_event, make_group, make_registration, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_event(group: Group) -> Event:
    return planned_event(group)


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
    reminded = make_registration(event=open_event)
    reminded.reminders.create(kind="day", starts_at=open_event.starts_at)
    event = planning.postpone(
        event=open_event, by=facilitator, reason="ห้องไม่ว่าง", starts_at=at(9, 9), ends_at=at(9, 15)
    )
    reminded.refresh_from_db()
    assert (event.state, event.starts_at, event.ends_at, event.hours) == (State.OPEN, at(9, 9), at(9, 15), Decimal(6))
    assert (reminded.seat, reminded.reminders.filter(starts_at=event.starts_at).exists()) == (Seat.SEATED, False)
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
