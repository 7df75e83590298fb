import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest
from django.core.files.base import ContentFile

from core import spreadsheets
from core.spreadsheets import Row, SpreadsheetError

HEADERS = {"อีเมล": ["อีเมลราชการ", "e-mail"], "ชื่อ–สกุล": ["ชื่อ", "ชื่อและนามสกุล"]}
HINT = "กรุณาบันทึกเป็นไฟล์ Excel (.xlsx) หรือ CSV แล้วส่งใหม่"
BROKEN = f"เปิดไฟล์ไม่ได้ ไฟล์อาจเสียหายหรือไม่ใช่ไฟล์ Excel {HINT}"
HEADER_XML = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>ชื่อ</t></is></c><c r="B1" t="inlineStr"><is><t>อีเมล</t></is></c></row>'
)
TOO_LARGE = "ไฟล์มีเนื้อหามากเกินไปเมื่อคลายออก กรุณาแบ่งเป็นหลายไฟล์"


def xlsx(rows: Iterable[Sequence[Any]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(content: bytes, **changes: bytes) -> bytes:
    """The same package with some parts replaced or added; `__` in a name stands for a slash."""
    parts = {
        name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"): new for name, new in changes.items()
    }
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename not in parts:
                new.writestr(info, old.read(info))
        for name, part in parts.items():
            new.writestr(name, part)
    return out.getvalue()


def sheet_xml(body: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<?xml version="1.0"?><worksheet xmlns="{space}"><sheetData>{body}</sheetData></worksheet>'.encode()


def read(content: bytes, **options: Any) -> list[Row]:
    return spreadsheets.read_rows(ContentFile(content, name="any.bin"), **{"required_headers": HEADERS, **options})


def problems(content: bytes, **options: Any) -> list[str]:
    with pytest.raises(SpreadsheetError) as refused:
        read(content, **options)
    return refused.value.problems


def values(rows: list[Row]) -> list[list[str]]:
    return [list(row.values.values()) for row in rows]


# --- Reading ----------------------------------------------------------------------------------------------
def test_rows_come_by_canonical_header_with_their_number() -> None:
    content = xlsx(
        [["ชื่อ-สกุล", "อื่น ๆ", "อีเมล"], ["นาง ก", "x", "a@b.th"], [None, None, None], ["นาย ข", None, "c@d.th"]]
    )
    assert read(content) == [
        Row(2, {"ชื่อ–สกุล": "นาง ก", "อีเมล": "a@b.th"}),
        Row(4, {"ชื่อ–สกุล": "นาย ข", "อีเมล": "c@d.th"}),
    ]


@pytest.mark.parametrize(
    "header", ["อีเมล", " อี เมล * ", "อีเมล์ราชการ".replace("์", ""), "E-MAIL", "email", "e_mail:", "อี\u200bเมล"]
)
def test_headers_match_in_any_dress(header: str) -> None:
    assert values(read(xlsx([["ชื่อ", header], ["ก", "a@b.th"]]))) == [["ก", "a@b.th"]]


def test_a_plain_list_of_headers_will_do() -> None:
    assert values(read(xlsx([["อีเมล"], ["a@b.th"]]), required_headers=["อีเมล"])) == [["a@b.th"]]


def test_optional_columns_are_read_where_they_exist() -> None:
    optional = {"บทบาท": ["หน้าที่"]}
    with_role = xlsx([["ชื่อ", "อีเมล", "หน้าที่"], ["ก", "a@b.th", "สมาชิก"]])
    assert read(with_role, optional_headers=optional)[0].values["บทบาท"] == "สมาชิก"
    assert "บทบาท" not in read(xlsx([["ชื่อ", "อีเมล"], ["ก", "a@b.th"]]), optional_headers=optional)[0].values


def test_titles_may_stand_above_the_header() -> None:
    content = xlsx([["รายชื่อสมาชิกกลุ่มสารบรรณ"], [], ["ชื่อ", "อีเมล"], ["ก", "a@b.th"]])
    assert read(content) == [Row(4, {"ชื่อ–สกุล": "ก", "อีเมล": "a@b.th"})]


def test_values_become_clean_text() -> None:
    cells = [
        12,
        12.0,
        1.5,
        True,
        date(2026, 11, 22),
        datetime(2026, 11, 22, 9, 30),
        " เเม่\u200b น\u0e4d\u0e49า \n ข ",
        None,
    ]
    content = xlsx([["ชื่อ", "อีเมล"], *([f"{index}", cell] for index, cell in enumerate(cells))])
    assert [row.values["อีเมล"] for row in read(content)] == [
        "12", "12", "1.5", "TRUE", "2026-11-22", "2026-11-22 09:30", "แม่ น้ำ ข", "",
    ]  # fmt: skip


def test_a_formula_counts_by_the_value_that_was_stored_with_it() -> None:
    cells = '<c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>HYPERLINK("x")</f><v>a@b.th</v></c>'
    body = f'{HEADER_XML}<row r="2">{cells}</row>'
    assert values(read(repacked(xlsx([["x"]]), xl__worksheets__sheet1_xml=sheet_xml(body)))) == [["2", "a@b.th"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874", "tis-620", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_the_encodings_that_thai_offices_send(encoding: str, delimiter: str) -> None:
    text = f'ชื่อ{delimiter}อีเมล\r\n"ก{delimiter} ข"{delimiter}a@b.th\r\n\r\nนำ{delimiter}c@d.th\r\n'
    rows = read(text.encode(encoding))
    assert values(rows) == [[f"ก{delimiter} ข".replace("\t", ""), "a@b.th"], ["นำ", "c@d.th"]]
    assert [row.number for row in rows] == [2, 4]


def test_a_csv_row_may_be_short_or_long() -> None:
    assert values(read("ชื่อ,อีเมล\nก\nข,b@b.th,เกิน,เกิน\n".encode())) == [["ก", ""], ["ข", "b@b.th"]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "ไฟล์นี้ว่างเปล่า กรุณาเลือกไฟล์อื่น"),
        (b" \n ", "ไฟล์นี้ว่างเปล่า กรุณาเลือกไฟล์อื่น"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), f"ไฟล์ Excel รุ่นเก่า (.xls) หรือไฟล์ที่ตั้งรหัสผ่านไว้ ไม่รองรับ {HINT}"),
        (b"PK\x03\x04broken", BROKEN),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), f"ชนิดไฟล์ไม่รองรับ {HINT}"),
        ("ชื่อ,อีเมล\nก,".encode() + b"\xff\xfe\xdb\xdc", f"ชนิดไฟล์ไม่รองรับ {HINT}"),
        (xlsx([["ชื่อ", "อีเมล"]])[:-200], BROKEN),
        (xlsx([["ชื่อ", "อีเมล"]]), "ไม่พบข้อมูลใต้แถวหัวคอลัมน์ กรุณาตรวจสอบว่าข้อมูลอยู่ในแผ่นงานแรกของไฟล์"),
        (xlsx([["ชื่อ", "โทร"], ["ก", "1"]]), "ไม่พบคอลัมน์ “อีเมล” กรุณาตั้งชื่อหัวคอลัมน์ในแถวแรกให้ตรงตามนี้"),
        (xlsx([["x"]]), "ไม่พบคอลัมน์ “อีเมล” “ชื่อ–สกุล” กรุณาตั้งชื่อหัวคอลัมน์ในแถวแรกให้ตรงตามนี้"),
        (xlsx([["ชื่อ", "อีเมล", "อีเมลราชการ"], ["ก", "1", "2"]]), "มีคอลัมน์ “อีเมล” มากกว่าหนึ่งคอลัมน์ กรุณาเหลือไว้คอลัมน์เดียว"),
        (xlsx([["ชื่อ", "อีเมล", *range(60)], ["ก", "a"]]), "มีคอลัมน์เกิน 50 คอลัมน์ กรุณาลบคอลัมน์ที่ไม่ใช้ออก"),
        (xlsx([["ชื่อ", "อีเมล"], *[["ก", "a"]] * 5001]), "มีข้อมูลเกิน 5,000 แถว กรุณาแบ่งเป็นหลายไฟล์"),
        ("ชื่อ,อีเมล\n".encode() + b"a,b\n" * 5001, "มีข้อมูลเกิน 5,000 แถว กรุณาแบ่งเป็นหลายไฟล์"),
        ("ชื่อ,อีเมล\n".encode() + b"\n" * 50_001, "มีข้อมูลเกิน 5,000 แถว กรุณาแบ่งเป็นหลายไฟล์"),
        (b"x" * (5 * 1024 * 1024 + 1), "ไฟล์มีขนาดเกิน 5 เมกะไบต์ กรุณาแบ่งเป็นหลายไฟล์"),
        ("ชื่อ,อีเมล\n".encode() + b'"' + b"x" * 200_000, f"อ่านไฟล์ CSV ไม่ได้ที่บรรทัด 2 {HINT}"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_says_why(content: bytes, message: str) -> None:
    assert problems(content) == [message]


def test_five_thousand_rows_are_read() -> None:
    assert len(read(xlsx([["ชื่อ", "อีเมล"], *[["ก", "a"]] * 5000]))) == 5000


def test_every_bad_cell_is_listed() -> None:
    text = f"ชื่อ,อีเมล\nก\x07,a@b.th\nข,{'x' * 2001}\nค,c@d.th\nง,\ud800\n"
    assert problems(text.encode("utf-8", "replace").replace(b",?", b",\x1b")) == [
        "แถวที่ 2 คอลัมน์ “ชื่อ–สกุล” มีอักขระควบคุมที่มองไม่เห็น กรุณาลบแล้วพิมพ์ใหม่",
        "แถวที่ 3 คอลัมน์ “อีเมล” ยาว 2,001 ตัวอักษร กรุณาตัดให้เหลือ 2,000",
        "แถวที่ 5 คอลัมน์ “อีเมล” มีอักขระควบคุมที่มองไม่เห็น กรุณาลบแล้วพิมพ์ใหม่",
    ]


def test_macros_are_refused_whatever_the_file_is_called() -> None:
    message = [f"ไฟล์ Excel ที่มีมาโคร (.xlsm) ไม่รองรับ {HINT}"]
    good = xlsx([["ชื่อ", "อีเมล"], ["ก", "a"]])
    assert problems(repacked(good, xl__vbaProject_bin=b"x")) == message
    with zipfile.ZipFile(io.BytesIO(good)) as package:
        types = package.read("[Content_Types].xml").replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml")
    assert problems(repacked(good, **{"[Content_Types]_xml": types})) == message


def test_a_zip_bomb_is_refused_before_it_is_unfolded() -> None:
    content = repacked(xlsx([["ชื่อ", "อีเมล"]]), xl__sharedStrings_xml=b" " * 40_000_000)
    assert len(content) < 100_000
    assert problems(content) == [TOO_LARGE]


def test_a_package_of_thousands_of_parts_is_refused() -> None:
    assert problems(repacked(xlsx([["ชื่อ"]]), **{f"part{number}": b"" for number in range(1001)})) == [TOO_LARGE]


@pytest.mark.parametrize(
    ("part", "body"),
    [
        ("xl__styles_xml", b"<styleSheet>" + b"<xf/>" * 1_000_000 + b"</styleSheet>"),
        ("xl__worksheets__sheet1_xml", sheet_xml("<row>" + "<c/>" * 1_000_000 + "</row>")),
    ],
    ids=["styles", "cells"],
)
def test_what_only_repetition_packs_so_tightly_is_refused(part: str, body: bytes) -> None:
    content = repacked(xlsx([["ชื่อ", "อีเมล"]]), **{part: body})
    assert len(content) < 100_000
    assert problems(content) == ["ไฟล์มีเนื้อหามากเกินไปเมื่อคลายออก กรุณาแบ่งเป็นหลายไฟล์"]


def test_an_entity_bomb_is_refused() -> None:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{levels}]><worksheet>&a9;</worksheet>'.encode()
    assert problems(repacked(xlsx([["ชื่อ"]]), xl__worksheets__sheet1_xml=bomb)) == [BROKEN]


@pytest.mark.parametrize("reference", ["A1048576", "XFD2", "ZZZZ9999999", "A0", "-1"])
def test_a_cell_far_away_costs_nothing(reference: str) -> None:
    row = "".join(char for char in reference if char.isdigit())
    body = f'{HEADER_XML}<row r="{row}"><c r="{reference}"><v>1</v></c></row>'
    assert len(problems(repacked(xlsx([["x"]]), xl__worksheets__sheet1_xml=sheet_xml(body)))) == 1


# --- Writing ----------------------------------------------------------------------------------------------
DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://evil.example")', "  =1", "＝1"]


def written(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_becomes_a_formula_in_xlsx(text: str) -> None:
    cell = written(spreadsheets.write_xlsx(["ชื่อ"], [[text]]))["A2"]
    assert cell.data_type == "s"
    assert cell.value.strip() == text.strip()
    assert cell.quotePrefix is text.startswith(spreadsheets.FORMULA_STARTS)


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_becomes_a_formula_in_csv(text: str) -> None:
    lines = list(csv.reader(io.StringIO(spreadsheets.write_csv([text], [[text]]).decode("utf-8-sig"), newline="")))
    assert lines == [[f"'{text}"], [f"'{text}"]]


def test_xlsx_keeps_kinds_and_shows_the_buddhist_era() -> None:
    moment = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
    row = ["น้ำ", 12, -1.5, True, None, date(2026, 11, 22), moment, "ก\x00\x07\uffffข"]
    sheet = written(spreadsheets.write_xlsx([f"h{n}" for n in range(len(row))], [row], title="รายชื่อ/สมาชิก: [ก]*?"))
    cells = [cell.value for cell in sheet[2]]
    assert cells == ["น้ำ", 12, -1.5, True, None, datetime(2026, 11, 22), datetime(2026, 11, 22, 9, 30), "กข"]
    assert [sheet["F2"].number_format, sheet["G2"].number_format] == [
        "[$-107041E]d mmm yyyy",
        "[$-107041E]d mmm yyyy h:mm",
    ]
    assert sheet.title == "รายชื่อ สมาชิก   ก   "[:31]


def test_xlsx_has_a_bold_frozen_header_and_fitting_columns() -> None:
    sheet = written(spreadsheets.write_xlsx(["ที่", "ชื่อ"], [[1, "ก" * 30], [2, "ที่" * 20], [3, "ก" * 500]]))
    assert sheet.freeze_panes == "A2"
    assert [cell.font.bold for cell in sheet[1]] == [True, True]
    assert sheet["A2"].font.bold is False
    widths = {name: dimension.width for name, dimension in sheet.column_dimensions.items()}
    assert widths == {"A": 10, "B": 60}


def test_marks_above_and_below_take_no_width() -> None:
    sheet = written(spreadsheets.write_xlsx(["ชื่อ"], [["ปู่ที่" * 10]]))
    assert sheet.column_dimensions["A"].width == 22


def test_what_is_written_can_be_read_again() -> None:
    rows = [["นาง ก", "=1+1"], ["นาย ข", "-5"]]
    assert values(read(spreadsheets.write_xlsx(["ชื่อ", "อีเมล"], iter(rows)))) == rows
    assert values(read(spreadsheets.write_csv(["ชื่อ", "อีเมล"], iter(rows)))) == [["นาง ก", "'=1+1"], ["นาย ข", "'-5"]]


def test_csv_is_what_excel_expects() -> None:
    content = spreadsheets.write_csv(["ชื่อ", "วันที่"], [["ก,ข", date(2026, 11, 22)], [-5, None]])
    assert content == '\ufeffชื่อ,วันที่\r\n"ก,ข",22 พ.ย. 2569\r\n-5,\r\n'.encode()


def test_an_empty_table_is_still_a_file() -> None:
    assert [cell.value for cell in written(spreadsheets.write_xlsx(["ก", "ข"], []))[1]] == ["ก", "ข"]
