"""How many people an event reached, by level and by way of taking part: derived from rows, never typed."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from accounts.models import Level
from core import pagecache

from ..models import Attendance, Event, Mode, Reach, RosterEntry, Status, ViewingSite
from .registration import lock

People = Counter[tuple[str, str]]  # by level and mode


@dataclass(frozen=True)
class SiteCount:
    total: int = 0
    reported: int = 0

    @property
    def missing(self) -> int:
        return self.total - self.reported


@dataclass(frozen=True)
class ReachTotals:
    total: int = 0
    by_level: dict[str, int] = field(default_factory=dict)  # every level is in it
    by_mode: dict[str, int] = field(default_factory=dict)  # every mode is in it
    sites_by_level: dict[str, SiteCount] = field(default_factory=dict)  # every level is in it

    @property
    def sites(self) -> SiteCount:
        counts = self.sites_by_level.values()
        return SiteCount(sum(count.total for count in counts), sum(count.reported for count in counts))

    @property
    def rows(self) -> list[tuple[str, int, SiteCount]]:
        """For a table: the level's name, its people, its viewing sites."""
        return [(level.label, self.by_level[level], self.sites_by_level[level]) for level in Level]


def reach_of(event: Event) -> ReachTotals:
    """Two queries."""
    by_level, by_mode = dict.fromkeys(Level.values, 0), dict.fromkeys(Mode.values, 0)
    for level, mode, people in Reach.objects.filter(event=event).values_list("level", "mode", "people"):
        by_level[level] += people
        by_mode[mode] += people
    return ReachTotals(sum(by_level.values()), by_level, by_mode, count_sites(event))


def count_sites(event: Event) -> dict[str, SiteCount]:
    """A site that was closed before anybody reported from it does not count."""
    rows = ViewingSite.objects.filter(Q(is_open=True) | Q(reported_at__isnull=False), event=event).order_by()
    counted = rows.values_list("level").annotate(Count("pk"), Count("reported_at"))
    counts = {level: SiteCount(total, reported) for level, total, reported in counted}
    return {level: counts.get(level, SiteCount()) for level in Level.values}


@transaction.atomic
def recount(event: Event) -> bool:
    """Put the reach right; answer whether it differed."""
    event = lock(event)
    right = counted(event)[event.pk]
    rows = {(row.level, row.mode): row for row in Reach.objects.filter(event=event)}
    wrong = [row for key, row in rows.items() if row.people != right[key]]
    missing = [Reach(event=event, level=key[0], mode=key[1], people=right[key]) for key in right.keys() - rows.keys()]
    for row in wrong:
        row.people = right[row.level, row.mode]
    Reach.objects.bulk_update(wrong, ["people"])
    Reach.objects.bulk_create(missing)
    if wrong or missing:
        pagecache.changed()
    return bool(wrong or missing)


def add_one(event: Event, level: str, mode: str) -> None:
    """One more person, without counting all; the event's row is locked by the caller."""
    if not Reach.objects.filter(event=event, level=level, mode=mode).update(people=F("people") + 1):
        Reach.objects.create(event=event, level=level, mode=mode, people=1)
    pagecache.changed()


def counted(event: Event | None = None) -> dict[int, People]:
    """By the rows: of one event, or of all that anybody took part in. Four queries, however many."""
    present, sites = Attendance.objects.present(), ViewingSite.objects.filter(head_count__isnull=False)
    if event is not None:
        present, sites = present.filter(event=event), sites.filter(event=event)
    reach: dict[int, People] = defaultdict(Counter)
    rows = present.order_by().values_list("event", "level", "mode").annotate(Count("pk"))
    for event_id, level, mode, people in rows:
        reach[event_id][level, mode] += people
    named = named_at(sites)
    for pk, event_id, level, heads in sites.order_by().values_list("pk", "event", "level", "head_count"):
        if unnamed := max(0, (heads or 0) - named[pk]):
            reach[event_id][level, Mode.SITE] += unnamed
    return reach


def named_at(sites: QuerySet[ViewingSite]) -> Counter[int]:
    """How many different people who took part are known by name at each site: from its roster, or signed in there."""
    entries = RosterEntry.objects.filter(site__in=sites, attendance__status=Status.PRESENT)
    is_entered = RosterEntry.objects.filter(site=OuterRef("site"), attendance=OuterRef("pk"))
    signed_in = Attendance.objects.present().filter(~Exists(is_entered), site__in=sites)
    named: Counter[int] = Counter()
    for site, people in entries.order_by().values_list("site").annotate(Count("pk")):
        named[site] += people
    for site, people in signed_in.order_by().values_list("site").annotate(Count("pk")):
        named[site] += people
    return named
