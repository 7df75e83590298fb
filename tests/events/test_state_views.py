"""The page that leads an event through its states, and the button for the next time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import Event, State
from groups.models import Group
from tests.events.plans import at, moment, planned_event
from tests.factories import make_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(group: Group) -> Event:
    return planned_event(group)


# --- States -----------------------------------------------------------------------------------------------
def state_of(event: Event) -> str:
    return Event.objects.get(pk=event.pk).state


@pytest.mark.parametrize(
    ("state", "days", "offered"),
    [
        (State.DRAFT, 7, ["announce", "delete"]),
        (State.OPEN, 7, ["postpone", "cancel"]),
        (State.POSTPONED, 7, ["postpone", "cancel"]),
        (State.CANCELLED, 7, ["reopen"]),
        (State.CANCELLED, -7, []),
        (State.ENDED, -7, ["complete", "postpone", "cancel"]),
        (State.COMPLETE, -7, ["reopen"]),
    ],
)
def test_only_possible_moves_are_offered(as_, facilitator, group, state, days, offered) -> None:
    event = make_event(group=group, state=state, starts_at=at(days))
    page = as_(facilitator).get(f"/events/{event.pk}/state/")
    assert [form.move for form in page.context["forms"]] == offered


def test_postponing_with_a_new_date(as_, facilitator, event, told) -> None:
    data = {"move": "postpone", "postpone-reason": "วิทยากรติดราชการ", **moment("postpone-starts_at", at(14, 9, 0))}
    response = as_(facilitator).post(f"/events/{event.pk}/state/", data)
    event.refresh_from_db()
    assert (response["Location"], told(response)) == (
        f"/events/{event.pk}/manage/", ["สถานะของกิจกรรมเป็น “เปิดรับลงทะเบียน” แล้ว"],
    )  # fmt: skip
    assert (event.state, event.starts_at, event.ends_at) == (State.OPEN, at(14, 9, 0), at(14, 11, 30))


def test_postponing_first_and_naming_the_date_later(as_, facilitator, event) -> None:
    client, address = as_(facilitator), f"/events/{event.pk}/state/"
    client.post(address, {"move": "postpone", "postpone-reason": "น้ำท่วม"})
    assert (state_of(event), client.get(address).context["forms"][0].words.title) == (State.POSTPONED, "กำหนดวันใหม่")
    missing = client.post(address, {"move": "postpone"})
    assert dict(missing.context["forms"][0].errors) == {"starts_at": ["กรุณาระบุวันและเวลาเริ่มใหม่"]}
    client.post(
        address, {"move": "postpone", "postpone-ends_time": "12.00", **moment("postpone-starts_at", at(9, 9, 0))}
    )
    event.refresh_from_db()
    assert (event.state, event.starts_at, event.ends_at) == (State.OPEN, at(9, 9, 0), at(9, 12, 0))


@pytest.mark.parametrize(
    ("bad", "name", "error"),
    [
        ({"postpone-reason": ""}, "reason", "กรุณากรอกเหตุผล ผู้ลงทะเบียนจะได้ทราบ"),
        ({"postpone-reason": "ก" * 301}, "reason", "ยาว 301 ตัวอักษร กรุณาตัดให้เหลือ 300"),
        (moment("postpone-starts_at", at(-2)), "starts_at", "เวลานี้ผ่านไปแล้ว กรุณาระบุวันและเวลาในอนาคต"),
        (moment("postpone-starts_at", at(9000)), "starts_at", "กรุณาตรวจสอบปี พ.ศ."),
        ({"postpone-ends_time": "12.00"}, "starts_at", "กรุณาระบุวันและเวลาเริ่มใหม่ด้วย"),
        (
            moment("postpone-starts_at", at(9)) | {"postpone-ends_time": "13.00"}, "ends_time",
            "ต้องอยู่หลังเวลาเริ่ม 13.30 น.",
        ),
    ],
)  # fmt: skip
def test_a_bad_postponement_is_said_beside_its_field(as_, facilitator, event, bad, name, error) -> None:
    data = {"move": "postpone", "postpone-reason": "น้ำท่วม"} | bad
    response = as_(facilitator).post(f"/events/{event.pk}/state/", data)
    form = response.context["forms"][0]
    assert (dict(form.errors), state_of(event), response.context["forms"][1].is_bound) == (
        {name: [error]}, State.OPEN, False,
    )  # fmt: skip


def test_cancelling_with_a_reason(as_, facilitator, event) -> None:
    client, address = as_(facilitator), f"/events/{event.pk}/state/"
    assert state_of(event) == State.OPEN
    assert client.post(address, {"move": "cancel"}).context["forms"][1].errors
    client.post(address, {"move": "cancel", "cancel-reason": "งดจัด"})
    event.refresh_from_db()
    assert (event.state, event.state_reason) == (State.CANCELLED, "งดจัด")


def test_the_second_of_two_facilitators_is_told(as_, facilitator, officer, group, told) -> None:
    event = make_event(group=group, starts_at=timezone.now() + timedelta(hours=1))
    for person, words in ((facilitator, "สถานะของกิจกรรมเป็น “กำลังถ่ายทอดสด” แล้ว"), (officer, "อยู่แล้ว")):
        response = as_(person).post(f"/events/{event.pk}/state/", {"move": "go_live"})
        assert (words in told(response)[0], state_of(event)) == (True, State.LIVE)


@pytest.mark.parametrize("move", ["", "announce", "complete", "delete", "explode", "\x00"])
def test_a_move_that_is_not_offered_does_nothing(as_, facilitator, event, move) -> None:
    response = as_(facilitator).post(f"/events/{event.pk}/state/", {"move": move, "delete-confirmed": "on"})
    assert (response.status_code, state_of(event), event.log_lines.count()) == (302, State.OPEN, 0)


def test_an_event_is_completed_when_its_steps_are_done(as_, facilitator, group, told) -> None:
    event = make_event(group=group, state=State.ENDED, starts_at=at(-5), gives_certificates=False)
    client, address = as_(facilitator), f"/events/{event.pk}/state/"
    early = client.post(address, {"move": "complete"})
    assert (state_of(event), told(early)[0].startswith("ยังปิดงานไม่ได้")) == (State.ENDED, True)
    done = {"attendance_closed_at": timezone.now(), "video_absence": "ไม่ได้บันทึกภาพ"}
    Event.objects.filter(pk=event.pk).update(**done)
    client.post(address, {"move": "complete"})
    assert state_of(event) == State.COMPLETE
    client.post(address, {"move": "reopen"})
    assert state_of(event) == State.ENDED


def test_a_draft_is_deleted_after_a_tick(as_, facilitator, group, told) -> None:
    draft = make_event(group=group, state=State.DRAFT)
    client, address = as_(facilitator), f"/events/{draft.pk}/state/"
    unsure = client.post(address, {"move": "delete"})
    assert dict(unsure.context["forms"][1].errors) == {"confirmed": ["กรุณาทำเครื่องหมายเพื่อยืนยันการลบ"]}
    response = client.post(address, {"move": "delete", "delete-confirmed": "on"})
    assert (response["Location"], told(response), Event.objects.count()) == (
        "/groups/finance/", [f"ลบร่าง “{draft.title}” แล้ว"], 0,
    )  # fmt: skip


# --- The next time ----------------------------------------------------------------------------------------
def test_the_next_time_is_one_press_away(as_, facilitator, officer, event, told) -> None:
    response = as_(facilitator).post(f"/events/{event.pk}/copy/")
    draft = Event.objects.latest("pk")
    assert response["Location"] == f"/events/{draft.pk}/edit/"
    assert told(response) == [f"สร้างร่างครั้งที่ {draft.serial} แล้ว กรุณาตรวจวันเวลา และใส่ลิงก์ใหม่"]
    again = as_(officer).post(f"/events/{event.pk}/copy/")
    assert (again["Location"], told(again), Event.objects.count()) == (
        f"/events/{draft.pk}/edit/", [f"จัดครั้งถัดไปไว้แล้ว คือครั้งที่ {draft.serial}"], 2,
    )  # fmt: skip
    assert as_(facilitator).get(f"/events/{event.pk}/copy/").status_code == 405
