"""Who is registered and who took part, side by side: as a list in pages, and as a table."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.models import Agency, User
from core import thai
from core.words import with_words

from .models import HELD, Attendance, Event, Registration, RosterEntry, Status

SHOWN = {
    "registered": "ผู้ลงทะเบียน",
    "unmarked": "ยังไม่บันทึกผล",
    "present": "เข้าร่วมแล้ว",
    "away": "ไม่ได้เข้าร่วมหรือลา",
}
AWAY = [Status.ABSENT, Status.EXCUSED]
TONES = {Status.PRESENT: "ok", Status.ABSENT: "bad", Status.EXCUSED: "warn"}
COLUMNS = [
    "ลำดับ", "ชื่อ นามสกุล", "ตำแหน่ง", "หน่วยงาน", "ระดับ", "เข้าร่วมทาง", "จุดรับชม",
    "ผล", "เหตุผล", "ที่มา", "บันทึกเมื่อ", "การลงทะเบียน",
]  # fmt: skip


@dataclass(frozen=True)
class Person:
    """A line of the list: somebody registered, noted, or both. Nothing is noted where `status` is empty."""

    name: str
    field: str  # by which the person is marked: "user", or "row" for somebody without an account
    pk: int
    user: User | None = None
    position: str = ""
    agency: Agency | None = None
    level: str = ""
    mode: str = ""
    sites: tuple[str, ...] = ()
    seat: str = ""
    status: str = ""
    status_label: str = "ยังไม่บันทึก"
    tone: str = ""
    reason: str = ""
    source: str = ""
    recorded_at: datetime | None = None


def chosen(show: str) -> str:
    return show if show in SHOWN else "registered"


def tabs(event: Event) -> list[tuple[str, str, int]]:
    """Name, label and number of people of each list."""
    rows = Attendance.objects.filter(event=event).order_by().values_list("status").annotate(Count("pk"))
    noted = Counter(dict(rows))
    counts = {
        "registered": event.seated_count + event.waiting_count,
        "unmarked": unmarked(event).count(),
        "present": noted[Status.PRESENT],
        "away": sum(noted[status] for status in AWAY),
    }
    return [(name, label, counts[name]) for name, label in SHOWN.items()]


def rows_of(event: Event, show: str, q: str) -> tuple[QuerySet[Any], list[str]]:
    """The rows of a list, and an order that is unique within it."""
    if show in ("registered", "unmarked"):
        rows = unmarked(event) if show == "unmarked" else registered(event)
        return searched(rows, q).select_related("user__agency", "site__agency"), ["user__sort_key", "pk"]
    noted = Attendance.objects.filter(event=event, status__in=[Status.PRESENT] if show == "present" else AWAY)
    return with_all(searched(noted, q, "full_name")), ["user__sort_key", "name_key", "pk"]


def registered(event: Event) -> QuerySet[Registration]:
    return Registration.objects.filter(event=event, seat__in=HELD)


def unmarked(event: Event) -> QuerySet[Registration]:
    noted = Attendance.objects.filter(event=OuterRef("event"), user=OuterRef("user"))
    return registered(event).filter(~Exists(noted))


def with_all(rows: QuerySet[Attendance]) -> QuerySet[Attendance]:
    entries = Prefetch("entries", RosterEntry.objects.select_related("site__agency"))
    return rows.select_related("user__agency", "agency", "site__agency").prefetch_related(entries)


def searched(rows: QuerySet[Any], q: str, *names: str) -> QuerySet[Any]:
    """By name and agency; `names` are further columns that may hold the name."""
    return with_words(
        rows, q, *names, "user__given_name", "user__family_name", "user__agency__name", "user__agency__province"
    )


def connected(event: Event) -> QuerySet[User]:
    """Whom one may mark by their account: registered, whatever became of that, or noted already."""
    seats, noted = Registration.objects.filter(event=event), Attendance.objects.filter(event=event, user__isnull=False)
    return User.objects.filter(Q(pk__in=seats.values("user")) | Q(pk__in=noted.values("user")))


def people_of(event: Event, rows: Sequence[Any]) -> list[Person]:
    """Each with the other half of what is known. The same few queries for any number of rows."""
    users = [row.user_id for row in rows if row.user_id]
    if rows and isinstance(rows[0], Registration):
        noted = with_all(Attendance.objects.filter(event=event, user__in=users))
        row_by_user = {row.user_id: row for row in noted}
        return [person(row_by_user.get(row.user_id), row) for row in rows]
    seats = Registration.objects.filter(event=event, user__in=users)
    seat_by_user = {seat.user_id: seat for seat in seats}
    return [person(row, seat_by_user.get(row.user_id)) for row in rows]


def person(row: Attendance | None, seat: Registration | None) -> Person:
    if row is not None:
        return noted_person(row, seat)
    assert seat is not None, "nobody knows of this person"
    return Person(
        name=seat.user.get_full_name(),
        field="user",
        pk=seat.user.pk,
        user=seat.user,
        position=seat.user.full_position,
        agency=seat.user.agency,
        level=seat.user.agency.get_level_display() if seat.user.agency else "",
        mode=seat.get_mode_display(),
        sites=(str(seat.site),) if seat.site else (),
        seat=seat.get_seat_display(),
    )


def noted_person(row: Attendance, seat: Registration | None) -> Person:
    entries = list(row.entries.all())
    named = dict.fromkeys(str(entry.site) for entry in entries)
    return Person(
        name=row.name,
        field="user" if row.user else "row",
        pk=row.user.pk if row.user else row.pk,
        user=row.user,
        position=row.user.full_position if row.user else next((entry.position for entry in entries), ""),
        agency=row.agency,
        level=row.get_level_display(),
        mode=row.get_mode_display(),
        sites=tuple(dict.fromkeys([*([str(row.site)] if row.site else []), *named])),
        seat=seat.get_seat_display() if seat else "",
        status=row.status,
        status_label=row.get_status_display(),
        tone=TONES[Status(row.status)],
        reason=row.reason,
        source=row.get_source_display(),
        recorded_at=row.recorded_at,
    )


def table(event: Event) -> Iterator[list[Any]]:
    """Everybody by name: who is noted, and who is registered and not noted."""
    seats = Registration.objects.filter(event=event)
    noted = with_all(Attendance.objects.filter(event=event))
    seat_by_user = {seat.user_id: seat for seat in seats}
    silent = unmarked(event).select_related("user__agency", "site__agency")
    people = [person(row, seat_by_user.get(row.user_id or 0)) for row in noted]
    people += [person(None, seat) for seat in silent]
    for number, one in enumerate(in_order(people), 1):
        facts = [one.name, one.position, str(one.agency or ""), one.level, one.mode, "; ".join(one.sites)]
        yield [number, *facts, one.status_label, one.reason, one.source, one.recorded_at, one.seat or "ไม่ได้ลงทะเบียน"]


def in_order(people: Iterable[Person]) -> list[Person]:
    def key(one: Person) -> str:
        return one.user.sort_key if one.user else thai.sort_key(one.name)

    return sorted(people, key=key)
