import contextlib
import itertools
import random
import time
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from core import thai

# As ICU's Thai collation sorts them (`COLLATE "th-x-icu"`).
SORTED_NAMES = (
    "๑๐ | 2 | ก็ | กก | ก้ก | ก๊ก | กระบี่ | กลุ่ม ก | กลุ่มก๒ | กลุ่ม-ข | กาญจนบุรี | "
    "กำแพงเพชร | เกาะสมุย | แก่งคอย | ขอนแก่น | เขาย้อย | โคกสำโรง | จตุจักร | เจ้าพระยา | "
    "ใจดี | เชียงราย | เชียงใหม่ | ไชโย | ฎีกา | ฐาน | ณ | ต่าง | ต่าง ๆ | ทรัพย์ | ทราย | "
    "ไทรน้อย | ธรรม | นา | นาม | นำ | น้ำ | น้ำใจ | น้ำ ใส | ปี | ปี่ | ปู | ปู่ | ปูน | "
    "เป็ด | เปิด | แป้ง | ฯพณฯ | พรหม | แพร่ | โพธาราม | โพธิ์ทอง | แม่ฮ่องสอน | ฤดู | "
    "ฤๅษี | ลึก | เลย | เลือก | ศรีสะเกษ | สระบุรี | สุรินทร | สุรินทร์ | หญิง | หา | "
    "ห้า | หาดใหญ่ | อ่างทอง | อำนาจเจริญ | อำเภอ | เอก | เอ๊ะ | ฮอด | abc | ABC"
)
IN_ORDER = SORTED_NAMES.split(" | ")
CLUSTERS = "ก ข้ เค แง่ โจ ใฉ ไช้ ซำ น้ำ ญี่ สิทธิ์ เป็น ฤๅ ฤ ตั้ง ปู่ ที่ ก็ หึ ฎุ เพื่อ จะ หา ๒ 10 A a é (ฯ) ๆ"
SYLLABLES = CLUSTERS.split()
thai_text = st.text(alphabet=[chr(code) for code in range(0xE01, 0xE5C)] + list(" ab1.-\u200b\u0301\uf70a"))


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("เเม่ฮ่องสอน", "แม่ฮ่องสอน"),
        ("น\u0e4dา", "นำ"),
        ("น\u0e49\u0e4dา", "น้ำ"),
        ("น\u0e4d\u0e49า", "น้ำ"),
        ("นำ\u0e49", "น้ำ"),
        ("ท\u0e48\u0e35", "ที่"),
        ("ป\u0e48\u0e39", "ปู่"),
        ("ท\u0e35\u0e48\u0e48", "ที่"),
        ("ท\u0e35\u0e35\u0e48", "ที่"),
        ("สิทธ\u0e4c\u0e34", "สิทธิ์"),
        ("ที่\u200bปรึกษา\ufeff", "ที่ปรึกษา"),
        ("ก\u202eข\u2066ค\u00ad", "กขค"),
        ("ท\uf702\uf70a", "ที่"),
        ("cafe\u0301", "café"),
        ("plain ASCII, too", "plain ASCII, too"),
        ("", ""),
    ],
)
def test_normalise(typed: str, normal: str) -> None:
    assert thai.normalise(typed) == normal


@pytest.mark.parametrize(
    "text", ["น้ำใจ", "ที่ปรึกษา", "สิทธิ์", "ก็", "ญี่ปุ่น", "เป็น", "ฤๅษี", "ต่าง ๆ", "ฯพณฯ", "๒๕๖๙", "เพื่อ", "ปรมาภฺ"]
)
def test_normalise_leaves_good_spelling_alone(text: str) -> None:
    assert thai.normalise(text) == text


@given(st.one_of(thai_text, st.text()))
def test_normalise_is_idempotent(text: str) -> None:
    once = thai.normalise(text)
    assert thai.normalise(once) == once


@pytest.mark.parametrize(
    "pattern",
    ["a" + "\u0301\u0323" * 50_000, "ก" + "\u0e48\u0e38" * 50_000, "ำ่" * 50_000, "\u0e4dา" * 50_000, "เ" * 99_999],
)
def test_normalise_takes_linear_time(pattern: str) -> None:
    begun = time.process_time()
    thai.normalise(pattern)
    assert time.process_time() - begun < 2  # ordering such runs naively takes three times as long, or never ends


def test_digits() -> None:
    assert thai.to_thai_digits("KM 001/2570") == "KM ๐๐๑/๒๕๗๐"
    assert thai.to_thai_digits(14) == "๑๔"
    assert thai.to_arabic_digits("พ.ศ. ๒๕๖๙") == "พ.ศ. 2569"


@pytest.mark.parametrize(
    ("given_name", "family_name", "expected"),
    [("มาลี", "วงศ์ดี", "มว"), ("เกรียงไกร", "ใจดี", "กจ"), ("แแสง", "", "ส"), ("", "", ""), ("Ann", "Lee", "AL")],
)
def test_initials(given_name: str, family_name: str, expected: str) -> None:
    assert thai.initials(given_name, family_name) == expected


def test_sort_key_sorts_as_icu_does() -> None:
    shuffled = random.Random(2569).sample(IN_ORDER, len(IN_ORDER))
    assert sorted(shuffled, key=thai.sort_key) == IN_ORDER


def test_sort_key_puts_the_shorter_run_first_over_long_names() -> None:
    names = ["ก" * length + mark for length in range(1, 600) for mark in ("", "\u0e48", "\u0e49")]
    expected = sorted(names, key=lambda name: (name.count("ก"), name[-1]))
    assert sorted(names, key=thai.sort_key) == expected


