"""What a person took part in: the own page, a table for the personnel office, the data to take away."""

import io
import json
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.utils import timezone

from events.learning import HEADERS, years
from events.models import CalendarFeed, Event, Interest, Standing, State, Status
from events.services.registration import register
from events.views import learning as views
from groups.models import Membership
from tests.factories import make_agency, make_attendance, make_certificate, make_event, make_registration, make_user

pytestmark = pytest.mark.django_db
PAGE, TABLE = "/my/learning/", "/my/learning/export.xlsx"


def held(group, *, days: int = 1, **fields) -> Event:
    starts_at = timezone.now() - timedelta(days=days)
    return make_event(group=group, starts_at=starts_at, **fields)


def sheet(response) -> list[tuple]:
    return list(openpyxl.load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True))


@pytest.mark.parametrize("address", [PAGE, TABLE])
def test_only_for_who_is_signed_in(visitor, address) -> None:
    assert visitor.get(address).status_code == 302


def test_what_was_attended_with_hours_and_certificates(as_, member, group) -> None:
    first, second = held(group, days=2, hours=3), held(group, hours=2.5, needs_evaluation=True)
    row = make_certificate(event=first, user=member)
    make_attendance(event=second, user=member, mode="room")
    response = as_(member).get(PAGE)
    page = response.context["page"]
    assert [(one.event, one.certificate, one.is_open) for one in page] == [(second, None, True), (first, row, True)]
    html = response.content.decode()
    wanted = [
        row.get_absolute_url(),
        row.serial,
        "รอท่านตอบแบบประเมิน",
        '<td class="num">2.5</td>',
        '<td class="num">3</td>',
    ]
    assert [part in html for part in wanted] == [True] * 5


def test_what_does_not_count(as_, member, group) -> None:
    make_attendance(event=held(group), user=member, status=Status.ABSENT)
    make_attendance(event=held(group), user=member, status=Status.EXCUSED)
    make_attendance(event=held(group, state=State.CANCELLED), user=member)
    make_attendance(event=make_event(group=group, starts_at=timezone.now() - timedelta(minutes=5)), user=member)
    make_attendance(event=held(group))
    make_registration(event=held(group), user=member)
    response = as_(member).get(PAGE)
    assert (list(response.context["page"]), response.context["years"]) == ([], [])
    assert "ยังไม่มีกิจกรรมที่เข้าร่วม" in response.content.decode()


def test_sums_of_each_fiscal_year(as_, member, group) -> None:
    for year, hours in ((2569, 3), (2570, 1.5), (2570, 2.5)):
        make_certificate(event=held(group, fiscal_year=year, hours=hours), user=member)
    make_certificate(event=held(group, fiscal_year=2570, hours=1), user=member, standing=Standing.REVOKED)
    found = [(one.fiscal_year, one.events, one.hours, one.certificates) for one in years(member, now=timezone.now())]
    assert found == [(2570, 3, Decimal(5), 2), (2569, 1, Decimal(3), 1)]
    client = as_(member)
    assert len(client.get(PAGE, {"year": "2569"}).context["page"]) == 1
    assert len(client.get(PAGE, {"year": "2400"}).context["page"]) == 0


@pytest.mark.parametrize("year", ["", "x", "-1", "99999999999", "\x00", "๒๕๗๐"])
def test_a_year_that_is_none_or_oddly_written(as_, member, group, year) -> None:
    make_attendance(event=held(group, fiscal_year=2570), user=member)
    assert [as_(member).get(address, {"year": year}).status_code for address in (PAGE, TABLE)] == [200] * 2


def test_an_event_that_one_may_no_longer_see_stays_without_a_link(as_, member, group) -> None:
    event = held(group, visibility="group", title="เฉพาะสมาชิก")
    make_attendance(event=event, user=member)
    Membership.objects.all().delete()
    html = as_(member).get(PAGE).content.decode()
    assert ("เฉพาะสมาชิก" in html, event.get_absolute_url() in html) == (True, False)


def test_pages(as_, member, group, monkeypatch) -> None:
    monkeypatch.setattr(views, "PAGE_SIZE", 2)
    for days in range(1, 4):
        make_attendance(event=held(group, days=days), user=member)
    client = as_(member)
    first = client.get(PAGE).context["page"]
    assert (len(first), len(client.get(PAGE + first.next_query).context["page"])) == (2, 1)


@pytest.mark.parametrize("rows", [1, 30])
def test_queries(steady, as_, member, group, rows, django_assert_num_queries) -> None:
    for days in range(1, rows + 1):
        make_certificate(event=held(group, days=days), user=member)
    client = as_(member)
    client.get(PAGE)
    with django_assert_num_queries(7):  # session, person, rows, certificates, visible events, sums of the years
        client.get(PAGE)
    with django_assert_num_queries(4):
        client.get(TABLE)


# --- For the personnel office ---
def test_the_table(as_, member, group) -> None:
    member.position, member.position_level, member.agency = "นักวิชาการพัสดุ", "ชำนาญการ", make_agency(name="กองกลาง")
    member.save()
    event = held(group, hours=2.5, title="=HYPERLINK(1)")
    row = make_certificate(event=event, user=member, attended=False)
    make_attendance(event=event, user=member, agency=make_agency(name="กองคลัง"))
    header, line = sheet(as_(member).get(TABLE))
    assert list(header) == HEADERS
    day = timezone.localdate(event.starts_at)
    assert (line[7].date(), [*line[:7], *line[8:]]) == (
        day,
        [
            "นางสาวมะลิวัลย์ ทิพย์อักษร", "นักวิชาการพัสดุชำนาญการ", "กองคลัง", event.fiscal_year, "=HYPERLINK(1)", event.serial,
            group.name, 2.5, "VCS ด้วยตนเอง", row.serial, row.shown_code,
        ],
    )  # fmt: skip


def test_the_table_of_one_year_and_of_nobody_else(as_, member, outsider, group) -> None:
    for year in (2569, 2570):
        make_attendance(event=held(group, fiscal_year=year), user=member)
        make_attendance(event=held(group, fiscal_year=year), user=outsider)
    response = as_(member).get(TABLE, {"year": "2569"})
    assert [line[3] for line in sheet(response)[1:]] == [2569]
    assert len(sheet(as_(member).get(TABLE))) == 3
    assert ("no-store" in response["Cache-Control"], "attachment" in response["Content-Disposition"]) == (True, True)


# --- To take away ---
def test_data_of_events_are_in_the_download(as_, member, outsider, group) -> None:
    past, coming = held(group), make_event(group=group, title="ครั้งหน้า")
    row = make_certificate(event=past, user=member)
    make_certificate(event=held(group, title="ของคนอื่น"), user=outsider)
    register(event=coming, user=member, mode="vc")
    Interest.objects.create(event=make_event(group=group, title="น่าสนใจ"), user=member)
    feed = CalendarFeed.objects.create(user=member)
    response = as_(member).get("/my/data/")
    data = json.loads(response.content)["events"]
    assert {name: len(rows) for name, rows in data.items() if isinstance(rows, list)} == {
        "registrations": 1, "interests": 1, "attendances": 1, "certificates": 1, "viewing_sites": 0,
    }  # fmt: skip
    assert (data["registrations"][0]["event"], data["certificates"][0]["serial"], data["has_calendar_feed"]) == (
        "ครั้งหน้า", row.serial, True,
    )  # fmt: skip
    assert [secret in response.content.decode() for secret in (feed.secret, "ของคนอื่น")] == [False, False]


def test_nothing_of_somebody_without_events(as_) -> None:
    assert json.loads(as_(make_user()).get("/my/data/").content)["events"]["attendances"] == []
