"""Which documents are taken, what is refused and why, and what becomes of their names."""

import contextlib
import io
import re
import tracemalloc
import unicodedata
import zipfile
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core import documents, thai
from core.documents import CONTENT_TYPES, clean_document, clean_name
from core.spreadsheets import write_xlsx
from tests.core.test_uploads import encoded, picture, png_bomb

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"
OFFICE = {"DOCX": "word/document.xml", "XLSX": "xl/workbook.xml", "PPTX": "ppt/presentation.xml"}
OPEN_DOCUMENT = ["ODT", "ODS", "ODP"]
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"


def package(*parts: tuple[str, str | bytes], compress: bool = True) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED) as archive:
        for name, content in parts:
            how = zipfile.ZIP_STORED if name == "mimetype" else None
            archive.writestr(name, content, compress_type=how)
    return out.getvalue()


def office(kind: str = "DOCX", *more: tuple[str, str | bytes], types: str = "", main: str = "<w:document/>") -> bytes:
    part = OFFICE[kind]
    stated = f'<Override PartName="/{part}" ContentType="{CONTENT_TYPES[kind]}.main+xml"/>'
    return package(
        ("[Content_Types].xml", f'<?xml version="1.0"?><Types>{types or stated}</Types>'),
        ("_rels/.rels", f'<Relationships><Relationship Id="a" Type="{RELATION}" Target="{part}"/></Relationships>'),
        (part, main),
        *more,
    )


def open_document(kind: str = "ODT", *more: tuple[str, str | bytes], manifest: str = "<manifest/>") -> bytes:
    return package(
        ("mimetype", CONTENT_TYPES[kind]),
        ("content.xml", '<?xml version="1.0"?><office/>'),
        ("META-INF/manifest.xml", manifest),
        *more,
    )


def old_office(*streams: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000) + b"".join(name.encode("utf-16-le") for name in streams)


def taken(content: bytes, name: str = "เอกสาร.bin") -> documents.CleanDocument:
    return clean_document(SimpleUploadedFile(name, content, content_type="application/octet-stream"))


def refusal(content: bytes, name: str = "เอกสาร.pdf") -> str:
    with pytest.raises(ValidationError) as refused:
        taken(content, name)
    return refused.value.messages[0]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "PDF"),
        (b"\xef\xbb\xbf\n" + PDF, "PDF"),
        *[(office(kind), kind) for kind in OFFICE],
        (write_xlsx(["ชื่อ"], [["ก"]]), "XLSX"),
        (office(types=f'<Default Extension="xml" ContentType="{CONTENT_TYPES["DOCX"]}.main+xml"/>'), "DOCX"),
        (office("DOCX", ("word/embeddings/oleObject1.bin", b"\0"), ("word/media/image1.svg", "<svg/>")), "DOCX"),
        *[(open_document(kind), kind) for kind in OPEN_DOCUMENT],
        (open_document("ODT", ("Basic/script-lc.xml", "<a/>")), "ODT"),
    ],
)
def test_the_content_decides_the_kind_and_is_stored_as_it_is(content: bytes, kind: str) -> None:
    document = taken(content, "ที่ประชุม น้ำ.exe")
    assert (document.kind, document.size) == (kind, len(content))
    assert document.original_name == f"ที่ประชุม น้ำ.{kind.lower()}"
    assert re.fullmatch(rf"[0-9a-f]{{32}}\.{kind.lower()}", document.content.name or "")
    stored = default_storage.save(f"events/{document.content.name}", document.content)
    assert Path(default_storage.path(stored)).read_bytes() == content


