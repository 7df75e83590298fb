"""Who took part: each person once, whichever ways lead to the row; noted by hand, listed, taken out as a table."""

import io

import openpyxl
import pytest
from django.utils import timezone

from accounts.models import Level
from events.models import Attendance, Event, LogLine, Mode, RosterEntry, Seat, Source, State, Status
from events.rosters.matching import Named
from events.rosters.names import name_key
from events.services import attendance, site_reports
from events.services.reach import recount
from groups.services import Refused
from tests.at_once import at_once
from tests.events.places import at, make_district, make_province, make_running_event, make_site, reached
from tests.factories import make_agency, make_attendance, make_event, make_group, make_registration, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(group) -> Event:
    return make_running_event(group=group)


@pytest.fixture
def address(event: Event) -> str:
    return f"/events/{event.pk}/attendance/"


def signed(event: Event, user, **fields) -> Attendance:
    return attendance.sign_in(event=event, user=user, **{"source": Source.QR, "mode": Mode.VC, **fields})


def logged(event: Event) -> list[str]:
    return list(LogLine.objects.filter(event=event).order_by("pk").values_list("text", flat=True))


# --- Names ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("นายสมชาย  ใจดี", "สมชาย ใจดี"),
        ("นาย สมชาย ใจดี", "สมชาย ใจดี"),
        ("\u200bสมชาย ใจดี ", "สมชาย ใจดี"),
        ("นางสาวแก้ว นำ\u0e49ใส", "แก้ว น้ำใส"),
        ("น.ส.แก้ว น้ำใส", "แก้ว น้ำใส"),
        ("ว่าที่ ร.ต. สมชาย ใจดี", "สมชาย ใจดี"),
        ("ว่าที่ร้อยตรีหญิงแก้ว น้ำใส", "แก้ว น้ำใส"),
        ("พ.ต.อ.หญิง แก้ว น้ำใส", "แก้ว น้ำใส"),
        ("ผศ.ดร. สมชาย ใจดี", "สมชาย ใจดี"),
        ("ม.ล.ปิ่น ณ อยุธยา", "ปิ่น ณ อยุธยา"),
        ("Dr. John SMITH", "john smith"),
        # What only looks like a title is part of the name.
        ("นายิกา ใจดี", "นายิกา ใจดี"),
        ("ดรุณี ใจดี", "ดรุณี ใจดี"),
        ("นางสาวหญิง ใจดี", "หญิง ใจดี"),
        ("นาย", "นาย"),
    ],
)
def test_one_key_for_the_ways_to_write_a_name(written, key) -> None:
    assert name_key(written) == key


# --- Signing in -------------------------------------------------------------------------------------------
def test_signing_in_twice_is_once(event, member) -> None:
    first = signed(event, member)
    second = signed(event, member, mode=Mode.ROOM, source=Source.CODE)
    row = Attendance.objects.get()
    assert (first, second, row.mode, row.source, row.person_key) == (row, row, Mode.VC, Source.QR, f"u{member.pk}")
    assert reached(event) == {(Level.CENTRAL, Mode.VC): 1}


def test_the_registration_says_how_and_the_agency_at_that_time_where_from(event) -> None:
    district = make_district("แม่ริม", make_province())
    site = make_site(event=event, agency=district)
    person = make_user(agency=district)
    make_registration(event=event, user=person, mode=Mode.SITE, site=site)
    row = signed(event, person, mode=Mode.YOUTUBE)
    person.agency = make_agency()
    person.save()
    row.refresh_from_db()
    assert (row.mode, row.site, row.level, row.agency) == (Mode.SITE, site, Level.DISTRICT, district)


def test_a_sites_code_says_where_the_person_is(event) -> None:
    site = make_site(event=event)
    person = make_user(agency=make_agency())
    make_registration(event=event, user=person, mode=Mode.VC)
    row = signed(event, person, site=site)
    assert (row.mode, row.site, row.level) == (Mode.SITE, site, Level.CENTRAL)


def test_a_cancelled_registration_does_not_say_how(event, member) -> None:
    make_registration(event=event, user=member, mode=Mode.ROOM, seat=Seat.CANCELLED)
    assert signed(event, member, mode=Mode.YOUTUBE).mode == Mode.YOUTUBE


