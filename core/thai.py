"""Thai text, numerals and the calendar: normal form, sorting, Buddhist Era dates and fiscal years. Knows no model."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

BANGKOK = ZoneInfo("Asia/Bangkok")
BUDDHIST_ERA = 543

# --- Text -------------------------------------------------------------------------------------------------
LEADING_VOWELS = "เแโใไ"
# What is written after a consonant, in that order; unlike code points, but as canonical ordering wants it.
_MARKS = "\u0e31\u0e34\u0e35\u0e36\u0e37\u0e47\u0e3a\u0e38\u0e39\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e4e\u0e4d\u0e33"
_MARK_RUN = re.compile(f"[{_MARKS}]{{2,}}")
# Canonical ordering takes quadratic time over a run of combining marks; no writing needs runs this long.
_LONGEST_RUN = 30
_STRANGE_RUN = re.compile(rf"[^\w\s\x00-\x7f]{{{_LONGEST_RUN + 1},}}")

# No part of any text: controls other than tab and line ends, halves of surrogate pairs, noncharacters.
CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

# Zero-width, soft hyphen and bidirectional controls: invisible, and they part equal words.
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\u202a\u202b\u202c\u202d\u202e\ufeff\u00ad"
_INVISIBLE += "".join(map(chr, range(0x2066, 0x206A)))
# Old Thai fonts drew shifted marks at private code points; text copied from PDF files still carries them.
_FONT_GLYPHS = dict(
    zip(
        range(0xF700, 0xF71B),
        "\u0e10\u0e34\u0e35\u0e36\u0e37\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e0d\u0e31\u0e4d"
        "\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e38\u0e39\u0e3a",
        strict=True,
    )
)
_REPAIRS: dict[int, str | None] = {**dict.fromkeys(map(ord, _INVISIBLE)), **_FONT_GLYPHS}

_THAI_DIGITS = "๐๑๒๓๔๕๖๗๘๙"
_TO_THAI = str.maketrans("0123456789", _THAI_DIGITS)
_TO_ARABIC = str.maketrans(_THAI_DIGITS, "0123456789")


def normalise(text: str) -> str:
    """One spelling for what looks the same. Not NFKC: it would split the vowel am in two."""
    if text.isascii():
        return text
    text = _STRANGE_RUN.sub(_shortened, text.translate(_REPAIRS))
    while (better := _repaired(text)) != text:  # one repair may uncover another; well-formed text takes one round
        text = better
    return text


def _shortened(run: re.Match[str]) -> str:
    kept, length = [], 0
    for char in run[0]:
        length = length + 1 if unicodedata.combining(char) else 0
        if length <= _LONGEST_RUN:
            kept.append(char)
    return "".join(kept)


def _repaired(text: str) -> str:
    text = unicodedata.normalize("NFC", text).replace("เเ", "แ")
    return _MARK_RUN.sub(_in_writing_order, text).replace("\u0e4d\u0e32", "\u0e33")


def _in_writing_order(marks: re.Match[str]) -> str:
    return "".join(sorted(set(marks[0]), key=_MARKS.index))


def to_thai_digits(text: object) -> str:
    return str(text).translate(_TO_THAI)


def to_arabic_digits(text: object) -> str:
    return str(text).translate(_TO_ARABIC)


def initials(given: str, family: str) -> str:
    """For an avatar: the first letter of each name, past a vowel that is written before it."""
    return "".join(name.lstrip(LEADING_VOWELS)[:1] for name in (normalise(given).strip(), normalise(family).strip()))


# --- Sorting ----------------------------------------------------------------------------------------------
# The order of ICU's Thai collation: base letters first, then tone marks and accents, then case, then code points.
# Spaces, punctuation, ฯ and ๆ count only where everything else is equal.
_CONSONANTS = "กขฃคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรฤลฦวศษสหฬอฮ"
_VOWELS = "\u0e4d\u0e30\u0e31\u0e32\u0e33\u0e34\u0e35\u0e36\u0e37\u0e38\u0e39\u0e40\u0e41\u0e42\u0e43\u0e44\u0e3a"
_SYMBOLS = "`´^¯¨¸°©®←→+±÷×<=>¬|¦~★✓¤¢$£¥฿€"
_OTHER_SYMBOL, _OTHER_LETTER = 0x40, 0xFE
_PRIMARY = (
    {symbol: 0x02 + rank for rank, symbol in enumerate(_SYMBOLS)}
    | {letter: 0x50 + rank for rank, letter in enumerate("0123456789" + _CONSONANTS + _VOWELS)}
    | {letter: 0xA0 + rank for rank, letter in enumerate("abcdefghijklmnopqrstuvwxyz")}
)
_ACCENTS = "\u0301\u0300\u0306\u0302\u030c\u030a\u0308\u030b\u0303\u0307\u0338\u0327\u0328\u0304"
_SECONDARY = {mark: 0x10 + rank for rank, mark in enumerate(_ACCENTS + "\u0e4e\u0e4c\u0e47\u0e48\u0e49\u0e4a\u0e4b")}
_LATE_ACCENT = 0x0F + len(_ACCENTS)
_CAPITAL, _VARIANT = 0x10, 0x20
_COMMON = 0
_LEADING_VOWEL = re.compile(f"([{LEADING_VOWELS}])([{_CONSONANTS}])")
_LEVEL_END, _TEXT_END = b"\x01", b"\x00"


@lru_cache(maxsize=4096)  # the same names are sorted again and again
def sort_key(*texts: str) -> str:
    """Sorts as `ORDER BY a COLLATE "th-x-icu", b COLLATE ...` does, in ASCII, so that any database can compare it."""
    return _TEXT_END.join(map(_collation_key, map(normalise, texts))).hex()


def _collation_key(text: str) -> bytes:
    primary, secondary, tertiary = bytearray(), bytearray(), bytearray()
    after_ignored = False  # a mark on an ignored character is ignored with it
    for base, mark, case in _elements(_LEADING_VOWEL.sub(r"\2\1", text)):
        if base:
            primary += base
        elif mark == _COMMON or after_ignored:
            after_ignored = True
            continue
        after_ignored = False
        secondary.append(mark)
        tertiary.append(case)
    levels = bytes(primary), _without_common(secondary), _without_common(tertiary), _code_points(text)
    return _LEVEL_END.join(levels)


def _elements(text: str) -> Iterable[tuple[bytes, int, int]]:
    """Per character: the weight of its base letter, of its mark, and of its case. All empty: ignored."""
    for char in text:
        if char in _PRIMARY:
            yield bytes([_PRIMARY[char]]), _COMMON, _COMMON
        elif char in _SECONDARY:
            yield b"", _SECONDARY[char], _COMMON
        else:
            yield from _rare_elements(char)


def _rare_elements(char: str) -> Iterable[tuple[bytes, int, int]]:
    category = unicodedata.category(char)
    if category[0] in "PZC" or char in "ฯๆ":
        yield b"", _COMMON, _COMMON
    elif char == "ๅ":
        yield bytes([_PRIMARY["า"]]), _COMMON, _VARIANT
    elif char.lower() in _PRIMARY:
        yield bytes([_PRIMARY[char.lower()]]), _COMMON, _CAPITAL
    elif (digit := unicodedata.decimal(char, None)) is not None:
        yield bytes([_PRIMARY[str(digit)]]), _COMMON, _COMMON
    elif (parts := unicodedata.normalize("NFKD", char)) != char:
        variant = _COMMON if unicodedata.normalize("NFD", char) == parts else _VARIANT
        yield from ((base, mark, case | variant) for base, mark, case in _elements(parts))
    elif category[0] == "M":
        yield b"", _LATE_ACCENT, _COMMON
    else:
        lead = _OTHER_SYMBOL if category[0] in "SN" else _OTHER_LETTER
        yield bytes([lead]) + ord(char).to_bytes(3, "big"), _COMMON, _COMMON


def _without_common(weights: bytearray) -> bytes:
    """Runs of the common weight shrink to one byte, the longer the lower, so that the order stays."""
    out, run = bytearray(), 0
    for weight in weights:
        if weight == _COMMON:
            run += 1
            continue
        out += b"\x02" * (run // 250) + bytes([0xFF - run % 250, weight])
        run = 0
    return bytes(out)


def _code_points(text: str) -> bytes:
    """In code point order like UTF-8, but with one byte for a Thai letter."""
    out = bytearray()
    for code in map(ord, text):
        if code < 0x80:
            out.append(code)
        elif 0xE00 <= code < 0xE60:
            out.append(0x81 + code - 0xE00)
        else:
            out += (b"\x80" if code < 0xE00 else b"\xf0") + code.to_bytes(3, "big")
    return bytes(out)


# --- Calendar ---------------------------------------------------------------------------------------------
MONTHS = (
    "มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน",
    "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม",
)  # fmt: skip
SHORT_MONTHS = (
    "ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.",
)  # fmt: skip
SHORT_WEEKDAYS = ("จ.", "อ.", "พ.", "พฤ.", "ศ.", "ส.", "อา.")
WEEKDAYS = ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์")
DateStyle = Literal["medium", "long", "full", "short"]

_MONTH_NUMBERS = {
    name.replace(".", ""): number for names in (MONTHS, SHORT_MONTHS) for number, name in enumerate(names, 1)
}
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NUMERIC_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_WRITTEN_DATE = re.compile(r"(?:วัน\S*?ที่ ?)?(\d{1,2}) ?([ก-๎][ก-๎.]*?) ?(?:พ\.?ศ\.? ?)?(\d{4})")


def now_local() -> datetime:
    return datetime.now(BANGKOK)


def local_date(moment: date | datetime) -> date:
    """The calendar day in Thailand; a naive datetime is taken as Thai time already."""
    if not isinstance(moment, datetime):
        return moment
    return (moment.astimezone(BANGKOK) if moment.tzinfo else moment).date()


def year_from_typed(year: int) -> int:
    """The Christian Era year: 2400 or more is Buddhist Era."""
    return year - BUDDHIST_ERA if year >= 2400 else year


def fiscal_year(moment: date | datetime) -> int:
    """In Buddhist Era. It begins on 1 October and is named by the year in which it ends."""
    day = local_date(moment)
    return day.year + BUDDHIST_ERA + (day.month >= 10)


def fiscal_year_bounds(year_be: int) -> tuple[date, date]:
    """First and last day, both inside."""
    year = year_be - BUDDHIST_ERA
    return date(year - 1, 10, 1), date(year, 9, 30)


def fiscal_year_span(year_be: int) -> tuple[datetime, datetime]:
    """For filtering moments: from the first (inside) to the second (outside)."""
    first, last = fiscal_year_bounds(year_be)
    return datetime.combine(first, time(), BANGKOK), datetime.combine(last + timedelta(days=1), time(), BANGKOK)


def format_date(moment: date | datetime, style: DateStyle = "medium") -> str:
    day = local_date(moment)
    year = day.year + BUDDHIST_ERA
    match style:
        case "short":
            return f"{day.day}/{day.month}/{year % 100:02}"
        case "long":
            return f"{day.day} {MONTHS[day.month - 1]} {year}"
        case "full":
            return f"วัน{WEEKDAYS[day.weekday()]}ที่ {day.day} {MONTHS[day.month - 1]} พ.ศ. {year}"
        case _:
            return f"{day.day} {SHORT_MONTHS[day.month - 1]} {year}"


def format_time(moment: datetime | time) -> str:
    if isinstance(moment, datetime) and moment.tzinfo:
        moment = moment.astimezone(BANGKOK)
    return f"{moment:%H.%M} น."


def format_span(start: datetime, end: datetime) -> str:
    """13.30–16.00 น.; an end on another day carries its date."""
    if local_date(start) != local_date(end):
        return f"{format_time(start)} ถึง {format_date(end)} {format_time(end)}"
    return f"{start.astimezone(BANGKOK):%H.%M}–{format_time(end)}"


def format_length(seconds: int) -> str:
    """2 ชั่วโมง 24 นาที; seconds only of what is shorter than a minute."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours:,} ชั่วโมง"] * bool(hours) + [f"{minutes} นาที"] * bool(minutes)
    return " ".join(parts) or f"{rest} วินาที"


