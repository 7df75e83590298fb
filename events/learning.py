"""What a person took part in: rows, hours and certificates, by fiscal year."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Count, IntegerField, QuerySet, Sum, Value
from django.db.models.functions import Cast, Now

from accounts.models import User
from core import thai
from core.prepared import Prepared

from .models import Attendance, Certificate, Event, Mode


@dataclass(frozen=True)
class Year:
    fiscal_year: int
    events: int
    hours: Decimal
    certificates: int


def attended(user: User, *, now: datetime, year: int | None = None) -> QuerySet[Attendance]:
    """Events that are over, whether or not the person may still see them: being there is theirs."""
    rows = Attendance.objects.present().filter(user=user, event__in=Event.objects.held(now))
    return rows.filter(event__fiscal_year=year) if year else rows


def years(user: User, *, now: datetime) -> list[Year]:
    """The latest first. Two queries."""
    rows = attended(user, now=now).order_by().values("event__fiscal_year")
    sums = rows.annotate(events=Count("pk"), hours=Sum("event__hours")).order_by("-event__fiscal_year")
    given = dict(
        Certificate.objects.valid()
        .filter(user=user)
        .order_by()
        .values_list("fiscal_year")
        .annotate(Count("pk"))
        .values_list("fiscal_year", "pk__count")
    )
    return [
        Year(
            row["event__fiscal_year"],
            row["events"],
            row["hours"] or Decimal(0),
            given.get(row["event__fiscal_year"], 0),
        )
        for row in sums
    ]


@dataclass(frozen=True)
class Summary:
    hours: Decimal  # of the year
    certificates: list[Certificate]  # the latest first


def summary(user: User, *, year: int) -> Summary:
    """In one query."""
    hours, certificates = Decimal(0), []
    for number, fiscal_year, code, topic, given_on, credit in summaries.rows(user.pk):
        if code:
            given = {"given_on": date.fromisoformat(given_on), "hours": Decimal(credit)}
            certificates.append(Certificate(number=number, fiscal_year=fiscal_year, code=code, topic=topic, **given))
        elif fiscal_year == year:
            hours = Decimal(credit)
    certificates.sort(key=lambda one: (one.given_on, one.fiscal_year, one.number), reverse=True)
    return Summary(hours, certificates)


def told_of(user: int) -> QuerySet:
    """Number, fiscal year, code, topic, date, hours; in the rows that sum up a year, no code."""
    none, nothing = Value(0, IntegerField()), Value("", CharField())
    now: Any = Now()
    held = Event.objects.held(now).order_by().values("pk")
    years = Attendance.objects.present().filter(user=user, event__in=held).order_by().values("event__fiscal_year")
    sums = years.annotate(hours=Cast(Sum("event__hours"), CharField())).values_list(
        none, "event__fiscal_year", nothing, nothing, nothing, "hours"
    )
    return (
        Certificate.objects.valid()
        .filter(user=user)
        .order_by()
        .values_list(
            *("number", "fiscal_year", "code", "topic"),
            Cast("given_on", CharField()),
            Cast("hours", CharField()),
        )
        .union(sums, all=True)
    )


summaries = Prepared(told_of)


def certificates_of(user: User, events: Any) -> dict[int, Certificate]:
    """The valid one of each event."""
    rows = Certificate.objects.valid().filter(user=user, event__in=events)
    return {row.event_id: row for row in rows}


HEADERS = [
    "ชื่อ นามสกุล",
    "ตำแหน่ง",
    "หน่วยงาน",
    "ปีงบประมาณ",
    "กิจกรรม",
    "ครั้งที่",
    "กลุ่ม",
    "วันที่",
    "จำนวนชั่วโมง",
    "เข้าร่วมทาง",
    "เลขที่เกียรติบัตร",
    "รหัสตรวจสอบ",
]


def table(user: User, *, now: datetime, year: int | None) -> list[list[Any]]:
    """For the personnel office. The agency is that of the time, where it is known."""
    found = attended(user, now=now, year=year).select_related("event__group", "agency")
    rows = list(found.order_by("-event__starts_at", "-pk"))
    given = certificates_of(user, [row.event_id for row in rows])
    position, now_at = user.full_position, str(user.agency or "")
    lines = []
    for row in rows:
        event, certificate = row.event, given.get(row.event_id)
        lines.append(
            [
                user.get_full_name(),
                position,
                str(row.agency or now_at),
                event.fiscal_year,
                event.title,
                event.serial,
                event.group.name,
                thai.local_date(event.starts_at),
                float(event.hours),
                Mode(row.mode).label,
                certificate.serial if certificate else "",
                certificate.shown_code if certificate else "",
            ]
        )
    return lines


def visible_ids(viewer: User, events: Any) -> set[int]:
    """Of these, the events whose page the viewer may open."""
    return set(Event.objects.visible_to(viewer).filter(pk__in=events).values_list("pk", flat=True))
