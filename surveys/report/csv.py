"""The statistics as one table for programs: a line for each figure's row, the same columns throughout."""

from collections.abc import Iterator
from typing import Any

from core.spreadsheets import write_csv

from ..results import Breakdown, Choice, Results, Row
from ..statistics import LEVELS

LEVEL_COLUMNS = [f"{level} {what}" for level in LEVELS for what in ("จำนวน", "ร้อยละ")]
HEADERS = [
    "ตาราง", "รายการ", "กลุ่มหรือตัวเลือก", "n", *LEVEL_COLUMNS, "ค่าเฉลี่ย", "S.D.", "ระดับ", "ลำดับ", "จำนวน", "ร้อยละ",
]  # fmt: skip
BLANK = [""] * len(LEVEL_COLUMNS)


def statistics_csv(results: Results) -> bytes:
    return write_csv(HEADERS, lines(results))


def lines(results: Results) -> Iterator[list[Any]]:
    for choice in results.people:
        yield from of_choice("ข้อมูลทั่วไป", choice)
    for aspect in results.aspects:
        if aspect.row.title:
            yield of_row("รายด้าน", aspect.row)
        yield from (of_row("รายข้อ", row) for row in aspect.items)
    if results.aspects:
        yield of_row("ภาพรวม", results.overall)
    for choice in results.choices:
        yield from of_choice("คำถามแบบเลือกตอบ", choice)
    for row in results.numbers:
        yield ["ตัวเลข", row.title, "", *counted(row), *BLANK, *last(row), "", ""]
    for breakdown in results.breakdowns:
        yield from of_breakdown(breakdown)


def counted(row: Row) -> list[Any]:
    return [""] if row.is_hidden else [row.figures.n]


def last(row: Row) -> list[Any]:
    found = row.figures
    return ["" if value is None else value for value in (found.mean, found.sd)] + [row.word, row.rank or ""]


def of_row(table: str, row: Row) -> list[Any]:
    levels = BLANK if row.is_hidden else [value for share in row.shares for value in share]
    return [table, row.title, "", *counted(row), *levels, *last(row), "", ""]


def of_choice(table: str, choice: Choice) -> Iterator[list[Any]]:
    for option in choice.options:
        shown = ["", ""] if option.count is None else [option.count, option.percent]
        yield [table, choice.title, option.label, choice.n, *BLANK, "", "", "", "", *shown]


def of_breakdown(breakdown: Breakdown) -> Iterator[list[Any]]:
    for what, columns in breakdown.rows:
        for (label, _), row in zip(breakdown.groups, columns, strict=True):
            yield [f"จำแนกตาม{breakdown.title}", what, label, row.figures.n, *BLANK, *last(row), "", ""]
