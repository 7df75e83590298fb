"""Provinces, districts and their viewing sites, for the tests of attendance."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Agency, Level, User
from accounts.models.agency import Kind
from events.models import Event, Reach, ViewingSite
from groups.models import Group
from tests.factories import make_agency, make_event, make_user


def make_province(name: str = "เชียงใหม่") -> Agency:
    return make_agency(
        name=f"สำนักงานจังหวัด{name}",
        short_name=f"สนจ.{name}",
        level=Level.PROVINCE,
        kind=Kind.PROVINCE,
        province=name,
    )


def make_district(name: str, province: Agency) -> Agency:
    return make_agency(
        name=f"ที่ทำการปกครองอำเภอ{name}",
        short_name=f"อ.{name}",
        level=Level.DISTRICT,
        kind=Kind.DISTRICT,
        province=province.province,
        parent=province,
    )


def make_site(*, event: Event, agency: Agency | None = None, officer: User | None = None, **fields: Any) -> ViewingSite:
    agency = agency or make_province()
    return ViewingSite.objects.create(
        event=event,
        agency=agency,
        level=agency.level,
        officer=officer or make_user(agency=agency),
        **{"place": "ห้องประชุมชั้น 2", "expected": 20, **fields},
    )


def make_running_event(*, group: Group | None = None, **fields: Any) -> Event:
    """It began half an hour ago and goes on for two hours."""
    now = timezone.now()
    times = {"starts_at": now - timedelta(minutes=30), "ends_at": now + timedelta(hours=2)}
    return make_event(group=group, **times | fields)


def reached(event: Event) -> dict[tuple[str, str], int]:
    """What the portal counts, by level and mode."""
    rows = Reach.objects.filter(event=event, people__gt=0).values_list("level", "mode", "people")
    return {(level, mode): people for level, mode, people in rows}


def at(event: Event, minutes: int) -> datetime:
    """So many minutes after the start."""
    return event.starts_at + timedelta(minutes=minutes)
