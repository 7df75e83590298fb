"""A coordinator registers a team: each row looked at first, then exactly what was shown."""

import io

import openpyxl
import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Agency, Level, Notification, User
from core.spreadsheets import write_csv, write_xlsx
from events import team
from events.models import Event, LogLine, Mode, Registration, Seat, State, ViewingSite
from events.services import registration as services
from groups.models import Group, Role
from groups.visibility import Visibility
from tests.factories import make_agency, make_event, make_group, make_membership, make_registration, make_user

pytestmark = pytest.mark.django_db

UNKNOWN = "ไม่พบบัญชีที่ใช้อีเมลนี้ ให้เจ้าของอีเมลสมัครใช้งานก่อน"


@pytest.fixture
def event(group: Group) -> Event:
    event = make_event(group=group)
    event.channels.create(kind="vcs", link="https://vc.example.go.th/room-9")
    return event


@pytest.fixture
def address(event: Event) -> str:
    return f"/events/{event.pk}/team/"


@pytest.fixture
def province() -> Agency:
    return make_agency(name="สำนักงานจังหวัดเชียงใหม่", level=Level.PROVINCE)


@pytest.fixture
def coordinator(group: Group, province: Agency) -> User:
    person = make_user(email="coordinator@example.go.th", given_name="ประสาน", agency=province)
    make_membership(group=group, user=person, role=Role.COORDINATOR)
    return person


@pytest.fixture
def staff(province: Agency) -> list[User]:
    return [make_user(email=f"staff{number}@example.go.th", agency=province) for number in range(3)]


def typed(*emails: str, **fields: str) -> dict[str, str]:
    return {"emails": "\n".join(emails), "mode": "vc", **fields}


def table(*rows, headers=("อีเมล", "ชื่อ นามสกุล"), csv: bool = False) -> SimpleUploadedFile:
    content = write_csv(headers, rows) if csv else write_xlsx(headers, rows)
    return SimpleUploadedFile("team.csv" if csv else "team.xlsx", content)


def results(response) -> list[tuple[int, str, str]]:
    return [(line.number, line.email, line.problem or line.outcome) for line in response.context["team"].lines]


def seats(event: Event) -> dict[str, str]:
    return dict(event.registrations.values_list("user__email", "seat"))


# --- Dry run, then exactly that ---------------------------------------------------------------------------
@pytest.mark.parametrize("way", ["typed", "xlsx", "csv"])
def test_dry_run_then_exactly_what_was_shown(as_, coordinator, event, address, staff, told, way) -> None:
    Event.objects.filter(pk=event.pk).update(capacity=1)
    emails = ["STAFF0@example.go.th", staff[1].email]
    data = typed(*emails) if way == "typed" else {"mode": "vc", "file": table(*([e] for e in emails), csv=way == "csv")}
    client = as_(coordinator)
    shown = client.post(address, data)
    first = 1 if way == "typed" else 2
    assert results(shown) == [
        (first, "staff0@example.go.th", "จะลงทะเบียน"),
        (first + 1, "staff1@example.go.th", "จะอยู่ในรายชื่อสำรอง"),
    ]
    assert seats(event) == {}
    for text in ("ลงทะเบียน 2 คนแล้ว ระบบแจ้งให้แต่ละคนทราบแล้ว", "ทุกคนในรายชื่อลงทะเบียนไว้แล้ว"):
        response = client.post(address, {"shown": shown.context["sealed"]})
        assert (response["Location"], told(response)[-1]) == (address, text)
    assert seats(event) == {"staff0@example.go.th": "seated", "staff1@example.go.th": "waiting"}
    assert {row.registered_by for row in event.registrations.all()} == {coordinator}
    assert Notification.objects.filter(text=f"{coordinator} ลงทะเบียนให้ท่าน: {event.title}").count() == 2
    assert LogLine.objects.get().text.startswith("ลงทะเบียนแทน 2 คน: ")


