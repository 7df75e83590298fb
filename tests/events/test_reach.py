"""How many people an event reached: derived from rows, proved nightly."""

import logging

import pytest

from accounts.models import Level
from events import tasks
from events.models import Attendance, Event, Interest, Mode, Reach, RosterEntry, Seat, Source, Status
from events.rosters.matching import Named
from events.services import attendance, proof, site_reports
from events.services.reach import SiteCount, count_sites, reach_of, recount
from tests.events.places import make_district, make_province, make_running_event, make_site, reached
from tests.factories import make_agency, make_attendance, make_registration, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(group) -> Event:
    return make_running_event(group=group)


def named(*names: str) -> list[Named]:
    return [Named(name) for name in names]


def test_two_rosters_and_a_sign_in_are_one_person(event) -> None:
    province = make_province()
    sites = [make_site(event=event, agency=agency) for agency in (province, make_district("แม่ริม", province))]
    person = make_user(title="นาย", given_name="ต้นน้ำ", family_name="แก้วมณีใส", agency=province)
    attendance.sign_in(event=event, user=person, source=Source.QR, mode=Mode.VC)
    for site in sites:
        site_reports.enter_roster(site=site, people=named("นายต้นน้ำ แก้วมณีใส", f"นาย ก {site.pk}"), by=site.officer)
        site_reports.report_head_count(site=site, count=5, by=site.officer)
    assert reached(event) == {
        (Level.PROVINCE, Mode.VC): 1,  # the person, by the first way
        (Level.PROVINCE, Mode.SITE): 4,  # one by name, three without one
        (Level.DISTRICT, Mode.SITE): 4,
    }
    assert RosterEntry.objects.filter(attendance__user=person).count() == 2


@pytest.mark.parametrize(("heads", "people"), [(0, 2), (1, 2), (2, 2), (10, 10)])
def test_a_head_count_covers_the_roster_whichever_comes_first(event, heads, people) -> None:
    first, second = (make_site(event=event, agency=make_province(name)) for name in ("ลำปาง", "น่าน"))
    site_reports.report_head_count(site=first, count=heads, by=first.officer)
    site_reports.enter_roster(site=first, people=named("นาย ก ข", "นาง ค ง"), by=first.officer)
    site_reports.enter_roster(site=second, people=named("นาย จ ฉ", "นาง ช ซ"), by=second.officer)
    site_reports.report_head_count(site=second, count=heads, by=second.officer)
    assert reached(event) == {(Level.PROVINCE, Mode.SITE): 2 * people}


def test_signing_in_by_a_sites_code_names_one_of_those_counted(event) -> None:
    site = make_site(event=event)
    site_reports.report_head_count(site=site, count=3, by=site.officer)
    person = make_user(agency=make_agency())
    attendance.sign_in(event=event, user=person, source=Source.QR, mode=Mode.VC, site=site)
    assert reached(event) == {(Level.CENTRAL, Mode.SITE): 1, (Level.PROVINCE, Mode.SITE): 2}


def test_a_second_site_by_code_is_an_entry_there_and_not_a_second_person(event, member) -> None:
    first, second = (make_site(event=event, agency=make_province(name)) for name in ("ลำปาง", "น่าน"))
    for site in (first, second, second):
        attendance.sign_in(event=event, user=member, source=Source.QR, mode=Mode.VC, site=site)
    row = Attendance.objects.get()
    assert (row.site, [entry.site for entry in row.entries.all()]) == (first, [second])
    site_reports.report_head_count(site=second, count=1, by=second.officer)
    assert sum(reached(event).values()) == 1


def test_an_absent_person_on_a_roster_is_not_counted_but_the_head_count_stands(event, facilitator) -> None:
    site = make_site(event=event)
    (entry,) = site_reports.enter_roster(site=site, people=named("นาย ก ข"), by=site.officer)
    attendance.mark(event=event, attendance=entry.attendance, status=Status.ABSENT, by=facilitator)
    assert reached(event) == {}
    site_reports.report_head_count(site=site, count=1, by=site.officer)
    assert reached(event) == {(Level.PROVINCE, Mode.SITE): 1}