@pytest.mark.parametrize("status", [Status.ABSENT, Status.EXCUSED])
def test_who_was_noted_as_away_and_signs_in_is_present(event, member, facilitator, status) -> None:
    attendance.mark(event=event, user=member, status=status, reason="ลาป่วย", by=facilitator)
    assert reached(event) == {}
    row = signed(event, member)
    assert (row.status, row.reason, row.source, row.recorded_by, reached(event)) == (
        Status.PRESENT, "", Source.QR, None, {(Level.CENTRAL, Mode.VC): 1},
    )  # fmt: skip


def test_who_is_named_on_a_roster_and_signs_in_is_one_person(event) -> None:
    site = make_site(event=event)
    site_reports.enter_roster(site=site, people=[Named("นายต้นน้ำ แก้วมณีใส")], by=site.officer)
    person = make_user(title="นาย", given_name="ต้นน้ำ", family_name="แก้วมณีใส", agency=make_agency())
    signed(event, person)
    row = Attendance.objects.get()
    assert (row.user, row.full_name, row.person_key, row.mode, row.source) == (
        person, "", f"u{person.pk}", Mode.SITE, Source.QR,
    )  # fmt: skip
    assert reached(event) == {(Level.CENTRAL, Mode.SITE): 1}


@pytest.mark.parametrize(
    ("change", "minutes", "problem"),
    [
        ({}, -31, "บันทึกผู้เข้าร่วมได้ตั้งแต่ "),
        ({}, -30, ""),
        ({"state": State.LIVE}, -60, ""),
        ({"state": State.DRAFT}, 10, "กิจกรรมนี้ร่าง จึงบันทึกผู้เข้าร่วมไม่ได้"),
        ({"state": State.CANCELLED}, 10, "กิจกรรมนี้ยกเลิก จึงบันทึกผู้เข้าร่วมไม่ได้"),
        ({"state": State.POSTPONED}, 10, "กิจกรรมนี้เลื่อนกำหนด จึงบันทึกผู้เข้าร่วมไม่ได้"),
        ({"attendance_closed_at": timezone.now()}, 10, "ผู้ดำเนินกลุ่มปิดการรายงานผู้เข้าร่วมแล้ว"),
    ],
)
def test_when_it_is_refused(event, member, facilitator, change, minutes, problem) -> None:
    Event.objects.filter(pk=event.pk).update(**change)
    now, site = at(event, minutes), make_site(event=event)
    acts = [
        lambda: signed(event, member, now=now),
        lambda: attendance.mark(event=event, user=member, status=Status.ABSENT, by=facilitator, now=now),
        lambda: attendance.mark_all(event=event, users=[member], by=facilitator, now=now),
        lambda: site_reports.report_head_count(site=site, count=3, by=site.officer, now=now),
        lambda: site_reports.enter_roster(site=site, people=[Named("นาย ก ข")], by=site.officer, now=now),
    ]
    for act in acts:
        if problem:
            with pytest.raises(Refused, match=problem):
                act()
        else:
            act()
    assert Attendance.objects.exists() is not bool(problem)


@pytest.mark.django_db(transaction=True)
def test_one_person_signs_in_at_once_in_four_ways(group) -> None:
    event, person = make_running_event(group=group), make_user()
    site = make_site(event=event)
    rows = at_once(
        lambda: signed(event, person),
        lambda: signed(event, person, source=Source.CODE, mode=Mode.ROOM),
        lambda: signed(event, person, site=site),
        lambda: attendance.mark(event=event, user=person, status=Status.PRESENT, by=site.officer),
    )
    row = Attendance.objects.get()
    assert ({answer.pk for answer in rows}, sum(reached(event).values())) == ({row.pk}, 1)


