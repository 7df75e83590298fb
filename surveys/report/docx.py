"""The report as offices hand it in: TH Sarabun New, A4, the tables with their notes, ready to be edited."""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from docx import Document
from docx.document import Document as Paper
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import Table as Grid
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from core import thai

from ..comparison import Line
from ..models import Remark, Theme
from ..results import Results
from .tables import TOO_FEW, Table, tables

FONT = "TH Sarabun New"
BODY, SMALL, TITLE = 16, 14, 20  # points; what offices write in
WIDE = 12  # in a table of many columns; its figures stand in one line also in the wider type of who lacks the font
WIDTH = 16.0  # centimetres between the margins
NUMBER, LEVEL, LEVEL_WORD, RANK = 1.05, 1.3, 1.75, 1.2
FEW_COLUMNS = 3


@dataclass(frozen=True)
class Report:
    results: Results
    earlier: Sequence[Line] = ()
    themes: Sequence[Theme] = ()
    remarks: Sequence[Remark] = ()
    # As people hand it in: Thai or Arabic digits throughout.
    digits: Callable[[object], str] = field(default=thai.to_arabic_digits)


def document(report: Report) -> bytes:
    paper = blank()
    writer = Writer(paper, report.digits)
    write_head(writer, report.results)
    if report.results.is_shown:
        for number, table in enumerate(tables(report.results, report.earlier), 1):
            writer.table(table, number)
        write_remarks(writer, report)
    else:
        writer.line(TOO_FEW)
    write_note(writer, report.results)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


# --- What it says -----------------------------------------------------------------------------------------
def write_head(writer: "Writer", results: Results) -> None:
    survey, event = results.survey, results.survey.event
    writer.line(f"รายงาน{results.heading}", bold=True, size=TITLE, centred=True)
    if event:
        writer.line(event.title, bold=True, centred=True)
        writer.line(f"{survey.group} ครั้งที่ {event.serial} {thai.format_date(event.starts_at, 'full')}", centred=True)
    else:
        writer.line(str(survey.group), centred=True)
    writer.line("")
    if not results.is_shown:
        return
    writer.line(results.response_note)
    found = results.overall.figures
    if found.mean is not None:
        sd = "" if found.sd is None else f" S.D. {found.sd}"
        writer.line(f"ผลในภาพรวมอยู่ในระดับ{results.overall.word} ค่าเฉลี่ย {found.mean}{sd}")


def write_remarks(writer: "Writer", report: Report) -> None:
    if report.themes or report.remarks:
        writer.line("ข้อเสนอแนะ", bold=True, before=12)
    for theme in report.themes:
        reply = f" ผู้ดำเนินกลุ่มตอบรับ: {theme.reply}" if theme.reply else ""
        writer.line(f"ประเด็น {theme.title} ({theme.count:,} ความเห็น){reply}")  # type: ignore[attr-defined]  # annotated
    asked = ""
    for remark in report.remarks:
        if remark.item.text != asked:
            asked = remark.item.text
            writer.line(asked, bold=True, before=6)
        writer.item(remark.text)


def write_note(writer: "Writer", results: Results) -> None:
    survey = results.survey
    if survey.release_note:
        writer.line("สิ่งที่ผู้ดำเนินกลุ่มจะทำต่อ", bold=True, before=12)
        writer.line(survey.release_note)
    if survey.released_at:
        writer.line(f"เผยแพร่ผลเมื่อ {thai.format_date(survey.released_at, 'long')}", size=SMALL, before=12)


# --- How it looks -----------------------------------------------------------------------------------------
def blank() -> Paper:
    """A4 upright, with the margins of official letters."""
    paper = Document()
    section = paper.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.PORTRAIT, Cm(21), Cm(29.7)
    section.left_margin, section.right_margin, section.top_margin, section.bottom_margin = Cm(3), Cm(2), Cm(2.5), Cm(2)
    style = paper.styles["Normal"]
    style.paragraph_format.space_after = Pt(0)
    style.paragraph_format.line_spacing = 1.0
    set_font(style.element.get_or_add_rPr(), BODY)
    paper.core_properties.author, paper.core_properties.comments = "ชุมชนนักปฏิบัติ สป.มท.", ""
    return paper


