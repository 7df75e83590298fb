"""Calendar files, read back by a second library and by a strict checker of their lines."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from core.thai import BANGKOK
from events import ics
from events.models import Channel, Event, Seat, State
from events.services import planning
from groups.models import Group
from tests.factories import make_event, make_group, make_registration

pytestmark = pytest.mark.django_db
START = datetime(2026, 12, 3, 13, 30, tzinfo=BANGKOK)
LINK = "https://vcs.example.go.th/r/secret;1,2"


def read(content: bytes) -> vobject.base.Component:
    """By another library than wrote it, once its lines have been checked."""
    assert strictly(content)
    return vobject.readOne(content.decode())


def strictly(content: bytes) -> list[str]:
    """The unfolded lines, as RFC 5545 wants them: CRLF, at most 75 octets, whole characters, escaped text."""
    text = content.decode()
    assert content.endswith(b"\r\n")
    physical = content.removesuffix(b"\r\n").split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in physical)
    assert max(len(line) for line in physical) <= 75
    for line in physical:
        line.decode()  # no character is cut in two
    lines = text.removesuffix("\r\n").replace("\r\n ", "").split("\r\n")
    opened = []
    for line in lines:
        name, value = re.fullmatch(r'([A-Z-]+)(?:;[A-Z-]+=(?:"[^"]*"|[^";:,]*))*:(.*)', line, re.DOTALL).groups()
        if name == "BEGIN":
            opened.append(value)
        elif name == "END":
            assert opened.pop() == value
        elif name in ("SUMMARY", "DESCRIPTION", "LOCATION"):
            assert not re.search(r"(?<!\\)[;,]", value.replace("\\\\", ""))
            assert not re.search(r"\\(?![\\;,nN])", value.replace("\\\\", ""))
    assert opened == []
    return lines


def file_of(event: Event, **fields: object) -> bytes:
    return ics.calendar_file(event.title, [ics.entry(event, **fields)])


@pytest.fixture
def event(group: Group) -> Event:
    event = make_event(
        group=group,
        title="ตรวจสอบพัสดุประจำปี: เตรียมก่อน, เสร็จใน 30 วัน; ไม่ค้าง \\ จบ",
        lead="แบ่งงานให้จบ\nตั้งแต่วันแรก",
        agenda="<h3>ช่วงเช้า</h3><ul><li>เปิดเวที</li><li>ถาม–ตอบ</li></ul>",
        starts_at=START,
        ends_at=START + timedelta(hours=2, minutes=30),
        number=1,
        sequence=2,
        updated_at=datetime(2026, 11, 20, 3, 4, 5, tzinfo=UTC),
    )
    Channel.objects.create(event=event, kind="vcs", note="ถึงทุกจังหวัด", link=LINK)
    Channel.objects.create(event=event, kind="room", note="ห้องประชุมราชสีห์")
    return event


def test_what_a_second_library_reads(event: Event) -> None:
    calendar = read(file_of(event))
    entry = calendar.vevent
    assert {name: calendar.contents[name][0].value for name in ("version", "prodid", "method", "calscale")} == {
        "version": "2.0",
        "prodid": "-//CoP OPS MOI//cops-portal//TH",
        "method": "PUBLISH",
        "calscale": "GREGORIAN",
    }
    assert entry.uid.value == f"{event.uid}@testserver"
    assert (entry.sequence.value, entry.status.value, entry.contents["class"][0].value) == ("2", "CONFIRMED", "PUBLIC")
    assert entry.summary.value == event.title
    assert (entry.dtstart.value, entry.dtend.value) == (START, START + timedelta(hours=2, minutes=30))
    assert entry.dtstart.value.utcoffset() == timedelta(hours=7)
    assert entry.dtstamp.value == entry.last_modified.value == event.updated_at
    assert entry.url.value == f"http://testserver/events/{event.pk}/"
    assert entry.location.value == "ห้องประชุมราชสีห์, VCS"
    assert entry.description.value == (
        "กลุ่มการเงิน การคลัง และพัสดุ ครั้งที่ 1/2570\n\nแบ่งงานให้จบ\nตั้งแต่วันแรก\n\n"
        "กำหนดการ\nช่วงเช้า\n• เปิดเวที\n• ถาม–ตอบ\n\n"
        "ช่องทาง\nห้องประชุม: ห้องประชุมราชสีห์\nVCS: ถึงทุกจังหวัด\n\n"
        f"รายละเอียดและการลงทะเบียน: http://testserver/events/{event.pk}/"
    )
    assert sorted(entry.contents) == [
        *("categories", "class", "created", "description", "dtend", "dtstamp", "dtstart", "last-modified"),
        *("location", "sequence", "status", "summary", "transp", "uid", "url"),
    ]  # neither attendee nor organizer


def test_times_are_in_bangkok_with_the_zone_defined(event: Event) -> None:
    lines = strictly(file_of(event))
    assert "DTSTART;TZID=Asia/Bangkok:20261203T133000" in lines
    assert lines[lines.index("BEGIN:VTIMEZONE") : lines.index("END:VTIMEZONE")] == [
        *("BEGIN:VTIMEZONE", "TZID:Asia/Bangkok", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZNAME:+07"),
        *("TZOFFSETFROM:+0700", "TZOFFSETTO:+0700", "END:STANDARD"),
    ]


def test_how_often_to_ask_again_and_where(event: Event) -> None:
    lines = strictly(ics.calendar_file("ปฏิทิน, ของกลุ่ม", [], url="http://testserver/events/calendar.ics"))
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in lines
    assert "X-WR-CALNAME:ปฏิทิน\\, ของกลุ่ม" in lines
    assert "SOURCE;VALUE=URI:http://testserver/events/calendar.ics" in lines


@pytest.mark.parametrize(
    ("state", "status", "summary", "busy"),
    [
        (State.OPEN, "CONFIRMED", "", "OPAQUE"),
        (State.ENDED, "CONFIRMED", "", "OPAQUE"),
        (State.POSTPONED, "TENTATIVE", "เลื่อนกำหนด: ", "TRANSPARENT"),
        (State.CANCELLED, "CANCELLED", "ยกเลิก: ", "TRANSPARENT"),
    ],
)
def test_states(event: Event, state: str, status: str, summary: str, busy: str) -> None:
    event.state, event.state_reason = state, "วิทยากรติดราชการ"
    entry = read(file_of(event)).vevent
    assert (entry.status.value, entry.summary.value, entry.transp.value) == (status, f"{summary}{event.title}", busy)
    assert ("วิทยากรติดราชการ" in entry.description.value) == bool(summary)


def test_what_people_typed_cannot_add_lines(event: Event) -> None:
    event.title = "ก\r\nATTENDEE:mailto:a@b.go.th"
    event.lead = 'x\nBEGIN:VALARM\r\n"quoted";:,\\n'
    Channel.objects.filter(kind="room").update(note="ห้อง\r\nURL:https://evil.example")
    lines = strictly(file_of(Event.objects.prefetch_related("channels").get(pk=event.pk)))
    lines += strictly(file_of(event))
    assert [line for line in lines if line.startswith(("ATTENDEE", "BEGIN:VALARM", "URL:https://evil"))] == []


def test_very_long_texts_are_folded_between_characters(event: Event) -> None:
    event.title, event.lead = "กู้ยืมปั๊มน้ำญี่ปุ่น" * 9, "ที่" * 130
    entry = read(file_of(event)).vevent
    assert (entry.summary.value, event.lead in entry.description.value) == (event.title, True)


def test_the_zone_of_the_server_does_not_matter(event: Event) -> None:
    expected = file_of(event)
    event.starts_at = event.starts_at.astimezone(ZoneInfo("America/New_York"))
    event.ends_at = event.ends_at.astimezone(UTC)
    assert file_of(event) == expected


def test_a_change_raises_the_sequence_and_keeps_the_uid(event: Event, facilitator) -> None:
    event.starts_at = timezone.now() + timedelta(days=2)
    event.ends_at = event.starts_at + timedelta(hours=2)
    event.save()
    before = read(file_of(event)).vevent
    changed = planning.cancel(event=event, by=facilitator, reason="ห้องประชุมไม่ว่าง")
    after = read(file_of(changed)).vevent
    assert (after.uid.value, int(after.sequence.value)) == (before.uid.value, int(before.sequence.value) + 1)
    assert after.dtstamp.value > before.dtstamp.value
    assert after.status.value == "CANCELLED"


# --- One event, by address --------------------------------------------------------------------------------
def fetch(client: Client, event: Event, **headers: str):
    return client.get(f"/events/{event.pk}/event.ics", **headers)


def test_the_file_of_one_event(visitor: Client, event: Event) -> None:
    response = fetch(visitor, event)
    assert (response["Content-Type"], response["Content-Disposition"]) == (
        "text/calendar; charset=utf-8",
        f'attachment; filename="event-{event.pk}.ics"',
    )
    assert read(response.content).vevent.uid.value == f"{event.uid}@testserver"
    assert response["Cache-Control"].startswith("public")


def test_the_join_link_only_for_those_with_a_seat(
    visitor: Client, as_, event: Event, outsider, member, facilitator, officer
) -> None:
    waiting = make_registration(event=event, seat=Seat.WAITING).user
    left = make_registration(event=event, seat=Seat.CANCELLED).user
    make_registration(event=event, user=outsider)
    shown = {
        person: LINK in vobject.readOne(fetch(as_(person), event).content.decode()).vevent.description.value
        for person in (outsider, member, waiting, left, facilitator, officer)
    }
    assert shown == {outsider: True, member: False, waiting: False, left: False, facilitator: True, officer: True}
    assert fetch(as_(outsider), event)["Cache-Control"] == "private, no-cache"
    for _ in range(2):  # made for the visitor, then kept, after others had theirs
        assert b"secret" not in fetch(visitor, event).content


@pytest.mark.parametrize("state", [State.POSTPONED, State.CANCELLED, State.ENDED, State.COMPLETE])
def test_no_join_link_once_there_is_nothing_to_join(as_, event: Event, outsider, facilitator, state: str) -> None:
    make_registration(event=event, user=outsider)
    Event.objects.filter(pk=event.pk).update(state=state)
    assert LINK not in vobject.readOne(fetch(as_(outsider), event).content.decode()).vevent.description.value


def test_who_gets_the_file(visitor: Client, as_, event: Event, outsider, member, facilitator) -> None:
    def answers() -> list[int]:
        return [fetch(client, event).status_code for client in (visitor, as_(outsider), as_(member), as_(facilitator))]

    assert answers() == [200, 200, 200, 200]
    Event.objects.update(visibility="internal")
    assert [fetch(client, event).status_code for client in (as_(outsider), as_(member))] == [200, 200]
    Event.objects.update(visibility="group")
    assert [fetch(client, event).status_code for client in (as_(outsider), as_(member))] == [404, 200]
    other = make_event(group=event.group, visibility="group")
    assert fetch(visitor, other).status_code == 404
    draft = make_event(group=event.group, state=State.DRAFT)
    assert [fetch(client, draft).status_code for client in (visitor, as_(member), as_(facilitator))] == [404, 404, 404]


def test_it_is_asked_for_only(visitor: Client, event: Event, settings: LazySettings) -> None:
    assert visitor.post(f"/events/{event.pk}/event.ics").status_code == 405
    assert visitor.get("/events/999999/event.ics").status_code == 404


def test_nobody_elses_data(visitor: Client, event: Event) -> None:
    for _ in range(3):
        make_registration(event=event)
    content = fetch(visitor, event).content.decode()
    assert [word in content for word in ("@example.go.th", "สมาชิก ตัวอย่าง", "ATTENDEE", "ORGANIZER", "mailto:")] == [
        False
    ] * 5


def test_a_group_renamed_is_written_anew(event: Event) -> None:
    before = file_of(event)
    event.group = make_group(name="ชื่อใหม่")
    assert file_of(event) != before
