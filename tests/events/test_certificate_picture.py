"""Thai as it stands on the paper: glyph by glyph where HarfBuzz puts it, and as ink pixel by pixel."""

import io
import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from django.utils import timezone
from PIL import Image, ImageChops, ImageStat

from events.certificates import render_pdf, render_png, render_svg, wording
from events.certificates.document import FONTS, compiled
from events.certificates.wording import duration, formal, unbroken
from events.models import Certificate
from tests.events import glyphs

SAMPLE = "น้ำ ที่ ปู่ ญู ฐู กู้ยืม ปั๊ม ญี่ปุ่น"
# Pieces of ink of each word: letters, and marks that touch neither the letter nor each other. Only mai han-akat leans
# on the stem of ป, as Sarabun draws it.
PIECES = {"น้ำ": 4, "ที่": 3, "ปู่": 3, "ญู": 2, "ฐู": 2, "กู้ยืม": 6, "ปั๊ม": 3, "ญี่ปุ่น": 8}
VOWELS_ABOVE, TONES = ("0E31", "0E34", "0E35", "0E36", "0E37", "0E47"), ("0E48", "0E49", "0E4A", "0E4B", "0E4C")
NAME, TOPIC, TEXT = ("Bold", 31), ("Bold", 18), ("Regular", 15.5)  # weight and size in points, before anything shrinks
PPI = 300


def make(**fields) -> Certificate:
    return Certificate(
        **{
            "fiscal_year": 2570,
            "number": 127,
            "code": "7Q4KM2ND8XYZ",
            "name": "นางสาวมะลิวัลย์ ทิพย์อักษร",
            "group_name": "6 สารบรรณ",
            "topic": "ระบบสารบรรณอิเล็กทรอนิกส์: 7 จุดที่มักพลาดและวิธีแก้",
            "hours": Decimal("3.0"),
            "mode_text": "ผ่านระบบวีดิทัศน์ทางไกล",
            "given_on": date(2026, 4, 30),
            "signatory_name": "นายอรุณ ศิลาขาว",
            "signatory_position": "ที่ปรึกษากลุ่มชุมชนนักปฏิบัติ",
            **fields,
        }
    )


# --- Glyphs and positions ---
@pytest.fixture(scope="module")
def sample() -> Certificate:
    return make(name=SAMPLE, topic=SAMPLE, group_name=SAMPLE)


def off(certificate: Certificate, *, fonts: Path = FONTS) -> dict[str, list[str]]:
    """What differs from HarfBuzz, in the name, in the topic, and in the running text."""
    words, svg = wording(certificate), render_svg(certificate, fonts=fonts)
    lines = {"name": (words.name, NAME), "topic": (words.topic, TOPIC), "part": (words.part, TEXT)}
    return {
        name: glyphs.differences(text, glyphs.placed(svg, style=style, size=size), style=style, size=size)
        for name, (text, (style, size)) in lines.items()
    }


def test_the_sample_words_stand_where_harfbuzz_puts_them(sample) -> None:
    assert off(sample) == {"name": [], "topic": [], "part": []}


@pytest.mark.parametrize(
    "text",
    [
        "ว่าที่ร้อยตรีหญิงฐิติกุล ญาณวุฒิ",
        "กตัญญูต่อแผ่นดิน ปฏิบัติหน้าที่ ณ ศาลากลาง",
        "ฎีกา ฏุ ฎุ ป่า ฝ้าย ฟื้น ป้ำ ฬุ ฤๅ",
        "เชิญ ใต้ ไม้ เก้าอี้ เกี๊ยว",
    ],
)
def test_other_words_do_too(text) -> None:
    assert off(make(name=text, topic=text, group_name=text)) == {"name": [], "topic": [], "part": []}


def test_the_comparison_notices_a_font_that_cannot_place_marks(sample, tmp_path) -> None:
    found = off(sample, fonts=glyphs.without_table(tmp_path / "fonts", b"GPOS"))
    assert [bool(problems) for problems in found.values()] == [True, True, True]
    assert any("is off by" in problem for problem in found["name"])


