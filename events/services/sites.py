"""Opening, changing and closing viewing sites."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Agency, Level, User
from accounts.services import notify
from core import pagecache
from groups.services import Refused

from ..models import HELD, Event, Registration, RosterEntry, State, ViewingSite
from .registration import lock

OPENS_FOR = (Level.PROVINCE, Level.DISTRICT)


def may_open(user: User) -> bool:
    """Whoever works in a province or district opens a site of their own agency."""
    return bool(user.agency and user.agency.is_active and user.agency.level in OPENS_FOR)


@transaction.atomic
def open_site(
    *, event: Event, agency: Agency, place: str, expected: int, officer: User, by: User, now: datetime | None = None
) -> ViewingSite:
    event = lock(event)
    refuse_sites(event)
    site = ViewingSite(event=event, agency=agency, level=agency.level, place=place, officer=officer, expected=expected)
    site.opened_at = now or timezone.now()
    save_once(site)
    event.log(f"เปิดจุดรับชม {site}", by=by)
    pagecache.changed()
    tell_officer(site, by)
    return site


@transaction.atomic
def change_site(*, site: ViewingSite, place: str, expected: int, officer: User, by: User) -> ViewingSite:
    event = lock(site.event)
    site = ViewingSite.objects.select_related("agency").get(pk=site.pk)
    before, site.place, site.expected = str(site), place, expected
    is_handed_over = officer.pk != site.officer_id
    site.officer, site.event = officer, event
    save_once(site)
    handed = f" ผู้รับผิดชอบ: {officer.get_full_name()}" if is_handed_over else ""
    event.log(f"แก้ไขจุดรับชม {before}: {site} คาดว่าจะมี {expected:,} คน{handed}", by=by)
    pagecache.changed()
    if is_handed_over:
        tell_officer(site, by)
    return site


@transaction.atomic
def close_site(*, site: ViewingSite, by: User) -> None:
    """Nobody will watch there. Who registered for it is told; what was reported cannot be closed away."""
    event = lock(site.event)
    site = ViewingSite.objects.select_related("agency").get(pk=site.pk)
    if not site.is_open:
        return
    if site.reported_at or RosterEntry.objects.filter(site=site).exists() or site.attendances.exists():
        raise Refused("จุดรับชมนี้รายงานผู้เข้าร่วมแล้ว จึงปิดไม่ได้")
    site.is_open = False
    site.save(update_fields=["is_open"])
    event.log(f"ปิดจุดรับชม {site}", by=by)
    pagecache.changed()
    rows = Registration.objects.filter(event=event, site=site, seat__in=HELD).select_related("user")
    notify(
        recipients=[row.user for row in rows],
        text=f"จุดรับชมที่ท่านเลือกไว้ปิดแล้ว: {event.title}",
        detail=f"{site} กรุณาเลือกจุดรับชมหรือช่องทางอื่นที่หน้ากิจกรรม",
        url=event.get_absolute_url(),
        source=str(event.group),
    )
    rows.update(site=None)


@transaction.atomic
def reopen_site(*, site: ViewingSite, by: User) -> None:
    event = lock(site.event)
    site = ViewingSite.objects.select_related("agency").get(pk=site.pk)
    if site.is_open:
        return
    refuse_sites(event)
    site.is_open = True
    site.save(update_fields=["is_open"])
    event.log(f"เปิดจุดรับชม {site} อีกครั้ง", by=by)
    pagecache.changed()


def refuse_sites(event: Event) -> None:
    """After the event, too: a district that watched may report late, until the report is closed."""
    if event.state in (State.CANCELLED, State.COMPLETE):
        raise Refused(f"กิจกรรมนี้{event.get_state_display()} จึงเปิดจุดรับชมไม่ได้")
    if event.attendance_closed_at:
        raise Refused("ผู้ดำเนินกลุ่มปิดการรายงานผู้เข้าร่วมแล้ว จึงเปิดจุดรับชมเพิ่มไม่ได้")


def save_once(site: ViewingSite) -> None:
    try:
        with transaction.atomic():
            site.save()
    except IntegrityError as error:
        raise Refused("หน่วยงานนี้เปิดจุดรับชมที่สถานที่นี้ไว้แล้ว") from error


def tell_officer(site: ViewingSite, by: User) -> None:
    """Whoever is given a site by somebody else."""
    if site.officer_id == by.pk:
        return
    notify(
        recipients=[site.officer],
        text=f"ท่านเป็นผู้รับผิดชอบจุดรับชม: {site.event.title}",
        detail=f"{site} หลังกิจกรรม กรุณารายงานจำนวนหรือรายชื่อผู้เข้าร่วมที่หน้านี้",
        url=reverse("events:site", args=[site.event_id, site.pk]),
        source=str(site.event.group),
    )