def test_a_large_upload_in_a_file_of_its_own_is_stored_whole(tmp_path: Path) -> None:
    upload = TemporaryUploadedFile("แผน.docx", "application/pdf", 0, None)
    content = PDF[:-6] + b"\0" * 5_000_000 + b"%%EOF\n"
    upload.write(content)
    upload.size = len(content)
    document = clean_document(upload)
    assert (document.kind, document.size, document.original_name) == ("PDF", len(content), "แผน.pdf")
    assert default_storage.size(default_storage.save("a.pdf", document.content)) == len(content)
    upload.close()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_drawn_anew_without_metadata(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 3  # taken upside down
    exif[0x010F] = "SECRETCAMERA"
    source = encoded(picture(), kind, exif=exif, icc_profile=b"SECRETCAMERA" * 20, comment=b"SECRETCAMERA")
    document = taken(source + b"<?php SECRETCAMERA ?>", "ภาพ.jpeg")
    content = document.content.read()
    image = Image.open(io.BytesIO(content))
    assert (document.kind, image.format, image.size) == (kind.replace("JPEG", "JPG"), kind, (640, 480))
    assert (b"SECRETCAMERA" in content, document.size, dict(image.getexif())) == (False, len(content), {})
    red, _, blue = image.convert("RGB").getpixel((320, 20))
    assert blue > red  # the lower half of the upside-down picture


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "P"), ("PNG", "1"), ("PNG", "RGBA"), ("PNG", "I;16")]
)
def test_every_colour_mode_is_taken(kind: str, mode: str) -> None:
    image = Image.new("I;16", (64, 64), 30_000) if mode == "I;16" else picture(mode=mode)
    assert taken(encoded(image, kind)).kind == kind.replace("JPEG", "JPG")


def test_a_very_large_picture_becomes_smaller_and_keeps_what_is_transparent() -> None:
    assert Image.open(taken(encoded(picture(6000, 300))).content).size == (5000, 250)
    image = Image.open(taken(encoded(Image.new("RGBA", (6000, 30), (255, 0, 0, 0)), "PNG")).content)
    assert (image.size, image.getpixel((9, 9))[3]) == ((5000, 25), 0)


@pytest.mark.parametrize(
    "content",
    [
        b"x",
        b"<html><script>alert(1)</script></html>",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"<!doctype html>" + PDF,
        b"MZ\x90\x00" + bytes(200),
        b"#!/bin/sh\nrm -rf /",
        b"GIF89a" + bytes(50),
        b"RIFF\x24\0\0\0WAVEfmt ",
        "ข้อความ".encode(),
        b"{\\rtf1\\ansi}",
        office(types='<Override PartName="/word/document.xml" ContentType="application/xml"/>'),
        office(
            types=f'<Override PartName="/word/document.xml" ContentType="{CONTENT_TYPES["DOCX"]}.main+xml"/>'
            f'<Override PartName="/x.xml" ContentType="{CONTENT_TYPES["XLSX"]}.main+xml"/>'
        ),
        office(types=f'<Override ContentType="{CONTENT_TYPES["DOCX"].replace("document.w", "x")}.template.main+xml"/>'),
        package(("mimetype", "application/epub+zip"), ("content.xml", "<a/>")),
    ],
)
def test_what_is_no_document_is_refused(content: bytes) -> None:
    assert refusal(content) == documents.WRONG_TYPE


@pytest.mark.parametrize(
    "content",
    [
        package(("แผน.pdf", PDF)),
        package(("word/document.xml", "<a/>")),
        package(("META-INF/MANIFEST.MF", "Main-Class: Evil")),
        package(),
        b"Rar!\x1a\x07\x00",
        b"7z\xbc\xaf\x27\x1c",
        b"\x1f\x8b\x08\x00",
    ],
)
def test_an_archive_is_refused(content: bytes) -> None:
    assert refusal(content, "แผน.docx") == documents.ARCHIVE


