"""Viewing sites: opened by provinces and districts, reported by whoever answers for them, and by nobody else."""

import pytest

from accounts.models import Level, Notification
from core import pagecache
from events import sign_in
from events.models import Attendance, Event, LogLine, Mode, RosterEntry, Seat, Source, State, ViewingSite
from events.rosters.matching import Named
from events.services import attendance, site_reports, sites
from groups.services import Refused
from groups.visibility import Visibility
from tests.events.places import make_district, make_province, make_running_event, make_site, reached
from tests.factories import make_agency, make_event, make_group, make_registration, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(group) -> Event:
    return make_running_event(group=group)


@pytest.fixture
def site(event) -> ViewingSite:
    return make_site(event=event, place="ห้องประชุมเวียงพิงค์")


@pytest.fixture
def address(site) -> str:
    return f"/events/{site.event_id}/sites/{site.pk}/"


def shown(client, event, **query) -> list[ViewingSite]:
    return list(client.get(f"/events/{event.pk}/sites/", query).context["page"])


# --- The list ---------------------------------------------------------------------------------------------
def test_everybody_who_sees_the_event_sees_where_to_watch(visitor, as_, outsider, event, site) -> None:
    make_site(event=event, agency=make_province("น่าน"), is_open=False)
    address, name = f"/events/{event.pk}/sites/", site.officer.get_full_name()
    pages = [client.get(address).content.decode() for client in (visitor, as_(outsider))]
    assert [[text in page for text in ("ห้องประชุมเวียงพิงค์", "สำนักงานจังหวัดน่าน", "20 คน", name)] for page in pages] == [
        [True, False, True, False], [True, False, True, True],
    ]  # fmt: skip
    Event.objects.filter(pk=event.pk).update(visibility=Visibility.GROUP)
    pagecache.forget()
    assert [client.get(address + "?x").status_code for client in (visitor, as_(outsider))] == [404, 404]


def test_a_visitors_list_is_the_same_for_all(visitor, event, site) -> None:
    response = visitor.get(f"/events/{event.pk}/sites/")
    assert (response.is_public_page, response.cookies, "csrfmiddlewaretoken" in response.content.decode()) == (
        True, {}, False,
    )  # fmt: skip


def test_filters_of_the_list(as_, outsider, event, site) -> None:
    district = make_site(event=event, agency=make_district("ปัว", make_province("น่าน")), place="หอประชุมอำเภอ")
    client = as_(outsider)
    queries = [{}, {"q": "น่าน"}, {"q": "อำเภอ ปัว"}, {"level": "province"}, {"q": "ไม่มี"}, {"level": "x"}]
    assert [shown(client, event, **query) for query in queries] == [
        [district, site], [district], [district], [site], [], [district, site],
    ]  # fmt: skip


def test_who_runs_the_event_sees_who_has_reported(as_, facilitator, event, site) -> None:
    silent = make_site(event=event, agency=make_province("น่าน"))
    site_reports.report_head_count(site=site, count=12, by=site.officer)
    client = as_(facilitator)
    html = client.get(f"/events/{event.pk}/sites/").content.decode()
    assert [text in html for text in ("รายงาน 12 คน", "ยังไม่รายงาน")] == [True, True]
    assert shown(client, event, reported="no") == [silent]


@pytest.mark.parametrize("count", [1, 30])
def test_queries_of_the_lists_do_not_grow(
    as_, outsider, facilitator, visitor, event, steady, count, django_assert_num_queries
) -> None:
    for number in range(count):
        row = make_site(event=event, agency=make_province(f"จังหวัด {number}"))
        site_reports.report_head_count(site=row, count=3, by=row.officer)
    address = f"/events/{event.pk}/sites/"
    for client, queries in ((visitor, 3), (as_(outsider), 7), (as_(facilitator), 8)):
        client.get(address)
        with django_assert_num_queries(queries):
            client.get(address + "?level=")


# --- Opening ----------------------------------------------------------------------------------------------
def test_a_district_opens_its_own(as_, event) -> None:
    district = make_district("แม่ริม", make_province())
    person = make_user(agency=district)
    client = as_(person)
    other = make_province("น่าน")
    data = {"place": "หอประชุมอำเภอ", "expected": "๔๐", "agency": other.pk, "officer": "x@example.go.th"}
    response = client.post(f"/events/{event.pk}/sites/new/", data)
    row = ViewingSite.objects.get()
    assert (row.agency, row.level, row.officer, row.expected, row.place) == (
        district, Level.DISTRICT, person, 40, "หอประชุมอำเภอ",
    )  # fmt: skip
    assert response["Location"] == f"/events/{event.pk}/sites/{row.pk}/"
    assert [line.text for line in LogLine.objects.all()] == [f"เปิดจุดรับชม {row}"]


