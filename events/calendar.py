"""What lists show of an event, in words: home, the calendar, a group's tab and one's own page print the same row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.db.models import Case, F, IntegerField, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from core import thai
from groups.models import Group

from .models import CALLED_OFF, OVER, TONES, Channel, ChannelKind, CoHost, Event, Seat, State
from .models.event import EventQuerySet

# In this order, and each with a bit of its own: one number says which channels an event has.
CHANNELS = {
    ChannelKind.ROOM: (1, "ห้องประชุม"),
    ChannelKind.VCS: (2, "VCS"),
    ChannelKind.DOPA: (4, "DOPA Channel"),
    ChannelKind.YOUTUBE: (8, "YouTube Live"),
}
# In the order of the model, as `Event.from_db` wants them.
OWN = (
    *("id", "title", "starts_at", "ends_at", "registration_opens_at", "registration_closes_at", "capacity", "state"),
    *("video_id", "video_is_shown", "created_at", "seated_count"),
)
MOMENTS = [place for place, name in enumerate(OWN) if name.endswith("_at")]
COLUMNS = (*OWN, "group__number", "group__name", "channel_bits")
A_YEAR_OR_SO = timedelta(days=300)  # beyond it a day and a month could be of two years
MARKS = {Seat.SEATED: "ท่านลงทะเบียนแล้ว", Seat.WAITING: "ท่านอยู่ในรายชื่อสำรอง"}


@dataclass(frozen=True)
class EventRow:
    """Only texts and numbers, so that equal rows are drawn once (`html`); templates/ui/event_row.html draws them."""

    pk: int
    url: str
    title: str
    number: int  # of the group: its colour
    group: str
    fiscal_year: int  # of the start
    day_iso: str
    weekday: str
    day: int
    month: str
    begins: str  # 13.30
    time: str
    channels: str
    badge: str
    tone: str
    is_over: bool
    is_live: bool
    is_called_off: bool
    is_full: bool
    takes_registrations: bool
    mark: str = ""  # what the viewer has to do with it

    @property
    def html(self) -> SafeString:
        return drawn(self)


@lru_cache(maxsize=2048)
def drawn(row: EventRow) -> SafeString:
    return render_to_string("ui/event_row.html", {"row": row})


def listed(events: EventQuerySet) -> EventQuerySet:
    """With all that `rows` needs, and no more: one query however many events."""
    bits = Case(
        *(When(kind=kind, then=Value(bit)) for kind, (bit, _) in CHANNELS.items()),
        default=Value(0),
        output_field=IntegerField(),
    )
    kinds = Channel.objects.filter(event=OuterRef("pk")).order_by().values("event").annotate(bits=Sum(bits))
    return (
        events.select_related("group")
        .only(*OWN, "group__number", "group__name")
        .annotate(channel_bits=Coalesce(Subquery(kinds.values("bits")), 0, output_field=IntegerField()))
    )


def rows(events: Iterable[Event], now: datetime) -> list[EventRow]:
    """Of events that came through `listed`. Asks the database nothing."""
    return [row(event, now) for event in events]


def row(event: Event, now: datetime) -> EventRow:
    state = State(event.state_at(now))
    badge, tone = badge_of(event, state, now)
    start = event.starts_at.astimezone(thai.BANGKOK)
    span = thai.format_span(event.starts_at, event.ends_at)
    return EventRow(
        pk=event.pk,
        url=event.get_absolute_url(),
        title=event.title,
        number=event.group.number,
        group=f"กลุ่ม {event.group.thai_number} {event.group.name}",
        fiscal_year=thai.fiscal_year(start),
        day_iso=start.date().isoformat(),
        weekday=thai.SHORT_WEEKDAYS[start.weekday()],
        day=start.day,
        month=thai.SHORT_MONTHS[start.month - 1],
        begins=f"{start:%H.%M}",
        time=span if abs(start - now) < A_YEAR_OR_SO else f"{thai.format_date(start)} {span}",
        channels=channels_text(event.channel_bits),  # type: ignore[attr-defined]  # by `listed`
        badge=badge,
        tone=tone,
        is_over=state in OVER or event.ends_at <= now,
        is_live=state == State.LIVE,
        is_called_off=state in CALLED_OFF,
        is_full=event.is_full,
        takes_registrations=event.takes_registrations_at(now),
    )


def row_of(values: tuple, now: datetime) -> EventRow:
    """Of `COLUMNS` as the database's driver gives them. Badges are right to the minute, so that what did not change
    need not be put into words again."""
    return _row_of(values, now.replace(second=0, microsecond=0))


@lru_cache(maxsize=2048)
def _row_of(values: tuple, minute: datetime) -> EventRow:
    return row(event_of(values), minute)


def event_of(values: tuple) -> Event:
    """As `listed` answers it."""
    *own, number, name, bits = values
    for place in MOMENTS:
        own[place] = moment(own[place])
    event = Event.from_db(None, OWN, own)
    event.group = Group(number=number, name=name)
    event.channel_bits = bits  # type: ignore[attr-defined]
    return event


def moment(value: str | datetime | None) -> datetime | None:
    """SQLite keeps UTC, and does not say so."""
    value = datetime.fromisoformat(value) if isinstance(value, str) else value
    return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


def badge_of(event: Event, state: State, now: datetime) -> tuple[str, str]:
    """What matters next about the event, and the colour it is said in."""
    match state:
        case State.OPEN:
            return registration_badge(event, now)
        case State.ENDED | State.COMPLETE if event.has_video:
            return "รับชมย้อนหลัง", "info"
        case State.ENDED:
            return "รอเผยแพร่สรุป", "warn"
    return ("เสร็จสิ้น" if state == State.COMPLETE else state.label), TONES[state]


def registration_badge(event: Event, now: datetime) -> tuple[str, str]:
    if event.registration_opens_at and now < event.registration_opens_at:
        return "เปิดลงทะเบียนเร็ว ๆ นี้", ""
    if event.is_full:
        return "เต็มจำนวน", "warn"
    if not event.takes_registrations_at(now):
        return "ปิดรับลงทะเบียน", ""
    taken = f" {event.seated_count:,}/{event.capacity:,}" if event.capacity else ""
    return f"เปิดรับลงทะเบียน{taken}", "ok"


def channels_text(bits: int) -> str:
    """VCS, DOPA Channel และ YouTube Live."""
    names = [name for bit, name in CHANNELS.values() if bits & bit]
    return " และ ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def marked(rows: Iterable[EventRow], seats: Mapping[int, str]) -> list[EventRow]:
    """`seats` are the viewer's own, by event."""
    return [
        replace(row, mark=MARKS[Seat(seats[row.pk])]) if row.pk in seats and not row.is_over else row for row in rows
    ]


