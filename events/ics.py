"""Events as calendar files (RFC 5545): one, a group's, everybody's, or a person's own.

Nobody else's data is in them: no attendees, no organiser, no e-mail address. The join link only where `entry` is
given it, for those of whom events.joining.may_join says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar, Timezone, TimezoneStandard, vText
from icalendar import Event as Component

from core import thai
from core.richtext import to_text
from groups.visibility import Visibility

from .calendar import CHANNELS
from .models import CALLED_OFF, ChannelKind, Event, State
from .models.event import EventQuerySet

KEPT_FOR = timedelta(days=365)  # what was over longer ago is history
MOST = 1000
ASK_AGAIN = timedelta(hours=1)
LONGEST_AGENDA = 2000  # characters
STATUS = {State.CANCELLED: "CANCELLED", State.POSTPONED: "TENTATIVE"}
CLASS = {Visibility.PUBLIC: "PUBLIC", Visibility.INTERNAL: "PRIVATE", Visibility.GROUP: "PRIVATE"}


@dataclass(frozen=True)
class Entry:
    """All that an event's lines are made from: equal ones are written once."""

    uid: str
    path: str
    sequence: int
    state: State
    reason: str
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    updated_at: datetime
    title: str
    lead: str
    agenda: str
    group: str
    serial: str
    visibility: Visibility
    channels: tuple[tuple[str, str], ...]  # kind, note
    links: tuple[tuple[str, str], ...] = ()
    seat: str = ""  # the reader's own, in words
    is_busy: bool = True  # whether the time is taken in the reader's calendar

    @property
    def url(self) -> str:
        return settings.SITE_URL + self.path

    @property
    def ical(self) -> bytes:
        return written(self)


def in_feeds(events: EventQuerySet, now: datetime) -> EventQuerySet:
    """What a feed holds of the events that its reader may see: two queries."""
    return (
        events.announced()
        .filter(ends_at__gt=now - KEPT_FOR)
        .select_related("group")
        .prefetch_related("channels")
        .order_by("-starts_at", "-pk")[:MOST]
    )


def entry(event: Event, *, links: Iterable[tuple[str, str]] = (), seat: str = "", is_busy: bool = True) -> Entry:
    return Entry(
        uid=event.uid,
        path=event.get_absolute_url(),
        sequence=event.sequence,
        state=State(event.state),
        reason=event.state_reason if event.state in CALLED_OFF else "",
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        created_at=event.created_at,
        updated_at=event.updated_at,
        title=event.title,
        lead=event.lead,
        agenda=event.agenda,
        group=str(event.group),
        serial=event.serial,
        visibility=Visibility(event.visibility),
        channels=tuple((channel.kind, channel.note) for channel in event.channels.all()),
        links=tuple(links),
        seat=seat,
        is_busy=is_busy,
    )


def calendar_file(name: str, entries: Iterable[Entry], *, url: str = "") -> bytes:
    head, end, _ = frame(name, url).partition(b"END:VCALENDAR\r\n")
    return b"".join([head, *(one.ical for one in entries), end])


def frame(name: str, url: str) -> bytes:
    """A calendar without events."""
    calendar = Calendar()
    calendar.add("prodid", "-//CoP OPS MOI//cops-portal//TH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    for key in ("name", "x-wr-calname"):
        calendar.add(key, vText(name))
    calendar.add("x-wr-timezone", "Asia/Bangkok")
    if url:
        calendar.add("source", url, parameters={"VALUE": "URI"})
    calendar.add("refresh-interval", ASK_AGAIN)
    calendar["refresh-interval"].params["VALUE"] = "DURATION"
    calendar.add("x-published-ttl", "PT1H")
    calendar.add_component(bangkok())
    return calendar.to_ical()


def bangkok() -> Timezone:
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", "Asia/Bangkok")
    standard.add("dtstart", datetime(1970, 1, 1))  # local by definition
    standard.add("tzoffsetfrom", timedelta(hours=7))
    standard.add("tzoffsetto", timedelta(hours=7))
    standard.add("tzname", "+07")
    zone.add_component(standard)
    return zone


@lru_cache(maxsize=1024)
def written(entry: Entry) -> bytes:
    event = Component()
    event.add("uid", f"{entry.uid}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("sequence", entry.sequence)
    event.add("status", STATUS.get(entry.state, "CONFIRMED"))
    event.add("dtstamp", entry.updated_at.astimezone(UTC))
    event.add("created", entry.created_at.astimezone(UTC))
    event.add("last-modified", entry.updated_at.astimezone(UTC))
    event.add("dtstart", entry.starts_at.astimezone(thai.BANGKOK))
    event.add("dtend", entry.ends_at.astimezone(thai.BANGKOK))
    event.add("summary", f"{entry.state.label}: {entry.title}" if entry.state in CALLED_OFF else entry.title)
    event.add("description", description(entry))
    if place := location(entry):
        event.add("location", place)
    event.add("url", entry.url)
    event.add("categories", [entry.group])
    event.add("class", CLASS[entry.visibility])
    event.add("transp", "OPAQUE" if entry.is_busy and entry.state not in CALLED_OFF else "TRANSPARENT")
    return event.to_ical()


def description(entry: Entry) -> str:
    parts = [f"{entry.group} ครั้งที่ {entry.serial}"]
    if entry.state in CALLED_OFF:
        parts.append(": ".join(filter(None, [entry.state.label, entry.reason])))
    parts += [entry.seat, entry.lead]
    if agenda := to_text(entry.agenda)[:LONGEST_AGENDA]:
        parts.append(f"กำหนดการ\n{agenda}")
    if entry.channels:
        parts.append("ช่องทาง\n" + "\n".join(": ".join(filter(None, one)) for one in named(entry)))
    if entry.links:
        parts.append("ลิงก์เข้าร่วมของท่าน กรุณาไม่ส่งต่อ\n" + "\n".join(f"{name}: {link}" for name, link in entry.links))
    parts.append(f"รายละเอียดและการลงทะเบียน: {entry.url}")
    return "\n\n".join(filter(None, parts))


def named(entry: Entry) -> list[tuple[str, str]]:
    """Channels by name, in their own order, with their notes."""
    notes = dict(entry.channels)
    return [(name, notes[kind]) for kind, (_, name) in CHANNELS.items() if kind in notes]


def location(entry: Entry) -> str:
    """The room, where there is one; then the ways to take part from afar."""
    notes = dict(entry.channels)
    places = [notes[ChannelKind.ROOM]] if notes.get(ChannelKind.ROOM) else []
    places += [name for name, _ in named(entry) if not (places and name == CHANNELS[ChannelKind.ROOM][1])]
    return ", ".join(places)