def test_the_comparison_notices_a_font_that_cannot_change_shapes(sample, tmp_path) -> None:
    found = off(sample, fonts=glyphs.without_table(tmp_path / "fonts", b"GSUB"))
    assert [bool(problems) for problems in found.values()] == [True, True, True]


@pytest.mark.parametrize(("letter", "below"), [("ญ", "ู"), ("ญ", "ุ"), ("ฐ", "ู"), ("ฐ", "ุ")])
@pytest.mark.parametrize("style", ["Regular", "Bold"])
def test_the_foot_of_the_letter_goes_when_a_vowel_stands_below(letter, below, style) -> None:
    alone = glyphs.shape(letter, style=style, size=1000)
    together = glyphs.shape(letter + below, style=style, size=1000)
    assert together[0].number != alone[0].number
    assert glyphs.box_of(alone, style=style, size=1000)[3] > 100  # units below the line
    assert glyphs.box_of(together[:1], style=style, size=1000)[3] < 20


# --- Ink ---
@dataclass(frozen=True)
class Word:
    picture: Image.Image  # cut out of the page with a little paper around it
    glyphs: list[glyphs.Glyph]
    box: tuple[float, float, float, float]  # where its ink ought to be, in points


def words_of(certificate: Certificate, *, fonts: Path = FONTS) -> dict[str, Word]:
    """Each word of the name, as a page made with `fonts` shows it where the right font would put it."""
    style, size = NAME
    shaped = glyphs.shape(certificate.name, style=style, size=size)
    line = glyphs.placed(render_svg(certificate), style=style, size=size)
    page = Image.open(io.BytesIO(compiled(certificate, "png", fonts=fonts, ppi=PPI)))
    words, start = {}, 0
    for word in certificate.name.split(" "):
        parts = [have for have, want in zip(line, shaped, strict=True) if start <= want.cluster < start + len(word)]
        start += len(word) + 1
        left, top, right, bottom = box = glyphs.box_of(parts, style=style, size=size)
        edges = (left - 2, top - 2, right + 2, bottom + 2)
        words[word] = Word(page.crop(tuple(round(edge * PPI / 72) for edge in edges)), parts, box)
    return words


def test_no_mark_touches_another(sample) -> None:
    assert {text: glyphs.blobs(word.picture) for text, word in words_of(sample).items()} == PIECES


def test_the_ink_notices_a_font_that_cannot_change_shapes(sample, tmp_path) -> None:
    stripped = glyphs.without_table(tmp_path / "fonts", b"GSUB")
    assert {text: glyphs.blobs(word.picture) for text, word in words_of(sample, fonts=stripped).items()} != PIECES


def test_the_ink_notices_a_font_that_cannot_place_marks(sample, tmp_path) -> None:
    stripped = words_of(sample, fonts=glyphs.without_table(tmp_path / "fonts", b"GPOS"))
    same = [
        text for text, word in words_of(sample).items() if word.picture.tobytes() == stripped[text].picture.tobytes()
    ]
    assert same == []


def test_tone_marks_stand_clear_above_the_vowels(sample) -> None:
    style, size = NAME
    gaps = {}
    for text, word in words_of(sample).items():
        for below, above in pairwise(word.glyphs):
            names = [glyphs.font(style).glyph_to_string(one.number) for one in (below, above)]
            if names[0][3:7] in VOWELS_ABOVE and names[1][3:7] in TONES:
                tops, bottoms = (glyphs.box_of([one], style=style, size=size) for one in (below, above))
                gaps[f"{text} {names[1]}"] = round(tops[1] - bottoms[3], 1)
    assert sorted(text.split()[0] for text in gaps) == ["ญี่ปุ่น", "ที่", "ปั๊ม"]
    assert min(gaps.values()) > 1  # points


