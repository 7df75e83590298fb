"""What a viewing site reports: how many watched there, and who."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from groups.services import Refused

from ..models import Attendance, Certificate, Event, Mode, RosterEntry, Source, Status, ViewingSite
from ..rosters.matching import Match, Named, find
from .presence import is_present, own, refuse_marking, set_status
from .reach import recount
from .registration import lock


@transaction.atomic
def report_head_count(
    *, site: ViewingSite, count: int, by: User, remark: str = "", now: datetime | None = None
) -> ViewingSite:
    """How many watched there, those known by name among them."""
    now = now or timezone.now()
    event, site = locked(site, now)
    site.head_count, site.remark = count, remark
    note_report(site, by, now)
    event.log(f"จุดรับชม {site}: รายงานผู้เข้าร่วม {count:,} คน", by=by)
    recount(event)
    return site


@transaction.atomic
def enter_roster(
    *, site: ViewingSite, people: Sequence[Named], by: User, now: datetime | None = None
) -> list[RosterEntry]:
    """Add people to a site's roster; who stands there already stays as is. Answers the entries that are new.

    Somebody whom another site named, or who signed in by themselves, gets an entry here and is counted once.
    """
    now = now or timezone.now()
    event, site = locked(site, now)
    matches = find(site, people)
    if unclear := [found.named.full_name for found in matches if found.is_ambiguous]:
        raise Refused(f"มีผู้ชื่อนี้หลายคน กรุณาระบุอีเมล: {', '.join(unclear)}")
    by_key: dict[str, Match] = {}
    for found in matches:
        if not found.is_entered:
            by_key.setdefault(found.person_key, found)
    fresh = [new_row(event, site, found) for found in by_key.values() if found.row is None]
    for row in fresh:
        set_status(row, Status.PRESENT, source=Source.ROSTER, by=by, now=now)
    rows = {row.person_key: row for row in Attendance.objects.bulk_create(fresh)}
    for key, found in by_key.items():
        if found.row is not None:
            rows[key] = counted_again(site, found.row, found, by=by, now=now)
    entries = RosterEntry.objects.bulk_create(
        RosterEntry(site=site, attendance=rows[key], position=found.named.position, added_at=now)
        for key, found in by_key.items()
    )
    note_report(site, by, now)
    if entries:
        event.log(f"จุดรับชม {site}: เพิ่มรายชื่อผู้เข้าร่วม {len(entries):,} คน", by=by)
    recount(event)
    return entries


@transaction.atomic
def remove_entry(*, entry: RosterEntry, by: User, now: datetime | None = None) -> None:
    """Take a name off a roster; a person whom nothing else counts is not counted any more."""
    event, site = locked(entry.site, now or timezone.now())
    row = Attendance.objects.select_related("user").get(pk=entry.attendance_id)
    elsewhere = RosterEntry.objects.filter(attendance=row).exclude(pk=entry.pk).select_related("site").first()
    entry.delete()
    if elsewhere is None and row.source == Source.ROSTER:
        refuse_losing(row)
        row.delete()
    elif row.site_id == site.pk and row.source == Source.ROSTER and elsewhere is not None:
        row.site = elsewhere.site
        row.save(update_fields=["site"])
    event.log(f"จุดรับชม {site}: นำ{row.name}ออกจากรายชื่อ", by=by)
    recount(event)


def refuse_losing(row: Attendance) -> None:
    """What follows from having taken part would hang in the air."""
    has_certificate = row.user_id and Certificate.objects.valid().filter(event=row.event_id, user=row.user_id).exists()
    if has_certificate or row.has_evaluated:
        raise Refused(f"{row.name}ได้รับเกียรติบัตรหรือตอบแบบประเมินแล้ว หากไม่ได้เข้าร่วม กรุณาแจ้งผู้ดำเนินกลุ่ม")


def locked(site: ViewingSite, now: datetime) -> tuple[Event, ViewingSite]:
    event = lock(site.event)
    refuse_marking(event, now)
    site = ViewingSite.objects.select_related("agency").get(pk=site.pk)
    if not site.is_open:
        raise Refused("จุดรับชมนี้ปิดแล้ว หากมีการรับชมจริง กรุณาเปิดจุดรับชมอีกครั้งก่อนรายงาน")
    return event, site


def note_report(site: ViewingSite, by: User, now: datetime) -> None:
    site.reported_at, site.reported_by = now, by
    site.save(update_fields=["head_count", "remark", "reported_at", "reported_by"])


def new_row(event: Event, site: ViewingSite, found: Match) -> Attendance:
    row = Attendance(event=event, mode=Mode.SITE, site=site)
    if found.user:
        return own(row, found.user, site)
    named = found.named
    row.full_name, row.email, row.person_key = named.full_name, named.email, found.person_key
    row.name_key = named.name_key
    row.agency = named.agency or site.agency
    row.level = named.agency.level if named.agency else site.level
    return row


def counted_again(site: ViewingSite, row: Attendance, found: Match, *, by: User, now: datetime) -> Attendance:
    """Somebody who is counted already, or was noted as absent: what the roster adds to that."""
    if found.user and row.user_id is None:
        own(row, found.user, site)
    elif row.user_id is None and found.named.email and not row.email:
        row.email, row.person_key = found.named.email, f"e:{found.named.email}"
    if not is_present(row):
        row.mode, row.site = Mode.SITE, site
        set_status(row, Status.PRESENT, source=Source.ROSTER, by=by, now=now)
    elif row.mode == Mode.SITE and row.site_id is None:
        row.site = site
    row.save()
    return row