def test_every_row_says_what_will_become_of_it_and_the_rest_goes_on(as_, coordinator, event, address, staff) -> None:
    make_registration(event=event, user=staff[0])
    make_registration(event=event, user=staff[1], seat=Seat.DECLINED)
    make_user(email="closed@example.go.th", is_active=False, agency=coordinator.agency)
    elsewhere = make_user(email="elsewhere@example.go.th", given_name="ต่างหน่วย", agency=make_agency(name="กองคลัง"))
    queued = make_user(email="queued@example.go.th", agency=coordinator.agency)
    make_registration(event=event, user=queued, seat=Seat.WAITING)
    again = make_user(email="again@example.go.th", agency=coordinator.agency)
    make_registration(event=event, user=again, seat=Seat.CANCELLED)
    emails = [
        staff[0].email, staff[1].email, staff[2].email, staff[2].email, queued.email, again.email,
        "nobody@example.go.th", "not an address", "closed@example.go.th", elsewhere.email,
    ]  # fmt: skip
    client = as_(coordinator)
    shown = client.post(address, typed(*emails))
    assert [answer for _, _, answer in results(shown)] == [
        "ลงทะเบียนไว้แล้ว", "แจ้งว่าไม่สะดวกเข้าร่วม", "จะลงทะเบียน", "อีเมลซ้ำกับแถวที่ 3", "อยู่ในรายชื่อสำรองแล้ว", "จะลงทะเบียน",
        UNKNOWN, "รูปแบบอีเมลไม่ถูกต้อง", "บัญชีนี้ปิดหรือระงับใช้แล้ว", "ไม่ได้สังกัดหน่วยงานที่ท่านลงทะเบียนแทนได้",
    ]  # fmt: skip
    assert elsewhere.get_full_name() not in shown.content.decode()
    client.post(address, {"shown": shown.context["sealed"]})
    assert set(event.registrations.filter(registered_by=coordinator).values_list("user", flat=True)) == {
        staff[2].pk,
        again.pk,
    }


def test_an_address_that_nobody_proved_is_not_known(as_, coordinator, address, staff) -> None:
    EmailAddress.objects.filter(user=staff[0]).update(verified=False)
    assert results(as_(coordinator).post(address, typed(staff[0].email))) == [(1, staff[0].email, UNKNOWN)]


def test_addresses_as_a_mail_program_puts_them(as_, coordinator, address, staff) -> None:
    text = f"นางสาวก <{staff[0].email}>; {staff[1].email},\r\n\r\n  {staff[2].email.upper()} "
    shown = as_(coordinator).post(address, typed(text))
    assert [(number, email) for number, email, _ in results(shown)] == [
        (1, staff[0].email),
        (2, staff[1].email),
        (3, staff[2].email),
    ]


def test_seats_taken_meanwhile_stop_all_and_are_shown_anew(as_, coordinator, event, address, staff, told) -> None:
    Event.objects.filter(pk=event.pk).update(capacity=2)
    client = as_(coordinator)
    shown = client.post(address, typed(staff[0].email, staff[1].email))
    services.register(event=event, user=make_user(), mode=Mode.VC)
    response = client.post(address, {"shown": shown.context["sealed"]})
    assert told(response) == ["ข้อมูลเปลี่ยนไปหลังจากที่ท่านตรวจ ยังไม่ได้ลงทะเบียนผู้ใด กรุณาตรวจอีกครั้ง"]
    assert [answer for _, _, answer in results(response)] == ["จะลงทะเบียน", "จะอยู่ในรายชื่อสำรอง"]
    assert event.registrations.filter(registered_by=coordinator).count() == 0
    client.post(address, {"shown": response.context["sealed"]})
    assert {seats(event)[person.email] for person in staff[:2]} == {"seated", "waiting"}


def test_who_registered_alone_meanwhile_does_not_matter(as_, coordinator, event, address, staff, told) -> None:
    client = as_(coordinator)
    shown = client.post(address, typed(staff[0].email, staff[1].email))
    services.register(event=event, user=staff[0], mode=Mode.VC)
    response = client.post(address, {"shown": shown.context["sealed"]})
    assert told(response) == ["ลงทะเบียน 1 คนแล้ว ระบบแจ้งให้แต่ละคนทราบแล้ว"]
    assert event.registrations.get(user=staff[0]).registered_by is None


def test_whoever_declined_meanwhile_stops_all(as_, coordinator, event, address, staff) -> None:
    client = as_(coordinator)
    shown = client.post(address, typed(staff[0].email, staff[1].email))
    services.register(event=event, user=staff[0], mode=Mode.VC, by=coordinator)
    services.cancel(event=event, user=staff[0])
    response = client.post(address, {"shown": shown.context["sealed"]})
    assert results(response)[0] == (1, staff[0].email, "แจ้งว่าไม่สะดวกเข้าร่วม")
    assert seats(event) == {staff[0].email: "declined"}


def test_what_was_shown_is_bound_to_event_and_person(
    as_, coordinator, facilitator, event, address, staff, told
) -> None:
    other = make_event(group=event.group)
    shown = as_(coordinator).post(address, typed(staff[0].email)).context["sealed"]
    for path, sealed in ((address, shown), (address, f"{shown}x"), (f"/events/{other.pk}/team/", shown)):
        response = as_(facilitator).post(path, {"shown": sealed})
        assert told(response) == ["รายชื่อที่ตรวจไว้หมดอายุแล้ว หรือจุดรับชมปิดแล้ว กรุณาตรวจอีกครั้ง"]
    assert Registration.objects.count() == 0