def test_nothing_is_cut_off(sample) -> None:
    found, wanted = {}, {}
    for text, word in words_of(sample).items():
        left, top, right, bottom = word.box
        wanted[text] = [2.0, right - left, bottom - top]
        box = glyphs.ink_box(word.picture)
        assert box is not None
        edges = [edge * 72 / PPI for edge in box]
        found[text] = [edges[0], edges[2] - edges[0], edges[3] - edges[1]]
    assert found == {text: pytest.approx(values, abs=0.6) for text, values in wanted.items()}


# --- Words ---
@pytest.mark.parametrize(
    ("typed", "formal_text"),
    [
        ("7 จุด ปี 2569", "๗ จุด ปี ๒๕๖๙"),
        ("PMQA 4.0 และ ISO9001:2015", "PMQA ๔.๐ และ ISO9001:2015"),
        ("COVID-19 ระยะที่3", "COVID-19 ระยะที่๓"),
        ("ดูที่ https://example.go.th/12 ข้อ 5ส", "ดูที่ https://example.go.th/12 ข้อ ๕ส"),
        ("ยินดี 🎉 ด้วย\u200b", "ยินดี ด้วย"),
        ("เเผน นํ้า", "แผน น้ำ"),
    ],
)
def test_thai_numerals_but_for_codes(typed, formal_text) -> None:
    assert formal(typed) == formal_text


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        ("3.0", "จำนวน ๓ ชั่วโมง"), ("2.5", "จำนวน ๒ ชั่วโมง ๓๐ นาที"), ("0.5", "จำนวน ๓๐ นาที"), ("0", ""),
        ("12", "จำนวน ๑๒ ชั่วโมง"),
    ],
)  # fmt: skip
def test_hours_and_minutes(hours, text) -> None:
    assert duration(Decimal(hours)) == text


def test_repetition_and_abbreviation_hold_on_to_their_word() -> None:
    assert unbroken("ต่าง ๆ นานาๆ กรุงเทพฯ ฯลฯ") == "ต่าง\u00a0\u2060ๆ นานา\u2060ๆ กรุงเทพ\u2060ฯ ฯ\u2060ล\u2060ฯ"


def test_what_stands_on_it() -> None:
    words = wording(make())
    assert (words.part, words.time, words.topic, words.given, words.serial, words.code) == (
        "ได้เข้าร่วมกิจกรรมแลกเปลี่ยนเรียนรู้ชุมชนนักปฏิบัติ กลุ่ม\u00a0๖ สารบรรณ",
        "จำนวน ๓ ชั่วโมง ผ่านระบบวีดิทัศน์ทางไกล",
        "เรื่อง\u00a0ระบบสารบรรณอิเล็กทรอนิกส์: ๗ จุดที่มักพลาดและวิธีแก้",
        "ให้ไว้ ณ วันที่ ๓๐ เมษายน พุทธศักราช ๒๕๖๙",
        "KM ๑๒๗/๒๕๗๐",
        "7Q4K-M2ND-8XYZ",
    )
    assert words.address.endswith("/certificates/7Q4K-M2ND-8XYZ/")


# --- The page ---
LONG_TOPIC = (
    "การบริหารจัดการพัสดุภาครัฐตามพระราชบัญญัติการจัดซื้อจัดจ้าง พ.ศ. 2560 ข้อหารือต่าง ๆ และแนวปฏิบัติที่ดีของจังหวัดต่าง ๆ ในการใช้ระบบ e-GP"
    " กรณีศึกษา ISO9001:2015 และการเตรียมรับการตรวจสอบจากสำนักงานการตรวจเงินแผ่นดิน"
)[:200].ljust(200, "ก")
LONG_NAME = ("หม่อมหลวงปิยะภัสร์ธนกฤตอัครเดโชชัย " + "วัฒนานนท์สิริกุลพงษ์พิพัฒน์ศิริวัฒนธรรมรุ่งเรืองกิจเจริญพาณิชย์มหาทรัพย์อนันต์")[:100]
LONGEST = [
    {"topic": LONG_TOPIC, "name": LONG_NAME},
    {"topic": "ก" * 200, "name": "ข" * 250, "group_name": "ค" * 200},
    {"signatory_name": "ง" * 150, "signatory_position": "ปลัดกระทรวงมหาดไทย " * 10, "topic": LONG_TOPIC},
]


