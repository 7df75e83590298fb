"""Answers and statistics as two sheets, for those who run the survey.

Of an anonymous survey the answers are only those to scales and choices that say nothing of the person, in the random
order in which they are stored; no text, and none of an item that too few answered. Of a named one, everything.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from core.spreadsheets import Heading, Sheet, write_book

from ..comparison import Line
from ..form import FormItem, form_of
from ..models import ItemKind, Response
from ..results import Results
from .tables import TOO_FEW, Share, Table, tables

PERSON = ["ชื่อ นามสกุล", "หน่วยงาน", "ตอบเมื่อ"]
CHUNK = 2000


def workbook(results: Results, earlier: Sequence[Line] = ()) -> bytes:
    return write_book([answer_sheet(results), statistics_sheet(results, earlier)])


# --- Answers ----------------------------------------------------------------------------------------------
def answer_sheet(results: Results) -> Sheet:
    if results.version is None or not results.is_shown:
        return Sheet("คำตอบ", ["ลำดับ"], [[TOO_FEW]] if results.survey.is_anonymous else [])
    items = columns(results)
    person = [] if results.survey.is_anonymous else PERSON
    return Sheet("คำตอบ", ["ลำดับ", *person, *(item.text for item in items)], answer_rows(results, items))


def columns(results: Results) -> list[FormItem]:
    assert results.version is not None
    form = form_of(results.version.pk)
    if not results.survey.is_anonymous:
        return list(form.items)
    few = {row.title for row in results.items if row.is_hidden} | {
        one.title for one in results.choices if one.is_hidden
    }
    kinds = (ItemKind.LIKERT, ItemKind.SINGLE, ItemKind.SEVERAL)
    return [item for item in form.items if item.kind in kinds and not item.about and item.text not in few]


def answer_rows(results: Results, items: Sequence[FormItem]) -> Iterator[list[Any]]:
    """In the order of random ids; all in one statement, so that what the worker shuffles meanwhile comes once."""
    assert results.version is not None
    rows = Response.objects.filter(version=results.version.pk, is_counted=True).order_by("pk")
    if results.survey.is_anonymous:
        for place, answers in enumerate(rows.values_list("answers", flat=True).iterator(CHUNK), 1):
            yield [place, *(worded(item, answers.get(str(item.pk))) for item in items)]
        return
    for place, row in enumerate(rows.select_related("user__agency").iterator(CHUNK), 1):
        name = row.user.get_full_name() if row.user else ""
        agency = str(row.user.agency or "") if row.user else ""
        yield [place, name, agency, row.answered_on, *(worded(item, row.answers.get(str(item.pk))) for item in items)]


def worded(item: FormItem, answer: Any) -> Any:
    words = item.in_words(answer)
    return ", ".join(words) if isinstance(words, list) else words


# --- Statistics -------------------------------------------------------------------------------------------
def statistics_sheet(results: Results, earlier: Sequence[Line]) -> Sheet:
    return Sheet("สถิติ", [results.survey.title], statistics_rows(results, earlier))


def statistics_rows(results: Results, earlier: Sequence[Line]) -> Iterator[list[Any]]:
    if results.survey.event:
        yield [results.survey.event.title]
    yield [results.response_note if results.is_shown else TOO_FEW]
    for table in tables(results, earlier):
        yield []
        yield [Heading(table.title)]
        yield [Heading(header) for header in spread_headers(table)]
        yield from (spread(table, place) for place in range(len(table.rows)))
        yield from ([note] for note in table.notes)


def spread_headers(table: Table) -> Iterator[str]:
    for place, header in enumerate(table.headers):
        if place in table.shares:
            yield from (f"{header} (จำนวน)", f"{header} (ร้อยละ)")
        else:
            yield header


def spread(table: Table, place: int) -> list[Any]:
    cells: list[Any] = []
    for column, cell in enumerate(table.rows[place]):
        if isinstance(cell, Share):
            cells += [cell.count, cell.percent]
        else:
            cells += [cell, cell] if column in table.shares else [cell]
    return [Heading(cells[0]), *cells[1:]] if place in table.strong else cells