def test_way_and_viewing_site_are_chosen_once(as_, coordinator, event, address, staff, province, told) -> None:
    site = ViewingSite.objects.create(
        event=event, agency=province, level=Level.PROVINCE, place="ห้องประชุม 1", officer=make_user(), expected=30
    )
    client = as_(coordinator)
    shown = client.post(address, typed(staff[0].email, mode="site", site=str(site.pk)))
    client.post(address, {"shown": shown.context["sealed"]})
    row = event.registrations.get()
    assert (row.mode, row.site) == (Mode.SITE, site)
    shown = client.post(address, typed(staff[1].email, mode="site", site=str(site.pk)))
    ViewingSite.objects.update(is_open=False)
    response = client.post(address, {"shown": shown.context["sealed"]})
    assert told(response)[-1] == "รายชื่อที่ตรวจไว้หมดอายุแล้ว หรือจุดรับชมปิดแล้ว กรุณาตรวจอีกครั้ง"
    assert seats(event) == {staff[0].email: "seated"}


# --- Bad input --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("data", "field", "start"),
    [
        (lambda: typed(), "emails", "กรุณาพิมพ์อีเมลอย่างน้อยหนึ่งบรรทัด หรือเลือกไฟล์"),
        (lambda: typed(" \n ,; "), "emails", "กรุณาพิมพ์อีเมลอย่างน้อยหนึ่งบรรทัด หรือเลือกไฟล์"),
        (
            lambda: typed("a@example.go.th", file=table(["b@example.go.th"])),
            "file",
            "กรุณาพิมพ์อีเมลหรือเลือกไฟล์ อย่างใดอย่างหนึ่ง",
        ),
        (lambda: typed("a@example.go.th", mode="teleport"), "mode", "ช่องทางที่เลือกไม่มีในกิจกรรมนี้ กรุณาเลือกจากรายการ"),
        (lambda: typed(*(f"p{n}@example.go.th" for n in range(301))), "emails", "มี 301 รายชื่อ"),
        (lambda: typed("a" * 40_001), "emails", "ยาว 40001 ตัวอักษร"),
        (lambda: typed("a\x01@example.go.th"), "emails", "มีอักขระควบคุมที่มองไม่เห็น"),
        (lambda: typed(file=table(["ก"], headers=["ชื่อ"])), "file", "ไม่พบคอลัมน์ “อีเมล”"),
        (lambda: typed(file=SimpleUploadedFile("a.xlsx", b"PK\x03\x04 broken")), "file", "เปิดไฟล์ไม่ได้"),
        (lambda: typed(file=SimpleUploadedFile("a.csv", b"\x00\x01\x02")), "file", "ชนิดไฟล์ไม่รองรับ"),
        (lambda: typed(file=SimpleUploadedFile("a.csv", b"")), "file", "ไฟล์นี้ว่างเปล่า"),
        (lambda: typed(file=table(*([f"p{n}@example.go.th"] for n in range(301)))), "file", "มี 301 รายชื่อ"),
    ],
)
def test_what_cannot_be_read_says_why(as_, coordinator, event, address, data, field, start) -> None:
    response = as_(coordinator).post(address, data())
    (error,) = response.context["form"].errors[field]
    assert (response.status_code, error[: len(start)], Registration.objects.count()) == (200, start, 0)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"state": State.CANCELLED}, "กิจกรรมนี้ยกเลิก จึงไม่รับลงทะเบียน"),
        ({"state": State.ENDED}, "กิจกรรมนี้เสร็จสิ้นแล้ว จึงไม่รับลงทะเบียน"),
    ],
)
def test_after_closing_nobody_is_added(as_, coordinator, event, address, staff, told, change, why) -> None:
    client = as_(coordinator)
    shown = client.post(address, typed(staff[0].email)).context["sealed"]
    Event.objects.filter(pk=event.pk).update(**change)
    page = client.get(address)
    assert (page.context["form"], page.context["why_closed"]) == (None, why)
    assert told(client.post(address, {"shown": shown})) == [why]
    assert Registration.objects.count() == 0


def test_the_template_has_the_columns(as_, coordinator, address) -> None:
    response = as_(coordinator).get(f"{address}template.xlsx")
    assert list(openpyxl.load_workbook(io.BytesIO(response.content)).active.values) == [("อีเมล", "ชื่อ นามสกุล")]