def set_font(properties: Any, size: float, *, bold: bool = False) -> None:
    """Thai is a complex script to Word: it has a size and a weight of its own, and without them stays as it was."""
    fonts = OxmlElement("w:rFonts")
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), FONT)
    parts = [fonts]
    if bold:
        parts += [OxmlElement("w:b"), OxmlElement("w:bCs")]
    for tag in ("w:sz", "w:szCs"):
        half_points = OxmlElement(tag)
        half_points.set(qn("w:val"), str(int(size * 2)))
        parts.append(half_points)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:bidi"), "th-TH")
    for old in list(properties):
        properties.remove(old)
    properties.extend([*parts, language])


class Writer:
    def __init__(self, paper: Paper, digits: Callable[[object], str]) -> None:
        self.paper, self.digits = paper, digits

    def line(
        self, text: str, *, bold: bool = False, size: float = BODY, centred: bool = False, before: float = 0
    ) -> Paragraph:
        paragraph = self.paper.add_paragraph()
        paragraph.paragraph_format.space_before = Pt(before)
        paragraph.paragraph_format.keep_with_next = bold
        if centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self.write(paragraph, text, bold=bold, size=size)
        return paragraph

    def item(self, text: str) -> None:
        paragraph = self.line(f"– {text}")
        paragraph.paragraph_format.left_indent, paragraph.paragraph_format.first_line_indent = Cm(1), Cm(-0.5)

    def write(self, paragraph: Paragraph, text: str, *, bold: bool = False, size: float = BODY) -> None:
        clean = thai.CONTROL_CHARACTERS.sub("", self.digits(text))
        for place, line in enumerate(clean.split("\n")):
            run = paragraph.add_run()
            if place:
                run.add_break(WD_BREAK.LINE)
            run.add_text(line)
            set_font(run._r.get_or_add_rPr(), size, bold=bold)

    # --- Tables ---
    def table(self, table: Table, number: int) -> None:
        self.line(f"ตารางที่ {number} {table.title}", bold=True, before=12)
        if table.rows:
            self.grid(table)
        for note in table.notes:
            self.line(f"หมายเหตุ {note}", size=SMALL)

    def grid(self, table: Table) -> None:
        grid = self.paper.add_table(rows=0, cols=len(table.headers), style="Table Grid")
        grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        size = WIDE if table.shares else BODY if len(table.headers) <= FEW_COLUMNS else SMALL
        self.row(grid, table.headers, bold=True, size=size, is_head=True)
        for row in table.printed:
            self.row(grid, row.cells, bold=row.is_strong, size=size)
        set_widths(grid, widths(table))
        set_margins(grid)

    def row(self, grid: Grid, cells: Iterable[str], *, bold: bool, size: float, is_head: bool = False) -> None:
        row = grid.add_row()
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if is_head:
            properties.append(OxmlElement("w:tblHeader"))  # again on every page
        for place, (cell, value) in enumerate(zip(row.cells, cells, strict=True)):
            self.fill(cell, value, bold=bold, size=size, centred=is_head or place > 0)

    def fill(self, cell: _Cell, value: str, *, bold: bool, size: float, centred: bool) -> None:
        paragraph = cell.paragraphs[0]
        if centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self.write(paragraph, value, bold=bold, size=size)


def widths(table: Table) -> list[float]:
    """In centimetres: figures take little, and what they are about takes the rest."""
    others = len(table.headers) - 1
    if others < FEW_COLUMNS:
        return [WIDTH - 3.0 * others, *[3.0] * others]
    if table.shares:
        figures = [NUMBER, *[LEVEL] * len(table.shares), NUMBER, NUMBER, LEVEL_WORD, RANK]
        return [WIDTH - sum(figures), *figures]
    each = min(2.5, (WIDTH - 4.0) / others)
    return [WIDTH - each * others, *[each] * others]


def set_widths(grid: Grid, columns: Sequence[float]) -> None:
    """For the columns and for each cell: programs differ in which of them they read."""
    for column, width in zip(grid.columns, columns, strict=True):
        column.width = Cm(width)
    for row in grid.rows:
        for cell, width in zip(row.cells, columns, strict=True):
            cell.width = Cm(width)


def set_margins(grid: Grid) -> None:
    """Narrow ones: eleven columns stand side by side."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "40")  # twentieths of a point
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties = grid._tbl.tblPr
    look = properties.find(qn("w:tblLook"))
    properties.insert(list(properties).index(look) if look is not None else len(properties), margins)
