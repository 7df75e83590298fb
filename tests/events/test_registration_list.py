"""Who is registered: read, searched, taken out as a table, taken off the list."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone

from accounts.models import MailFrequency, Notification
from events.models import Event, LogLine, Registration, Seat, State
from events.services import registration as services
from groups.models import Group
from groups.services import Refused
from tests.factories import make_agency, make_event, make_registration, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(group: Group) -> Event:
    return make_event(group=group, capacity=1)


@pytest.fixture
def address(event: Event) -> str:
    return f"/events/{event.pk}/registrations/"


def names(response) -> list[str]:
    return [row.user.given_name for row in response.context["page"]]


# --- The list ---------------------------------------------------------------------------------------------
def test_each_standing_has_its_tab_in_its_order(as_, facilitator, event, address) -> None:
    now = timezone.now()
    for name, seat, minutes in (
        ("ก", Seat.SEATED, 5), ("ข", Seat.SEATED, 1), ("ค", Seat.WAITING, 3), ("ง", Seat.WAITING, 2),
        ("จ", Seat.CANCELLED, 4), ("ฉ", Seat.DECLINED, 6),
    ):  # fmt: skip
        moment = now + timedelta(minutes=minutes)
        make_registration(event=event, user=make_user(given_name=name), seat=seat, queued_at=moment, changed_at=moment)
    client = as_(facilitator)
    shown = {seat: names(client.get(f"{address}?seat={seat}")) for seat in ("seated", "waiting", "cancelled")}
    assert shown == {"seated": ["ข", "ก"], "waiting": ["ง", "ค"], "cancelled": ["ฉ", "จ"]}
    assert names(client.get(f"{address}?seat=nonsense")) == names(client.get(address)) == ["ข", "ก"]
    assert [count for _, _, count in client.get(address).context["tabs"]] == [2, 2, None]


def test_search_by_every_word_of_name_and_agency(as_, facilitator, event, address) -> None:
    finance = make_agency(name="กองคลัง")
    make_registration(event=event, user=make_user(given_name="สมหญิง", family_name="ใจดี", agency=finance))
    make_registration(event=event, user=make_user(given_name="สมหญิง", family_name="ใจงาม"))
    client = as_(facilitator)
    assert len(names(client.get(address, {"q": "สมหญิง"}))) == 2
    assert len(names(client.get(address, {"q": "กองคลัง  สมหญิง"}))) == 1
    empty = client.get(address, {"q": "ไม่มีชื่อนี้"})
    assert (names(empty), "ล้างเงื่อนไข" in empty.content.decode()) == ([], True)
    assert len(names(client.get(address, {"q": "ก" * 101}))) == 2


def test_pages_by_key_keep_tab_and_search(as_, facilitator, event, address) -> None:
    rows = [make_registration(event=event, user=make_user(given_name=f"ชื่อ{n}")) for n in range(31)]
    client = as_(facilitator)
    first = client.get(address, {"q": "ชื่อ", "seat": "seated"}).context["page"]
    second = client.get(address + first.next_query).context["page"]
    assert [row.pk for row in [*first, *second]] == [row.pk for row in rows]


def test_who_registered_on_whose_behalf(as_, facilitator, officer, event, address) -> None:
    make_registration(event=event, registered_by=officer)
    assert f"ลงทะเบียนแทนโดย {officer.get_full_name()}" in as_(facilitator).get(address).content.decode()


# --- Taken out --------------------------------------------------------------------------------------------
def test_the_table_has_everybody_and_no_formula_acts(as_, facilitator, officer, event, address) -> None:
    agency = make_agency(name="=HYPERLINK(1)")
    person = make_user(title="", given_name="=1+1", family_name="นามสกุล", position="@SUM(1)", agency=agency)
    make_registration(event=event, user=make_user(given_name="สำรอง"), seat=Seat.WAITING)
    make_registration(event=event, user=person, registered_by=officer)
    response = as_(facilitator).get(f"/events/{event.pk}/registrations.xlsx")
    assert response["Content-Disposition"] == f'attachment; filename="registrations-{event.pk}.xlsx"'
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    header, seated, waiting = sheet.iter_rows()
    assert header[1].value == "ชื่อ นามสกุล"
    assert [cell.value for cell in seated[:4]] == [1, "=1+1 นามสกุล", "@SUM(1)", "=HYPERLINK(1)"]
    assert {cell.data_type for cell in seated[1:4]} == {"s"}
    assert (seated[7].value, seated[9].value) == ("ลงทะเบียนแล้ว", officer.get_full_name())
    assert (waiting[7].value, person.email in str(list(sheet.values))) == ("รายชื่อสำรอง", False)


@pytest.mark.parametrize("people", [1, 30])
def test_queries_do_not_grow_with_people(
    as_, facilitator, officer, event, address, steady, django_assert_num_queries, people
) -> None:
    for _ in range(people):
        make_registration(event=event, user=make_user(agency=make_agency()), registered_by=officer)
    client = as_(facilitator)
    client.get(address)
    for path in (address, f"/events/{event.pk}/registrations.xlsx"):
        with django_assert_num_queries(4):
            assert client.get(path).status_code == 200


# --- Taken off the list -----------------------------------------------------------------------------------
def test_the_seat_goes_to_whoever_waits_longest_and_both_are_told(as_, facilitator, event, address, told) -> None:
    out = make_registration(event=event, user=make_user(given_name="ออก", mail_frequency=MailFrequency.WEEKLY))
    next_one = make_registration(event=event, seat=Seat.WAITING)
    removal = f"{address}{out.pk}/removal/"
    client = as_(facilitator)
    assert client.get(removal).status_code == 200
    response = client.post(removal, {"reason": "ลงทะเบียนผิดกิจกรรม"})
    assert (response["Location"], told(response)) == (address, [f"นำ{out.user}ออกจากรายชื่อแล้ว ระบบแจ้งเหตุผลให้ทราบแล้ว"])
    assert dict(Registration.objects.values_list("pk", "seat")) == {out.pk: Seat.CANCELLED, next_one.pk: Seat.SEATED}
    line = Notification.objects.get(recipient=out.user)
    assert (line.text, line.frequency) == (f"การลงทะเบียนของท่านถูกยกเลิก: {event.title}", MailFrequency.INSTANT)
    assert "เหตุผล: ลงทะเบียนผิดกิจกรรม" in line.detail
    assert Notification.objects.get(recipient=next_one.user).text == f"ท่านได้ที่นั่งแล้ว: {event.title}"
    assert LogLine.objects.get().text == f"นำ{out.user.get_full_name()}ออกจากรายชื่อ: ลงทะเบียนผิดกิจกรรม"
    event.refresh_from_db()
    assert (event.seated_count, event.waiting_count) == (1, 0)


def test_two_clicks_take_off_once(as_, facilitator, event, address, told) -> None:
    row = make_registration(event=event)
    client = as_(facilitator)
    for _ in range(2):
        response = client.post(f"{address}{row.pk}/removal/", {"reason": "ซ้ำ"})
    assert told(response)[-1] == f"{row.user}ไม่ได้อยู่ในรายชื่อแล้ว"
    assert not services.remove(event=event, user=row.user, by=facilitator, reason="ซ้ำ")
    assert (Notification.objects.count(), LogLine.objects.count()) == (1, 1)


def test_whoever_was_taken_off_may_register_again(event, facilitator, member) -> None:
    services.register(event=event, user=member, mode="vc")
    services.remove(event=event, user=member, by=facilitator, reason="ผิดคน")
    assert services.register(event=event, user=member, mode="vc").seat == Seat.SEATED


@pytest.mark.parametrize(
    ("reason", "message"),
    [("", "กรุณากรอกเหตุผลที่นำออกจากรายชื่อ"), ("ก" * 201, "ยาว 201 ตัวอักษร กรุณาตัดให้เหลือ 200")],
)
def test_a_reason_is_needed_and_what_was_typed_stays(as_, facilitator, event, address, reason, message) -> None:
    row = make_registration(event=event)
    response = as_(facilitator).post(f"{address}{row.pk}/removal/", {"reason": reason})
    form = response.context["form"]
    assert (form.errors["reason"], form["reason"].value()) == ([message], reason)
    row.refresh_from_db()
    assert row.seat == Seat.SEATED


def test_when_it_is_over_the_list_stays_as_it_was(as_, facilitator, event, address, told) -> None:
    row = make_registration(event=event)
    Event.objects.update(state=State.ENDED)
    response = as_(facilitator).post(f"{address}{row.pk}/removal/", {"reason": "สาย"})
    assert told(response) == ["กิจกรรมนี้เสร็จสิ้นแล้ว จึงแก้ไขรายชื่อผู้ลงทะเบียนไม่ได้"]
    with pytest.raises(Refused):
        services.remove(event=event, user=row.user, by=facilitator, reason="สาย")


# --- Who --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["registrations/", "registrations.xlsx", "registrations/{}/removal/"])
def test_only_those_who_run_the_event(as_, visitor, outsider, member, facilitator, officer, event, path) -> None:
    row = make_registration(event=event, user=member)
    path = f"/events/{event.pk}/{path.format(row.pk)}"
    assert visitor.get(path)["Location"].startswith("/accounts/login/")
    answers = [as_(who).get(path).status_code for who in (outsider, member, facilitator, officer)]
    assert answers == [404, 404, 200, 200]


def test_a_row_is_taken_off_at_its_own_event_only(as_, facilitator, event) -> None:
    row = make_registration(event=event)
    other = make_event(group=event.group)
    response = as_(facilitator).post(f"/events/{other.pk}/registrations/{row.pk}/removal/", {"reason": "ผิด"})
    row.refresh_from_db()
    assert (response.status_code, row.seat) == (404, Seat.SEATED)