def test_the_totals_in_two_queries(event, django_assert_num_queries) -> None:
    for number, agency in enumerate([make_province(), make_province("น่าน"), make_district("ปัว", make_province("แพร่"))]):
        site = make_site(event=event, agency=agency)
        if number:
            site_reports.report_head_count(site=site, count=7, by=site.officer)
    make_site(event=event, agency=make_province("ตาก"), is_open=False)
    attendance.sign_in(event=event, user=make_user(agency=make_agency()), source=Source.QR, mode=Mode.ROOM)
    with django_assert_num_queries(2):
        totals = reach_of(event)
    assert (totals.total, totals.by_level, totals.by_mode) == (
        15,
        {Level.CENTRAL: 1, Level.PROVINCE: 7, Level.DISTRICT: 7},
        {Mode.ROOM: 1, Mode.VC: 0, Mode.SITE: 14, Mode.YOUTUBE: 0},
    )
    assert totals.sites_by_level == {
        Level.CENTRAL: SiteCount(), Level.PROVINCE: SiteCount(2, 1), Level.DISTRICT: SiteCount(1, 1),
    }  # fmt: skip
    assert (totals.sites, totals.sites.missing, count_sites(event)) == (SiteCount(3, 2), 1, totals.sites_by_level)


@pytest.mark.parametrize("rows", [1, 30])
def test_recounting_asks_the_same_however_many(event, rows, django_assert_num_queries) -> None:
    sites = [make_site(event=event, agency=make_province(f"จังหวัด {number}")) for number in range(rows)]
    for site in sites:
        make_attendance(event=event, full_name=f"นาย ก {site.pk}", mode=Mode.SITE, level=Level.PROVINCE, site=site)
        site.head_count = 3
        site.save()
    with django_assert_num_queries(11):
        recount(event)
    assert reached(event) == {(Level.PROVINCE, Mode.SITE): 3 * rows}


# --- The nightly proof ------------------------------------------------------------------------------------
def test_nothing_is_wrong_after_whatever_happened(event, member, facilitator) -> None:
    site = make_site(event=event)
    make_registration(event=event, user=member)
    make_registration(event=event, seat=Seat.WAITING)
    attendance.sign_in(event=event, user=member, source=Source.QR, mode=Mode.VC)
    (entry, _) = site_reports.enter_roster(site=site, people=named("นาย ก ข", "นาง ค ง"), by=site.officer)
    site_reports.report_head_count(site=site, count=9, by=site.officer)
    site_reports.remove_entry(entry=entry, by=site.officer)
    attendance.mark(event=event, user=member, status=Status.ABSENT, by=facilitator)
    assert proof.correct_counts() == []


def test_differences_are_corrected_and_reported(event, caplog) -> None:
    make_attendance(event=event, level=Level.DISTRICT, mode=Mode.SITE)
    make_registration(event=event)
    right = make_running_event()
    make_attendance(event=right, level=Level.CENTRAL, mode=Mode.VC)
    recount(right)
    Reach.objects.create(event=event, level=Level.CENTRAL, mode=Mode.VC, people=5)
    Interest.objects.create(event=event, user=make_user())
    Event.objects.filter(pk=event.pk).update(seated_count=7, waiting_count=2)
    with caplog.at_level(logging.ERROR, logger="events.tasks"):
        assert tasks.recount_events.call() == 2
    event.refresh_from_db()
    assert (event.seated_count, event.waiting_count, event.interest_count) == (1, 0, 1)
    assert reached(event) == {(Level.DISTRICT, Mode.SITE): 1}
    assert [record.message for record in caplog.records] == [
        f"event {event.pk} counted {{'seated_count': 7, 'waiting_count': 2, 'interest_count': 0}},"
        " has {'seated_count': 1, 'waiting_count': 0, 'interest_count': 1}",
        f"event {event.pk} reached {{'central/vc': 5}}, has {{'district/site': 1}}",
    ]
    assert tasks.recount_events.call() == 0


@pytest.mark.parametrize("events", [1, 15])
def test_the_proof_asks_the_same_however_many_events(events, django_assert_num_queries) -> None:
    for _ in range(events):
        one = make_running_event()
        make_registration(event=one)
        site = make_site(event=one, head_count=3)
        make_attendance(event=one, full_name="นาย ก ข", site=site, mode=Mode.SITE)
        recount(one)
    with django_assert_num_queries(8):
        assert proof.correct_counts() == []
