"""What was posted, to answers or to what is wrong: no database."""

from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from surveys.filled import carried_over, read, typed_in
from surveys.form import Form, FormItem, FormSection


def item(pk: int, kind: str, *, required: bool = True, **fields: Any) -> FormItem:
    plain = {"hint": "", "aspect": "", "options": (), "about": "", "least": None, "most": None, "text": f"ข้อ {pk}"}
    return FormItem(pk=pk, kind=kind, is_required=required, **(plain | fields))


def form(*items: FormItem, version: int = 1) -> Form:
    section = FormSection(1, "ตอนที่ 1", "", items)
    return Form(version=version, survey=1, number=version, is_published=True, sections=(section,))


FORM = form(
    item(1, "likert"),
    item(2, "single", options=("ก", "ข", "ค")),
    item(3, "several", options=("ก", "ข", "ค"), required=False),
    item(4, "number", least=-5, most=60, required=False),
    item(5, "short", required=False),
    item(6, "long", required=False),
)
GOOD = "i1=5&i2=0&"


def posted(query: str) -> QueryDict:
    return QueryDict(query)


def data(**values: Any) -> QueryDict:
    made = QueryDict(mutable=True)
    for name, value in ({"i1": "5", "i2": "0"} | values).items():
        made.setlist(name, value if isinstance(value, list) else [value])
    return made


def test_each_kind_of_item() -> None:
    filled = read(FORM, data(i1="3", i2="2", i3=["2", "0", "2"], i4="๑๒", i5=" เจ้า\tหน้าที่ ", i6="หนึ่ง\r\nสอง\n"))
    assert filled.is_valid
    assert filled.answers == {"1": 3, "2": 2, "3": [0, 2], "4": 12, "5": "เจ้า หน้าที่", "6": "หนึ่ง\nสอง"}


def test_what_is_not_required_may_stay_empty() -> None:
    filled = read(FORM, data(i4="", i5="  ", i6="\n"))
    assert (filled.is_valid, filled.answers) == (True, {"1": 5, "2": 0})


@pytest.mark.parametrize("value", ["0", "6", "-1", "5.0", "๕", "05", "five", " 5", ["4", "5"], "9" * 400, "\x00"])
def test_a_level_is_one_of_five(value: Any) -> None:
    filled = read(FORM, data(i1=value))
    assert filled.errors == {1: "กรุณาเลือกคำตอบจากรายการ"}


@pytest.mark.parametrize("value", ["3", "-1", "1e0", "x", "٢", "0001", ["0", "1"]])
def test_a_choice_is_one_of_the_options(value: Any) -> None:
    assert read(FORM, data(i2=value)).errors == {2: "กรุณาเลือกคำตอบจากรายการ"}


@pytest.mark.parametrize("value", [["0", "3"], ["0", "x"], ["-1"]])
def test_several_choices_are_all_options(value: Any) -> None:
    filled = read(FORM, data(i3=value))
    assert (filled.errors, filled.typed[3]) == ({3: "กรุณาเลือกคำตอบจากรายการ"}, value)


@pytest.mark.parametrize(
    ("value", "answer"), [("0", 0), ("-5", -5), ("60", 60), ("1,0", 10), ("๖๐", 60), (" 7 ", 7), ("007", 7)]
)
def test_numbers_as_people_write_them(value: str, answer: int) -> None:
    assert read(FORM, data(i4=value)).answers["4"] == answer


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("61", "ต้องไม่เกิน 60"),
        ("-6", "ต้องไม่น้อยกว่า -5"),
        ("สิบ", "กรุณาพิมพ์เป็นตัวเลข เช่น 12"),
        ("1.5", "กรุณาพิมพ์เป็นตัวเลข เช่น 12"),
        ("9" * 5000, "กรุณาพิมพ์เป็นตัวเลข เช่น 12"),
        ("²", "กรุณาพิมพ์เป็นตัวเลข เช่น 12"),
    ],
)
def test_numbers_out_of_range(value: str, error: str) -> None:
    assert read(FORM, data(i4=value)).errors == {4: error}


