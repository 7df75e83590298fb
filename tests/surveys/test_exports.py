"""Files made of results: opened by another program's eyes, safe in a spreadsheet, no wiser than the page."""

import csv
import io
import re
import zipfile

import docx
import openpyxl
import pytest
from django.test import Client
from lxml import etree

from surveys.models import Remark, Survey, Theme
from surveys.services import releasing
from tests.factories import make_agency, make_user

from .tallied import CLEAR, LEVEL, SEX, USED, USEFUL, WISH, YEARS, answer, past_survey

pytestmark = pytest.mark.django_db
SECRET = "ห้องประชุมร้อนมาก"
FORMULA = '=HYPERLINK("http://evil.example","คลิก")'
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture
def survey(group) -> Survey:
    scale = {"kind": "likert", "text": FORMULA, "aspect": "+ด้านเนื้อหา"}
    survey = past_survey(group, LEVEL, SEX, CLEAR, scale, USED, YEARS, WISH, title="@แบบประเมิน")
    answer(
        survey, *[[0, 0, 5, 4, 0, 7, SECRET]] * 20, *[[1, 1, 4, 4, 1, 8, None]] * 9, *[[2, 1, 1, 2, None, 9, None]] * 3
    )
    return survey


def fetch(client: Client, survey: Survey, ending: str, **params: str) -> bytes:
    response = client.get(f"/surveys/{survey.pk}/results.{ending}", params)
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment;")
    return response.content


def book(content: bytes) -> dict[str, list[list[object]]]:
    opened = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.rows] for sheet in opened.worksheets}


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def cells(grid) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in grid.rows]


# --- XLSX -----------------------------------------------------------------------------------------------------
def test_answers_of_an_anonymous_survey(as_, facilitator, survey) -> None:
    """No demographics, no numbers, no texts; as many rows as answers."""
    rows = book(fetch(as_(facilitator), survey, "xlsx"))["คำตอบ"]
    assert rows[0] == ["ลำดับ", "ชัดเจน", FORMULA, "นำไปใช้แล้วหรือไม่"]
    assert [row[0] for row in rows[1:]] == list(range(1, 33))
    assert sorted(map(str, (row[1:] for row in rows[1:]))) == sorted(
        [str([5, 4, "แล้ว"])] * 20 + [str([4, 4, "=1+1"])] * 9 + [str([1, 2, None])] * 3
    )


def test_the_order_of_answers_is_not_that_of_coming(as_, facilitator, group) -> None:
    survey = past_survey(group, CLEAR)
    answer(survey, *[[level] for level in [5] * 40 + [1] * 40])
    levels = [row[1] for row in book(fetch(as_(facilitator), survey, "xlsx"))["คำตอบ"][1:]]
    assert sorted(levels) == [1] * 40 + [5] * 40
    assert levels not in ([5] * 40 + [1] * 40, [1] * 40 + [5] * 40)


def test_nothing_of_few(as_, facilitator, group) -> None:
    survey = past_survey(group, CLEAR, WISH)
    answer(survey, *[[2, SECRET]] * 4)
    sheets = book(fetch(as_(facilitator), survey, "xlsx"))
    assert sheets["คำตอบ"] == [["ลำดับ"], ["มีผู้ตอบน้อยกว่า 5 คน จึงไม่แสดงผล"]]
    assert [row[0] for row in sheets["สถิติ"]][2:] == ["มีผู้ตอบน้อยกว่า 5 คน จึงไม่แสดงผล"]
    assert table(fetch(as_(facilitator), survey, "csv")) == []
    assert "2.00" not in "".join(
        p.text for p in docx.Document(io.BytesIO(fetch(as_(facilitator), survey, "docx"))).paragraphs
    )


