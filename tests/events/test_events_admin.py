"""The administrators' tool for events: lists, forms whose saving goes through the services, actions, tables."""

import csv
import io
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from accounts.models import Level
from core.models import PageVersion
from core.thai import BANGKOK, BUDDHIST_ERA
from events.admin import forms
from events.models import (
    CoHost,
    Event,
    LogLine,
    Mailing,
    State,
)
from groups.models import Stage
from tests.events.desk import (
    CERTIFICATES,
    EVENTS,
    KINDS,
    act,
    make_site,
    told,
)
from tests.factories import (
    make_agency,
    make_attendance,
    make_certificate,
    make_event,
    make_group,
    make_registration,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_without_second_factor")]


@pytest.fixture
def event(group) -> Event:
    return make_event(group=group)


def row_of_each(group, number: int = 0) -> list:
    event = make_event(group=group)
    site = make_site(event, agency=make_agency(level=Level.PROVINCE, name=f"จังหวัด {number}"))
    mailing = Mailing.objects.create(event=event, audience="seated", subject="เรื่อง", body="ข้อความ", by=make_user())
    event.log("เรื่อง", by=make_user())
    person = make_user(agency=make_agency())
    return [
        event,
        make_registration(event=event, user=person, site=site, mode="site"),
        make_attendance(event=event, user=make_user(agency=make_agency()), site=site, mode="site"),
        site,
        make_certificate(event=event),
        mailing,
        LogLine.objects.latest("pk"),
    ]


# --- Who gets in, and what opens ---
@pytest.mark.parametrize("kind", KINDS)
def test_only_staff(as_, visitor, member, officer, facilitator, kind) -> None:
    clients = [visitor, *map(as_, (member, officer, facilitator))]
    assert [client.get(f"/admin/events/{kind}/").status_code for client in clients] == [302] * 4


def test_staff_without_permission_see_nothing(as_, event) -> None:
    client = as_(make_user(is_staff=True))
    pages = [f"/admin/events/{kind}/" for kind in KINDS]
    pages += [f"{EVENTS}add/", f"{EVENTS}{event.pk}/change/", f"{CERTIFICATES}export/"]
    assert [client.get(page).status_code for page in pages] == [403] * len(pages)


def test_every_list_and_every_row_opens(desk, group) -> None:
    rows = row_of_each(group)
    for kind, row in zip(KINDS, rows, strict=True):
        address = f"/admin/events/{kind}/"
        assert [desk.get(page).status_code for page in (address, f"{address}{row.pk}/change/")] == [200, 200]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("event", 200), ("registration", 200), ("attendance", 200), ("viewingsite", 200), ("certificate", 403),
        ("mailing", 403), ("logline", 403),
    ],
)  # fmt: skip
def test_what_may_be_added(desk, kind, status) -> None:
    assert desk.get(f"/admin/events/{kind}/add/").status_code == status


def test_a_km_officer_who_is_staff_needs_no_single_permission(as_, officer, group) -> None:
    officer.is_staff = True
    officer.save()
    rows, client = row_of_each(group), as_(officer)
    pages = [f"/admin/events/{kind}/{row.pk}/change/" for kind, row in zip(KINDS, rows, strict=True)]
    assert [client.get(page).status_code for page in [*pages, f"{EVENTS}add/"]] == [200] * 8


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(
    ("kind", "queries"),
    [
        ("event", 7), ("registration", 7), ("attendance", 7), ("viewingsite", 7), ("certificate", 7), ("mailing", 6),
        ("logline", 7),
    ],
)  # fmt: skip
def test_lists_cost_the_same_however_long(desk, group, kind, queries, rows, django_assert_num_queries) -> None:
    for number in range(rows):
        row_of_each(group, number)
    address = f"/admin/events/{kind}/"
    desk.get(address)
    with django_assert_num_queries(queries):
        desk.get(address)


@pytest.mark.parametrize("kind", KINDS)
def test_search_and_strange_filters(desk, group, kind) -> None:
    row_of_each(group)
    address = f"/admin/events/{kind}/"
    assert desk.get(address, {"q": "เเผน\x00"}).status_code == 200
    assert desk.get(address, {"event__id__exact": "x", "state__exact": "\x00"}, follow=True).status_code == 200


def test_an_event_is_found_by_its_title_when_something_refers_to_it(desk, event) -> None:
    address = reverse("admin:autocomplete")
    query = {"app_label": "events", "model_name": "registration", "field_name": "event", "term": "พัสดุ"}
    assert [row["id"] for row in desk.get(address, query).json()["results"]] == [str(event.pk)]


