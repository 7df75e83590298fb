"""The administrators' tool for an event's people: seats, attendance, viewing sites, certificates."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from accounts.models import Level, Notification
from events.models import (
    Attendance,
    Certificate,
    Event,
    LogLine,
    Registration,
    Seat,
    Standing,
    State,
    Status,
    ViewingSite,
)
from tests.events.desk import (
    ATTENDANCES,
    CERTIFICATES,
    REGISTRATIONS,
    SITES,
    act,
    make_site,
    told,
)
from tests.factories import (
    make_agency,
    make_certificate,
    make_event,
    make_registration,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_without_second_factor")]


@pytest.fixture
def event(group) -> Event:
    return make_event(group=group)


# --- Its people ---
def test_registering_somebody_gives_a_seat_and_tells(desk, admin, event, outsider) -> None:
    form = {"event": event.pk, "user": outsider.pk, "mode": "vc", "site": ""}
    desk.post(f"{REGISTRATIONS}add/", form)
    row = Registration.objects.get()
    event.refresh_from_db()
    assert (row.user, row.seat, row.registered_by, event.seated_count) == (outsider, Seat.SEATED, admin, 1)
    assert Notification.objects.get(recipient=outsider).text == f"{admin.get_full_name()} ลงทะเบียนให้ท่าน: {event.title}"
    desk.post(f"{REGISTRATIONS}add/", form)
    assert Registration.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "error"),
    [({"state": State.CANCELLED}, "event"), ({"state": State.DRAFT}, "event")],
)
def test_no_seat_where_none_is_given_out(desk, group, outsider, fields, error) -> None:
    event = make_event(group=group, **fields)
    response = desk.post(f"{REGISTRATIONS}add/", {"event": event.pk, "user": outsider.pk, "mode": "vc", "site": ""})
    assert (list(response.context["adminform"].form.errors), Registration.objects.count()) == ([error], 0)


def test_a_closed_account_and_a_foreign_site_are_refused(desk, event) -> None:
    site = make_site(make_event())
    form = {"event": event.pk, "user": make_user(is_active=False).pk, "mode": "site", "site": site.pk}
    response = desk.post(f"{REGISTRATIONS}add/", form)
    assert sorted(response.context["adminform"].form.errors) == ["site", "user"]


def test_taking_somebody_off_the_list_promotes_the_next(desk, group) -> None:
    event = make_event(group=group, capacity=1)
    first = make_registration(event=event)
    second = make_registration(event=event, seat=Seat.WAITING)
    done = act(desk, REGISTRATIONS, "remove", first, answered="1", reason="ซ้ำ")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.seat, second.seat, told(done)) == (Seat.CANCELLED, Seat.SEATED, ["นำออกจากรายชื่อแล้ว 1 รายการ"])
    assert desk.post(f"{REGISTRATIONS}{first.pk}/change/", {"mode": "vc"}).status_code == 403


@pytest.fixture
def over(group) -> Event:
    return make_event(group=group, state=State.ENDED, starts_at=timezone.now() - timedelta(days=1))


def reached(event: Event) -> int:
    return sum(event.reach.values_list("people", flat=True))


def test_attendance_by_hand(desk, admin, over, outsider) -> None:
    form = {"event": over.pk, "user": outsider.pk, "status": "excused", "reason": ""}
    refused = desk.post(f"{ATTENDANCES}add/", form)
    assert dict(refused.context["adminform"].form.errors) == {"reason": ["กรุณากรอกเหตุผลที่ลา"]}
    desk.post(f"{ATTENDANCES}add/", form | {"status": "present"})
    row = Attendance.objects.get()
    assert (row.user, row.status, row.recorded_by) == (outsider, Status.PRESENT, admin)
    desk.post(f"{ATTENDANCES}{row.pk}/change/", {"status": "excused", "reason": "ลาป่วย"})
    row.refresh_from_db()
    assert (row.status, row.reason, reached(over)) == (Status.EXCUSED, "ลาป่วย", 0)
    assert told(act(desk, ATTENDANCES, "mark_present", row))[-1] == "บันทึกการเข้าร่วมแล้ว 1 รายการ"
    assert reached(over) == 1
    assert list(act(desk, ATTENDANCES, "mark_excused", row, answered="1").context["form"].errors) == ["reason"]
    act(desk, ATTENDANCES, "mark_excused", row, answered="1", reason="ลากิจ")
    act(desk, ATTENDANCES, "mark_absent", row)
    row.refresh_from_db()
    assert (row.status, [line.text for line in LogLine.objects.order_by("pk")][-2:]) == (
        Status.ABSENT, [f"บันทึก{row.name}: ลา (ลากิจ)", f"บันทึก{row.name}: ไม่ได้เข้าร่วม"],
    )  # fmt: skip


def test_a_person_is_needed(desk, over) -> None:
    response = desk.post(f"{ATTENDANCES}add/", {"event": over.pk, "user": "", "status": "present", "reason": ""})
    assert list(response.context["adminform"].form.errors) == ["user"]


def test_viewing_sites(desk, event, outsider) -> None:
    agency = make_agency(name="สำนักงานจังหวัดน่าน", level=Level.PROVINCE)
    form = {"event": event.pk, "agency": agency.pk, "place": "ห้องประชุม", "officer": outsider.pk, "expected": "20"}
    desk.post(f"{SITES}add/", form)
    site = ViewingSite.objects.get()
    assert (site.level, Notification.objects.get().recipient) == (Level.PROVINCE, outsider)
    desk.post(f"{SITES}{site.pk}/change/", {"place": "ศาลากลาง", "officer": outsider.pk, "expected": "30"})
    site.refresh_from_db()
    assert (site.place, site.expected) == ("ศาลากลาง", 30)
    assert told(act(desk, SITES, "close", site))[-1] == "ปิดจุดรับชมแล้ว 1 รายการ"
    assert told(act(desk, SITES, "reopen", site))[-1] == "เปิดจุดรับชมแล้ว 1 รายการ"
    Event.objects.update(state=State.CANCELLED)
    refused = desk.post(f"{SITES}add/", form | {"place": "อื่น"})
    assert list(refused.context["adminform"].form.errors) == ["event"]


# --- Certificates ---
def test_certificates_are_reissued_and_revoked_with_a_reason(desk, admin, over) -> None:
    row = make_certificate(event=over)
    assert desk.post(f"{CERTIFICATES}{row.pk}/change/", {"name": "อื่น"}).status_code == 403
    done = act(desk, CERTIFICATES, "reissue", row, answered="1", reason="แก้ชื่อ")
    new = Certificate.objects.get(standing=Standing.VALID)
    assert (new.replaces, told(done)) == (row, ["ออกฉบับใหม่แทนแล้ว 1 รายการ"])
    done = act(desk, CERTIFICATES, "revoke", row, new, answered="1", reason="ผิดคน")
    new.refresh_from_db()
    assert (new.standing, new.ended_by, told(done)) == (
        Standing.REVOKED, admin, [f"{row.serial}: เกียรติบัตรฉบับนี้ออกฉบับใหม่แทนแล้ว", "เพิกถอนแล้ว 1 รายการ"],
    )  # fmt: skip


def test_who_may_only_look_has_no_actions(as_, over) -> None:
    clerk = make_user(is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_certificate"))
    row = make_certificate(event=over)
    act(as_(clerk), CERTIFICATES, "revoke", row, answered="1", reason="ก")
    row.refresh_from_db()
    assert row.standing == Standing.VALID