def test_a_facilitator_opens_one_for_any_agency_and_tells_who_answers_for_it(as_, facilitator, event, told) -> None:
    province = make_province()
    make_district("แม่ริม", province)
    officer = make_user(email="officer9@example.go.th")
    data = {"agency": province.pk, "district": "แม่ริม", "place": "หอประชุม", "expected": "40", "officer": officer.email}
    response = as_(facilitator).post(f"/events/{event.pk}/sites/new/", data)
    row = ViewingSite.objects.get()
    assert (row.agency.name, row.officer, response.status_code) == ("ที่ทำการปกครองอำเภอแม่ริม", officer, 302)
    line = Notification.objects.get()
    assert (line.recipient, line.url) == (officer, f"/events/{event.pk}/sites/{row.pk}/")


@pytest.mark.parametrize("agency", [lambda: None, make_agency, lambda: make_province_inactive()])
def test_who_works_in_no_province_or_district_opens_none(as_, event, told, agency) -> None:
    client = as_(make_user(agency=agency()))
    address = f"/events/{event.pk}/sites/new/"
    for response in (client.get(address), client.post(address, {"place": "ห้อง", "expected": "5"})):
        assert (response["Location"], told(response)[-1][:30]) == (
            f"/events/{event.pk}/sites/", "เปิดจุดรับชมได้เฉพาะผู้ปฏิบัติ",
        )  # fmt: skip
    assert ViewingSite.objects.count() == 0


def make_province_inactive():
    province = make_province()
    province.is_active = False
    province.save()
    return province


@pytest.mark.parametrize(
    ("data", "field", "error"),
    [
        ({"place": ""}, "place", "กรุณากรอกสถานที่"),
        ({"place": "ก" * 201}, "place", "ยาว 201 ตัวอักษร กรุณาตัดให้เหลือ 200"),
        ({"expected": ""}, "expected", "กรุณากรอกคาดว่าจะมีผู้เข้าร่วม (คน)"),
        ({"expected": "มาก"}, "expected", "กรุณาพิมพ์เป็นตัวเลข เช่น 120"),
        ({"expected": "0"}, "expected", "ต้องไม่น้อยกว่า 1"),
        ({"expected": "10001"}, "expected", "ต้องไม่เกิน 10000"),
    ],
)
def test_what_cannot_be_opened_says_why_and_keeps_what_was_typed(as_, event, data, field, error) -> None:
    client = as_(make_user(agency=make_province()))
    typed = {"place": "ห้อง", "expected": "5"} | data
    response = client.post(f"/events/{event.pk}/sites/new/", typed)
    form = response.context["form"]
    assert (response.status_code, form.errors[field], form[field].value()) == (
        200,
        [error],
        ({"place": "ห้อง", "expected": "5"} | data)[field],
    )


def test_one_place_of_an_agency_opens_once(as_, site, event) -> None:
    response = as_(site.officer).post(f"/events/{event.pk}/sites/new/", {"place": site.place, "expected": "5"})
    assert response.context["form"].non_field_errors() == ["หน่วยงานนี้เปิดจุดรับชมที่สถานที่นี้ไว้แล้ว"]
    assert ViewingSite.objects.count() == 1


@pytest.mark.parametrize("address", ["ไม่ใช่", "nobody@example.go.th", "closed@example.go.th"])
def test_nobody_answers_for_a_site_without_an_account(as_, facilitator, event, address) -> None:
    make_user(email="closed@example.go.th", is_active=False)
    data = {"agency": make_province().pk, "place": "ห้อง", "expected": "5", "officer": address}
    form = as_(facilitator).post(f"/events/{event.pk}/sites/new/", data).context["form"]
    known = "รูปแบบอีเมลไม่ถูกต้อง" if address == "ไม่ใช่" else "ไม่พบบัญชีที่ใช้อีเมลนี้ ให้เจ้าของอีเมลสมัครใช้งานก่อน"
    assert form.errors == {"officer": [known]}


