"""What people answered, ready to be shown: put together from the tallies, so that it costs the same for any number of
answers. The page, the printed report and every file are made from this, so none of them shows more than another.

Of an anonymous survey nothing is shown while fewer than SMALLEST answers are counted, and no item that fewer answered;
who runs a named survey sees all of its totals. Who the people are, and what each group of them said, is shown once the
survey is closed and everything is counted: earlier, what comes in between two looks would tell it of a few.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.utils import timezone

from . import statistics
from .audiences import participants
from .counting import NOT_STATED
from .form import Form, FormItem, form_of, grouping
from .models import BREAKDOWNS, SMALLEST, About, Audience, ItemKind, Phase, Response, Survey, SurveyVersion, Tally
from .standard import BEFORE_AND_AFTER
from .statistics import LEVELS, Bounds, Figures, figures, percent, pooled, ranks
from .suppression import hidden

UNSTATED = "ไม่ระบุ"
OVERALL = "ภาพรวม"
PEOPLE = {Audience.ATTENDEES: "ผู้เข้าร่วม", Audience.REGISTERED: "ผู้ลงทะเบียน", Audience.MEMBERS: "สมาชิก"}
GROUPED = {About.LEVEL: "ระดับ", About.REGION: "ภาค", About.CHANNEL: "ช่องทางที่เข้าร่วม"}


@dataclass(frozen=True)
class Row:
    """A line of the table: an item, an aspect, all."""

    title: str
    figures: Figures
    word: str = ""
    rank: int | None = None
    is_hidden: bool = False  # answered by too few to be shown

    @property
    def shares(self) -> list[tuple[int, Decimal]]:
        """Count and percentage of each level, the highest first."""
        return [(self.figures.counts.get(level, 0), self.figures.percent(level)) for level in LEVELS]

    @property
    def segments(self) -> list[tuple[int, str, str]]:
        """Of a bar 100 wide: level, beginning and width."""
        drawn, before = [], 0
        for level in LEVELS:
            count = self.figures.counts.get(level, 0)
            if count:
                width = 100 * count / self.figures.n
                drawn.append((level, f"{100 * before / self.figures.n:.3f}", f"{width:.3f}"))
            before += count
        return drawn


@dataclass(frozen=True)
class Aspect:
    row: Row  # without a title where the items have no aspect
    items: list[Row]


@dataclass(frozen=True)
class Option:
    label: str
    count: int | None  # None: hidden
    percent: Decimal | None


@dataclass(frozen=True)
class Choice:
    title: str
    n: int
    options: list[Option]
    is_several: bool = False
    is_hidden: bool = False  # altogether

    @property
    def has_hidden(self) -> bool:
        return any(option.count is None for option in self.options)


@dataclass(frozen=True)
class Breakdown:
    """Columns are the groups that are shown; none of them where that would tell of the others."""

    title: str
    groups: list[tuple[str, int]]  # label, people
    rows: list[tuple[str, list[Row]]]  # what, of each group; the last is overall
    hidden: list[str]  # some of these are small


@dataclass(frozen=True)
class Version:
    pk: int
    number: int
    answers: int


@dataclass(frozen=True)
class Results:
    survey: Survey
    versions: list[Version]  # of different wording, whose answers never mix
    version: Version | None
    answers: int  # to this wording
    participants: int | None
    is_shown: bool
    is_settled: bool  # closed, everything counted
    aspects: list[Aspect] = field(default_factory=list)
    overall: Row = field(default_factory=lambda: Row(OVERALL, Figures()))
    choices: list[Choice] = field(default_factory=list)
    numbers: list[Row] = field(default_factory=list)
    people: list[Choice] = field(default_factory=list)
    breakdowns: list[Breakdown] = field(default_factory=list)

    @property
    def heading(self) -> str:
        """ผลประเมินความพึงพอใจ, of a แบบประเมินความพึงพอใจ."""
        return f"ผล{self.survey.title.removeprefix('แบบ')}"

    @property
    def all_answers(self) -> int:
        return sum(version.answers for version in self.versions)

    @property
    def rate(self) -> Decimal | None:
        """None where nobody can tell: more may have answered than are counted now, after somebody has left."""
        if not self.participants or self.all_answers > self.participants:
            return None
        return percent(self.all_answers, self.participants)

    @property
    def people_word(self) -> str:
        return PEOPLE.get(Audience(self.survey.audience), "")

    @property
    def ranges(self) -> str:
        printed = [f"{low}–{high} {word}" for low, high, word in statistics.ranges(self.survey.bands.bounds)]
        return ", ".join(printed)

    @property
    def items(self) -> list[Row]:
        return [item for aspect in self.aspects for item in aspect.items]

    @property
    def has_hidden(self) -> bool:
        return any(item.is_hidden for item in self.items)

    @property
    def has_before_and_after(self) -> bool:
        return any(aspect.row.title == BEFORE_AND_AFTER for aspect in self.aspects)

    @property
    def notes(self) -> list[str]:
        """What stands under the table, on the page and on paper."""
        before = f" ไม่รวม{BEFORE_AND_AFTER} ซึ่งวัดความรู้" if self.has_before_and_after else ""
        return [
            self.response_note,
            "S.D. คำนวณแบบกลุ่มตัวอย่าง (n−1) ค่าที่แสดงปัดเศษครึ่งขึ้นเป็นทศนิยม 2 ตำแหน่งก่อนแปลผล",
            f"ค่าของด้านและภาพรวมคำนวณจากคำตอบทุกข้อรวมกัน{before} ลำดับของข้อเทียบทุกข้อ ลำดับของด้านเทียบระหว่างด้าน",
            f"แปลผลตาม{self.survey.bands} {self.ranges}",
        ]

    @property
    def response_note(self) -> str:
        note = f"จำนวนผู้ตอบ {self.all_answers:,} คน"
        if self.participants:
            note += f" จาก{self.people_word} {self.participants:,} คน"
        if self.rate is not None:
            note += f" คิดเป็นร้อยละ {self.rate}"
        if self.version and self.answers != self.all_answers:
            note += f" ตารางนี้เป็นผลของแบบประเมินฉบับที่ {self.version.number} ซึ่งมีผู้ตอบ {self.answers:,} คน"
        return note


# --- Putting together -------------------------------------------------------------------------------------
def results_of(survey: Survey, *, number: int | None = None, floor: int = SMALLEST) -> Results:
    """Of one wording: the one asked for, or the one that most people answered. Five queries at most.

    `floor`: so many people must have answered for totals to be shown.
    """
    versions = versions_of(survey)
    version = chosen(versions, number)
    answers = version.answers if version else 0
    is_settled = settled(survey)
    common = {
        "survey": survey,
        "versions": versions,
        "version": version,
        "answers": answers,
        "participants": survey.released_participants if survey.released_at else participants(survey),
        "is_settled": is_settled,
    }
    if version is None or answers < floor:
        return Results(is_shown=False, **common)  # type: ignore[arg-type]  # of each its own
    form, tally = form_of(version.pk), Counted(version.pk)
    made = Making(form, tally, answers, survey.bands.bounds, floor)
    parts = made.totals() | (made.groups() if is_settled else {})
    return Results(is_shown=True, **common, **parts)  # type: ignore[arg-type]  # of each its own


def floor_for(survey: Survey, *, runs: bool) -> int:
    """Who runs a named survey knows everybody's answers anyway."""
    return 0 if runs and not survey.is_anonymous else SMALLEST