@pytest.mark.django_db(transaction=True)
def test_a_name_is_entered_on_two_rosters_while_its_person_signs_in(group) -> None:
    event = make_running_event(group=group)
    sites = [make_site(event=event, agency=make_province(name)) for name in ("ลำปาง", "น่าน")]
    person = make_user(title="นาย", given_name="ต้นน้ำ", family_name="แก้วมณีใส")
    people = [Named("นายต้นน้ำ แก้วมณีใส")]
    at_once(
        *(lambda site=site: site_reports.enter_roster(site=site, people=people, by=site.officer) for site in sites),
        lambda: signed(event, person),
    )
    row = Attendance.objects.get()
    assert (row.user, RosterEntry.objects.count(), sum(reached(event).values())) == (person, 2, 1)


@pytest.mark.django_db(transaction=True)
def test_many_sign_in_at_once_and_each_is_counted(group) -> None:
    event, people = make_running_event(group=group), [make_user() for _ in range(8)]
    at_once(*(lambda person=person: signed(event, person) for person in people))
    assert (Attendance.objects.present().count(), reached(event)) == (8, {(Level.CENTRAL, Mode.VC): 8})


@pytest.mark.parametrize("before", [0, 40])
def test_a_sign_in_costs_the_same_however_many_came_before(event, before, django_assert_num_queries) -> None:
    for _ in range(before):
        make_attendance(event=event)
    signed(event, make_user())
    person = make_user()
    with django_assert_num_queries(9):
        signed(event, person)


# --- By hand ----------------------------------------------------------------------------------------------
def test_marking_is_logged_and_marking_the_same_again_is_not(event, member, facilitator) -> None:
    make_registration(event=event, user=member, mode=Mode.ROOM)
    for status, reason in (("present", ""), ("present", ""), ("excused", "ติดราชการ"), ("absent", "ไม่ใช้")):
        row = attendance.mark(event=event, user=member, status=status, reason=reason, by=facilitator)
    name = member.get_full_name()
    assert logged(event) == [
        f"บันทึก{name}: เข้าร่วมแล้ว",
        f"บันทึก{name}: ลา (ติดราชการ)",
        f"บันทึก{name}: ไม่ได้เข้าร่วม",
    ]
    assert (row.mode, row.source, row.reason, row.recorded_by, reached(event)) == (
        Mode.ROOM, Source.HAND, "", facilitator, {},
    )  # fmt: skip


def test_leave_wants_a_reason(event, member, facilitator) -> None:
    with pytest.raises(Refused, match="กรุณากรอกเหตุผลที่ลา"):
        attendance.mark(event=event, user=member, status=Status.EXCUSED, by=facilitator)


def test_somebody_without_an_account_is_marked_by_the_row(event, facilitator) -> None:
    row = make_attendance(event=event, full_name="นายต้นน้ำ แก้วมณีใส", mode=Mode.SITE)
    recount(event)
    attendance.mark(event=event, attendance=row, status=Status.ABSENT, by=facilitator)
    assert (logged(event), reached(event)) == (["บันทึกนายต้นน้ำ แก้วมณีใส: ไม่ได้เข้าร่วม"], {})


def test_closing_the_report_and_opening_it_again(event, member, facilitator) -> None:
    with pytest.raises(Refused, match="ปิดการรายงานได้เมื่อกิจกรรมเสร็จสิ้นแล้ว"):
        attendance.close_attendance(event=event, by=facilitator)
    for _ in range(2):
        attendance.close_attendance(event=event, by=facilitator, now=at(event, 200))
    with pytest.raises(Refused):
        signed(event, member)
    for _ in range(2):
        attendance.reopen_attendance(event=event, by=facilitator)
    signed(event, member)
    assert logged(event) == ["ปิดการรายงานผู้เข้าร่วม: รายงานครบแล้ว", "เปิดการรายงานผู้เข้าร่วมอีกครั้ง"]


