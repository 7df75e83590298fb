"""What those who run an event write down about it, in one piece: typed, stored, compared, and told to others."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Self

from core import richtext, thai
from groups.models import Group
from groups.visibility import Visibility

from .models import Channel, ChannelKind, CoHost, Event, Speaker

COLUMNS = (
    "title",
    "lead",
    "agenda",
    "starts_at",
    "ends_at",
    "registration_opens_at",
    "registration_closes_at",
    "capacity",
    "target",
    "for_central",
    "for_province",
    "for_district",
    "visibility",
    "gives_certificates",
    "needs_evaluation",
    "hours",
    "signatory_name",
    "signatory_position",
)
MOST_HOURS = Decimal(200)


@dataclass(frozen=True)
class ChannelDetails:
    kind: str
    note: str = ""
    link: str = ""


@dataclass(frozen=True)
class SpeakerDetails:
    name: str
    position: str = ""


@dataclass(frozen=True)
class Fact:
    """One thing that people compare. `text` is for anybody; the join link stands apart from it."""

    name: str
    label: str
    value: str
    text: str
    link: str = ""


@dataclass(frozen=True)
class Change:
    before: Fact
    after: Fact

    @property
    def name(self) -> str:
        return self.after.name

    @property
    def label(self) -> str:
        return self.after.label

    @property
    def only_the_link(self) -> bool:
        return self.before.text == self.after.text and self.before.link != self.after.link


@dataclass(frozen=True)
class Details:
    columns: Mapping[str, Any]  # of Event, those named in COLUMNS
    cohosts: tuple[Group, ...] = ()
    channels: tuple[ChannelDetails, ...] = ()
    speakers: tuple[SpeakerDetails, ...] = ()

    @classmethod
    def of(cls, event: Event) -> Self:
        """As stored now. Three queries."""
        cohosting = CoHost.objects.filter(event=event).select_related("group").order_by("group__number")
        channels = {row.kind: ChannelDetails(row.kind, row.note, row.link) for row in event.channels.all()}
        return cls(
            columns={name: getattr(event, name) for name in COLUMNS},
            cohosts=tuple(row.group for row in cohosting),
            channels=tuple(channels[kind] for kind in ChannelKind if kind in channels),
            speakers=tuple(SpeakerDetails(row.name, row.position) for row in event.speakers.all()),
        )

    def facts(self) -> list[Fact]:
        told = self.columns
        channels = {channel.kind: channel for channel in self.channels}
        return [
            plain("title", told["title"]),
            plain("lead", told["lead"]),
            Fact("agenda", label_of("agenda"), told["agenda"], excerpt(richtext.to_text(told["agenda"]))),
            Fact("time", "วันและเวลา", "/".join(map(exact, (self.starts_at, self.ends_at))), span_text(self)),
            *(channel_fact(kind, channels.get(kind)) for kind in ChannelKind),
            Fact("speakers", "วิทยากร", as_json((row.name, row.position) for row in self.speakers), self.speakers_text),
            Fact("cohosts", "กลุ่มร่วมจัด", as_json(group.pk for group in self.cohosts), self.cohosts_text),
            Fact("levels", "ระดับผู้เข้าร่วม", self.levels_text, self.levels_text),
            plain("capacity", told["capacity"], "ไม่จำกัด"),
            plain("target", told["target"]),
            moment("registration_opens_at", told["registration_opens_at"]),
            moment("registration_closes_at", told["registration_closes_at"]),
            Fact("visibility", label_of("visibility"), told["visibility"], str(Visibility(told["visibility"]).label)),
            Fact("hours", label_of("hours"), f"{Decimal(told['hours']):.1f}", f"{Decimal(told['hours']):.1f}"),
            yes_or_no("gives_certificates", told["gives_certificates"]),
            yes_or_no("needs_evaluation", told["needs_evaluation"]),
            plain("signatory_name", told["signatory_name"]),
            plain("signatory_position", told["signatory_position"]),
        ]

    def marks(self) -> dict[str, str]:
        """A short fingerprint of each fact: a form carries them, to notice what others changed meanwhile."""
        return {fact.name: hashlib.sha256(fact.value.encode()).hexdigest()[:12] for fact in self.facts()}

    @property
    def starts_at(self) -> datetime:
        return self.columns["starts_at"]

    @property
    def ends_at(self) -> datetime:
        return self.columns["ends_at"]

    @property
    def levels_text(self) -> str:
        names = {"for_central": "ส่วนกลาง", "for_province": "จังหวัด", "for_district": "อำเภอ"}
        return ", ".join(label for name, label in names.items() if self.columns[name])

    @property
    def speakers_text(self) -> str:
        return excerpt("\n".join(" ".join(filter(None, [row.name, row.position])) for row in self.speakers))

    @property
    def cohosts_text(self) -> str:
        return ", ".join(map(str, self.cohosts)) or "ไม่มี"


def changes(before: Details, after: Details) -> list[Change]:
    pairs = zip(before.facts(), after.facts(), strict=True)
    return [Change(old, new) for old, new in pairs if old.value != new.value]


def write(event: Event, details: Details) -> None:
    """Into an event that is stored already; its own columns are saved by the caller."""
    write_cohosts(event, details.cohosts)
    kept = {channel.kind for channel in details.channels}
    event.channels.exclude(kind__in=kept).delete()
    for channel in details.channels:
        texts = {"note": channel.note, "link": channel.link}
        Channel.objects.update_or_create(event=event, kind=channel.kind, defaults=texts)
    stored = tuple(SpeakerDetails(row.name, row.position) for row in event.speakers.all())
    if stored != details.speakers:
        event.speakers.all().delete()
        Speaker.objects.bulk_create(
            Speaker(event=event, name=row.name, position=row.position, order=place)
            for place, row in enumerate(details.speakers)
        )


def write_cohosts(event: Event, groups: Iterable[Group]) -> None:
    wanted = {group.pk for group in groups}
    rows = CoHost.objects.filter(event=event)
    stored = set(rows.values_list("group", flat=True))
    rows.exclude(group__in=wanted).delete()
    CoHost.objects.bulk_create(CoHost(event=event, group_id=pk) for pk in sorted(wanted - stored))


def hours_of(starts_at: datetime, ends_at: datetime) -> Decimal:
    """How long people meet, to half hours; of several days, as long on each as on the first."""
    start, end = starts_at.astimezone(thai.BANGKOK), ends_at.astimezone(thai.BANGKOK)
    days = (end.date() - start.date()).days + 1
    a_day = timedelta(hours=end.hour - start.hour, minutes=end.minute - start.minute)
    met = a_day * days if a_day > timedelta() else ends_at - starts_at
    halves = (Decimal(met.total_seconds()) / 1800).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return min(max(halves / 2, Decimal("0.5")), MOST_HOURS).quantize(Decimal("0.1"))


def label_of(name: str) -> str:
    return str(Event._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def plain(name: str, value: Any, nothing: str = "ไม่ระบุ") -> Fact:
    text = f"{value:,}" if isinstance(value, int) else value
    return Fact(name, label_of(name), "" if value is None else str(value), text or nothing)


def yes_or_no(name: str, value: bool) -> Fact:
    return Fact(name, label_of(name), str(value), "ใช่" if value else "ไม่ใช่")


def moment(name: str, value: datetime | None) -> Fact:
    text = f"{thai.format_date(value, 'full')} เวลา {thai.format_time(value)}" if value else "ไม่ระบุ"
    return Fact(name, label_of(name), exact(value), text)


def channel_fact(kind: ChannelKind, channel: ChannelDetails | None) -> Fact:
    label = f"ช่องทาง {kind.label}"
    if channel is None:
        return Fact(kind.value, label, "", "ไม่มี")
    value = as_json([channel.note, channel.link])
    return Fact(kind.value, label, value, channel.note or "มี", channel.link)


def span_text(details: Details) -> str:
    return when(details.starts_at, details.ends_at)


def when(starts_at: datetime, ends_at: datetime) -> str:
    start, end = starts_at.astimezone(thai.BANGKOK), ends_at.astimezone(thai.BANGKOK)
    first = f"{thai.format_date(start, 'full')} เวลา {start:%H.%M}"
    if start.date() == end.date():
        return f"{first}–{thai.format_time(end)}"
    return f"{first} น. ถึง{thai.format_date(end, 'full')} เวลา {thai.format_time(end)}"


def exact(value: datetime | None) -> str:
    return value.astimezone(thai.BANGKOK).isoformat() if value else ""


def as_json(values: Iterable[Any]) -> str:
    return json.dumps(list(values), ensure_ascii=False)


def excerpt(text: str, length: int = 300) -> str:
    return f"{text[:length]}…" if len(text) > length else text or "ไม่มี"
