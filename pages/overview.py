"""What a group's overview page tells besides the group's own row: its story, its tags, who looks after it, how its
events were evaluated."""

import itertools
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import BooleanField, CharField, F, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat, TruncDate
from django.urls import reverse
from django.utils import timezone

from accounts.models import Agency, User
from core import thai
from core.models import Tag
from core.prepared import Prepared
from events import listing
from events.calendar import EventRow
from events.models import State as EventState
from groups.models import Group, Lineage, Membership, Milestone, Role, Stage, TaggedGroup
from groups.models.roles import ROLE_ORDER
from groups.visibility import Visibility
from surveys.models import Kind, Survey
from surveys.statistics import word_of

EVALUATIONS_SHOWN = 3
NEVER = date.min  # a tag has no day
BETWEEN = "\x1f"  # in no name: see core.thai.CONTROL_CHARACTERS


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
    place: tuple[int, str]  # in the list: by role, then by name


@dataclass(frozen=True)
class Evaluation:
    """A released result of an event that everybody may see."""

    pk: int
    title: str
    day: date
    mean: str
    sd: str  # empty where one person answered
    answers: int
    word: str

    @property
    def url(self) -> str:
        return reverse("surveys:results", args=[self.pk])


@dataclass
class Story:
    steps: list[Step] = field(default_factory=list)
    predecessors: list[Tie] = field(default_factory=list)
    successors: list[Tie] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    caretakers: list[Caretaker] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)  # the latest first


def story(group: Group) -> Story:
    """Milestones, lineage, tags and caretakers in one query: each is a few rows, and the page may ask four times."""
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
        elif source == "evaluation":
            told.evaluations.append(evaluation(pk, title, day, detail))
        elif source == "caretaker":
            told.caretakers.append(caretaker(title, detail))
        elif is_planned:
            planned.append((day, pk, Step(title, detail, day, "planned")))
        elif not is_present_stage(group, source, title, day):
            done.append((day, pk, Step(title, detail, day, "done")))
    told.steps = [*in_time(done), present(group), *in_time(planned)]
    told.tags.sort(key=lambda tag: tag.name)
    told.evaluations.sort(key=lambda result: (result.day, result.pk), reverse=True)
    told.caretakers.sort(key=lambda person: person.place)
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
    looking_after = Membership.objects.active().filter(group=group_id, is_listed=True, user__is_active=True)
    people = looking_after.exclude(role=Role.MEMBER).values_list(
        Value("caretaker", CharField()),
        "pk",
        nothing,
        together("role", "user__title", "user__given_name", "user__family_name"),
        together("user__agency__name", "user__agency__level", "user__agency__province"),
        no,
        nothing,
    )
    return milestones.order_by().union(before, after, tags, people.order_by(), evaluations_of(group_id), all=True)


def evaluations_of(group_id: int) -> QuerySet:
    """Of the latest events that everybody may see, in the columns of `told_of`."""
    released = Survey.objects.released().filter(
        group=group_id, kind=Kind.SATISFACTION, released_mean__isnull=False, event__visibility=Visibility.PUBLIC
    )
    latest = released.exclude(event__state=EventState.DRAFT).order_by("-event__starts_at", "-pk")
    bounds = [f"bands__from_{level}" for level in (5, 4, 3, 2)]
    rows = Survey.objects.filter(pk__in=latest.values("pk")[:EVALUATIONS_SHOWN]).order_by()
    return rows.values_list(
        Value("evaluation", CharField()),
        "pk",
        Cast(TruncDate("event__starts_at"), CharField()),
        "event__title",
        together("released_mean", "released_sd", "released_answers", *bounds),
        Value(False, BooleanField()),
        Value("", CharField()),
    )


def together(*names: str) -> Concat:
    """Several texts in one column; what is missing is empty."""
    texts = [Coalesce(Cast(name, CharField()), Value(""), output_field=CharField()) for name in names]
    return Concat(*itertools.chain(*((text, Value(BETWEEN)) for text in texts)), output_field=CharField())


def tie(name: str, slug: str, kind: str, day: date) -> Tie:
    return Tie(name=name, url=Group(slug=slug).get_absolute_url(), how=Lineage.Kind(kind).label, day=day)


def in_time(dated: list[tuple[date, int, Step]]) -> list[Step]:
    return [step for *_, step in sorted(dated, key=lambda entry: entry[:2])]


def present(group: Group) -> Step:
    return Step(group.get_stage_display(), group.stage_reason, group.stage_since, "now")


def is_present_stage(group: Group, kind: str, title: str, day: date) -> bool:
    """The milestone that says how the group stands now: the story shows that as its present step."""
    return kind == Milestone.Kind.STAGE and title == group.get_stage_display() and day == group.stage_since


def caretaker(person: str, agency: str) -> Caretaker:
    role, title, given, family, _ = person.split(BETWEEN)
    name, level, province, _ = agency.split(BETWEEN)
    user = User(title=title, given_name=given, family_name=family)
    return Caretaker(
        name=user.get_full_name(),
        initials=user.initials,
        role=Role(role).label,
        agency=str(Agency(name=name, level=level, province=province)) if name else "",
        place=(ROLE_ORDER[Role(role)], thai.sort_key(given, family)),
    )


def evaluation(pk: int, title: str, day: date, figures: str) -> Evaluation:
    mean, sd, answers, *bounds, _ = figures.split(BETWEEN)
    five, four, three, two = (Decimal(bound) for bound in bounds)
    return Evaluation(
        pk=pk,
        title=title,
        day=day,
        mean=two_places(mean),
        sd=two_places(sd),
        answers=int(answers),
        word=word_of(Decimal(mean), (five, four, three, two)),
    )


def two_places(figure: str) -> str:
    """SQLite writes 4.50 as 4.5."""
    return f"{Decimal(figure):.2f}" if figure else ""


def next_event(group: Group) -> EventRow | None:
    """What everybody may see of it, live or to come; what was called off is not next."""
    rows = listing.of_group.coming_for_visitors(timezone.now(), group.pk)
    return next((row for row in rows if not row.is_called_off), None)


story_rows = Prepared(told_of)