# --- The list ---------------------------------------------------------------------------------------------
def test_the_lists(as_, facilitator, event, address) -> None:
    unmarked, present, excused, walk_in = [make_user(given_name=f"คน{number}") for number in range(4)]
    for person in (unmarked, present, excused):
        make_registration(event=event, user=person)
    make_attendance(event=event, user=present)
    make_attendance(event=event, user=excused, status=Status.EXCUSED, reason="ลาป่วย")
    make_attendance(event=event, user=walk_in)
    make_attendance(event=event, full_name="นายต้นน้ำ แก้วมณีใส")
    client = as_(facilitator)
    names = {
        show: [person.name for person in client.get(address, {"show": show}).context["people"]]
        for show in ("registered", "unmarked", "present", "away", "nonsense")
    }
    assert names == {
        "registered": [str(person) for person in (unmarked, present, excused)],
        "unmarked": [str(unmarked)],
        "present": [str(present), str(walk_in), "นายต้นน้ำ แก้วมณีใส"],
        "away": [str(excused)],
        "nonsense": [str(person) for person in (unmarked, present, excused)],
    }
    response = client.get(address, {"show": "present", "q": "ต้นน้ำ"})
    assert [(person.name, person.seat) for person in response.context["people"]] == [("นายต้นน้ำ แก้วมณีใส", "")]
    assert [count for _, _, count in response.context["tabs"]] == [3, 1, 3, 1]


def test_marking_from_the_list_leads_back_to_the_same_place(as_, facilitator, event, member, address, told) -> None:
    make_registration(event=event, user=member)
    response = as_(facilitator).post(
        f"{address}mark/", {"user": member.pk, "status": "present", "back": "show=unmarked&q=ก"}
    )
    assert (response["Location"], told(response)) == (
        f"{address}?show=unmarked&q=%E0%B8%81", [f"บันทึก{member.get_full_name()}: เข้าร่วมแล้ว"],
    )  # fmt: skip
    response = as_(facilitator).post(
        f"{address}mark/", {"user": member.pk, "status": "absent", "back": "//evil.example/"}
    )
    assert response["Location"].startswith(f"{address}?")


@pytest.mark.parametrize("status", ["", Status.PRESENT, Status.EXCUSED])
def test_the_page_behind_leave_begins_with_leave(as_, facilitator, event, member, address, status: str) -> None:
    make_registration(event=event, user=member)
    if status:
        make_attendance(event=event, user=member, status=status, reason="ลาป่วย" if status == Status.EXCUSED else "")
    form = as_(facilitator).get(f"{address}mark/", {"user": member.pk}).context["form"]
    assert form["status"].value() == Status.EXCUSED


def test_leave_without_a_reason_keeps_what_was_chosen(as_, facilitator, event, member, address) -> None:
    make_registration(event=event, user=member)
    response = as_(facilitator).post(f"{address}mark/", {"user": member.pk, "status": "excused", "reason": ""})
    form = response.context["form"]
    assert (response.status_code, form.errors, form["status"].value()) == (
        200, {"reason": ["กรุณากรอกเหตุผลที่ลา"]}, "excused",
    )  # fmt: skip
    assert Attendance.objects.count() == 0


def test_everybody_on_the_page_came_but_who_is_noted_already(as_, facilitator, event, address, told) -> None:
    people = [make_user() for _ in range(3)]
    for person in people:
        make_registration(event=event, user=person)
    attendance.mark(event=event, user=people[0], status=Status.ABSENT, by=facilitator)
    stranger = make_user()
    client = as_(facilitator)
    chosen = {"user": [*(person.pk for person in people), stranger.pk, "x"], "back": "show=registered"}
    assert [told(client.post(f"{address}page/", chosen))[-1] for _ in range(2)] == [
        "บันทึกว่าเข้าร่วมแล้ว 2 คน", "ทุกคนในหน้านี้บันทึกไว้แล้ว",
    ]  # fmt: skip
    assert dict(Attendance.objects.values_list("user", "status")) == {
        people[0].pk: Status.ABSENT, people[1].pk: Status.PRESENT, people[2].pk: Status.PRESENT,
    }  # fmt: skip
    assert (reached(event), logged(event)[-1]) == ({(Level.CENTRAL, Mode.VC): 2}, "บันทึกว่าเข้าร่วมแล้ว 2 คน")


def test_a_stranger_cannot_be_marked_by_id(as_, facilitator, event, address) -> None:
    stranger, elsewhere = make_user(), make_attendance(event=make_event(), full_name="นาย ก ข")
    client = as_(facilitator)
    answers = [
        client.post(f"{address}mark/", data | {"status": "present"}).status_code
        for data in ({"user": stranger.pk}, {"row": elsewhere.pk}, {"user": "9" * 30}, {"row": "x"}, {})
    ]
    assert answers == [404] * 5


