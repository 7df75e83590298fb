"""Rosters of viewing sites: who is meant by a name, the dry run, and exactly what it showed."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Level
from core.spreadsheets import SpreadsheetError, write_csv, write_xlsx
from events.models import Attendance, Event, LogLine, Mode, RosterEntry, Source, Status, ViewingSite
from events.rosters import dry_run
from events.rosters.matching import Named, find
from events.services import attendance, site_reports
from groups.services import Refused
from tests.events.places import make_district, make_province, make_running_event, make_site, reached
from tests.factories import make_agency, make_attendance, make_certificate, make_registration, make_user

pytestmark = pytest.mark.django_db
HEADERS = ("ชื่อ นามสกุล", "ตำแหน่ง", "อีเมล", "หน่วยงาน")


@pytest.fixture
def event(group) -> Event:
    return make_running_event(group=group)


@pytest.fixture
def province():
    return make_province()


@pytest.fixture
def site(event, province) -> ViewingSite:
    return make_site(event=event, agency=province)


@pytest.fixture
def address(site) -> str:
    return f"/events/{site.event_id}/sites/{site.pk}/roster/"


@pytest.fixture
def client(as_, site):
    return as_(site.officer)


def table(*rows, headers=HEADERS, csv: bool = False) -> SimpleUploadedFile:
    content = write_csv(headers, rows) if csv else write_xlsx(headers, rows)
    return SimpleUploadedFile("roster.csv" if csv else "roster.xlsx", content)


def results(response) -> list[tuple[int, str, str]]:
    return [(line.entry.number, line.outcome, line.text) for line in response.context["roster"].lines]


def one(site: ViewingSite, name: str, email: str = ""):
    (found,) = find(site, [Named(name, email=email)])
    return found


def enter(site: ViewingSite, *people: Named) -> list[RosterEntry]:
    return site_reports.enter_roster(site=site, people=people, by=site.officer)


# --- Who is meant -----------------------------------------------------------------------------------------
def tonnam(**fields):
    return make_user(**{"title": "นาย", "given_name": "ต้นน้ำ", "family_name": "แก้วมณีใส", **fields})


def test_a_proved_address_is_the_account_whatever_the_name(site) -> None:
    person = tonnam(email="tonnam@example.go.th")
    assert one(site, "นายชื่ออื่น นามสกุลอื่น", "tonnam@example.go.th").user == person
    person.emailaddress_set.update(verified=False)
    assert one(site, "นายชื่ออื่น นามสกุลอื่น", "tonnam@example.go.th").person_key == "e:tonnam@example.go.th"


def test_a_name_is_the_account_of_somebody_registered(site, event) -> None:
    person = tonnam()
    assert one(site, "ต้นน้ำ แก้วมณีใส").user is None  # somewhere in the country, and not here
    make_registration(event=event, user=person)
    assert one(site, "ว่าที่ร้อยตรีต้นน้ำ  แก้วมณีใส").user == person


def test_a_name_is_the_account_of_the_only_one_of_the_agency_or_below(site, province) -> None:
    person = tonnam(agency=make_district("แม่ริม", province))
    assert one(site, "นายต้นน้ำ แก้วมณีใส").user == person
    tonnam(agency=province)
    assert one(site, "นายต้นน้ำ แก้วมณีใส").is_ambiguous
    assert one(site, "นายต้นน้ำ แก้วมณีใส", "t@example.com").person_key == "e:t@example.com"


def test_of_two_registered_of_one_name_the_one_of_this_agency_is_meant(site, event, province) -> None:
    here, there = tonnam(agency=province), tonnam(agency=make_province("น่าน"))
    for person in (here, there):
        make_registration(event=event, user=person)
    assert one(site, "นายต้นน้ำ แก้วมณีใส").user == here
    there.agency = province
    there.save()
    assert one(site, "นายต้นน้ำ แก้วมณีใส").is_ambiguous
    with pytest.raises(Refused, match="มีผู้ชื่อนี้หลายคน กรุณาระบุอีเมล: นายต้นน้ำ แก้วมณีใส"):
        enter(site, Named("นายต้นน้ำ แก้วมณีใส"))
    assert RosterEntry.objects.count() == 0


def test_one_name_on_two_rosters_is_one_person(site, event) -> None:
    other = make_site(event=event, agency=make_province("น่าน"))
    enter(site, Named("นาย ก ข"))
    (entry,) = enter(other, Named("ก  ข", email="k@example.com"))
    row = Attendance.objects.get()
    assert (row.site, row.person_key, row.email, entry.attendance) == (site, "e:k@example.com", "k@example.com", row)
    enter(other, Named("นาย ก ข"))
    assert (RosterEntry.objects.count(), reached(event)) == (2, {(Level.PROVINCE, Mode.SITE): 1})


def test_two_addresses_part_two_people_of_one_name(site, event) -> None:
    other = make_site(event=event, agency=make_province("น่าน"))
    enter(site, Named("นาย ก ข", email="k@example.com"))
    enter(other, Named("นาย ก ข", email="other@example.com"))
    assert reached(event) == {(Level.PROVINCE, Mode.SITE): 2}
    assert one(site, "นาย ก ข").is_ambiguous


def test_one_name_twice_in_one_roster_is_one_person(site, event) -> None:
    person = tonnam(email="tonnam@example.go.th")
    enter(
        site,
        *(Named("นาย ก ข"), Named("ก ข"), Named("นาย ก ข", email="k@example.com")),
        *(Named("นายต้นน้ำ แก้วมณีใส", email="tonnam@example.go.th"), Named("ต้นน้ำ แก้วมณีใส")),
    )
    assert set(Attendance.objects.values_list("person_key", flat=True)) == {"n:ก ข", f"u{person.pk}"}
    assert reached(event) == {(Level.PROVINCE, Mode.SITE): 2}


def test_what_the_row_says_of_people_with_and_without_accounts(site, event, province) -> None:
    district = make_district("แม่ริม", province)
    person = tonnam(email="tonnam@example.go.th", agency=district)
    enter(site, Named("นายต้นน้ำ แก้วมณีใส", "นายอำเภอ", "tonnam@example.go.th"), Named("นาง ค ง", "ครู"))
    known, unknown = Attendance.objects.order_by("pk")
    assert (known.user, known.full_name, known.level, known.agency) == (person, "", Level.DISTRICT, district)
    assert (unknown.user, unknown.full_name, unknown.level, unknown.agency) == (
        None,
        "นาง ค ง",
        Level.PROVINCE,
        province,
    )
    assert {(row.mode, row.source, row.recorded_by) for row in (known, unknown)} == {
        (Mode.SITE, Source.ROSTER, site.officer)
    }
    assert list(RosterEntry.objects.order_by("pk").values_list("position", flat=True)) == ["นายอำเภอ", "ครู"]


def test_a_roster_makes_who_was_noted_as_away_present(site, event, facilitator) -> None:
    person = tonnam()
    make_registration(event=event, user=person, mode=Mode.VC)
    attendance.mark(event=event, user=person, status=Status.ABSENT, by=facilitator)
    enter(site, Named("นายต้นน้ำ แก้วมณีใส"))
    row = Attendance.objects.get()
    assert (row.status, row.mode, row.site) == (Status.PRESENT, Mode.SITE, site)


@pytest.mark.parametrize("people", [1, 30])
def test_entering_asks_the_same_however_many(site, event, people, django_assert_num_queries) -> None:
    for number in range(people):
        make_registration(event=event, user=make_user(given_name=f"คน{number}"))
    named = [
        *(Named(f"นางสาวคน{number} ตัวอย่าง") for number in range(people)),
        *(Named(f"นาย ก {number}", email=f"k{number}@example.com") for number in range(people)),
    ]
    with django_assert_num_queries(25):
        enter(site, *named)
    assert sum(reached(event).values()) == 2 * people


# --- Taking off -------------------------------------------------------------------------------------------
def test_taking_a_name_off_uncounts_whom_nothing_else_counts(site, event, member) -> None:
    other = make_site(event=event, agency=make_province("น่าน"))
    attendance.sign_in(event=event, user=member, source=Source.QR, mode=Mode.VC)
    named = Named(member.get_full_name(), email=member.email)
    only, twice, signed = enter(site, Named("นาย ก ข"), Named("นาง ค ง"), named)
    enter(other, Named("นาง ค ง"))
    for entry in (only, twice, signed):
        site_reports.remove_entry(entry=entry, by=site.officer)
    assert set(Attendance.objects.values_list("person_key", "site")) == {
        ("n:ค ง", other.pk), (f"u{member.pk}", None),
    }  # fmt: skip
    assert sum(reached(event).values()) == 2
    assert LogLine.objects.filter(event=event, text__contains="นำนาย ก ขออกจากรายชื่อ").count() == 1


def test_who_has_a_certificate_is_not_uncounted_in_passing(site, event) -> None:
    person = tonnam()
    make_registration(event=event, user=person)
    (entry,) = enter(site, Named("นายต้นน้ำ แก้วมณีใส"))
    make_certificate(event=event, user=person, attended=False)
    with pytest.raises(Refused, match="ได้รับเกียรติบัตรหรือตอบแบบประเมินแล้ว"):
        site_reports.remove_entry(entry=entry, by=site.officer)
    assert (Attendance.objects.count(), RosterEntry.objects.count()) == (1, 1)


# --- Reading ----------------------------------------------------------------------------------------------
def test_typed_lines() -> None:
    text = "นาย ก ข, นายอำเภอ, k@example.com\n\n นาง ค ง \nนาย จ ฉ\tครู, ชำนาญการ\tj@example.com\n,,"
    assert dry_run.read_typed(text) == [
        dry_run.Entry(1, "นาย ก ข", "นายอำเภอ", "k@example.com"),
        dry_run.Entry(3, "นาง ค ง"),
        dry_run.Entry(4, "นาย จ ฉ", "ครู, ชำนาญการ", "j@example.com"),
    ]
    with pytest.raises(SpreadsheetError, match="มี 1,001 แถว"):
        dry_run.read_typed("นาย ก ข\n" * 1001)


@pytest.mark.parametrize("csv", [False, True])
def test_dry_run_then_exactly_what_was_shown(client, site, event, address, told, csv) -> None:
    other = make_site(event=event, agency=make_province("น่าน"))
    enter(other, Named("นาง ค ง"))
    enter(site, Named("นาย จ ฉ"))
    person = tonnam(email="tonnam@example.go.th")
    attendance.sign_in(event=event, user=person, source=Source.QR, mode=Mode.VC)
    rows = [
        ["นาย ก ข", "ครู", "", ""], ["นาง ค ง", "", "", ""], ["นาย จ ฉ", "", "", ""], ["ก ข", "", "", ""],
        ["นายต้นน้ำ แก้วมณีใส", "", "TONNAM@example.go.th", ""],
    ]  # fmt: skip
    shown = client.post(address, {"file": table(*rows, csv=csv)})
    assert results(shown) == [
        (2, "add", "จะบันทึกว่าเข้าร่วม"),
        (3, "again", f"นับแล้วที่ {other} จะเพิ่มในรายชื่อนี้โดยไม่นับซ้ำ"),
        (4, "skip", "อยู่ในรายชื่อของจุดรับชมนี้แล้ว จะข้ามแถวนี้"),
        (5, "skip", "ซ้ำกับแถวที่ 2 จะนับครั้งเดียว"),
        (6, "again", "นับแล้วทาง VCS ด้วยตนเอง จะเพิ่มในรายชื่อนี้โดยไม่นับซ้ำ (ตรงกับบัญชีผู้ใช้)"),
    ]
    assert (RosterEntry.objects.count(), sum(reached(event).values())) == (2, 3)
    for told_text in ("เพิ่มรายชื่อ 3 คนแล้ว", "ทุกคนอยู่ในรายชื่อแล้ว"):
        response = client.post(address, {"shown": shown.context["sealed"]})
        assert (response["Location"], told(response)[-1]) == (f"/events/{event.pk}/sites/{site.pk}/", told_text)
    assert (RosterEntry.objects.filter(site=site).count(), sum(reached(event).values())) == (4, 4)


def test_every_rows_problem_is_shown_and_nothing_is_written(client, site, event, address, province) -> None:
    make_district("เฉลิมพระเกียรติ", make_province("น่าน"))
    make_district("เฉลิมพระเกียรติ", make_province("สระบุรี"))
    rows = [
        ["นาย ก ข", "", "", ""], ["", "ครู", "", ""], ["นาง ค ง", "", "not an address", ""],
        ["นาย จ ฉ", "", "", "กองที่ไม่มี"], ["นาย ช ซ", "", "", "อำเภอเฉลิมพระเกียรติ"],
        ["=1+1", "", "", ""], ["+cmd", "", "", ""], ["12345", "", "", ""],
        ["นาย ฌ ญ", "ก" * 151, "", ""], ["นาย ฎ ฏ", "", "k@example.com", ""], ["นาง ฐ ฑ", "", "K@example.com", ""],
        ["k@example.com", "", "", ""],
    ]  # fmt: skip
    response = client.post(address, {"file": table(*rows)})
    no_name = "ข้อความนี้ไม่ใช่ชื่อบุคคล กรุณาตรวจสอบว่าข้อมูลอยู่ตรงคอลัมน์"
    assert results(response) == [
        (2, "add", "จะบันทึกว่าเข้าร่วม"),
        (3, "", "ไม่มีชื่อ"),
        (4, "", "รูปแบบอีเมลไม่ถูกต้อง"),
        (5, "", dry_run.agency_problem("กองที่ไม่มี", 0)),
        (6, "", "มีหน่วยงานชื่อ “อำเภอเฉลิมพระเกียรติ” 2 แห่ง กรุณาระบุจังหวัดต่อท้าย"),
        (7, "", no_name),
        (8, "", no_name),
        (9, "", no_name),
        (10, "", "ตำแหน่งยาว 151 ตัวอักษร กรุณาตัดให้เหลือ 150"),
        (11, "add", "จะบันทึกว่าเข้าร่วม"),
        (12, "", "อีเมลซ้ำกับแถวที่ 11 แต่ชื่อไม่ตรงกัน"),
        (13, "", "ช่องชื่อเป็นอีเมล กรุณาใส่ชื่อและนามสกุล"),
    ]
    assert (response.context["sealed"], Attendance.objects.count()) == ("", 0)
    assert "มี 10 แถวที่ต้องแก้ไข ยังไม่ได้บันทึกผู้ใด กรุณาแก้ไขในไฟล์แล้วส่งใหม่" in response.content.decode()


@pytest.mark.parametrize(
    "written",
    ["ที่ทำการปกครองอำเภอแม่ริม", "อ.แม่ริม", "อำเภอแม่ริม จังหวัดเชียงใหม่", "แม่ริม", "ที่ว่าการอำเภอแม่ริม จ. เชียงใหม่"],
)
def test_an_agency_by_the_names_that_people_write(site, event, province, written) -> None:
    district = make_district("แม่ริม", province)
    make_district("แม่ริม", make_province("จังหวัดอื่น"))
    roster = dry_run.examine(site, [dry_run.Entry(2, "นาย ก ข", agency=written)])
    (line,) = roster.lines
    assert (line.named and line.named.agency, line.outcome) == (district, "add")
    enter(site, line.named)
    row = Attendance.objects.get()
    assert (row.agency, row.level) == (district, Level.DISTRICT)


def test_an_account_of_another_name_is_pointed_out(client, address, province) -> None:
    tonnam(email="tonnam@example.go.th", agency=make_district("แม่ริม", province))
    response = client.post(address, {"people": "นาง ค ง, ครู, tonnam@example.go.th"})
    assert results(response) == [(1, "add", "จะบันทึกว่าเข้าร่วม (อีเมลนี้เป็นของบัญชีชื่อ นายต้นน้ำ แก้วมณีใส)")]


def test_nobody_looks_up_whose_an_address_is(client, address) -> None:
    tonnam(email="tonnam@example.go.th", agency=make_province("น่าน"))
    response = client.post(address, {"people": "นาง ค ง, ครู, tonnam@example.go.th"})
    assert results(response) == [(1, "add", "จะบันทึกว่าเข้าร่วม (อีเมลนี้เป็นของบัญชีชื่ออื่น กรุณาตรวจสอบ)")]


def test_typed_lines_with_a_problem_are_corrected_where_they_stand(client, address) -> None:
    response = client.post(address, {"people": "นาย ก ข\nนาง ค ง, ครู, ผิด@"})
    assert [text for _, _, text in results(response)] == ["จะบันทึกว่าเข้าร่วม", "รูปแบบอีเมลไม่ถูกต้อง"]
    assert response.context["form"]["people"].value() == "นาย ก ข\nนาง ค ง, ครู, ผิด@"
    assert "ตรวจรายชื่ออีกครั้ง" in response.content.decode()


def test_what_changed_between_dry_run_and_confirmation_is_shown_again(client, site, event, address, told) -> None:
    person = tonnam(agency=site.agency)
    shown = client.post(address, {"people": "นายต้นน้ำ แก้วมณีใส\nนาย ก ข"})
    attendance.sign_in(event=event, user=person, source=Source.QR, mode=Mode.VC)
    response = client.post(address, {"shown": shown.context["sealed"]})
    assert [outcome for _, outcome, _ in results(response)] == ["again", "add"]
    assert (told(response)[-1], RosterEntry.objects.count()) == (
        "ข้อมูลเปลี่ยนไปหลังจากที่ท่านตรวจ ยังไม่ได้บันทึกผู้ใด กรุณาตรวจอีกครั้ง", 0,
    )  # fmt: skip
    client.post(address, {"shown": response.context["sealed"]})
    assert RosterEntry.objects.count() == 2


def test_what_was_shown_is_bound_to_site_and_person(as_, client, facilitator, site, event, address, told) -> None:
    other = make_site(event=event, agency=make_province("น่าน"), officer=site.officer)
    sealed = client.post(address, {"people": "นาย ก ข"}).context["sealed"]
    theirs = f"/events/{event.pk}/sites/{other.pk}/roster/"
    for sender, place, text in ((as_(facilitator), address, sealed), (client, theirs, sealed), (client, address, "x")):
        assert told(sender.post(place, {"shown": text}))[-1] == "รายชื่อที่ตรวจไว้หมดอายุแล้ว กรุณาตรวจอีกครั้ง"
    assert RosterEntry.objects.count() == 0


def test_a_closed_report_takes_no_roster(client, site, event, address, told) -> None:
    sealed = client.post(address, {"people": "นาย ก ข"}).context["sealed"]
    Event.objects.filter(pk=event.pk).update(attendance_closed_at=event.ends_at)
    told_text = told(client.post(address, {"shown": sealed}))[-1]
    assert (told_text, RosterEntry.objects.count()) == (
        "ผู้ดำเนินกลุ่มปิดการรายงานผู้เข้าร่วมแล้ว หากต้องแก้ไข กรุณาแจ้งผู้ดำเนินกลุ่ม", 0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("data", "field", "start"),
    [
        (lambda: {"file": table(["ก"], headers=["คอลัมน์"])}, "file", "ไม่พบคอลัมน์ “ชื่อ นามสกุล”"),
        (lambda: {"file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04 broken")}, "file", "เปิดไฟล์ไม่ได้"),
        (lambda: {"file": SimpleUploadedFile("a.csv", b"")}, "file", "ไฟล์นี้ว่างเปล่า"),
        (lambda: {"file": table(*([f"นาย ก {n}"] for n in range(1001)), headers=HEADERS[:1])}, "file", "มี 1,001 แถว"),
        (lambda: {"file": table(["นาย ก ข"], headers=HEADERS[:1]), "people": "นาย ก ข"}, "file", "กรุณาพิมพ์รายชื่อหรือ"),
        (lambda: {"people": " \n,,"}, "people", "กรุณาพิมพ์รายชื่ออย่างน้อยหนึ่งบรรทัด"),
        (lambda: {"people": "นาย ก\x00 ข"}, "people", "มีอักขระควบคุม"),
        (dict, "people", "กรุณาพิมพ์รายชื่ออย่างน้อยหนึ่งบรรทัด"),
    ],
)
def test_what_cannot_be_read_says_why(client, address, data, field, start) -> None:
    response = client.post(address, data())
    (error,) = response.context["form"].errors[field]
    assert (response.status_code, error[: len(start)], RosterEntry.objects.count()) == (200, start, 0)


def test_what_was_typed_survives_the_end_of_the_session(site, address, visitor) -> None:
    visitor.post(address, {"people": "นาย ก ข"}, HTTP_REFERER=f"http://testserver{address}")
    visitor.force_login(site.officer)
    assert visitor.get(address).context["form"]["people"].value() == "นาย ก ข"


def test_the_template_has_the_columns(client, address) -> None:
    response = client.get(f"{address}template.xlsx")
    assert list(openpyxl.load_workbook(io.BytesIO(response.content)).active.values) == [HEADERS]


@pytest.mark.parametrize("people", [1, 30])
def test_a_dry_run_asks_the_same_however_many(client, event, address, people, django_assert_num_queries) -> None:
    other = make_site(event=event, agency=make_province("น่าน"))
    for number in range(people):
        make_registration(event=event, user=make_user(given_name=f"คน{number}"))
        make_attendance(event=event, full_name=f"นาย ก {number}", name_key=f"ก {number}", site=other)
    make_agency(name="กองกลาง")
    rows = [[f"คน{number} ตัวอย่าง", "", "", "กองกลาง"] for number in range(people)]
    rows += [[f"นาย ก {number}", "", "", ""] for number in range(people)]
    client.get(address)
    with django_assert_num_queries(10):
        client.post(address, {"file": table(*rows)})
