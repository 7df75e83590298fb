"""The tables of the page, ready for paper and for a spreadsheet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .. import comparison
from ..results import Breakdown, Choice, Results, Row
from ..statistics import LEVELS

HIDDEN = "–"  # also of what cannot be computed
WHY_HIDDEN = "ไม่แสดงกลุ่มที่มีผู้ตอบน้อยกว่า 5 คน และกลุ่มที่ทำให้คำนวณย้อนกลับได้"
TOO_FEW = "มีผู้ตอบน้อยกว่า 5 คน จึงไม่แสดงผล"


@dataclass(frozen=True)
class Share:
    """How many, and how many of a hundred: two columns of a spreadsheet, one cell on paper."""

    count: int
    percent: Decimal


Cell = str | int | Decimal | Share


@dataclass(frozen=True)
class Line:
    """A row in words."""

    cells: list[str]
    is_strong: bool


@dataclass(frozen=True)
class Table:
    title: str
    headers: Sequence[str]
    rows: list[list[Cell]]
    notes: list[str] = field(default_factory=list)
    strong: frozenset[int] = frozenset()  # rows that sum up others
    shares: tuple[int, ...] = ()  # columns

    @property
    def printed(self) -> list[Line]:
        return [Line(list(map(written, row)), place in self.strong) for place, row in enumerate(self.rows)]


def written(value: Cell) -> str:
    match value:
        case Share():
            return f"{value.count:,}\n{value.percent}"
        case int():
            return f"{value:,}"
    return str(value)


def tables(results: Results, earlier: Sequence[comparison.Line] = ()) -> Iterator[Table]:
    for choice in results.people:
        yield choice_table(choice)
    if results.aspects:
        yield likert_table(results)
    for choice in results.choices:
        yield choice_table(choice)
    if results.numbers:
        rows = [[row.title, *cells(row)[:3]] for row in results.numbers]
        yield Table("คำตอบที่เป็นตัวเลข", ["รายการ", "n", "x̄", "S.D."], rows)
    for breakdown in results.breakdowns:
        yield breakdown_table(breakdown)
    if earlier:
        yield comparison_table(results, earlier)


def cells(row: Row) -> list[Cell]:
    """n, mean, S.D., word."""
    found = row.figures
    return [
        HIDDEN if row.is_hidden else found.n,
        HIDDEN if found.mean is None else found.mean,
        HIDDEN if found.sd is None else found.sd,
        row.word or HIDDEN,
    ]


# --- On a scale -------------------------------------------------------------------------------------------
def likert_table(results: Results) -> Table:
    rows: list[list[Cell]] = []
    strong = set()
    for aspect in results.aspects:
        if aspect.row.title:
            strong.add(len(rows))
            rows.append(likert_row(aspect.row))
        rows += map(likert_row, aspect.items)
    strong.add(len(rows))
    rows.append(likert_row(results.overall))
    headers = ["รายการ", "n", *map(str, LEVELS), "x̄", "S.D.", "ระดับ", "ลำดับ"]
    scale = ", ".join(f"{level} {word}" for level, word in LEVELS.items())
    notes = [*results.notes, f"ช่อง {scale} แต่ละช่องแสดงจำนวนและร้อยละ"]
    if results.has_hidden:
        notes = [*notes, "ข้อที่มีผู้ตอบน้อยกว่า 5 คนไม่แสดงผล และไม่นำไปรวมในด้านและภาพรวม"]
    return Table("จำนวน ร้อยละ ค่าเฉลี่ย และส่วนเบี่ยงเบนมาตรฐาน", headers, rows, notes, frozenset(strong), (2, 3, 4, 5, 6))


def likert_row(row: Row) -> list[Cell]:
    n, mean, sd, word = cells(row)
    levels: list[Cell] = [HIDDEN if row.is_hidden else Share(*share) for share in row.shares]
    return [row.title, n, *levels, mean, sd, word, row.rank or HIDDEN]


# --- By counting ------------------------------------------------------------------------------------------
def choice_table(choice: Choice) -> Table:
    headers = ["รายการ", "จำนวน (คน)", "ร้อยละ"]
    if choice.is_hidden:
        return Table(choice.title, headers, [], [WHY_HIDDEN])
    rows: list[list[Cell]] = [
        [option.label, HIDDEN, HIDDEN] if option.percent is None else [option.label, option.count or 0, option.percent]
        for option in choice.options
    ]
    notes = [WHY_HIDDEN] if choice.has_hidden else []
    if choice.is_several:
        notes.append(f"เลือกได้มากกว่าหนึ่งข้อ ร้อยละเทียบกับผู้ตอบ {choice.n:,} คน")
        return Table(choice.title, headers, rows, notes)
    total: list[Cell] = ["รวม", choice.n, Decimal("100.00") if choice.n else Decimal("0.00")]
    return Table(choice.title, headers, [*rows, total], notes, frozenset({len(rows)}))


# --- Side by side -----------------------------------------------------------------------------------------
def breakdown_table(breakdown: Breakdown) -> Table:
    """Means; below them what else there is to say of each group."""
    title = f"ผลจำแนกตาม{breakdown.title}"
    if not breakdown.groups:
        return Table(title, ["รายการ"], [], [WHY_HIDDEN])
    headers = ["รายการ", *(label for label, _ in breakdown.groups)]
    rows: list[list[Cell]] = [["จำนวนผู้ตอบ (คน)", *(people for _, people in breakdown.groups)]]
    rows += [[what, *(cells(row)[1] for row in columns)] for what, columns in breakdown.rows]
    if breakdown.rows:
        overall = breakdown.rows[-1][1]
        rows.append(["S.D. ของภาพรวม", *(cells(row)[2] for row in overall)])
        rows.append(["ระดับของภาพรวม", *(cells(row)[3] for row in overall)])
    return Table(title, headers, rows, breakdown_notes(breakdown), frozenset({len(breakdown.rows)}))


def breakdown_notes(breakdown: Breakdown) -> list[str]:
    return [f"{WHY_HIDDEN} คือ {', '.join(breakdown.hidden)}"] if breakdown.hidden else []


def comparison_table(results: Results, earlier: Sequence[comparison.Line]) -> Table:
    now = results.overall
    rows: list[list[Cell]] = [["ครั้งนี้", results.answers, *cells(now)[1:]]]
    for line in earlier:
        survey = line.survey
        sd = HIDDEN if survey.released_sd is None else survey.released_sd
        mean = HIDDEN if survey.released_mean is None else survey.released_mean
        title = survey.event.title if survey.event else survey.title
        rows.append([title, survey.released_answers or 0, mean, sd, line.word])
    return Table("เทียบกับครั้งก่อนของกลุ่ม", ["ครั้ง", "n", "x̄", "S.D.", "ระดับ"], rows, [], frozenset({0}))