def test_an_item_that_few_answered_is_in_no_file(as_, facilitator, group) -> None:
    survey = past_survey(group, CLEAR, USEFUL)
    answer(survey, *[[5, None]] * 20, *[[4, 1]] * 3)
    client = as_(facilitator)
    sheets = book(fetch(client, survey, "xlsx"))
    assert sheets["คำตอบ"][0] == ["ลำดับ", "ชัดเจน"]
    line = next(row for row in sheets["สถิติ"] if row[0] == "ตรงกับงาน")
    assert set(line[1:]) == {"–"}
    useful = [one for one in table(fetch(client, survey, "csv")) if one["รายการ"] == "ตรงกับงาน"]
    assert [(one["n"], one["5 จำนวน"], one["ค่าเฉลี่ย"]) for one in useful] == [("", "", "")]


def test_answers_of_a_named_survey(as_, facilitator, group) -> None:
    person = make_user(given_name="มะลิ", family_name="ทอง", agency=make_agency(name="กองคลัง"))
    survey = past_survey(group, LEVEL, CLEAR, WISH, is_anonymous=False)
    answer(survey, [1, 4, SECRET], user=person)
    rows = book(fetch(as_(facilitator), survey, "xlsx"))["คำตอบ"]
    assert rows[0] == ["ลำดับ", "ชื่อ นามสกุล", "หน่วยงาน", "ตอบเมื่อ", "พื้นที่ปฏิบัติงาน", "ชัดเจน", "สิ่งที่อยากให้ปรับปรุง"]
    assert (rows[1][:3], rows[1][4:]) == ([1, person.get_full_name(), "กองคลัง"], ["จังหวัด", 4, SECRET])


def test_statistics_as_on_the_page(as_, facilitator, survey) -> None:
    rows = book(fetch(as_(facilitator), survey, "xlsx"))["สถิติ"]
    by_title = {row[0]: [cell for cell in row[1:] if cell is not None] for row in rows if row and row[0]}
    assert by_title["ชัดเจน"] == [32, 20, 62.5, 9, 28.13, 0, 0, 0, 0, 3, 9.38, 4.34, 1.18, "มาก", 1]
    assert by_title["จังหวัด"] == ["–", "–"]
    assert SECRET not in str(rows)


def test_no_cell_is_a_formula(as_, facilitator, survey) -> None:
    opened = openpyxl.load_workbook(io.BytesIO(fetch(as_(facilitator), survey, "xlsx")))
    kinds = {cell.data_type for sheet in opened.worksheets for row in sheet.rows for cell in row}
    assert kinds == {"s", "n"}
    assert opened["สถิติ"]["A1"].value == "@แบบประเมิน"


# --- CSV ------------------------------------------------------------------------------------------------------
def test_csv(visitor, facilitator, survey) -> None:
    releasing.release(survey=survey, by=facilitator)
    content = fetch(visitor, survey, "csv")
    rows = table(content)
    overall = next(row for row in rows if row["ตาราง"] == "ภาพรวม")
    assert [overall[name] for name in ("n", "5 จำนวน", "5 ร้อยละ", "ค่าเฉลี่ย", "S.D.", "ระดับ")] == [
        "64", "20", "31.25", "4.08", "0.96", "มาก",
    ]  # fmt: skip
    assert [(row["กลุ่มหรือตัวเลือก"], row["จำนวน"]) for row in rows if row["รายการ"] == "พื้นที่ปฏิบัติงาน"] == [
        ("ส่วนกลาง", "20"), ("จังหวัด", ""), ("อำเภอ", ""),
    ]  # fmt: skip
    assert [row["กลุ่มหรือตัวเลือก"] for row in rows if row["ตาราง"] == "จำแนกตามระดับ"] == ["ส่วนกลาง"] * 3
    assert SECRET not in content.decode()


def test_no_field_of_csv_acts(as_, facilitator, survey) -> None:
    fields = [
        field
        for row in csv.reader(io.StringIO(fetch(as_(facilitator), survey, "csv").decode("utf-8-sig")))
        for field in row
    ]
    assert [field for field in fields if re.match(r"\s*[=+@\t\r]", field)] == []
    assert f"'{FORMULA}" in fields


