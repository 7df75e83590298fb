"""What a group's overview page tells besides the group's own row: its story, its tags, who looks after it."""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import BooleanField, CharField, F, QuerySet, Value
from django.db.models.functions import Cast

from accounts.models import Agency, User
from core.models import Tag
from core.prepared import Prepared
from groups.models import Group, Lineage, Membership, Milestone, Role, Stage, TaggedGroup
from groups.models.roles import ROLE_ORDER

NEVER = date.min  # a tag has no day


@dataclass(frozen=True)
class Step:
    title: str
    detail: str
    day: date
    state: str  # "done", "now" or "planned"


@dataclass(frozen=True)
class Tie:
    """Another group, before or after this one."""

    name: str
    url: str
    how: str
    day: date


@dataclass(frozen=True)
class Caretaker:
    name: str
    initials: str
    role: str
    agency: str


@dataclass
class Story:
    steps: list[Step] = field(default_factory=list)
    predecessors: list[Tie] = field(default_factory=list)
    successors: list[Tie] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)


def story(group: Group) -> Story:
    """Milestones, lineage and tags in one query: each is a few rows, and the page may ask the database four times."""
    told = Story()
    done, planned = [], []
    for source, pk, on, title, detail, is_planned, slug in story_rows.rows(group.pk):
        day = date.fromisoformat(on) if on else NEVER
        if source == "tag":
            told.tags.append(Tag(pk=pk, name=title))
        elif source == "predecessor":
            told.predecessors.append(tie(title, slug, detail, day))
        elif source == "successor":
            told.successors.append(tie(title, slug, detail, day))
        elif is_planned:
            planned.append((day, pk, Step(title, detail, day, "planned")))
        elif not is_present_stage(group, source, title, day):
            done.append((day, pk, Step(title, detail, day, "done")))
    told.steps = [*in_time(done), present(group), *in_time(planned)]
    told.tags.sort(key=lambda tag: tag.name)
    return told


def told_of(group_id: int) -> QuerySet:
    """Source, id, day, title, detail, is it still to come, slug."""
    nothing, no, day = Value("", CharField()), Value(False, BooleanField()), Cast("happened_on", CharField())
    lineage = Lineage.objects.exclude(predecessor__stage=Stage.DRAFT).exclude(successor__stage=Stage.DRAFT)
    milestones = Milestone.objects.filter(group=group_id).values_list(
        F("kind"), "pk", day, "title", "detail", "is_planned", nothing
    )
    before = lineage.filter(successor=group_id).values_list(
        Value("predecessor", CharField()), "pk", day, "predecessor__name", "kind", no, "predecessor__slug"
    )
    after = lineage.filter(predecessor=group_id).values_list(
        Value("successor", CharField()), "pk", day, "successor__name", "kind", no, "successor__slug"
    )
    tags = TaggedGroup.objects.filter(content_object=group_id).values_list(
        Value("tag", CharField()), "tag_id", nothing, "tag__name", nothing, no, nothing
    )
    return milestones.order_by().union(before, after, tags, all=True)


def tie(name: str, slug: str, kind: str, day: date) -> Tie:
    return Tie(name=name, url=Group(slug=slug).get_absolute_url(), how=Lineage.Kind(kind).label, day=day)


def in_time(dated: list[tuple[date, int, Step]]) -> list[Step]:
    return [step for *_, step in sorted(dated, key=lambda entry: entry[:2])]


def present(group: Group) -> Step:
    return Step(group.get_stage_display(), group.stage_reason, group.stage_since, "now")


def is_present_stage(group: Group, kind: str, title: str, day: date) -> bool:
    """The milestone that says how the group stands now: the story shows that as its present step."""
    return kind == Milestone.Kind.STAGE and title == group.get_stage_display() and day == group.stage_since


def caretakers(group: Group) -> list[Caretaker]:
    """Who has a role in the group, in the order of the roles; without those who asked not to be listed."""
    rows = sorted(caretaker_rows.rows(group.pk), key=lambda row: ROLE_ORDER[Role(row[0])])
    return [caretaker(*row) for row in rows]


def looking_after(group_id: int) -> QuerySet:
    listed = Membership.objects.active().filter(group=group_id, is_listed=True, user__is_active=True)
    return (
        listed.exclude(role=Role.MEMBER)
        .order_by("user__sort_key", "pk")
        .values_list(
            *("role", "user__title", "user__given_name", "user__family_name"),
            *("user__agency__name", "user__agency__level", "user__agency__province"),
        )
    )


def caretaker(role: str, title: str, given: str, family: str, *agency: str | None) -> Caretaker:
    person = User(title=title, given_name=given, family_name=family)
    name, level, province = agency
    return Caretaker(
        name=person.get_full_name(),
        initials=person.initials,
        role=Role(role).label,
        agency=str(Agency(name=name, level=level or "", province=province or "")) if name else "",
    )


story_rows, caretaker_rows = Prepared(told_of), Prepared(looking_after)
