"""What an event consists of, for its page: seven short lists in one query."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import CharField, IntegerField, QuerySet, Value
from django.db.models.functions import Cast

from accounts.models import Agency, Level
from core.prepared import Prepared
from groups.models import Group

from .models import Channel, ChannelKind, Chapter, CoHost, Document, Event, Mode, Reach, Speaker, ViewingSite


@dataclass(frozen=True)
class Site:
    pk: int
    agency: str
    place: str
    level: str
    expected: int

    def __str__(self) -> str:
        return f"{self.agency} {self.place}"


@dataclass
class Programme:
    channels: list[Channel] = field(default_factory=list)
    speakers: list[Speaker] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    chapters: list[Chapter] = field(default_factory=list)
    cohosts: list[Group] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    people: int = 0  # who took part, each once
    by_level: dict[str, int] = field(default_factory=dict)
    by_mode: dict[str, int] = field(default_factory=dict)

    def add(self, event: Event, source: str, pk: int, a: str, b: str, c: str, d: str, n: int) -> None:
        match source:
            case "channel":
                self.channels.append(Channel(pk=pk, event=event, kind=a, note=b, link=c))
            case "speaker":
                self.speakers.append(Speaker(pk=pk, event=event, name=a, position=b, order=n))
            case "document":
                self.documents.append(Document(pk=pk, event=event, title=a, kind=b, order=int(c), size=n))
            case "chapter":
                self.chapters.append(Chapter(pk=pk, event=event, title=a, second=n))
            case "cohost":
                self.cohosts.append(Group(pk=pk, name=a, slug=b, number=n))
            case "site":
                agency = Agency(name=a, province=b, level=d)
                self.sites.append(Site(pk=pk, agency=str(agency), place=c, level=d, expected=n))
            case "reach":
                self.people += n
                self.by_level[a] = self.by_level.get(a, 0) + n
                self.by_mode[b] = self.by_mode.get(b, 0) + n

    @property
    def reach(self) -> list[tuple[str, int, int]]:
        """Level, people, viewing sites; without the levels that nobody came from."""
        rows = [
            (level.label, self.by_level.get(level, 0), sum(site.level == level for site in self.sites))
            for level in Level
        ]
        return [row for row in rows if row[1] or row[2]]

    @property
    def has_links(self) -> bool:
        return any(channel.link for channel in self.channels)

    @property
    def modes(self) -> list[tuple[str, int]]:
        return [(mode.label, self.by_mode[mode]) for mode in Mode if self.by_mode.get(mode)]


def programme(event: Event) -> Programme:
    told = Programme()
    for row in rows.rows(event.pk):
        told.add(event, *row)
    told.channels.sort(key=lambda channel: list(ChannelKind).index(ChannelKind(channel.kind)))
    told.speakers.sort(key=lambda speaker: (speaker.order, speaker.pk))
    told.documents.sort(key=lambda document: (document.order, document.pk))
    told.chapters.sort(key=lambda chapter: chapter.second)
    told.cohosts.sort(key=lambda group: group.number)
    told.sites.sort(key=lambda site: site.pk)
    return told


def told_of(event: int) -> QuerySet:
    """Source, id, up to four texts, a number."""
    nothing = Value("", CharField())

    def named(model: Any, source: str, *texts: str, number: Any, pk: str = "pk", **conditions: Any) -> QuerySet:
        columns = [*(Cast(text, CharField()) for text in texts), *[nothing] * (4 - len(texts))]
        queryset = model.objects.filter(event=event, **conditions).order_by()
        return queryset.values_list(Value(source, CharField()), pk, *columns, Cast(number, IntegerField()))

    zero = Value(0, IntegerField())
    return named(Channel, "channel", "kind", "note", "link", number=zero).union(
        named(Speaker, "speaker", "name", "position", number="order"),
        named(Document, "document", "title", "kind", "order", number="size"),
        named(Chapter, "chapter", "title", number="second"),
        named(CoHost, "cohost", "group__name", "group__slug", number="group__number", pk="group_id"),
        named(
            ViewingSite,
            "site",
            *("agency__name", "agency__province", "place", "level"),
            number="expected",
            is_open=True,
        ),
        named(Reach, "reach", "level", "mode", number="people"),
        all=True,
    )


rows = Prepared(told_of)
