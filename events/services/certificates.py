"""Certificates: who is due one, numbers without a gap, corrections and revocations.

Locks are taken in this order: the event's row, the certificate's, the series of the fiscal year.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.services import notify
from core import thai
from groups.services import Refused

from ..models import OVER, Attendance, Certificate, CertificateSeries, Event, Mode, Standing
from .registration import lock

logger = logging.getLogger(__name__)
MARK_EVALUATED = "UPDATE events_attendance SET has_evaluated = TRUE WHERE event_id = %s AND user_id = %s"
BATCH = 50  # certificates in one transaction
LOOK_BACK = timedelta(days=400)  # after that, attendance entered late is issued by hand
WAYS = {
    Mode.ROOM: "ณ ห้องประชุม",
    Mode.VC: "ผ่านระบบวีดิทัศน์ทางไกล",
    Mode.SITE: "ผ่านระบบวีดิทัศน์ทางไกล ณ จุดรับชมรวม",
    Mode.YOUTUBE: "ผ่านการถ่ายทอดสดทาง YouTube",
}


# --- Who is due one ---------------------------------------------------------------------------------------
def entitled() -> QuerySet[Attendance]:
    """Was present, has an account, and has evaluated where that is asked for."""
    rows = Attendance.objects.present().filter(user__isnull=False, user__is_active=True)
    return rows.exclude(event__needs_evaluation=True, has_evaluated=False)


def due(event: Event) -> QuerySet[Attendance]:
    """Whose certificate was never issued: one that was revoked does not come back by itself."""
    return entitled().filter(~Exists(issued_to_same()), event=event).order_by("pk")


def issued_to_same() -> QuerySet[Certificate]:
    return Certificate.objects.filter(event=OuterRef("event"), user=OuterRef("user"))


def with_due(now: datetime) -> QuerySet[Event]:
    waiting = entitled().filter(~Exists(issued_to_same()), event=OuterRef("pk"))
    over = Event.objects.held(now).filter(ends_at__gt=now - LOOK_BACK, gives_certificates=True)
    return over.filter(Exists(waiting)).order_by("pk")


# --- Issuing ----------------------------------------------------------------------------------------------
def issue_due(now: datetime | None = None) -> int:
    """For every event that is over; one that fails does not stop the others. Answers how many were issued."""
    now = now or timezone.now()
    issued = 0
    for event in with_due(now):
        try:
            issued += issue_all(event=event, now=now)
        except Exception:
            logger.exception("certificates of event %d were not issued", event.pk)
    return issued


def issue_all(*, event: Event, by: User | None = None, now: datetime | None = None) -> int:
    """To everybody who is due one at this moment, batch by batch."""
    count = 0
    while issued := issue_batch(event=event, by=by, now=now or timezone.now()):
        count += issued
    return count


@transaction.atomic
def issue_batch(*, event: Event, by: User | None, now: datetime) -> int:
    event = lock(event)
    refuse_before_end(event, now)
    rows = list(due(event).select_related("user")[:BATCH])
    for row, number in zip(rows, numbers(event.fiscal_year, len(rows)), strict=True):
        tell(written(event, row, number=number, now=now))
    if rows:
        event.log(f"ออกเกียรติบัตร {len(rows)} ฉบับ", by=by)
    return len(rows)


@transaction.atomic
def issue(*, event: Event, user: User, by: User | None = None, now: datetime | None = None) -> Certificate:
    """To one person. Asking again answers the certificate that is valid."""
    now = now or timezone.now()
    event = lock(event)
    if valid := Certificate.objects.valid().filter(event=event, user=user).first():
        return valid
    refuse_before_end(event, now)
    row = attendance_of(event, user)
    if Certificate.objects.filter(event=event, user=user).exists():
        raise Refused("เกียรติบัตรของบุคคลนี้ถูกเพิกถอนแล้ว หากต้องการออกให้อีก กรุณาออกฉบับใหม่แทนฉบับเดิม")
    (number,) = numbers(event.fiscal_year, 1)
    certificate = written(event, row, number=number, now=now)
    event.log(f"ออกเกียรติบัตร {certificate.serial} ให้{certificate.name}", by=by)
    tell(certificate)
    return certificate


@transaction.atomic
def reissue(*, certificate: Certificate, by: User, reason: str, now: datetime | None = None) -> Certificate:
    """A new number, with the name and the topic as they are today; the old one no longer holds, and says so."""
    now = now or timezone.now()
    event, old = locked(certificate)
    if old.standing == Standing.REPLACED or Certificate.objects.filter(replaces=old).exists():
        raise Refused("ออกฉบับใหม่แทนฉบับนี้ไปแล้ว")
    row = attendance_of(event, old.user)
    if old.standing == Standing.VALID:
        end(old, Standing.REPLACED, by=by, reason=reason, now=now)
    (number,) = numbers(event.fiscal_year, 1)
    new = written(event, row, number=number, now=now, replaces=old)
    event.log(f"ออกเกียรติบัตร {new.serial} แทน {old.serial} ของ{old.name}: {reason}", by=by)
    told = f"ฉบับเดิม {old.serial} ใช้ไม่ได้แล้ว\nเหตุผล: {reason}"
    notify(
        recipients=[new.user],
        text=f"เกียรติบัตรฉบับใหม่ของท่าน: {new.topic}",
        detail=told,
        url=new.get_absolute_url(),
        source=str(event.group),
    )
    return new


@transaction.atomic
def revoke(*, certificate: Certificate, by: User, reason: str, now: datetime | None = None) -> Certificate:
    """It stays verifiable, as revoked; no new one is issued by itself."""
    event, row = locked(certificate)
    if row.standing != Standing.VALID:
        raise Refused(f"เกียรติบัตรฉบับนี้{row.get_standing_display()}")
    end(row, Standing.REVOKED, by=by, reason=reason, now=now or timezone.now())
    event.log(f"เพิกถอนเกียรติบัตร {row.serial} ของ{row.name}: {reason}", by=by)
    notify(
        recipients=[row.user],
        text=f"เกียรติบัตรของท่านถูกเพิกถอน: {row.topic}",
        detail=f"เลขที่ {row.serial}\nเหตุผล: {reason}",
        url=row.get_absolute_url(),
        source=str(event.group),
    )
    return row


def mark_evaluated(*, event: Event, user: User) -> None:
    """That, and not when nor what: answers stay anonymous, so nothing is issued in this very moment either.

    By hand: a hall of people evaluates at once, and building the statement takes longer than running it.
    """
    with connection.cursor() as cursor:
        cursor.execute(MARK_EVALUATED, [event.pk, user.pk])


# --- Parts ------------------------------------------------------------------------------------------------
def numbers(fiscal_year: int, count: int) -> Sequence[int]:
    """The next running numbers of the year. The series stays locked until the end of the transaction, so a number that
    was given to nobody is given to the next."""
    series, _ = CertificateSeries.objects.select_for_update().get_or_create(fiscal_year=fiscal_year)
    given = range(series.last_number + 1, series.last_number + 1 + count)
    CertificateSeries.objects.filter(pk=series.pk).update(last_number=series.last_number + count)
    return given


def written(
    event: Event, row: Attendance, *, number: int, now: datetime, replaces: Certificate | None = None
) -> Certificate:
    assert row.user is not None, "only people with an account are entitled"
    return Certificate.objects.create(
        event=event,
        user=row.user,
        fiscal_year=event.fiscal_year,
        number=number,
        name=row.name,
        group_name=f"{event.group.number} {event.group.name}",
        topic=event.title,
        hours=event.hours,
        mode_text=WAYS[Mode(row.mode)],
        given_on=thai.local_date(event.ends_at),
        signatory_name=event.signatory_name,
        signatory_position=event.signatory_position,
        replaces=replaces,
        issued_at=now,
    )


def end(row: Certificate, standing: Standing, *, by: User | None, reason: str, now: datetime) -> None:
    row.standing, row.reason, row.ended_at, row.ended_by = standing, reason, now, by
    row.save(update_fields=["standing", "reason", "ended_at", "ended_by"])


def locked(certificate: Certificate) -> tuple[Event, Certificate]:
    event = lock(certificate.event)
    row = Certificate.objects.select_for_update(of=("self",)).select_related("user").get(pk=certificate.pk)
    return event, row


def refuse_before_end(event: Event, now: datetime) -> None:
    if not event.gives_certificates:
        raise Refused("กิจกรรมนี้ไม่ออกเกียรติบัตร")
    if event.state_at(now) not in OVER:
        raise Refused("ออกเกียรติบัตรได้เมื่อกิจกรรมเสร็จสิ้นแล้ว")


def attendance_of(event: Event, user: User) -> Attendance:
    row = entitled().select_related("user").filter(event=event, user=user).first()
    if row is None:
        raise Refused("บุคคลนี้ไม่มีสิทธิ์ได้รับเกียรติบัตร เพราะไม่ได้เข้าร่วม บัญชีปิดไปแล้ว หรือยังไม่ตอบแบบประเมิน")
    return row


def tell(certificate: Certificate) -> None:
    notify(
        recipients=[certificate.user],
        text=f"ท่านได้รับเกียรติบัตร: {certificate.topic}",
        detail=f"เลขที่ {certificate.serial} เปิดดูและดาวน์โหลดได้ที่ลิงก์นี้",
        url=certificate.get_absolute_url(),
        source=str(certificate.event.group),
    )
