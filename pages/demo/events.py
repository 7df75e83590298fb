"""Events past, live and to come for every group, from events/data/demo.json; days count from the day of loading."""

import itertools
import json
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from accounts.models import Agency, Level, User
from core import pagecache, thai
from core.spreadsheets import write_xlsx
from events.models import (
    Attendance,
    Channel,
    Chapter,
    CoHost,
    Document,
    Event,
    Interest,
    Mode,
    Registration,
    ReplayDay,
    Seat,
    Source,
    Speaker,
    State,
    ViewingSite,
)
from events.rosters.names import name_key
from events.services import certificates, reach, registration
from groups.models import Group, Membership, Role

CONTENT = Path(settings.BASE_DIR) / "events" / "data" / "demo.json"
NOTES = {
    "room": "ห้องประชุมราชสีห์ ศาลาว่าการกระทรวงมหาดไทย",
    "vcs": "ส่วนกลางและจังหวัด ลิงก์ห้องประชุมแสดงเฉพาะผู้ลงทะเบียน",
    "dopa": "รับชมรวมที่ห้องประชุมอำเภอ ผู้ประสานงานหนึ่งคนลงทะเบียนแทนทั้งห้องได้",
    "youtube": "ชมสดและชมย้อนหลัง พร้อมสารบัญเวลาและสรุป",
}
LINKS = {"vcs": "https://vcs.example.go.th/r/{}", "youtube": "https://www.youtube.com/watch?v=aqz-KE-bpKQ"}
MODES = [Mode.VC, Mode.VC, Mode.SITE, Mode.YOUTUBE, Mode.ROOM]
NEWCOMER = "outsider@example.go.th"  # has been to nothing yet
LIVE_FOR = timedelta(hours=3)


@transaction.atomic
def load_events(path: Path = CONTENT) -> int:
    rows = json.loads(path.read_text(encoding="utf-8"))
    if Event.objects.exists():
        keep_live(rows)
        return 0
    now = timezone.now()
    people = list(User.objects.active().exclude(email=NEWCOMER).order_by("pk"))
    groups = {group.slug: group for group in Group.objects.all()}
    agencies = list(Agency.objects.active().filter(level__in=[Level.PROVINCE, Level.DISTRICT]).order_by("code"))
    agencies = agencies[::37]  # spread over the country
    numbers: dict[tuple[int, int], Iterator[int]] = {}
    for place, row in enumerate(sorted(rows, key=lambda row: row["days"])):
        event = add_event(row, groups, numbers, now)
        add_programme(event, row, groups)
        sites = add_sites(event, row, agencies[place % 7 :], people)
        add_people(event, row, around(people, place), sites)
    pagecache.changed()
    return len(rows)


def around(people: list[User], place: int) -> list[User]:
    """Others come to each event; the first of the demonstration's accounts to every second."""
    staff, *others = people
    start = place * 5 % len(others)
    turned = others[start:] + others[:start]
    return [staff, *turned] if place % 2 else [*turned, staff]


def add_event(row: dict[str, Any], groups: dict[str, Group], numbers: dict, now: datetime) -> Event:
    group = groups[row["group"]]
    starts_at = start_of(row, now)
    year = thai.fiscal_year(starts_at)
    announced_at = min(starts_at, now) - timedelta(days=21)
    sponsor = Membership.objects.active().filter(group=group, role=Role.SPONSOR).select_related("user").first()
    return Event.objects.create(
        group=group,
        fiscal_year=year,
        number=next(numbers.setdefault((group.pk, year), itertools.count(1))),
        title=row["title"],
        lead=row["lead"],
        agenda=agenda(row, starts_at),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=row["hours"]),
        registration_opens_at=now + timedelta(days=row["opens_in"]) if "opens_in" in row else None,
        capacity=row.get("capacity"),
        target=row.get("target"),
        for_district="dopa" in row["channels"],
        visibility=row.get("visibility", "public"),
        state=row.get("state", State.LIVE if row["at"] == "live" else State.OPEN),
        state_reason=row.get("reason", ""),
        hours=max(0.5, round(row["hours"] * 2) / 2),
        needs_evaluation=row.get("needs_evaluation", False),
        signatory_name=sponsor.user.get_full_name() if sponsor else "",
        signatory_position="ที่ปรึกษากลุ่มชุมชนนักปฏิบัติ" if sponsor else "",
        video_id=row.get("video", ""),
        video_seconds=seconds(row["length"]) if row.get("video") else None,
        video_is_shown=not row.get("video_hidden"),
        video_absence=row.get("absence", ""),
        video_announced_at=starts_at + timedelta(days=1) if row.get("video") else None,
        attendance_closed_at=starts_at + timedelta(days=2) if row.get("state") == "complete" else None,
        created_at=announced_at,
        updated_at=announced_at,
        state_since=starts_at,
    )


def start_of(row: dict[str, Any], now: datetime) -> datetime:
    """On a working day, at the hour that the row names; the live one began an hour ago."""
    if row["at"] == "live":
        return live_start(now)
    day = timezone.localtime(now).date() + timedelta(days=row["days"])
    while day.weekday() > 4:
        day += timedelta(days=1 if row["days"] > 0 else -1)
    return timezone.make_aware(datetime.combine(day, time.fromisoformat(row["at"])))


def live_start(now: datetime) -> datetime:
    return now.replace(minute=0 if now.minute < 30 else 30, second=0, microsecond=0) - timedelta(hours=1)


