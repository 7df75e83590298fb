"""Tables that people bring in and take out: XLSX and CSV, read with limits, written so that no cell can act."""

import csv
import io
import itertools
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import openpyxl
from django.core.files.base import File
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from . import thai

MEGABYTE = 1024 * 1024
FILE_BYTES = 5 * MEGABYTE
UNPACKED_BYTES = 15 * MEGABYTE  # a zip file of a few kilobytes may hold gigabytes
SETTINGS_BYTES = 2 * MEGABYTE  # of styles and other parts that are read as a whole
PACKED_TIGHTLY = 80  # what people write packs ten to forty times; only repetition packs tighter
ROWS = 5000
COLUMNS = 50
SHEET_ROWS = 50_000  # with empty ones, which a formatted sheet has many of
CELL_CHARACTERS = 2000
HEADER_WITHIN = 10  # a title or two may stand above the header

XLSX_HINT = "กรุณาบันทึกเป็นไฟล์ Excel (.xlsx) หรือ CSV แล้วส่งใหม่"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"

# Canonical name -> other names by which people call the column; a plain list has none.
Headers = Mapping[str, Sequence[str]] | Sequence[str]


class SpreadsheetError(Exception):
    """What is wrong with the file, in Thai, every problem at once."""

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)
        self.problems = list(problems)


@dataclass(frozen=True)
class Row:
    """`number` counts as the spreadsheet program does; `values` are clean one-line texts by canonical header."""

    number: int
    values: dict[str, str]


# --- Reading ----------------------------------------------------------------------------------------------
def read_rows(file: File, *, required_headers: Headers, optional_headers: Headers = ()) -> list[Row]:
    """Rows that are not empty, under the first row that names every required column. Formulas count by their value."""
    numbered = enumerate(_cells(_content(file)), 1)
    head = list(itertools.islice(numbered, HEADER_WITHIN))
    required, optional = _aliases(required_headers), _aliases(optional_headers)
    position = _header_position([cells for _, cells in head], required)
    columns = _columns(head[position][1], required | optional)
    rows: list[Row] = []
    problems: list[str] = []
    for number, cells in itertools.chain(head[position + 1 :], numbered):
        if number > SHEET_ROWS:
            raise SpreadsheetError(_too_many_rows())
        values = {name: cells[index] if index < len(cells) else "" for name, index in columns.items()}
        if not any(values.values()):
            continue
        problems += _problems(number, values)
        rows.append(Row(number, {name: _clean(value) for name, value in values.items()}))
        if len(rows) > ROWS:
            raise SpreadsheetError(_too_many_rows())
    if problems:
        raise SpreadsheetError(*problems)
    if not rows:
        raise SpreadsheetError("ไม่พบข้อมูลใต้แถวหัวคอลัมน์ กรุณาตรวจสอบว่าข้อมูลอยู่ในแผ่นงานแรกของไฟล์")
    return rows


def _content(file: File) -> bytes:
    if file.size > FILE_BYTES:
        raise SpreadsheetError(f"ไฟล์มีขนาดเกิน {FILE_BYTES // MEGABYTE} เมกะไบต์ กรุณาแบ่งเป็นหลายไฟล์")
    file.seek(0)
    content = file.read()
    if not content.strip():
        raise SpreadsheetError("ไฟล์นี้ว่างเปล่า กรุณาเลือกไฟล์อื่น")
    return content


def _cells(content: bytes) -> Iterator[list[str]]:
    """What the file holds decides how it is read, not its name."""
    if content.startswith(_OLD_EXCEL):
        raise SpreadsheetError(f"ไฟล์ Excel รุ่นเก่า (.xls) หรือไฟล์ที่ตั้งรหัสผ่านไว้ ไม่รองรับ {XLSX_HINT}")
    return _xlsx_cells(content) if content.startswith(_ZIP) else _csv_cells(content)