# --- DOCX -----------------------------------------------------------------------------------------------------
def test_the_report(as_, facilitator, survey) -> None:
    theme = Theme.objects.create(survey=survey, title="ห้องประชุม", reply="แจ้งอาคารแล้ว")
    Remark.objects.update(theme=theme, state="shown")
    releasing.release(survey=survey, by=facilitator, note="ขยายเวลา")
    paper = docx.Document(io.BytesIO(fetch(as_(facilitator), survey, "docx")))
    said = [paragraph.text for paragraph in paper.paragraphs]
    assert said[0] == "รายงานผล@แบบประเมิน"
    wanted = ["ค่าเฉลี่ย 4.08 S.D. 0.96", "(n−1)", "ห้องประชุม (20 ความเห็น)", "แจ้งอาคารแล้ว", SECRET, "ขยายเวลา"]
    assert {part: any(part in line for line in said) for part in wanted} == dict.fromkeys(wanted, True)
    first, second, scale = map(cells, paper.tables[:3])
    assert first[0] == ["รายการ", "จำนวน (คน)", "ร้อยละ"]
    assert first[1:] == [["ส่วนกลาง", "20", "62.50"], ["จังหวัด", "–", "–"], ["อำเภอ", "–", "–"], ["รวม", "32", "100.00"]]
    assert second[1] == ["ชาย", "20", "62.50"]
    assert scale[2] == [
        "ชัดเจน",
        "32",
        "20\n62.50",
        "9\n28.13",
        "0\n0.00",
        "0\n0.00",
        "3\n9.38",
        "4.34",
        "1.18",
        "มาก",
        "1",
    ]


def test_what_word_reads(as_, facilitator, survey) -> None:
    """Thai is a complex script: font, size, weight and language of its own; A4; headers again on every page."""
    package = zipfile.ZipFile(io.BytesIO(fetch(as_(facilitator), survey, "docx")))
    assert package.testzip() is None
    for name in package.namelist():
        if name.endswith((".xml", ".rels")):
            etree.fromstring(package.read(name))
    body = etree.fromstring(package.read("word/document.xml"))
    fonts = {font.get(f"{W}cs") for font in body.iter(f"{W}rFonts")}
    runs = list(body.iter(f"{W}rPr"))
    assert fonts == {"TH Sarabun New"}
    assert all(run.find(f"{W}szCs") is not None and run.find(f"{W}lang").get(f"{W}bidi") == "th-TH" for run in runs)
    assert all((run.find(f"{W}b") is None) == (run.find(f"{W}bCs") is None) for run in runs)
    size = next(body.iter(f"{W}pgSz"))
    assert (size.get(f"{W}w"), size.get(f"{W}h")) == ("11906", "16838")
    assert len(list(body.iter(f"{W}tblHeader"))) == len(list(body.iter(f"{W}tbl")))


def test_thai_digits_throughout(as_, facilitator, survey) -> None:
    paper = docx.Document(io.BytesIO(fetch(as_(facilitator), survey, "docx", digits="thai")))
    said = " ".join([paragraph.text for paragraph in paper.paragraphs] + [str(cells(grid)) for grid in paper.tables])
    assert ("๔.๐๘" in said, re.findall("[0-9]", said.replace("\\n", ""))) == (True, [])


def test_a_control_character_does_not_break_the_file(as_, facilitator, survey) -> None:
    Remark.objects.update(text="ก\x0bข", state="shown")
    paper = docx.Document(io.BytesIO(fetch(as_(facilitator), survey, "docx")))
    assert any("กข" in paragraph.text for paragraph in paper.paragraphs)


def test_hidden_groups_are_in_no_file(as_, facilitator, survey) -> None:
    """จังหวัด has nine answers with a mean of 4.00, and with อำเภอ makes what is left over."""
    client = as_(facilitator)
    paper = docx.Document(io.BytesIO(fetch(client, survey, "docx")))
    by_level = next(cells(grid) for grid in paper.tables if "ส่วนกลาง" in cells(grid)[0])
    assert by_level[0] == ["รายการ", "ส่วนกลาง"]
    sheet = book(fetch(client, survey, "xlsx"))["สถิติ"]
    assert [row[1] for row in sheet if row and row[0] == "จำนวนผู้ตอบ (คน)"] == [20]