def format_size(size: int) -> str:
    """Of a file: 310 กิโลไบต์, 3.4 เมกะไบต์."""
    if size < 1024:
        return f"{size} ไบต์"
    if size < 1024 * 1000:
        return f"{round(size / 1024)} กิโลไบต์"
    return f"{size / 1024**2:.1f}".removesuffix(".0") + " เมกะไบต์"


def parse_thai_date(text: str) -> date:
    """Day, month, year as people write them in Thai, or ISO. Raises ValueError where there is no such day."""
    if len(text) > 80:
        raise ValueError("too long for a date")
    text = " ".join(to_arabic_digits(normalise(text)).split())
    if iso := _ISO_DATE.fullmatch(text):
        year, month, day = map(int, iso.groups())
    elif numeric := _NUMERIC_DATE.fullmatch(text):
        day, month, year = map(int, numeric.groups())
    elif written := _WRITTEN_DATE.fullmatch(text):
        day, month, year = int(written[1]), _month_number(written[2]), int(written[3])
    else:
        raise ValueError(f"not a date: {text[:40]!r}")
    return date(year_from_typed(year), month, day)


def _month_number(name: str) -> int:
    try:
        return _MONTH_NUMBERS[name.replace(".", "")]
    except KeyError:
        raise ValueError(f"not a month: {name[:40]!r}") from None