@pytest.mark.parametrize("fields", LONGEST)
def test_nothing_leaves_the_frame_however_long(fields) -> None:
    """Between the gold line and the navy band there is nothing dark, and all is on one page."""
    certificate = make(**fields)
    page = Image.open(io.BytesIO(render_png(certificate, ppi=100))).convert("L")
    per_mm = 100 / 25.4
    width, height = page.size
    near, far = 11.2 * per_mm, 12.4 * per_mm  # millimetres from the edge of the paper
    strips = [
        (near, near, far, height - near), (width - far, near, width - near, height - near),
        (near, near, width - near, far), (near, height - far, width - near, height - near),
    ]  # fmt: skip
    assert [page.crop(tuple(map(round, strip))).getextrema()[0] > 170 for strip in strips] == [True] * 4
    assert pages(render_pdf(certificate)) == 1


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


def test_no_line_begins_with_a_repetition_mark_at_any_width() -> None:
    style, size = TOPIC
    mark = glyphs.shape("ๆ", style=style, size=size)[0].number
    for extra in range(24):
        svg = render_svg(
            make(topic="ก" * extra + " งานต่าง ๆ เรื่องอื่น ๆ ที่เกี่ยวข้องกับจังหวัดต่าง ๆ และหน่วยงานต่าง ๆ ในพื้นที่เพื่อประโยชน์ต่าง ๆ")
        )
        line = glyphs.placed(svg, style=style, size=size)
        begins = [here.number for before, here in pairwise(line) if here.x < before.x - 40]
        assert len(begins) == 1
        assert mark not in begins


@pytest.mark.parametrize(
    "text", ["#strong[x]", "$a$ *b* _c_", "@ref <label> // x", "#(x + y)", '"}] #image("certificate.typ")', "\\u{41}"]
)
def test_what_people_type_is_never_read_as_typst(text) -> None:
    assert wording(make(topic=text)).topic == f"เรื่อง\u00a0{text}"
    style, size = TOPIC
    found = glyphs.placed(render_svg(make(topic=text)), style=style, size=size)
    wanted = glyphs.shape(text, style=style, size=size)
    assert [one.number for one in found[-len(wanted) :]] == [one.number for one in wanted]


@pytest.mark.parametrize("text", ["漢字", "ก", "", " "])
def test_a_sign_that_is_in_no_font_stops_nobody(text) -> None:
    assert render_pdf(make(topic=text, signatory_name="", signatory_position="")).startswith(b"%PDF-")


def test_the_file_says_what_it_is_and_is_always_the_same() -> None:
    certificate = make(issued_at=timezone.now())
    pdf = render_pdf(certificate)
    assert pdf == render_pdf(certificate)
    assert [mark in pdf for mark in (b"/Lang(th-TH)", b"/MarkInfo", b"pdfaid:part>3<", b"pdfaid:conformance>A<")] == [
        True
    ] * 4
    assert "เกียรติบัตร เลขที่ KM ๑๒๗/๒๕๗๐ นางสาวมะลิวัลย์ ทิพย์อักษร" in pdf.decode("latin-1").encode("latin-1").decode(
        "utf-8", "ignore"
    )


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="poppler is not installed")
def test_another_program_opens_it_and_shows_the_same_picture(tmp_path) -> None:
    (tmp_path / "a.pdf").write_bytes(render_pdf(make()))
    subprocess.run(["pdftoppm", "-r", "72", "-png", "a.pdf", "a"], cwd=tmp_path, check=True, capture_output=True)
    theirs = Image.open(next(tmp_path.glob("a*.png")))
    ours = Image.open(io.BytesIO(render_png(make(), ppi=72)))
    small = [
        page.convert("L").resize((210, 148), Image.Resampling.BOX) for page in (ours, theirs)
    ]  # smooths edges away
    assert ImageStat.Stat(ImageChops.difference(*small)).mean[0] < 3  # of 255