# --- An event ---
def parts(name: str, moment) -> dict[str, str]:
    local = moment.astimezone(BANGKOK)
    return {
        f"{name}_day": str(local.day), f"{name}_month": str(local.month),
        f"{name}_year": str(local.year + BUDDHIST_ERA), f"{name}_time": f"{local:%H.%M}",
    }  # fmt: skip


def event_form(event: Event | None = None, **changed: str) -> dict[str, str]:
    starts_at = event.starts_at if event else timezone.now() + timedelta(days=10)
    ends_at = event.ends_at if event else starts_at + timedelta(hours=3)
    form = {
        "title": event.title if event else "เรื่องใหม่", "lead": "", "agenda": "<p>กำหนดการ</p>", "capacity": "",
        "target": "",
        "for_central": "on", "for_province": "on", "for_district": "on", "visibility": "public",
        "gives_certificates": "on", "hours": "", "signatory_name": "", "signatory_position": "",
        **parts("starts_at", starts_at), **parts("ends_at", ends_at),
    }  # fmt: skip
    for prefix in ("channels", "speakers", "cohosting", "chapters", "documents"):
        form |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    return form | changed


def test_adding_an_event_makes_a_draft_with_a_number(desk, admin, group) -> None:
    make_event(group=group, fiscal_year=2570, number=4)
    other = make_group()
    extra = {
        "group": str(group.pk), "channels-TOTAL_FORMS": "1", "channels-0-kind": "vcs", "channels-0-note": "เข้าก่อนเวลา",
        "channels-0-link": "https://vcs.example.go.th/1", "speakers-TOTAL_FORMS": "2", "speakers-0-name": "คนที่สอง",
        "speakers-0-order": "2", "speakers-1-name": "คนแรก", "speakers-1-order": "1", "cohosting-TOTAL_FORMS": "1",
        "cohosting-0-group": str(other.pk), "chapters-TOTAL_FORMS": "1", "chapters-0-second": "60",
        "chapters-0-title": "เปิด",
    }  # fmt: skip
    response = desk.post(f"{EVENTS}add/", event_form(**extra), follow=True)
    event = Event.objects.latest("pk")
    assert (event.state, event.number, event.created_by, event.title, float(event.hours)) == (
        State.DRAFT, 5, admin, "เรื่องใหม่", 3.0,
    )  # fmt: skip
    assert [row.name for row in event.speakers.all()] == ["คนแรก", "คนที่สอง"]
    assert (event.channels.get().link, CoHost.objects.get().group, event.chapters.get().title) == (
        "https://vcs.example.go.th/1", other, "เปิด",
    )  # fmt: skip
    assert (response.status_code, LogEntry.objects.get().object_id) == (200, str(event.pk))


def test_editing_goes_through_planning(desk, event) -> None:
    registered = make_registration(event=event).user
    before = sum(PageVersion.objects.values_list("number", flat=True))
    starts_at = event.starts_at + timedelta(days=1)
    form = event_form(
        event, title="เรื่องที่แก้", **parts("starts_at", starts_at), **parts("ends_at", starts_at + timedelta(hours=2))
    )
    desk.post(f"{EVENTS}{event.pk}/change/", form)
    event.refresh_from_db()
    assert (event.title, event.sequence, event.seated_count) == ("เรื่องที่แก้", 1, 1)
    assert LogLine.objects.get(event=event).text.startswith("แก้ไข: เรื่อง, กำหนดการ, วันและเวลา")
    assert Mailing.objects.get().is_automatic is True
    assert sum(PageVersion.objects.values_list("number", flat=True)) > before
    assert (event.history.first().title, registered.pk) == ("เรื่องที่แก้", event.registrations.get().user_id)


def test_saving_without_a_change_does_nothing(desk, event) -> None:
    starts_at = event.starts_at.replace(second=0, microsecond=0)
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=3)}
    Event.objects.update(agenda="<p>กำหนดการ</p>", hours=3, **times)
    event.refresh_from_db()
    desk.post(f"{EVENTS}{event.pk}/change/", event_form(event, hours="3.0"))
    assert (Mailing.objects.count(), LogLine.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": "ก\x00"}, "title"),
        ({"starts_at_year": "ปี"}, "starts_at"),
        ({"capacity": "1"}, "capacity"),
        ({"hours": "x"}, "hours"),
        ({"ends_at_year": "2400"}, "__all__"),
    ],
)
def test_bad_input_is_a_form_error(desk, event, changed, field) -> None:
    for _ in range(2):
        make_registration(event=event)
    response = desk.post(f"{EVENTS}{event.pk}/change/", event_form(event, **changed))
    assert list(response.context["adminform"].form.errors) == [field]