def versions_of(survey: Survey) -> list[Version]:
    """That were ever answered, and the one that is asked now."""
    rows = SurveyVersion.objects.filter(survey=survey, published_at__isnull=False).order_by("number")
    found = [Version(*row) for row in rows.values_list("pk", "number", "counted")]
    return [version for version in found if version.answers or version.pk == survey.current_id]


def chosen(versions: Sequence[Version], number: int | None) -> Version | None:
    named = next((version for version in versions if version.number == number), None)
    return named or max(versions, key=lambda version: (version.answers, version.number), default=None)


def settled(survey: Survey) -> bool:
    """Nothing comes any more."""
    if survey.phase_at(timezone.now()) != Phase.CLOSED:
        return False
    return not Response.objects.filter(version__survey=survey, is_counted=False).exists()


class Counted:
    """The tallies of one version: as many rows as the form has answers, however many people gave them."""

    def __init__(self, version: int) -> None:
        self.totals: defaultdict[int, dict[int, int]] = defaultdict(dict)
        self.grouped: defaultdict[str, defaultdict[int, defaultdict[int, dict[int, int]]]] = defaultdict(
            lambda: defaultdict(lambda: defaultdict(dict))
        )
        rows = Tally.objects.filter(version=version).order_by()
        for item, by, group, value, count in rows.values_list("item_id", "by", "group", "value", "count"):
            found = self.grouped[by][group][item] if by else self.totals[item]
            found[value] = count