def _xlsx_cells(content: bytes) -> Iterator[list[str]]:
    broken = SpreadsheetError(f"เปิดไฟล์ไม่ได้ ไฟล์อาจเสียหายหรือไม่ใช่ไฟล์ Excel {XLSX_HINT}")
    try:
        _refuse_package(content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        if not book.worksheets:
            raise broken
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says about its size need not be true
        for cells in sheet.iter_rows(max_col=COLUMNS + 1, values_only=True):
            yield [_text(value) for value in cells]
    except SpreadsheetError:
        raise
    except Exception as error:  # openpyxl raises whatever a damaged part happens to cause
        raise broken from error


def _refuse_package(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = package.infolist()
        names = {part.filename for part in parts}
        if (
            len(parts) > 1000
            or sum(part.file_size for part in parts) > UNPACKED_BYTES
            or any(_is_bomb(part) for part in parts)
        ):
            raise SpreadsheetError("ไฟล์มีเนื้อหามากเกินไปเมื่อคลายออก กรุณาแบ่งเป็นหลายไฟล์")
        if any(name.endswith("vbaProject.bin") for name in names) or b"macroEnabled" in package.read(
            "[Content_Types].xml"
        ):
            raise SpreadsheetError(f"ไฟล์ Excel ที่มีมาโคร (.xlsm) ไม่รองรับ {XLSX_HINT}")


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    if part.file_size < MEGABYTE:
        return False
    holds_rows = part.filename.startswith(("xl/worksheets/", "xl/sharedStrings"))
    tight = part.file_size > PACKED_TIGHTLY * max(part.compress_size, 1)
    return tight or (not holds_rows and part.file_size > SETTINGS_BYTES)


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(" ", "minutes")
    return str(value)


def _csv_cells(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        yield from reader
    except csv.Error as error:
        raise SpreadsheetError(f"อ่านไฟล์ CSV ไม่ได้ที่บรรทัด {reader.line_num} {XLSX_HINT}") from error


def _decoded(content: bytes) -> str:
    """UTF-8 as a rule; Excel on Thai Windows still writes code page 874, and "Unicode text" is UTF-16."""
    encodings = ["utf-16"] if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "cp874"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        if "\x00" not in text[:4000]:
            return text
    raise SpreadsheetError(f"ชนิดไฟล์ไม่รองรับ {XLSX_HINT}")


def _delimiter(text: str) -> str:
    head = text[:2000]
    return max(",;\t", key=head.count)


def _aliases(headers: Headers) -> dict[str, str]:
    """Simplified name -> canonical name."""
    named = headers if isinstance(headers, Mapping) else dict.fromkeys(headers, ())
    return {_simplified(alias): name for name, others in named.items() for alias in (name, *others)}


def _simplified(header: str) -> str:
    """Spaces, punctuation and case do not part two headers."""
    text = unicodedata.normalize("NFC", thai.to_arabic_digits(thai.normalise(header))).lower()
    return "".join(char for char in text if unicodedata.category(char)[0] in "LMN")


def _header_position(head: list[list[str]], required: dict[str, str]) -> int:
    wanted = set(required.values())
    missing = [wanted - {required.get(_simplified(cell)) for cell in cells} for cells in head]
    if not missing:
        raise SpreadsheetError("ไฟล์นี้ว่างเปล่า กรุณาเลือกไฟล์อื่น")
    best = min(range(len(missing)), key=lambda index: len(missing[index]))
    if missing[best]:
        names = " ".join(f"“{name}”" for name in dict.fromkeys(required.values()) if name in missing[best])
        raise SpreadsheetError(f"ไม่พบคอลัมน์ {names} กรุณาตั้งชื่อหัวคอลัมน์ในแถวแรกให้ตรงตามนี้")
    return best


def _columns(cells: list[str], names: dict[str, str]) -> dict[str, int]:
    if len(cells) > COLUMNS and any(cells[COLUMNS:]):
        raise SpreadsheetError(f"มีคอลัมน์เกิน {COLUMNS} คอลัมน์ กรุณาลบคอลัมน์ที่ไม่ใช้ออก")
    columns: dict[str, int] = {}
    problems = []
    for index, cell in enumerate(cells):
        name = names.get(_simplified(cell))
        if name in columns:
            problems.append(f"มีคอลัมน์ “{name}” มากกว่าหนึ่งคอลัมน์ กรุณาเหลือไว้คอลัมน์เดียว")
        elif name:
            columns[name] = index
    if problems:
        raise SpreadsheetError(*dict.fromkeys(problems))
    return columns


def _problems(number: int, values: Mapping[str, str]) -> Iterator[str]:
    for name, value in values.items():
        if len(value) > CELL_CHARACTERS:
            yield f"แถวที่ {number} คอลัมน์ “{name}” ยาว {len(value):,} ตัวอักษร กรุณาตัดให้เหลือ {CELL_CHARACTERS:,}"
        elif thai.CONTROL_CHARACTERS.search(value):
            yield f"แถวที่ {number} คอลัมน์ “{name}” มีอักขระควบคุมที่มองไม่เห็น กรุณาลบแล้วพิมพ์ใหม่"


def _clean(value: str) -> str:
    return " ".join(thai.normalise(value).split())


def _too_many_rows() -> str:
    return f"มีข้อมูลเกิน {ROWS:,} แถว กรุณาแบ่งเป็นหลายไฟล์"


# --- Writing ----------------------------------------------------------------------------------------------
# A spreadsheet program takes a text that begins so for a formula; the wide forms count in some of them.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BUDDHIST_DATE = "[$-107041E]d mmm yyyy"
_BUDDHIST_MOMENT = "[$-107041E]d mmm yyyy h:mm"
_WIDTH_SAMPLE = 200


class Heading(str):
    """A text that stands out like the header, wherever it stands."""

    __slots__ = ()


@dataclass(frozen=True)
class Sheet:
    title: str
    headers: Sequence[str]
    rows: Iterable[Sequence[Any]]


def write_xlsx(headers: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str = "ข้อมูล") -> bytes:
    return write_book([Sheet(title, headers, rows)])


def write_book(sheets: Iterable[Sheet]) -> bytes:
    """Bold, frozen header; columns as wide as their content; texts stay texts whatever they begin with."""
    book = openpyxl.Workbook(write_only=True)
    for sheet in sheets:
        _write_sheet(book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", sheet.title)[:31]), sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write_sheet(sheet: Any, table: Sheet) -> None:
    rows = iter(table.rows)
    sample = list(itertools.islice(rows, _WIDTH_SAMPLE))
    for index, width in enumerate(_widths(table.headers, sample), 1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_header_cell(sheet, name) for name in table.headers])
    for row in itertools.chain(sample, rows):
        sheet.append([_cell(sheet, value) for value in row])


def write_csv(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """With a byte order mark, by which Excel knows UTF-8; a text that would act as a formula gets an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in itertools.chain([headers], rows):
        writer.writerow([_harmless(value) for value in row])
    return out.getvalue().encode("utf-8-sig", "replace")


def _harmless(value: Any) -> Any:
    match value:
        case datetime():
            return f"{thai.format_date(value)} {thai.format_time(value)}"
        case date():
            return thai.format_date(value)
        case str() if value.lstrip(" ").startswith(FORMULA_STARTS):
            return f"'{value}"
    return value


def _cell(sheet: Any, value: Any) -> Any:
    if isinstance(value, datetime):
        moment = value.astimezone(thai.BANGKOK).replace(tzinfo=None) if value.tzinfo else value
        return _formatted(WriteOnlyCell(sheet, moment), _BUDDHIST_MOMENT)
    if isinstance(value, date):
        return _formatted(WriteOnlyCell(sheet, datetime.combine(value, time())), _BUDDHIST_DATE)
    if isinstance(value, Heading):
        return _header_cell(sheet, str(value))
    if isinstance(value, Decimal):
        places = -int(value.as_tuple().exponent)
        number: Any = value  # which openpyxl writes, too
        return _formatted(WriteOnlyCell(sheet, number), f"0.{'0' * places}" if places > 0 else "0")
    if value is None or isinstance(value, bool | int | float):
        return value
    text = thai.CONTROL_CHARACTERS.sub("", str(value))[:32_767]
    cell: Any = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(FORMULA_STARTS)
    return cell


def _formatted(cell: Any, number_format: str) -> Any:
    cell.number_format = number_format
    return cell


def _header_cell(sheet: Any, name: str) -> Any:
    cell = _cell(sheet, name)
    cell.font = Font(bold=True)
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    return cell


def _widths(headers: Sequence[str], sample: Sequence[Sequence[Any]]) -> Iterator[float]:
    for index, name in enumerate(headers):
        cells = [str(name), *(str(_harmless(row[index])) for row in sample if index < len(row) and row[index])]
        yield min(60.0, max(10.0, 2 + max(map(_display_width, cells))))


def _display_width(text: str) -> int:
    """Thai marks above and below take no room of their own."""
    return sum(not unicodedata.combining(char) and unicodedata.category(char) != "Mn" for char in text)