def test_closing_from_the_page(as_, facilitator, event, address, told) -> None:
    client = as_(facilitator)
    assert told(client.post(f"{address}closing/"))[-1] == "ปิดการรายงานได้เมื่อกิจกรรมเสร็จสิ้นแล้ว"
    Event.objects.filter(pk=event.pk).update(state=State.ENDED)
    assert told(client.post(f"{address}closing/"))[-1] == "ปิดการรายงานผู้เข้าร่วมแล้ว"
    assert "รายงานครบแล้ว ปิดการรายงานเมื่อ" in client.get(address).content.decode()
    assert told(client.post(f"{address}closing/", {"action": "reopen"}))[-1] == "เปิดการรายงานผู้เข้าร่วมอีกครั้งแล้ว"


def test_the_table_has_everybody_and_no_cell_acts(as_, facilitator, event) -> None:
    make_registration(event=event, user=make_user(title="", given_name="=1+1", family_name="ก"))
    make_attendance(event=event, full_name="@SUM(1)", reason="=HYPERLINK(1)", status=Status.EXCUSED)
    response = as_(facilitator).get(f"/events/{event.pk}/attendance.xlsx")
    assert response["Content-Disposition"] == f'attachment; filename="attendance-{event.pk}.xlsx"'
    _, first, second = openpyxl.load_workbook(io.BytesIO(response.content)).active.iter_rows()
    assert [[cell.value for cell in row[:2]] for row in (first, second)] == [[1, "=1+1 ก"], [2, "@SUM(1)"]]
    assert [first[7].value, second[7].value, second[8].value, second[11].value] == [
        "ยังไม่บันทึก", "ลา", "=HYPERLINK(1)", "ไม่ได้ลงทะเบียน",
    ]  # fmt: skip
    assert {cell.data_type for cell in (first[1], second[1], second[8])} == {"s"}


@pytest.mark.parametrize("people", [1, 30])
@pytest.mark.parametrize("query", ["", "?show=present"])
def test_queries_do_not_grow_with_people(
    as_, facilitator, event, address, steady, django_assert_num_queries, people, query
) -> None:
    site = make_site(event=event)
    for number in range(people):
        person = make_user(agency=make_agency())
        make_registration(event=event, user=person, mode=Mode.SITE, site=site)
        row = make_attendance(event=event, user=person, site=site)
        RosterEntry.objects.create(site=site, attendance=row)
        make_attendance(event=event, full_name=f"นาย ก {number}", agency=make_agency(), site=site)
    client = as_(facilitator)
    client.get(address + query)
    with django_assert_num_queries(10):
        client.get(address + query)


@pytest.mark.parametrize("people", [1, 30])
def test_queries_of_the_table_do_not_grow_with_people(
    as_, facilitator, event, steady, django_assert_num_queries, people
) -> None:
    for number in range(people):
        make_registration(event=event, user=make_user(agency=make_agency()))
        make_attendance(event=event, user=make_user(agency=make_agency()))
        make_attendance(event=event, full_name=f"นาย ก {number}", agency=make_agency())
    client = as_(facilitator)
    client.get(f"/events/{event.pk}/")
    with django_assert_num_queries(7):
        client.get(f"/events/{event.pk}/attendance.xlsx")


def test_only_who_runs_the_event_reaches_the_lists(as_, outsider, member, visitor, event, address) -> None:
    make_registration(event=event, user=member)
    other = make_group(slug="other")
    site = make_site(event=make_running_event(group=other))
    pages = [address, f"/events/{event.pk}/attendance.xlsx", f"{address}mark/?user={member.pk}"]
    acts = [f"{address}mark/", f"{address}page/", f"{address}closing/"]
    for person in (outsider, member, site.officer):
        client = as_(person)
        answers = [client.get(page).status_code for page in pages]
        answers += [client.post(act, {"user": member.pk, "status": "present"}).status_code for act in acts]
        assert answers == [404] * 6
    assert visitor.get(address)["Location"].startswith("/accounts/login/?next=")
    assert Attendance.objects.count() == 0