@pytest.mark.parametrize(
    ("change", "start"),
    [
        ({"state": State.CANCELLED}, "กิจกรรมนี้ยกเลิก"),
        ({"state": State.COMPLETE}, "กิจกรรมนี้ปิดงานแล้ว"),
        ({"attendance_closed_at": "2026-11-01T00:00Z"}, "ผู้ดำเนินกลุ่มปิดการรายงาน"),
    ],
)
def test_when_none_is_opened(as_, event, change, start) -> None:
    Event.objects.filter(pk=event.pk).update(**change)
    client = as_(make_user(agency=make_province()))
    form = client.post(f"/events/{event.pk}/sites/new/", {"place": "ห้อง", "expected": "5"}).context["form"]
    assert form.non_field_errors()[0].startswith(start)


# --- Changing and closing ---------------------------------------------------------------------------------
def test_handing_a_site_over(as_, site, event, address) -> None:
    successor = make_user(email="next@example.go.th")
    response = as_(site.officer).post(
        f"{address}edit/", {"place": "ห้องใหม่", "expected": "7", "officer": successor.email}
    )
    site.refresh_from_db()
    assert (site.officer, site.place, site.expected) == (successor, "ห้องใหม่", 7)
    assert response["Location"] == f"/events/{event.pk}/sites/"  # their own page is another's now
    assert Notification.objects.get().recipient == successor


def test_closing_tells_who_chose_it_and_opening_again(as_, site, event, member, address, told) -> None:
    make_registration(event=event, user=member, mode=Mode.SITE, site=site)
    client = as_(site.officer)
    assert told(client.post(f"{address}opening/", {"action": "close"}))[-1].startswith("ปิดจุดรับชมแล้ว")
    site.refresh_from_db()
    line = Notification.objects.get()
    assert (site.is_open, line.recipient, site.registrations.count()) == (False, member, 0)
    response = client.post(f"{address}head-count/", {"count": "5"})
    assert response.context["form"].non_field_errors() == ["จุดรับชมนี้ปิดแล้ว หากมีการรับชมจริง กรุณาเปิดจุดรับชมอีกครั้งก่อนรายงาน"]
    client.post(f"{address}opening/", {"action": "reopen"})
    site.refresh_from_db()
    assert site.is_open


def test_what_was_reported_is_not_closed_away(site) -> None:
    site_reports.report_head_count(site=site, count=0, by=site.officer)
    with pytest.raises(Refused, match="จุดรับชมนี้รายงานผู้เข้าร่วมแล้ว จึงปิดไม่ได้"):
        sites.close_site(site=site, by=site.officer)


# --- Reporting --------------------------------------------------------------------------------------------
def test_reporting_a_head_count(as_, site, event, address, told) -> None:
    site_reports.enter_roster(site=site, people=[Named("นาย ก ข"), Named("นาง ค ง")], by=site.officer)
    client = as_(site.officer)
    assert told(client.post(f"{address}head-count/", {"count": "๑๒", "remark": "ฝนตก"})) == ["รายงานผู้เข้าร่วม 12 คนแล้ว"]
    site.refresh_from_db()
    assert (site.head_count, site.remark, site.reported_by, reached(event)) == (
        12, "ฝนตก", site.officer, {(Level.PROVINCE, Mode.SITE): 12},
    )  # fmt: skip
    context = client.get(address).context
    assert (context["named"], context["unnamed"]) == (2, 10)
    assert told(client.post(f"{address}head-count/", {"count": "1"}))[-1] == (
        "มีรายชื่อ 2 คน มากกว่าจำนวนที่รายงาน ระบบนับตามรายชื่อ"
    )


@pytest.mark.parametrize(
    ("count", "error"),
    [
        ("", "กรุณากรอกจำนวนผู้เข้าร่วมทั้งหมด (คน)"),
        ("-1", "ต้องไม่น้อยกว่า 0"),
        ("10001", "ต้องไม่เกิน 10000"),
        ("สิบ", "กรุณาพิมพ์เป็นตัวเลข เช่น 120"),
    ],
)
def test_a_head_count_that_is_none(as_, site, address, count, error) -> None:
    response = as_(site.officer).post(f"{address}head-count/", {"count": count, "remark": "ฝนตก"})
    form = response.context["form"]
    assert (response.status_code, form.errors["count"], form["remark"].value()) == (200, [error], "ฝนตก")


def test_too_early_to_report(as_, group) -> None:
    row = make_site(event=make_event(group=group))
    response = as_(row.officer).post(f"/events/{row.event_id}/sites/{row.pk}/head-count/", {"count": "5"})
    assert response.context["form"].non_field_errors()[0].startswith("บันทึกผู้เข้าร่วมได้ตั้งแต่ ")