# --- Whom -------------------------------------------------------------------------------------------------
def test_a_coordinator_brings_the_own_agency_and_those_below(as_, coordinator, address, province) -> None:
    district = make_agency(name="อำเภอแม่ริม", parent=province, level=Level.DISTRICT)
    people = [
        make_user(agency=agency) for agency in (province, district, make_agency(parent=district), make_agency(), None)
    ]
    shown = as_(coordinator).post(address, typed(*(person.email for person in people)))
    assert [bool(line.problem) for line in shown.context["team"].lines] == [False, False, False, True, True]


def test_a_coordinator_without_an_agency_is_told_so(as_, group, address, staff) -> None:
    person = make_membership(group=group, role=Role.COORDINATOR).user
    assert "ระบุหน่วยงานของท่าน" in as_(person).get(address).content.decode()
    assert results(as_(person).post(address, typed(staff[0].email)))[0][2] == team.ELSEWHERE


def test_who_runs_the_event_brings_anybody(as_, facilitator, officer, address) -> None:
    person = make_user(agency=None)
    for who in (facilitator, officer):
        assert results(as_(who).post(address, typed(person.email)))[0][2] == "จะลงทะเบียน"


def test_the_officer_of_a_viewing_site_brings_its_agencies_people(as_, event, address, province) -> None:
    officer, district = make_user(agency=make_agency()), make_agency(parent=province)
    site = ViewingSite.objects.create(
        event=event, agency=province, level=Level.PROVINCE, place="ห้องประชุม 1", officer=officer, expected=30
    )
    emails = [make_user(agency=agency).email for agency in (province, district, officer.agency, make_agency())]
    shown = as_(officer).post(address, typed(*emails))
    assert [bool(line.problem) for line in shown.context["team"].lines] == [False, False, False, True]
    site.is_open = False
    site.save()
    assert as_(officer).get(address).status_code == 404


def test_who_cannot_see_the_event_is_not_registered(as_, facilitator, event, address, member, outsider) -> None:
    Event.objects.filter(pk=event.pk).update(visibility=Visibility.GROUP)
    shown = as_(facilitator).post(address, typed(member.email, outsider.email))
    assert [answer for _, _, answer in results(shown)] == [
        "จะลงทะเบียน",
        "กิจกรรมนี้เฉพาะสมาชิกกลุ่ม บุคคลนี้ไม่ได้เป็นสมาชิก",
    ]


# --- Who --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["", "template.xlsx"])
def test_only_those_who_may_bring_somebody(
    as_, visitor, outsider, member, facilitator, officer, coordinator, address, path
) -> None:
    assert visitor.get(address + path)["Location"].startswith("/accounts/login/")
    elsewhere = make_membership(group=make_group(), role=Role.COORDINATOR).user
    assert [as_(who).get(address + path).status_code for who in (outsider, member, elsewhere)] == [404] * 3
    assert [as_(who).get(address + path).status_code for who in (facilitator, officer, coordinator)] == [200] * 3


def test_a_coordinator_of_a_cohosting_group_may_too(as_, event, address) -> None:
    cohost = make_group()
    event.cohosting.create(group=cohost)
    assert as_(make_membership(group=cohost, role=Role.COORDINATOR).user).get(address).status_code == 200


def test_a_former_coordinator_may_not(as_, coordinator, address) -> None:
    coordinator.memberships.update(state="left")
    assert as_(coordinator).get(address).status_code == 404


def test_it_is_shown_who_registered_whom(as_, coordinator, facilitator, event, address, staff) -> None:
    services.register(event=event, user=staff[0], mode=Mode.VC, by=coordinator)
    services.register(event=event, user=staff[1], mode=Mode.VC, by=facilitator)
    services.register(event=event, user=staff[2], mode=Mode.VC)

    def brought(who: User) -> list[tuple[str, str]]:
        rows = as_(who).get(address).context["page"]
        return [(row.user.email, row.registered_by.email) for row in rows]

    own = (staff[0].email, coordinator.email)
    assert brought(coordinator) == [own]
    assert brought(facilitator) == [(staff[1].email, facilitator.email), own]


@pytest.mark.parametrize("people", [1, 30])
def test_queries_do_not_grow_with_rows(
    as_, coordinator, event, address, steady, django_assert_num_queries, people
) -> None:
    team_mates = [make_user(agency=coordinator.agency) for _ in range(people)]
    for _ in range(people):
        make_registration(event=event, registered_by=coordinator)
    client = as_(coordinator)
    client.get(address)
    with django_assert_num_queries(9):
        assert len(client.get(address).context["page"]) == people
    with django_assert_num_queries(11):
        shown = client.post(address, typed(*(person.email for person in team_mates)))
    assert len(shown.context["team"].additions) == people
