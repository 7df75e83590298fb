"""What the tests of planning share: moments, typed details, and what happened to an event."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from core import thai
from events.details import ChannelDetails, Details
from events.models import Event, Mailing
from groups.models import Group
from tests.factories import make_event

LINK = "https://vcs.example.go.th/room-7?pwd=secret"


def at(days: float, hour: int = 13, minute: int = 30) -> datetime:
    """A time of day some days from now."""
    day = thai.now_local() + timedelta(days=days)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


def details(**columns: Any) -> Details:
    starts_at = columns.pop("starts_at", at(7))
    parts = {name: columns.pop(name) for name in ("cohosts", "channels", "speakers") if name in columns}
    plain = {
        "title": "ตรวจรับพัสดุให้ถูกต้อง", "lead": "", "agenda": "", "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=2), "registration_opens_at": None, "registration_closes_at": None,
        "capacity": None, "target": None, "for_central": True, "for_province": True, "for_district": True,
        "visibility": "public", "gives_certificates": True, "needs_evaluation": False, "hours": Decimal("2.0"),
        "signatory_name": "", "signatory_position": "",
    }  # fmt: skip
    return Details(columns=plain | columns, **({"channels": (ChannelDetails("vcs", "", LINK),)} | parts))


def edited(event: Event, **columns: Any) -> Details:
    """As stored, but for what is named."""
    stored = Details.of(Event.objects.get(pk=event.pk))
    parts = {name: columns.pop(name) for name in ("cohosts", "channels", "speakers") if name in columns}
    return replace(stored, columns={**stored.columns, **columns}, **parts)


def log_of(event: Event) -> list[str]:
    return list(event.log_lines.order_by("pk").values_list("text", flat=True))


def told() -> list[tuple[str, str]]:
    """To whom messages are on their way, and what about."""
    return list(Mailing.objects.order_by("pk").values_list("audience", "subject"))


def body() -> str:
    return Mailing.objects.latest("pk").body


def moment(name: str, value: datetime) -> dict[str, str]:
    """As a form sends it."""
    local = value.astimezone(thai.BANGKOK)
    return day(name, local) | {f"{name}_time": f"{local:%H.%M}"}


def day(name: str, value: datetime) -> dict[str, str]:
    year = value.year + thai.BUDDHIST_ERA
    return {f"{name}_day": str(value.day), f"{name}_month": str(value.month), f"{name}_year": str(year)}


def planned_event(group: Group) -> Event:
    """Open, in a week, by VCS; as stored."""
    event = make_event(group=group, starts_at=at(7), ends_at=at(7, 16, 0), hours=Decimal("2.5"))
    event.channels.create(kind="vcs", note="จังหวัดเข้าจากห้องประชุม", link=LINK)
    return Event.objects.get(pk=event.pk)