def keep_live(rows: list[dict[str, Any]]) -> None:
    """Starting the demonstration again on another day: its live event goes live again."""
    now = timezone.now()
    for row in rows:
        if row["at"] == "live" and not Event.objects.live(now).exists():
            start = live_start(now)
            Event.objects.filter(title=row["title"]).update(
                starts_at=start, ends_at=start + LIVE_FOR, state=State.LIVE, updated_at=now
            )
            pagecache.changed()


def agenda(row: dict[str, Any], starts_at: datetime) -> str:
    """A table: time, topic, who leads."""
    share = row["hours"] * 60 / len(row["agenda"])  # minutes; told in steps of five
    times = [starts_at + timedelta(minutes=5 * round(place * share / 5)) for place in range(len(row["agenda"]) + 1)]
    lines = [
        (f"{local(begins):%H.%M}–{local(ends):%H.%M}", topic, who)
        for begins, ends, (topic, who) in zip(times, times[1:], row["agenda"], strict=False)
    ]
    body = format_html_join("", "<tr><th>{}</th><td>{}</td><td>{}</td></tr>", lines)
    head = "<thead><tr><th>เวลา</th><th>หัวข้อ</th><th>ผู้นำสนทนา</th></tr></thead>"
    return f"<figure class='table'><table>{head}<tbody>{format_html('{}', body)}</tbody></table></figure>"


def local(moment: datetime) -> datetime:
    return moment.astimezone(thai.BANGKOK)


def seconds(clock: str) -> int:
    total = 0
    for part in clock.split(":"):
        total = total * 60 + int(part)
    return total


def add_programme(event: Event, row: dict[str, Any], groups: dict[str, Group]) -> None:
    Channel.objects.bulk_create(
        Channel(event=event, kind=kind, note=NOTES[kind], link=LINKS.get(kind, "").format(f"cop-{event.pk}"))
        for kind in row["channels"]
    )
    Speaker.objects.bulk_create(
        Speaker(event=event, name=name, position=position, order=place)
        for place, (name, position) in enumerate(row["speakers"])
    )
    CoHost.objects.bulk_create(CoHost(event=event, group=groups[slug]) for slug in row.get("cohosts", []))
    if event.video_id:
        Chapter.objects.bulk_create(
            Chapter(event=event, second=seconds(clock), title=title) for clock, title in row["chapters"]
        )
    for title in row.get("documents", []):
        add_document(event, title)


def add_document(event: Event, title: str) -> None:
    """A real workbook, small as it is."""
    content = write_xlsx(
        ["ลำดับ", "รายการ", "ผู้รับผิดชอบ", "กำหนดแล้วเสร็จ"], [[n, title, "", ""] for n in range(1, 8)], title=title
    )
    document = Document(event=event, title=title, original_name=f"{title}.xlsx", kind="XLSX", size=len(content))
    document.file.save(f"{event.uid}-{Document.objects.count()}.xlsx", ContentFile(content), save=False)
    document.save()


def add_sites(event: Event, row: dict[str, Any], agencies: list[Agency], people: list[User]) -> list[ViewingSite]:
    count = row.get("sites", 0)
    share, rest = divmod(row.get("head", 0), count or 1)
    return [
        ViewingSite.objects.create(
            event=event,
            agency=agency,
            level=agency.level,
            place="ห้องประชุมศาลากลางจังหวัด" if agency.level == Level.PROVINCE else "ห้องประชุมที่ว่าการอำเภอ",
            officer=people[(place * 5) % len(people)],
            expected=12 + place,
            head_count=share + (place < rest) if "head" in row else None,
            reported_at=event.ends_at + timedelta(hours=3) if "head" in row else None,
            opened_at=event.created_at,
        )
        for place, agency in enumerate(agencies[:count])
    ]


def add_people(event: Event, row: dict[str, Any], people: list[User], sites: list[ViewingSite]) -> None:
    count = row.get("registered", row.get("attended", 0))
    for place, person in enumerate(people[:count]):
        mode = MODES[place % len(MODES)]
        Registration.objects.create(
            event=event,
            user=person,
            mode=mode,
            site=sites[place % len(sites)] if mode == Mode.SITE and sites else None,
            seat=Seat.WAITING if event.capacity and place >= event.capacity else Seat.SEATED,
            queued_at=event.created_at + timedelta(hours=place),
        )
    Interest.objects.bulk_create(
        Interest(event=event, user=person) for person in people[count : count + place_for_interest(row)]
    )
    registration.recount(event)
    if "attended" in row:
        add_attendance(event, row, people, sites)


def place_for_interest(row: dict[str, Any]) -> int:
    return 6 if row["days"] > 0 else 0


def add_attendance(event: Event, row: dict[str, Any], people: list[User], sites: list[ViewingSite]) -> None:
    for place, person in enumerate(people[: row["attended"]]):
        mode = MODES[place % len(MODES)]
        Attendance.objects.create(
            event=event,
            user=person,
            person_key=f"u{person.pk}",
            name_key=name_key(person.get_full_name()),
            agency=person.agency,
            level=person.agency.level if person.agency else Level.CENTRAL,
            mode=mode,
            site=sites[place % len(sites)] if mode == Mode.SITE and sites else None,
            source=Source.QR,
            recorded_at=event.starts_at,
            has_evaluated=place % 4 != 3,
        )
    reach.recount(event)
    event.video_views = row.get("views", 0)
    event.save(update_fields=["video_views"])
    if event.video_views:
        ReplayDay.objects.create(event=event, day=thai.local_date(event.ends_at), views=event.video_views)
    if event.state == State.COMPLETE:
        certificates.issue_all(event=event)
