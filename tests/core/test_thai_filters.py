from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.template import Context, Template

from core import thai
from core.templatetags import thai as filters

MOMENT = datetime(2026, 11, 21, 17, 30, tzinfo=UTC)  # half past midnight of the 22nd in Thailand


def rendered(expression: str, value: Any) -> str:
    return Template(f"{{% load thai %}}{{{{ value|{expression} }}}}").render(Context({"value": value}))


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("thaidate", "22 พ.ย. 2569"),
        ('thaidate:"medium"', "22 พ.ย. 2569"),
        ('thaidate:"long"', "22 พฤศจิกายน 2569"),
        ('thaidate:"full"', "วันอาทิตย์ที่ 22 พฤศจิกายน พ.ศ. 2569"),
        ('thaidate:"short"', "22/11/69"),
        ("thaitime", "00.30 น."),
        ("thaidatetime", "22 พ.ย. 2569 เวลา 00.30 น."),
        ('thaidatetime:"long"', "22 พฤศจิกายน 2569 เวลา 00.30 น."),
        ("fiscal_year", "2570"),
        ("fiscal_year|thaidigits", "๒๕๗๐"),
    ],
)
def test_a_moment_is_shown_in_thai_time(expression: str, text: str) -> None:
    assert rendered(expression, MOMENT) == text


@pytest.mark.parametrize("name", ["thaidate", "thaitime", "thaidatetime", "thaidigits", "number", "fiscal_year", "ago"])
@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_is_shown_as_nothing(name: str, nothing: str | None) -> None:
    assert rendered(name, nothing) == ""


def test_a_plain_day_and_a_plain_time() -> None:
    assert rendered("thaidate", date(2026, 11, 22)) == "22 พ.ย. 2569"
    assert rendered("thaitime", time(0, 0)) == "00.00 น."
    assert rendered("fiscal_year", date(2026, 9, 30)) == "2569"


@pytest.mark.parametrize(
    ("value", "expression", "text"),
    [
        (1286413, "number", "1,286,413"),
        (0, "number", "0"),
        (-1234.5, "number", "-1,234.5"),
        (Decimal("4.505"), "number:2", "4.51"),
        (Decimal("4.5"), "number:2", "4.50"),
        (2.5, "number:0", "3"),
        (1e21, "number", "1,000,000,000,000,000,000,000"),
        ("1,234", "number", "1,234"),
        ("ก", "number", ""),
        (float("nan"), "number", ""),
        (float("inf"), "number", ""),
        (14, "thaidigits", "๑๔"),
        ("001/2570", "thaidigits", "๐๐๑/๒๕๗๐"),
        (1286413, "number|thaidigits", "๑,๒๘๖,๔๑๓"),
    ],
)
def test_numbers(value: Any, expression: str, text: str) -> None:
    assert rendered(expression, value) == text


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (timedelta(seconds=0), "เมื่อสักครู่"),
        (timedelta(seconds=59), "เมื่อสักครู่"),
        (timedelta(seconds=60), "เมื่อ 1 นาทีที่แล้ว"),
        (timedelta(minutes=59, seconds=59), "เมื่อ 59 นาทีที่แล้ว"),
        (timedelta(hours=1), "เมื่อ 1 ชั่วโมงที่แล้ว"),
        (timedelta(hours=9), "เมื่อ 9 ชั่วโมงที่แล้ว"),
        (timedelta(hours=9, minutes=31), "เมื่อวาน"),
        (timedelta(hours=33, minutes=30), "เมื่อวาน"),
        (timedelta(hours=33, minutes=31), "20 พ.ย. 2569"),
        (timedelta(days=400), "18 ต.ค. 2568"),
        (timedelta(minutes=-5), "22 พ.ย. 2569"),
    ],
)
def test_how_long_ago(passed: timedelta, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 11, 22, 9, 30, tzinfo=thai.BANGKOK)
    monkeypatch.setattr(thai, "now_local", lambda: now)  # a clock that stands still
    assert filters.ago((now - passed).astimezone(UTC)) == text
    assert filters.ago((now - passed).replace(tzinfo=None)) == text


def test_how_long_somebody_has_been_waiting() -> None:
    now = thai.now_local()
    waits = [filters.waited(now - timedelta(days=days)) for days in (0, 1, 1200)]
    assert waits == ["รอไม่ถึง 1 วัน", "รอ 1 วัน", "รอ 1,200 วัน"]
    assert filters.waited(None) == "รอไม่ถึง 1 วัน"