def test_a_number_without_bounds_fits_its_column() -> None:
    free = form(item(1, "number"))
    assert read(free, posted("i1=999999999")).answers == {"1": 999_999_999}
    assert read(free, posted("i1=9999999999")).errors == {1: "กรุณาพิมพ์เป็นตัวเลข เช่น 12"}


def test_text_that_is_too_long_says_by_how_much_and_stays() -> None:
    filled = read(FORM, data(i5="ก" * 301, i6="ข" * 100_000))
    assert filled.errors == {
        5: "ยาว 301 ตัวอักษร กรุณาตัดให้เหลือ 300",
        6: "ยาว 100,000 ตัวอักษร กรุณาตัดให้เหลือ 3,000",
    }
    assert (filled.typed[5], filled.typed[6]) == (["ก" * 301], ["ข" * 100_000])


@pytest.mark.parametrize("value", ["ก\x00ข", "\x1b[0m", "\ufffe"])
def test_text_with_control_characters(value: str) -> None:
    assert list(read(FORM, data(i6=value)).errors) == [6]


def test_text_is_kept_in_normal_spelling() -> None:
    assert read(FORM, data(i5="เเบบ\u200b")).answers["5"] == "แบบ"


@pytest.mark.parametrize("kind", ["likert", "single", "several", "number", "short", "long"])
def test_what_is_missing(kind: str) -> None:
    filled = read(form(item(1, kind, options=("ก",))), posted(""))
    assert (list(filled.errors), filled.answers, filled.problems) == ([1], {}, [])


def test_an_empty_form_is_no_answer() -> None:
    filled = read(form(item(1, "long", required=False)), posted("i1="))
    assert filled.problems == ["กรุณาตอบอย่างน้อยหนึ่งข้อ"]


@pytest.mark.parametrize("name", ["i7", "i999999999999999999999", "i0"])
def test_unknown_items(name: str) -> None:
    filled = read(FORM, posted(f"{GOOD}{name}=5"))
    assert (filled.is_valid, filled.errors, filled.answers) == (False, {}, {"1": 5, "2": 0})


@pytest.mark.parametrize("name", ["version", "csrfmiddlewaretoken", "form_of", "id", "i", "ix"])
def test_other_fields_of_the_form_are_no_items(name: str) -> None:
    assert read(FORM, posted(f"{GOOD}{name}=5")).is_valid


@given(st.dictionaries(st.sampled_from(["i1", "i2", "i3", "i4", "i5", "i6", "i7"]), st.lists(st.text(), max_size=3)))
def test_whatever_is_posted(values: dict[str, list[str]]) -> None:
    """Never an exception; what was typed stays; what is valid is in bounds."""
    made = QueryDict(mutable=True)
    for name, several in values.items():
        made.setlist(name, several)
    filled = read(FORM, made)
    assert filled.typed == typed_in(FORM, made)
    assert filled.answers.get("1", 1) in range(1, 6)
    assert filled.answers.get("2", 0) in range(3)
    assert set(filled.answers.get("3", [])) <= {0, 1, 2}
    assert -5 <= filled.answers.get("4", 0) <= 60


def test_a_new_version_takes_over_what_asks_the_same() -> None:
    old = form(item(1, "likert", text="ชัดเจน"), item(2, "short", text="ตำแหน่ง"), item(3, "single", options=("ก", "ข")))
    new = form(
        item(11, "likert", text="ชัดเจน"),
        item(12, "short", text="ตำแหน่งปัจจุบัน"),
        item(13, "single", options=("ก", "ข", "ค"), text="ข้อ 3"),
        version=2,
    )
    typed = {1: ["4"], 2: ["ปลัด"], 3: ["1"]}
    assert carried_over(typed, old, new) == {11: ["4"]}
    assert carried_over(typed, old, old) == typed