@dataclass(frozen=True)
class Making:
    form: Form
    tally: Counted
    answers: int
    bounds: Bounds
    floor: int

    # --- Of all ---
    def totals(self) -> dict[str, object]:
        likert = self.of_kind(ItemKind.LIKERT)
        places = ranks([self.row(item).figures.mean if is_opinion(item.aspect) else None for item in likert])
        rows = {item.pk: self.row(item, place) for item, place in zip(likert, places, strict=True)}
        by_aspect = {title: [rows[item.pk] for item in items] for title, items in grouped(likert).items()}
        sums = {title: self.summed(title, items) for title, items in by_aspect.items()}
        order = ranks([row.figures.mean if is_opinion(title) else None for title, row in sums.items()])
        return {
            "aspects": [
                Aspect(replace(row, rank=place), by_aspect[title])
                for (title, row), place in zip(sums.items(), order, strict=True)
            ],
            "overall": self.summed(
                OVERALL, [row for title, items in by_aspect.items() if is_opinion(title) for row in items]
            ),
            "choices": [self.choice(item) for item in self.form.items if item.options and not item.about],
            "numbers": [self.row(item) for item in self.of_kind(ItemKind.NUMBER)],
        }

    def of_kind(self, kind: ItemKind) -> list[FormItem]:
        return [item for item in self.form.items if item.kind == kind]

    def is_few(self, n: int) -> bool:
        return 0 < n < self.floor

    def row(self, item: FormItem, rank: int | None = None) -> Row:
        found = figures(self.tally.totals[item.pk])
        if self.is_few(found.n):
            return Row(item.text, Figures(), is_hidden=True)
        return self.worded(item.text, found, rank)

    def worded(self, title: str, found: Figures, rank: int | None = None) -> Row:
        return Row(title, found, statistics.word_of(found.mean, self.bounds), rank)

    def summed(self, title: str, rows: Sequence[Row]) -> Row:
        """Without the items that are hidden: with them, the difference would tell."""
        return self.worded(title, pooled(row.figures for row in rows))

    def choice(self, item: FormItem) -> Choice:
        """Where several can be chosen, percentages are of all who answered, and may add up to more than a hundred."""
        counts = self.tally.totals[item.pk]
        is_several = item.kind == ItemKind.SEVERAL
        n = self.answers if is_several else sum(counts.values())
        if self.is_few(n):
            return Choice(item.text, n, [], is_several, is_hidden=True)
        options = [
            Option(label, counts.get(place, 0), percent(counts.get(place, 0), n))
            for place, label in enumerate(item.options)
        ]
        return Choice(item.text, n, options, is_several)

    # --- Of the people, and by them ---
    def groups(self) -> dict[str, object]:
        by = dict(grouping(self.form, BREAKDOWNS))
        secret = {item.pk: self.hidden_groups(about, item) for about, item in by.items()}
        people = [item for item in self.form.items if item.about and item.kind == ItemKind.SINGLE]
        return {
            "people": [self.described(item, secret.get(item.pk)) for item in people],
            "breakdowns": [self.breakdown(about, item, secret[item.pk]) for about, item in by.items()],
        }

    def sizes(self, item: FormItem) -> dict[int, int]:
        counts = self.tally.totals[item.pk]
        sizes = {place: counts.get(place, 0) for place in range(len(item.options))}
        return sizes | {NOT_STATED: self.answers - sum(sizes.values())}

    def hidden_groups(self, about: str, item: FormItem) -> frozenset[int]:
        likert = [row.pk for row in self.of_kind(ItemKind.LIKERT) if not self.row(row).is_hidden]
        cells = self.tally.grouped[about]
        return hidden(
            {
                group: [size, *(sum(cells[group][pk].values()) for pk in likert)]
                for group, size in self.sizes(item).items()
            }
        )

    def described(self, item: FormItem, secret: frozenset[int] | None) -> Choice:
        """Part 1 of the form: how many people of each kind, by the same rule and with the same groups hidden."""
        sizes = self.sizes(item)
        if secret is None:
            secret = hidden({group: [size] for group, size in sizes.items()})
        if secret == sizes.keys():
            return Choice(item.text, self.answers, [], is_hidden=True)
        options = [
            Option(label, None, None)
            if group in secret
            else Option(label, sizes[group], percent(sizes[group], self.answers))
            for group, label in labels(item)
            if group != NOT_STATED or sizes[group]
        ]
        return Choice(item.text, self.answers, options)

    def breakdown(self, about: str, item: FormItem, secret: frozenset[int]) -> Breakdown:
        sizes = self.sizes(item)
        shown = [(group, label) for group, label in labels(item) if sizes[group] and group not in secret]
        lines = self.lines()
        return Breakdown(
            title=GROUPED[About(about)],
            groups=[(label, sizes[group]) for group, label in shown],
            rows=[(title, [self.of_group(about, group, items) for group, _ in shown]) for title, items in lines],
            hidden=[label for group, label in labels(item) if group in secret] if shown else [],
        )

    def lines(self) -> list[tuple[str, list[FormItem]]]:
        """Aspects, or the items where there are none; the last line is overall."""
        shown = [item for item in self.of_kind(ItemKind.LIKERT) if not self.row(item).is_hidden]
        aspects = grouped(shown)
        lines = [(title, items) for title, items in aspects.items() if title]
        if len(aspects) < 2:
            lines = [(item.text, [item]) for item in shown]
        overall = [item for item in shown if is_opinion(item.aspect)]
        return [*lines, (OVERALL, overall)] if overall else lines

    def of_group(self, about: str, group: int, items: Sequence[FormItem]) -> Row:
        cells = self.tally.grouped[about][group]
        return self.worded("", pooled(figures(cells[item.pk]) for item in items))


def is_opinion(aspect: str) -> bool:
    """Counted in the overall mean and ranked."""
    return aspect != BEFORE_AND_AFTER


def grouped(items: Sequence[FormItem]) -> dict[str, list[FormItem]]:
    """By aspect, in the order in which each is first asked."""
    found: dict[str, list[FormItem]] = {}
    for item in items:
        found.setdefault(item.aspect, []).append(item)
    return found


def labels(item: FormItem) -> Iterator[tuple[int, str]]:
    yield from enumerate(item.options)
    yield NOT_STATED, UNSTATED
