from datetime import UTC, date, datetime, time
from html.parser import HTMLParser
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

from core.forms import (
    LineField,
    RichTextField,
    RichTextWidget,
    TextField,
    ThaiDateField,
    ThaiDateWidget,
    ThaiMomentField,
    ThaiTimeField,
    WholeNumberField,
)

CONTROLS = ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\ud800", "\uffff"]


class DayForm(forms.Form):
    on = ThaiDateField(label="วันที่จัด")


class Tags(HTMLParser):
    """The start tags of some HTML, as (name, attributes)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def messages(field: forms.Field, value: Any) -> list[str]:
    with pytest.raises(ValidationError) as refusal:
        field.clean(value)
    return refusal.value.messages


def day_errors(day: str, month: str, year: str) -> list[str]:
    form = DayForm({"on_day": day, "on_month": month, "on_year": year})
    assert not form.is_valid()
    return list(form.errors["on"])


# --- One line ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("  เเม่น\u0e4d\u0e49า\u200b  ", "แม่น้ำ"),
        ("นาย\tสมชาย\r\nใจดี", "นาย สมชาย ใจดี"),
        ("ก\u00a0\u2028 ข", "ก ข"),
        (12, "12"),
    ],
)
def test_a_line_is_normalised(typed: Any, clean: str) -> None:
    assert LineField().clean(typed) == clean


@pytest.mark.parametrize("field", [LineField(), TextField(), RichTextField()])
@pytest.mark.parametrize("control", CONTROLS)
def test_control_characters_are_refused(field: forms.Field, control: str) -> None:
    assert messages(field, f"ก{control}ข") == ["มีอักขระควบคุมที่มองไม่เห็น กรุณาลบข้อความแล้วพิมพ์ใหม่"]


@pytest.mark.parametrize("field", [LineField(max_length=120), TextField(max_length=120)])
def test_too_long_says_how_long_and_how_much_to_keep(field: forms.Field) -> None:
    assert messages(field, "ก" * 138) == ["ยาว 138 ตัวอักษร กรุณาตัดให้เหลือ 120"]
    assert field.clean("ก" * 120) == "ก" * 120


def test_too_short_says_so() -> None:
    assert messages(LineField(min_length=5), "กข") == ["ยาว 2 ตัวอักษร กรุณาพิมพ์อย่างน้อย 5"]


@pytest.mark.parametrize("blank", ["", "   ", "\u200b", None, "\n"])
def test_a_required_line_names_its_label(blank: str | None) -> None:
    assert messages(LineField(label="ชื่อกลุ่ม"), blank) == ["กรุณากรอกชื่อกลุ่ม"]
    assert LineField(required=False).clean(blank) == ""
    assert LineField(required=False, empty_value=None).clean(blank) is None


def test_a_message_of_ones_own_wins() -> None:
    field = LineField(label="เหตุผล", error_messages={"required": "กรุณากรอกเหตุผล ผู้ขอจะได้ทราบ"})
    assert messages(field, "") == ["กรุณากรอกเหตุผล ผู้ขอจะได้ทราบ"]


# --- Several lines ----------------------------------------------------------------------------------------
def test_text_keeps_lines_and_tabs_with_one_kind_of_line_end() -> None:
    assert TextField().clean(" ก\r\nข\rค\n\n\tเเ \u2028ง ") == "ก\nข\nค\n\n\tแ \nง"


def test_text_length_counts_a_line_end_once() -> None:
    assert TextField(max_length=3).clean("ก\r\nข") == "ก\nข"


# --- Dates ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("year", ["2569", "๒๕๖๙", " 2569 ", "2026"])
def test_a_date_is_buddhist_era(year: str) -> None:
    form = DayForm({"on_day": "22", "on_month": "11", "on_year": year})
    assert form.is_valid()
    assert form.cleaned_data == {"on": date(2026, 11, 22)}


@pytest.mark.parametrize(
    ("day", "month", "year", "message"),
    [
        ("", "", "", "กรุณาระบุวันที่จัด"),
        ("22", "", "2569", "กรุณาระบุวัน เดือน และปี พ.ศ. ให้ครบ"),
        ("22", "11", "", "กรุณาระบุวัน เดือน และปี พ.ศ. ให้ครบ"),
        ("31", "2", "2569", "เดือนกุมภาพันธ์ 2569 มี 28 วัน กรุณาเลือกวันใหม่"),
        ("29", "2", "2570", "เดือนกุมภาพันธ์ 2570 มี 28 วัน กรุณาเลือกวันใหม่"),
        ("31", "4", "2026", "เดือนเมษายน 2569 มี 30 วัน กรุณาเลือกวันใหม่"),
        ("0", "11", "2569", "กรุณาเลือกวันและเดือนจากรายการ"),
        ("32", "11", "2569", "กรุณาเลือกวันและเดือนจากรายการ"),
        ("22", "13", "2569", "กรุณาเลือกวันและเดือนจากรายการ"),
        ("-1", "11", "2569", "กรุณาเลือกวันและเดือนจากรายการ"),
        ("²", "11", "2569", "กรุณาเลือกวันและเดือนจากรายการ"),
        ("\x00", "11", "2569", "กรุณาเลือกวันและเดือนจากรายการ"),
    ],
)
def test_a_bad_date_says_what_to_repair(day: str, month: str, year: str, message: str) -> None:
    assert day_errors(day, month, year) == [message]


@pytest.mark.parametrize("year", ["69", "0000", "9999", "1500", "25690", "ปีนี้", "2569\x00", "٢٥٦٩", "9" * 5000])
def test_a_bad_year_shows_an_example(year: str) -> None:
    (message,) = day_errors("22", "11", year)
    assert message.startswith("กรุณาพิมพ์ปี พ.ศ. เป็นตัวเลขสี่หลัก เช่น 25")


def test_a_date_may_be_left_out() -> None:
    field = ThaiDateField(required=False)
    assert field.clean(["", "", ""]) is None
    assert field.clean(None) is None
    assert messages(field, ["1", "", ""]) == ["กรุณาระบุวัน เดือน และปี พ.ศ. ให้ครบ"]


def test_a_disabled_date_keeps_its_value() -> None:
    class Fixed(forms.Form):
        on = ThaiDateField(disabled=True, initial=date(2026, 11, 22))

    form = Fixed({})
    assert form.is_valid()
    assert form.cleaned_data == {"on": date(2026, 11, 22)}


def test_date_validators_run() -> None:
    def refuse(day: date) -> None:
        raise ValidationError(f"ไม่รับ {day.year}")

    assert messages(ThaiDateField(validators=[refuse]), ["1", "1", "2569"]) == ["ไม่รับ 2026"]


@pytest.mark.parametrize(
    ("initial", "data", "changed"),
    [
        (date(2026, 11, 22), ("22", "11", "2569"), False),
        (date(2026, 11, 22), ("23", "11", "2569"), True),
        (None, ("", "", ""), False),
        (None, ("1", "1", "2569"), True),
    ],
)
def test_a_date_knows_whether_it_changed(initial: date | None, data: tuple[str, str, str], changed: bool) -> None:
    values = dict(zip(("on_day", "on_month", "on_year"), data, strict=True))
    assert DayForm(values, initial={"on": initial}).has_changed() is changed


def test_the_date_widget_names_each_of_its_three_inputs() -> None:
    bound = DayForm(initial={"on": date(2026, 11, 22)})["on"]
    controls = [attrs for tag, attrs in Tags(str(bound)).found if tag in ("select", "input")]
    assert [(c["name"], c["id"], c["aria-label"]) for c in controls] == [
        ("on_day", "id_on_0", "วัน"),
        ("on_month", "id_on_1", "เดือน"),
        ("on_year", "id_on_2", "ปี พ.ศ."),
    ]
    selected = [attrs["value"] for tag, attrs in Tags(str(bound)).found if tag == "option" and "selected" in attrs]
    assert [*selected, controls[2]["value"]] == ["22", "11", "2569"]
    assert bound.id_for_label == "id_on_0"


def test_the_date_widget_shows_again_what_was_typed() -> None:
    bound = DayForm({"on_day": "31", "on_month": "2", "on_year": "<๒๕๖๙>"})["on"]
    year = next(attrs for tag, attrs in Tags(str(bound)).found if attrs.get("name") == "on_year")
    assert year["value"] == "<๒๕๖๙>"
    assert year["aria-invalid"] == "true"


@pytest.mark.parametrize(
    ("value", "parts"),
    [("22/11/2569", ["22", "11", "2569"]), ("พรุ่งนี้", ["", "", ""]), (None, ["", "", ""]), ("", ["", "", ""])],
)
def test_the_date_widget_takes_text(value: str | None, parts: list[str]) -> None:
    assert ThaiDateWidget().decompress(value) == parts


# --- Times ------------------------------------------------------------------------------------------------
class MomentForm(forms.Form):
    at = ThaiMomentField(label="วันและเวลาเริ่ม")


def moment_form(day: str, month: str, year: str, at: str) -> MomentForm:
    return MomentForm({"at_day": day, "at_month": month, "at_year": year, "at_time": at})


@pytest.mark.parametrize(
    "typed", ["09.30", "09:30", "0930", "๐๙.๓๐", "9.30", "930", " 09.30 น. ", "09:30น.", "๐๙๓๐", "09.30\u200b"]
)
def test_a_time_is_taken_as_people_write_it(typed: str) -> None:
    assert ThaiTimeField().clean(typed) == time(9, 30)


@pytest.mark.parametrize(("typed", "at"), [("00.00", time(0, 0)), ("2359", time(23, 59)), ("0.05", time(0, 5))])
def test_the_day_has_twenty_four_hours(typed: str, at: time) -> None:
    assert ThaiTimeField().clean(typed) == at


@pytest.mark.parametrize("typed", ["24.00", "09.60", "2400", "99:99", "๒๕.๐๐"])
def test_a_time_that_no_day_has_says_so(typed: str) -> None:
    assert messages(ThaiTimeField(), typed) == ["ไม่มีเวลานี้ กรุณาพิมพ์เวลาระหว่าง 00.00 ถึง 23.59"]


@pytest.mark.parametrize(
    "typed", ["9", "09.3", "เก้าโมง", "9.30 AM", "09-30", "09.30.00", "٠٩.٣٠", "\x00", "9" * 5000, "น."]
)
def test_what_is_no_time_shows_an_example(typed: str) -> None:
    assert messages(ThaiTimeField(), typed) == ["กรุณาพิมพ์เวลาเป็นชั่วโมงและนาที เช่น 09.30"]


def test_a_time_may_be_left_out() -> None:
    assert (ThaiTimeField(required=False).clean("  "), ThaiTimeField(required=False).clean(None)) == (None, None)
    assert messages(ThaiTimeField(label="เวลาสิ้นสุด"), "") == ["กรุณากรอกเวลาสิ้นสุด"]


def test_a_time_is_shown_with_a_point() -> None:
    class Ending(forms.Form):
        at = ThaiTimeField(initial=time(16, 0))

    attrs = next(attrs for tag, attrs in Tags(str(Ending()["at"])).found if tag == "input")
    assert (attrs["value"], attrs["inputmode"]) == ("16.00", "decimal")


@pytest.mark.parametrize("at", ["09.30", "09:30", "0930", "๐๙.๓๐"])
def test_a_moment_is_in_thailand(at: str) -> None:
    form = moment_form("22", "11", "๒๕๖๙", at)
    assert form.is_valid()
    assert form.cleaned_data == {"at": datetime(2026, 11, 22, 2, 30, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (("", "", "", ""), "กรุณาระบุวันและเวลาเริ่ม"),
        (("", "", "", "09.30"), "กรุณาระบุวัน เดือน และปี พ.ศ. ด้วย"),
        (("22", "11", "2569", ""), "กรุณาระบุเวลาด้วย เช่น 09.30"),
        (("22", "", "2569", "09.30"), "กรุณาระบุวัน เดือน และปี พ.ศ. ให้ครบ"),
        (("31", "2", "2569", "09.30"), "เดือนกุมภาพันธ์ 2569 มี 28 วัน กรุณาเลือกวันใหม่"),
        (("0", "2", "2569", "09.30"), "กรุณาเลือกวันและเดือนจากรายการ"),
        (("22", "11", "2569", "25.00"), "ไม่มีเวลานี้ กรุณาพิมพ์เวลาระหว่าง 00.00 ถึง 23.59"),
        (("22", "11", "2569", "บ่ายสอง"), "กรุณาพิมพ์เวลาเป็นชั่วโมงและนาที เช่น 09.30"),
    ],
)
def test_a_bad_moment_says_what_to_repair(typed: tuple[str, str, str, str], message: str) -> None:
    assert dict(moment_form(*typed).errors) == {"at": [message]}


def test_a_moment_may_be_left_out_and_is_shown_in_thai_time() -> None:
    field = ThaiMomentField(required=False)
    assert (field.clean(["", "", "", ""]), field.clean(None)) == (None, None)
    assert field.widget.decompress(datetime(2026, 11, 22, 18, 5, tzinfo=UTC)) == ["23", "11", "2569", "01.05"]
    assert field.widget.decompress("22/11/2569") == ["", "", "", ""]


def test_the_moment_widget_names_each_of_its_four_inputs_and_shows_what_was_typed() -> None:
    bound = moment_form("22", "11", "2569", "<25>")["at"]
    controls = [attrs for tag, attrs in Tags(str(bound)).found if tag in ("select", "input")]
    assert [(c["name"], c["id"], c["aria-label"], c["aria-invalid"]) for c in controls] == [
        ("at_day", "id_at_0", "วัน", "true"),
        ("at_month", "id_at_1", "เดือน", "true"),
        ("at_year", "id_at_2", "ปี พ.ศ.", "true"),
        ("at_time", "id_at_3", "เวลา", "true"),
    ]
    assert (controls[3]["value"], bound.field.widget.use_fieldset, bound.id_for_label) == ("<25>", True, "id_at_0")


@pytest.mark.parametrize(("at", "changed"), [("09.30", False), ("09.31", True), ("", True)])
def test_a_moment_knows_whether_it_changed(at: str, changed: bool) -> None:
    form = moment_form("22", "11", "2569", at)
    form.initial = {"at": datetime(2026, 11, 22, 2, 30, tzinfo=UTC)}
    assert form.has_changed() is changed


# --- Numbers ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", ["1200", "๑๒๐๐", "1,200", " 1200 ", 1200])
def test_a_count_is_taken_as_people_write_it(typed: Any) -> None:
    assert WholeNumberField().clean(typed) == 1200


@pytest.mark.parametrize("typed", ["ร้อย", "1.5", "1e3", "٣", "9" * 5000, "--1", "\x00"])
def test_what_is_no_count_shows_an_example(typed: str) -> None:
    assert messages(WholeNumberField(), typed) == ["กรุณาพิมพ์เป็นตัวเลข เช่น 120"]


def test_a_count_has_limits_and_may_be_left_out() -> None:
    field = WholeNumberField(min_value=1, max_value=100, required=False)
    assert (field.clean(""), field.clean(None)) == (None, None)
    assert (messages(field, "0"), messages(field, "101"), messages(field, "-5")) == (
        ["ต้องไม่น้อยกว่า 1"], ["ต้องไม่เกิน 100"], ["ต้องไม่น้อยกว่า 1"],
    )  # fmt: skip


# --- Rich text --------------------------------------------------------------------------------------------
def test_rich_text_is_sanitised() -> None:
    assert RichTextField().clean("<p onclick=x>เเ<script>y</script></p>") == "<p>แ</p>"


def test_rich_text_without_the_editor_keeps_its_paragraphs() -> None:
    assert RichTextField().clean("ก & ข\r\nค\r\n\r\nง") == "<p>ก &amp; ข<br>ค</p>\n\n<p>ง</p>"


@pytest.mark.parametrize("blank", ["", None, "<p>&nbsp;</p>", "<p><br></p>", "<script>x</script>"])
def test_rich_text_with_nothing_in_it_is_missing(blank: str | None) -> None:
    assert messages(RichTextField(label="เนื้อหา"), blank) == ["กรุณากรอกเนื้อหา"]
    assert RichTextField(required=False).clean(blank) == ""


def test_rich_text_has_a_limit() -> None:
    assert messages(RichTextField(), "<p>" + "ก" * 200_000) == [
        "เนื้อหารวมการจัดรูปแบบยาว 200,003 ตัวอักษร กรุณาตัดให้เหลือ 200,000"
    ]
    assert messages(RichTextField(max_length=10), "ก" * 11) == ["เนื้อหารวมการจัดรูปแบบยาว 11 ตัวอักษร กรุณาตัดให้เหลือ 10"]


def test_rich_text_uses_the_editor_over_a_plain_text_area() -> None:
    class LessonForm(forms.Form):
        body = RichTextField(label="เนื้อหา")

    form = LessonForm(initial={"body": "<p>ก</p>"})
    areas = [attrs for tag, attrs in Tags(str(form["body"])).found if tag == "textarea"]
    assert [(a["name"], a["class"], "required" in a) for a in areas] == [("body", "django_ckeditor_5", False)]
    assert "&lt;p&gt;ก&lt;/p&gt;" in str(form["body"])
    assert "django_ckeditor_5/dist/bundle.js" in str(form.media)
    assert 'id="id_body"' in RichTextWidget().render("body", "")