@pytest.mark.parametrize("text", ["", "ขอนแก่น", "A 1 é ½ ™ 中 😀 ฿", "\n\t", "สป.มท."])
def test_sort_key_is_ascii_hex(text: str) -> None:
    assert set(thai.sort_key(text)) <= set("0123456789abcdef")


def test_sort_key_compares_the_first_text_before_the_second() -> None:
    people = [("ใจ", "ฮ"), ("ใจดี", "ก"), ("ใจ", "ก"), ("จันทร์", "ฮ")]
    assert sorted(people, key=lambda names: thai.sort_key(*names)) == [
        ("จันทร์", "ฮ"),
        ("ใจ", "ก"),
        ("ใจ", "ฮ"),
        ("ใจดี", "ก"),
    ]


def test_sort_key_is_the_same_for_what_looks_the_same() -> None:
    assert thai.sort_key("เเม่น\u0e4d\u0e49า") == thai.sort_key("แม่น้ำ")


@pytest.mark.django_db
def test_sort_key_equals_the_collation_of_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("compares with ICU inside PostgreSQL; runs when TEST_DATABASE_URL names one")
    chance = random.Random(14)
    names = {"".join(chance.choices([*SYLLABLES, " ", "-"], k=chance.randint(1, 7))) for _ in range(5000)}
    names = {thai.normalise(name) for name in names | set(IN_ORDER)}
    with connection.cursor() as cursor:
        cursor.execute('SELECT name FROM unnest(%s) AS name ORDER BY name COLLATE "th-x-icu"', [list(names)])
        by_icu = [name for (name,) in cursor]
        cursor.execute("SELECT key FROM unnest(%s) AS key ORDER BY key", [[thai.sort_key(name) for name in names]])
        by_column = [key for (key,) in cursor]
    assert sorted(names, key=thai.sort_key) == by_icu
    assert by_column == sorted(by_column)


@pytest.mark.parametrize(
    ("moment", "year"),
    [
        (date(2026, 9, 30), 2569),
        (date(2026, 10, 1), 2570),
        (date(2027, 1, 1), 2570),
        (datetime(2026, 9, 30, 16, 59, 59, tzinfo=UTC), 2569),
        (datetime(2026, 9, 30, 17, 0, tzinfo=UTC), 2570),
        (datetime(2026, 9, 30, 23, 30, tzinfo=UTC), 2570),
        (datetime(2026, 9, 30, 23, 30, tzinfo=thai.BANGKOK), 2569),
        (datetime(2026, 9, 30, 23, 30), 2569),
    ],
)
def test_fiscal_year(moment: date, year: int) -> None:
    assert thai.fiscal_year(moment) == year


def test_fiscal_year_bounds_and_span() -> None:
    assert thai.fiscal_year_bounds(2570) == (date(2026, 10, 1), date(2027, 9, 30))
    begin, end = thai.fiscal_year_span(2570)
    assert begin.astimezone(UTC) == datetime(2026, 9, 30, 17, tzinfo=UTC)
    assert end == thai.fiscal_year_span(2571)[0]
    assert [thai.fiscal_year(day) for day in thai.fiscal_year_bounds(2570)] == [2570, 2570]


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("medium", "22 พ.ย. 2569"),
        ("long", "22 พฤศจิกายน 2569"),
        ("full", "วันอาทิตย์ที่ 22 พฤศจิกายน พ.ศ. 2569"),
        ("short", "22/11/69"),
    ],
)
def test_format_date(style: thai.DateStyle, text: str) -> None:
    assert thai.format_date(date(2026, 11, 22), style) == text
    assert thai.format_date(datetime(2026, 11, 21, 17, 30, tzinfo=UTC), style) == text


def test_format_time_is_thai_time() -> None:
    assert thai.format_time(datetime(2026, 11, 22, 2, 30, tzinfo=UTC)) == "09.30 น."
    assert thai.format_time(datetime(2026, 11, 22, 0, 5)) == "00.05 น."


@pytest.mark.parametrize(
    "text",
    [
        "22 พ.ย. 2569",
        "22/11/2569",
        "22 พฤศจิกายน ๒๕๖๙",
        "2026-11-22",
        "2569-11-22",
        "๒๒/๑๑/๒๕๖๙",
        "22-11-2569",
        "22.11.2026",
        "22 พย 2569",
        "22พ.ย.2569",
        " 22  พ.ย.  พ.ศ. 2569 ",
        "วันที่ 22 พฤศจิกายน 2569",
        "วันอาทิตย์ที่ 22 พฤศจิกายน พ.ศ. 2569",
    ],
)
def test_parse_thai_date(text: str) -> None:
    assert thai.parse_thai_date(text) == date(2026, 11, 22)


def test_parse_thai_date_reads_what_format_date_writes() -> None:
    days = [date(2024, 2, 29), *(date(2026, month, 9) for month in range(1, 13))]
    styles: list[thai.DateStyle] = ["medium", "long", "full"]
    for day, style in itertools.product(days, styles):
        assert thai.parse_thai_date(thai.format_date(day, style)) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "พรุ่งนี้",
        "22/11/69",
        "31/02/2569",
        "0/1/2569",
        "22 มกรา 2569",
        "22/13/2569",
        "22 พ.ย.",
        "1" * 500,
        "²²/1/2569",
        "\x00",
    ],
)
def test_parse_thai_date_refuses(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|month|day|year"):
        thai.parse_thai_date(text)


@given(st.text())
def test_parse_thai_date_raises_nothing_else(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(thai.parse_thai_date(text), date)


@pytest.mark.parametrize(("typed", "year"), [(2569, 2026), (2400, 1857), (2399, 2399), (2026, 2026)])
def test_years_from_2400_are_buddhist_era(typed: int, year: int) -> None:
    assert thai.year_from_typed(typed) == year