@pytest.mark.parametrize(
    "content",
    [
        office("DOCX", ("word/vbaProject.bin", b"\0")),
        office("XLSX", ("xl/VBAProject.bin", b"\0")),
        office("XLSX", ("xl/macrosheets/sheet1.xml", "<a/>")),
        office("PPTX", ("ppt/activeX/activeX1.bin", b"\0")),
        office("DOCX", ("word/media/evil.exe", b"MZ")),
        office(types='<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'),
        open_document("ODT", ("Basic/Standard/Module1.xml", "<a/>")),
        open_document("ODS", ("Scripts/python/evil.py", "1")),
    ],
)
def test_what_could_act_is_refused(content: bytes) -> None:
    assert refusal(content, "แผน.docx") == documents.MACROS


def test_old_and_locked_office_files_are_told_apart() -> None:
    assert refusal(old_office("WordDocument"), "แผน.docx") == documents.OLD_OFFICE
    assert refusal(old_office("EncryptionInfo", "EncryptedPackage"), "แผน.docx") == documents.LOCKED
    manifest = "<manifest><manifest:encryption-data/></manifest>"
    assert refusal(open_document(manifest=manifest)) == documents.LOCKED
    content = bytearray(office())
    for place in [m.start() for m in re.finditer(b"PK\x01\x02", content)]:
        content[place + 8] |= 1
    assert refusal(bytes(content)) == documents.LOCKED


@pytest.mark.parametrize(
    "content",
    [
        office("XLSX", ("xl/worksheets/sheet1.xml", b"\0" * 60_000_000)),
        office("DOCX", *((f"word/{number}", b"") for number in range(5001))),
        office(types="<a/>" * 1_000_000),
    ],
)
def test_a_bomb_is_refused_before_it_is_unfolded(content: bytes) -> None:
    tracemalloc.start()
    assert refusal(content) == documents.TOO_MUCH
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12_000_000


def test_parts_that_lie_upon_each_other_are_a_bomb() -> None:
    """The directory names one stretch of the file many times."""
    body = office("DOCX", ("word/a.xml", "<a/>" * 100_000))
    out = io.BytesIO(body)
    with zipfile.ZipFile(out, "a") as archive:
        part = archive.getinfo("word/a.xml")
        archive.filelist += [part] * 100
        archive._didModify = True
    assert refusal(out.getvalue()) == documents.TOO_MUCH


def test_a_picture_bomb_is_refused() -> None:
    assert refusal(png_bomb(8000, 8000)) == "ภาพมีขนาด 8,000 × 8,000 พิกเซล ซึ่งใหญ่เกินไป กรุณาย่อภาพก่อนส่ง"