# --- Which events -----------------------------------------------------------------------------------------
def ahead(events: EventQuerySet, now: datetime) -> EventQuerySet:
    """Live or to come: whatever was announced and is not `past`."""
    return events.filter(state__in=[State.OPEN, State.LIVE, *CALLED_OFF], ends_at__gt=now)


def of_group_named(events: EventQuerySet, slug: str) -> EventQuerySet:
    return events.filter(Q(group__slug=slug) | Q(pk__in=CoHost.objects.filter(group__slug=slug).values("event")))


def in_state(events: EventQuerySet, state: str, now: datetime) -> EventQuerySet:
    match state:
        case "open":
            opened = Coalesce(F("registration_opens_at"), F("created_at"))
            still = Q(registration_closes_at=None) | Q(registration_closes_at__gt=now)
            return events.annotate(opened=opened).filter(
                still, opened__lte=now, state__in=[State.OPEN, State.LIVE], ends_at__gt=now
            )
        case "live":
            return events.live(now)
        case "replay":
            return events.held(now).filter(video_is_shown=True).exclude(video_id="")
        case "called_off":
            return events.filter(state__in=CALLED_OFF)
    return events


def wanted(
    events: EventQuerySet,
    now: datetime,
    *,
    group: str = "",
    state: str = "",
    channel: str = "",
    level: str = "",
    year: int | None = None,
) -> EventQuerySet:
    """By what a reader chose; what is empty does not count."""
    if group:
        events = of_group_named(events, group)
    if channel:
        events = events.filter(pk__in=Channel.objects.filter(kind=channel).values("event"))
    if level:
        events = events.filter(**{f"for_{level}": True})
    if year:
        events = events.filter(fiscal_year=year)
    return in_state(events, state, now)