def test_a_group_that_has_ended_plans_nothing(desk) -> None:
    group = make_group(stage=Stage.CLOSED)
    response = desk.post(f"{EVENTS}add/", event_form(group=str(group.pk)))
    assert dict(response.context["adminform"].form.errors) == {"group": ["กลุ่มนี้สิ้นสุดแล้ว จึงจัดกิจกรรมใหม่ไม่ได้"]}


def test_what_is_closed_or_cancelled_is_only_read(desk, group) -> None:
    for state in (State.COMPLETE, State.CANCELLED):
        event = make_event(group=group, state=state)
        assert desk.post(f"{EVENTS}{event.pk}/change/", event_form(event, title="แก้")).status_code == 403
        assert desk.get(f"{EVENTS}{event.pk}/change/").status_code == 200


def test_refused_at_the_last_moment_changes_nothing(desk, event, monkeypatch) -> None:
    Event.objects.update(state=State.POSTPONED)
    monkeypatch.setattr(forms.EventAdminForm, "__init__", forms.forms.ModelForm.__init__)
    form = event_form(event, hours="3", **parts("starts_at", event.starts_at - timedelta(hours=1)))
    response = desk.post(f"{EVENTS}{event.pk}/change/", form, follow=True)
    assert told(response) == ["กิจกรรมนี้เลื่อนกำหนดอยู่ กรุณากำหนดวันใหม่ที่หน้าสถานะ"]
    assert LogEntry.objects.count() == 0


def test_history_shows_who_changed_what(desk, admin, event) -> None:
    desk.post(f"{EVENTS}{event.pk}/change/", event_form(event, title="เรื่องที่แก้"))
    html = desk.get(f"{EVENTS}{event.pk}/history/").content.decode()
    assert (str(admin) in html, "เรื่องที่แก้" in html, event.sign_in_secret in html) == (True, True, False)


def test_only_a_draft_is_deleted(desk, group) -> None:
    draft, shown = make_event(group=group, state=State.DRAFT), make_event(group=group)
    assert [desk.get(f"{EVENTS}{row.pk}/delete/").status_code for row in (draft, shown)] == [200, 403]
    desk.post(f"{EVENTS}{draft.pk}/delete/", {"post": "yes"})
    assert list(Event.objects.all()) == [shown]
    assert "delete_selected" not in dict(desk.get(EVENTS).context["action_form"].fields["action"].choices)


def test_moves(desk, group, event) -> None:
    over = make_event(group=group, title="เสร็จแล้ว", state=State.ENDED, starts_at=timezone.now() - timedelta(days=2))
    asked = act(desk, EVENTS, "cancel", event)
    assert (asked.templates[0].name, list(act(desk, EVENTS, "cancel", event, answered="1").context["form"].errors)) == (
        "admin/ask.html", ["reason"],
    )  # fmt: skip
    done = act(desk, EVENTS, "cancel", event, answered="1", reason="ติดภารกิจ")
    event.refresh_from_db()
    assert (event.state, event.state_reason, told(done)) == (State.CANCELLED, "ติดภารกิจ", ["ยกเลิกกิจกรรมแล้ว 1 รายการ"])
    assert told(act(desk, EVENTS, "complete", over, event)) == [
        f"{event}: กิจกรรมนี้อยู่ในสถานะ “ยกเลิก” จึงดำเนินการนี้ไม่ได้",
        "ปิดงานแล้ว 1 รายการ",
    ]
    assert told(act(desk, EVENTS, "reopen", over)) == ["เปิดงานอีกครั้งแล้ว 1 รายการ"]
    assert told(act(desk, EVENTS, "announce", over)) == [f"{over}: กิจกรรมนี้อยู่ในสถานะ “เสร็จสิ้น” จึงดำเนินการนี้ไม่ได้"]


# --- Tables ---
@pytest.mark.parametrize(("kind", "column"), [
    ("event", "เรื่อง"), ("registration", "ชื่อ นามสกุล"), ("attendance", "ชื่อ นามสกุล"), ("viewingsite", "สถานที่"),
    ("certificate", "เลขที่"),
])  # fmt: skip
@pytest.mark.parametrize("rows", [1, 12])
def test_tables_to_take_out(desk, group, kind, column, rows, django_assert_max_num_queries) -> None:
    for number in range(rows):
        row_of_each(group, number)
    with django_assert_max_num_queries(10):
        response = desk.post(f"/admin/events/{kind}/export/", {"format": "1", "resource": "0"})
    lines = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert (column in lines[0], len(lines) >= rows) == (True, True)
    assert desk.get(f"/admin/events/{kind}/import/").status_code == 403