@pytest.mark.parametrize(
    "content",
    [
        PDF[: len(PDF) // 2],
        PDF + bytes(50_000),
        office()[:-30],
        b"PK\x03\x04 broken",
        office(main="MZ not xml"),
        open_document()[: len(open_document()) // 2],
        package(("mimetype", CONTENT_TYPES["ODT"]), ("META-INF/manifest.xml", "<a/>")),
        package(
            ("[Content_Types].xml", f'<Types ContentType="{CONTENT_TYPES["DOCX"]}.main+xml"/>'),
            ("word/document.xml", "<a/>"),
        ),
        office("DOCX", ("../../etc/passwd", "a")),
        office("DOCX", ("/etc/passwd", "a")),
    ],
)
def test_what_is_broken_is_refused(content: bytes) -> None:
    assert refusal(content) == documents.BROKEN


def test_a_part_that_was_altered_is_noticed() -> None:
    content = bytearray(office("DOCX", ("word/media/image1.png", encoded(picture(), "PNG"))))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        content[archive.getinfo("word/media/image1.png").header_offset + 100] ^= 0xFF
    assert refusal(bytes(content)) == documents.BROKEN


@pytest.mark.parametrize("damage", range(12))
def test_a_damaged_package_is_a_document_or_a_refusal(damage: int) -> None:
    for source in (office("XLSX"), open_document("ODP"), write_xlsx(["ก"], [["ข"]])):
        content = bytearray(source)
        for place in range(4 + damage, len(content), 13):
            content[place] ^= 0xA5
        with contextlib.suppress(ValidationError):
            taken(bytes(content))


def test_size_has_limits() -> None:
    assert refusal(b"") == "ไฟล์นี้ว่างเปล่า กรุณาเลือกไฟล์อื่น"
    assert refusal(PDF + bytes(20 * 1024 * 1024)) == "ไฟล์มีขนาดเกิน 20 เมกะไบต์ กรุณาเลือกไฟล์ที่เล็กกว่านี้"


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("คู่มือ.pdf", "คู่มือ.pdf"),
        ("คู่มือ.PDF", "คู่มือ.pdf"),
        ("คู่มือ", "คู่มือ.pdf"),
        ("คู่มือ.docx", "คู่มือ.pdf"),
        ("คู่มือ.pdf.exe", "คู่มือ.pdf"),
        ("คู่มือ.exe.pdf", "คู่มือ.pdf"),
        ("ครั้งที่ 3.2570", "ครั้งที่ 3.2570.pdf"),
        ("แผน พ.ศ. 2570.pdf", "แผน พ.ศ. 2570.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\ปลัด\\แผน.pdf", "แผน.pdf"),
        ("น้ำ ที่ ปู่ ญู ฐู กู้ยืม ปั๊ม ญี่ปุ่น.pdf", "น้ำ ที่ ปู่ ญู ฐู กู้ยืม ปั๊ม ญี่ปุ่น.pdf"),
        ("แผน\u202efdp.exe", "แผนfdp.pdf"),
        ("แผน\u200b\u2066\u061c\ufeff.pdf", "แผน.pdf"),
        ("แผน\r\nSet-Cookie: a=b.pdf", "แผน Set-Cookie a=b.pdf"),
        ('แ"ผ<น>|?*.pdf', "แ ผ น.pdf"),
        ("a\x00b\x1b.pdf", "ab.pdf"),
        ("เ\x00เผน.pdf", "แผน.pdf"),
        ("ป\uf70aา 2570.pdf", "ป่า 2570.pdf"),  # a mark as old fonts have it
        ("...", "เอกสาร.pdf"),
        (".pdf", "เอกสาร.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("", "เอกสาร.pdf"),
        ("ก" * 119 + "ที่" + "ข" * 300 + ".pdf", "ก" * 119 + ".pdf"),
        ("ก" * 119 + "เเกง" * 10 + ".pdf", "ก" * 119 + ".pdf"),
        ("ก" * 119 + "นำ" + ".pdf", "ก" * 119 + ".pdf"),
    ],
)
def test_names(name: str, clean: str) -> None:
    assert clean_name(name, "PDF") == clean


@given(st.text(max_size=400))
def test_any_name_becomes_a_safe_one(name: str) -> None:
    clean = clean_name(name, "DOCX")
    assert clean_name(clean, "DOCX") == clean
    assert clean.endswith(".docx")
    assert 6 <= len(clean) <= documents.LONGEST_STEM + 5
    assert not set(clean) & set('/\\<>:"|?*')
    assert all(unicodedata.category(char)[0] != "C" for char in clean)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (1, "1 ไบต์"),
        (1023, "1023 ไบต์"),
        (317_440, "310 กิโลไบต์"),
        (1_023_900, "1000 กิโลไบต์"),
        (1_048_576, "1 เมกะไบต์"),
        (3_565_158, "3.4 เมกะไบต์"),
        (20 * 1024**2, "20 เมกะไบต์"),
    ],
)
def test_sizes_in_words(size: int, text: str) -> None:
    assert thai.format_size(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 วินาที"),
        (59, "59 วินาที"),
        (60, "1 นาที"),
        (3600, "1 ชั่วโมง"),
        (8659, "2 ชั่วโมง 24 นาที"),
    ],
)
def test_lengths_in_words(seconds: int, text: str) -> None:
    assert thai.format_length(seconds) == text