def test_taking_a_name_off_from_the_page(as_, site, event, address, told) -> None:
    (entry,) = site_reports.enter_roster(site=site, people=[Named("นาย ก ข")], by=site.officer)
    response = as_(site.officer).post(f"{address}roster/{entry.pk}/removal/")
    assert (response["Location"], told(response), Attendance.objects.count()) == (address, ["นำออกจากรายชื่อแล้ว"], 0)


@pytest.mark.parametrize("people", [1, 30])
def test_queries_of_the_page_do_not_grow(as_, site, event, address, steady, people, django_assert_num_queries) -> None:
    other = make_site(event=event, agency=make_province("น่าน"))
    named = [Named(f"นาย ก {number}") for number in range(people)]
    site_reports.enter_roster(site=other, people=named, by=other.officer)
    site_reports.enter_roster(site=site, people=named, by=site.officer)
    client = as_(site.officer)
    client.get(address)
    with django_assert_num_queries(7):
        client.get(address)


# --- On paper ---------------------------------------------------------------------------------------------
def test_the_sheet(as_, site, event, member, address) -> None:
    make_registration(event=event, user=member, mode=Mode.SITE, site=site)
    make_registration(event=event, mode=Mode.SITE, site=site, seat=Seat.CANCELLED)
    response = as_(site.officer).get(f"{address}sheet/")
    html = response.content.decode()
    code = sign_in.sheet_code(site)
    texts = [
        code.spaced,
        "<svg",
        event.title,
        site.place,
        member.get_full_name(),
        f"http://testserver/events/{event.pk}/sign-in/",
    ]
    assert [text in html for text in texts] == [True] * len(texts)
    assert (response.context["people"], list(response.context["blank"])) == ([member], list(range(2, 21)))


def test_the_sheet_of_a_multitude_stays_printable(as_, site, address) -> None:
    ViewingSite.objects.update(expected=9000)
    assert len(as_(site.officer).get(f"{address}sheet/").context["blank"]) == 400


# --- Who may --------------------------------------------------------------------------------------------
def test_only_its_officer_and_who_runs_the_event_reach_a_site(
    as_, visitor, outsider, member, facilitator, officer, site, event, address
) -> None:
    (entry,) = site_reports.enter_roster(site=site, people=[Named("นาย ก ข")], by=site.officer)
    colleague = make_user(agency=site.agency)
    elsewhere = make_site(event=event, agency=make_province("น่าน")).officer
    other_facilitator_site = make_site(event=make_running_event(group=make_group(slug="other")), officer=elsewhere)
    pages = [address, *(f"{address}{page}" for page in ("edit/", "roster/", "roster/template.xlsx", "sheet/"))]
    acts = [
        *(f"{address}{act}" for act in ("edit/", "opening/", "head-count/", "roster/")),
        f"{address}roster/{entry.pk}/removal/",
    ]
    for person in (outsider, member, colleague, elsewhere):
        client = as_(person)
        answers = [client.get(page).status_code for page in pages] + [client.post(act).status_code for act in acts]
        assert answers == [404] * 10
    for person in (site.officer, facilitator, officer):
        assert [as_(person).get(page).status_code for page in pages] == [200] * 5
    assert {visitor.get(page)["Location"].split("?")[0] for page in pages} == {"/accounts/login/"}
    # One's own site does not open another's entry, nor another event's site.
    own = f"/events/{other_facilitator_site.event_id}/sites/{other_facilitator_site.pk}/"
    client = as_(elsewhere)
    assert client.post(f"{own}roster/{entry.pk}/removal/").status_code == 404
    assert client.get(f"/events/{event.pk}/sites/{other_facilitator_site.pk}/").status_code == 404
    assert RosterEntry.objects.count() == 1


def test_an_officer_who_does_not_run_the_event_sees_no_tabs_of_it(as_, site, facilitator, address) -> None:
    tab = f"/events/{site.event_id}/attendance/"
    assert [tab in as_(person).get(address).content.decode() for person in (site.officer, facilitator)] == [False, True]


def test_signed_in_by_the_sites_code_is_known_by_name_there(site, event, member) -> None:
    attendance.sign_in(event=event, user=member, source=Source.QR, mode=Mode.VC, site=site)
    site_reports.report_head_count(site=site, count=4, by=site.officer)
    assert sum(reached(event).values()) == 4
