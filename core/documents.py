"""Documents that people hand out. What is in the file decides its kind, not its name; what could act is refused."""

import re
import struct
import unicodedata
import uuid
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, cast

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from PIL import Image, ImageOps

from . import thai, uploads

DOCUMENT_BYTES = 20 * uploads.MEGABYTE
PARTS = 5000  # of one package
UNPACKED_BYTES = 250 * uploads.MEGABYTE
LISTS_BYTES = 2 * uploads.MEGABYTE
PACKED_TIGHTLY = 150  # a large table packs forty times; only repetition packs tighter
LONGEST_SIDE = 5000  # pixels; larger pictures are made smaller
LONGEST_STEM = 120  # characters of a name

CONTENT_TYPES = {
    "PDF": "application/pdf",
    "DOCX": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "XLSX": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "PPTX": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "ODT": "application/vnd.oasis.opendocument.text",
    "ODS": "application/vnd.oasis.opendocument.spreadsheet",
    "ODP": "application/vnd.oasis.opendocument.presentation",
    "JPG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
}
ACCEPTED = ",".join(f".{kind.lower()}" for kind in [*CONTENT_TYPES, "JPEG"])  # for the attribute of a file field

USE = "กรุณาใช้ PDF, Word (.docx), Excel (.xlsx), PowerPoint (.pptx), OpenDocument หรือภาพ JPG, PNG, WebP"
WRONG_TYPE = f"ชนิดไฟล์ไม่รองรับ {USE}"
ARCHIVE = f"ไฟล์บีบอัดเช่น ZIP ไม่รองรับ กรุณาส่งเอกสารทีละไฟล์ {USE}"
OLD_OFFICE = "ไฟล์ Office รุ่นเก่า (.doc .xls .ppt) ไม่รองรับ กรุณาเปิดไฟล์แล้วบันทึกเป็น .docx .xlsx .pptx หรือ PDF"
LOCKED = "ไฟล์นี้ตั้งรหัสผ่านไว้ ผู้อื่นจะเปิดไม่ได้ กรุณายกเลิกรหัสผ่านแล้วส่งใหม่"
MACROS = "ไฟล์ที่มีมาโครหรือโปรแกรมฝังอยู่ไม่รองรับ กรุณาบันทึกเป็น .docx .xlsx .pptx แบบไม่มีมาโคร หรือ PDF"
TOO_MUCH = "ไฟล์มีเนื้อหามากเกินไปเมื่อคลายออก กรุณาแบ่งเป็นหลายไฟล์หรือบันทึกเป็น PDF"
BROKEN = "เปิดไฟล์ไม่ได้ ไฟล์อาจเสียหายหรือส่งมาไม่ครบ กรุณาตรวจสอบไฟล์แล้วส่งใหม่"

_ZIP, _OLD_OFFICE, _IMAGE = (
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    re.compile(rb"\xff\xd8\xff|\x89PNG\r\n|RIFF....WEBP", re.S),
)
_ARCHIVES = (b"PK\x05\x06", b"PK\x07\x08", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_PDF_END = 4096  # bytes at the end among which %%EOF stands
_PACKAGE_ERRORS = (
    zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError, KeyError, OverflowError,
    NotImplementedError, RuntimeError, MemoryError,
)  # fmt: skip
# In a package of Office, the relation that leads to the part which the rest belongs to.
_MAIN_PART = re.compile(
    rb'<(?:\w+:)?Relationship\b(?=[^<>]*\bType="[^"<>]*/officeDocument")[^<>]*\bTarget="(?:\./|/)?([^"<>]+)"'
)
_ACTS = re.compile(
    r"vbaProject|vbaData|macrosheets/|activeX/|^Basic/.+(?<!script-lc\.xml)(?<!script-lb\.xml)$|^Scripts/."
    r"|\.(exe|dll|scr|com|bat|cmd|ps1|vbs?|js|jse|wsf|hta|jar|lnk|msi)$",
    re.IGNORECASE,
)
_IMAGE_KINDS = {"JPEG": "JPG", "MPO": "JPG", "PNG": "PNG", "WEBP": "WEBP"}
# Endings that say what a file is; any other is a part of its name, like the year in "ครั้งที่ 3.2570".
_ENDING = re.compile(
    r"\.(pdf|doc[xm]?|xls[xm]?|ppt[xm]?|pps[xm]?|dot[xm]?|od[tsp]|jpe?g|jpe|png|webp|csv|txt|rtf|gif|bmp|tiff?|zip|rar"
    r"|7z|html?|svg|xml|js|php|exe|scr|com|bat|cmd|msi|lnk|hta|vbs|ps1|jar|apk|bin|tmp)\s*$",
    re.IGNORECASE,
)
_NOT_IN_NAMES = re.compile(r'[<>:"|?*\\/]')


@dataclass(frozen=True)
class CleanDocument:
    content: File  # under a random name
    kind: str  # a key of CONTENT_TYPES
    size: int  # bytes
    original_name: str  # safe to show and to offer


def clean_document(file: File) -> CleanDocument:
    """ValidationError in Thai for whatever is not one of the kinds above, or is one that could do harm."""
    uploads.refuse_size(file, most=DOCUMENT_BYTES)
    file.seek(0)
    head = file.read(1024)
    content: File
    if _IMAGE.match(head):
        kind, content = _drawn_anew(file)
    else:
        kind = _package_kind(file) if head.startswith(_ZIP) else _other_kind(file, head)
        file.seek(0)
        content = File(file.file)
    content.name = f"{uuid.uuid4().hex}.{kind.lower()}"
    return CleanDocument(content, kind, content.size, clean_name(file.name or "", kind))


def _other_kind(file: File, head: bytes) -> str:
    if head.lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(b"%PDF-"):
        file.seek(max(0, file.size - _PDF_END))
        if b"%%EOF" not in file.read():
            raise ValidationError(BROKEN, code="broken")
        return "PDF"
    if head.startswith(_OLD_OFFICE):
        file.seek(0)
        is_locked = any(_ENCRYPTED_PACKAGE in block for block in file.chunks())
        raise ValidationError(LOCKED if is_locked else OLD_OFFICE, code="locked" if is_locked else "old_office")
    if head.startswith(_ARCHIVES):
        raise ValidationError(ARCHIVE, code="archive")
    raise ValidationError(WRONG_TYPE, code="wrong_type")


# --- Packages: Office and OpenDocument --------------------------------------------------------------------
def _package_kind(file: File) -> str:
    try:
        with zipfile.ZipFile(cast(IO[bytes], file.file)) as package:
            parts = package.infolist()
            _refuse_bomb(parts, file.size)
            _refuse_locked(package, parts)
            kind = _open_document(package) or _office(package)
            if package.testzip() is not None:
                raise ValidationError(BROKEN, code="broken")
            return kind
    except _PACKAGE_ERRORS as error:
        raise ValidationError(BROKEN, code="broken") from error


def _refuse_bomb(parts: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(part.file_size for part in parts)
    listed = any(  # parts that are read here as a whole
        part.file_size > LISTS_BYTES
        and part.filename in ("[Content_Types].xml", "_rels/.rels", "META-INF/manifest.xml")
        for part in parts
    )
    tight = any(
        part.file_size > uploads.MEGABYTE and part.file_size > PACKED_TIGHTLY * max(1, part.compress_size)
        for part in parts
    )
    shared = sum(part.compress_size for part in parts) > size  # parts that lie upon each other
    if len(parts) > PARTS or unpacked > UNPACKED_BYTES or tight or listed or shared:
        raise ValidationError(TOO_MUCH, code="too_much")


def _refuse_locked(package: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    names = {part.filename for part in parts}
    manifest = "META-INF/manifest.xml"
    if any(part.flag_bits & 0x1 for part in parts) or "encrypted-package" in names:
        raise ValidationError(LOCKED, code="locked")
    if "mimetype" in names and manifest in names and b"encryption-data" in package.read(manifest):
        raise ValidationError(LOCKED, code="locked")
    if any(name.startswith("/") or ".." in name.split("/") or "\\" in name for name in names):
        raise ValidationError(BROKEN, code="broken")


def _open_document(package: zipfile.ZipFile) -> str | None:
    """None where it does not say that it is one."""
    names = package.namelist()
    if names[:1] != ["mimetype"] or package.getinfo("mimetype").file_size > 100:
        return None
    stated = package.read("mimetype").decode("ascii", "replace").strip()
    kind = next((kind for kind, name in CONTENT_TYPES.items() if name == stated), None)
    if kind is None:
        raise ValidationError(WRONG_TYPE, code="wrong_type")
    if "content.xml" not in names or not _is_xml(package, "content.xml"):
        raise ValidationError(BROKEN, code="broken")
    _refuse_acting(names)
    return kind


def _office(package: zipfile.ZipFile) -> str:
    names = package.namelist()
    if "[Content_Types].xml" not in names:
        raise ValidationError(ARCHIVE, code="archive")
    types = package.read("[Content_Types].xml")
    if b"macroenabled" in types.lower() or b"vbaproject" in types.lower():
        raise ValidationError(MACROS, code="macros")
    _refuse_acting(names)
    kinds = [kind for kind, name in CONTENT_TYPES.items() if f'"{name}.main+xml"'.encode() in types]
    if len(kinds) != 1:
        raise ValidationError(WRONG_TYPE, code="wrong_type")
    mains = {part.decode() for part in _MAIN_PART.findall(package.read("_rels/.rels"))}
    if not mains or not all(part in names and _is_xml(package, part) for part in mains):
        raise ValidationError(BROKEN, code="broken")
    return kinds[0]


def _refuse_acting(names: list[str]) -> None:
    if any(_ACTS.search(name) for name in names):
        raise ValidationError(MACROS, code="macros")


def _is_xml(package: zipfile.ZipFile, part: str) -> bool:
    with package.open(part) as content:
        return content.read(200).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


# --- Pictures ---------------------------------------------------------------------------------------------
def _drawn_anew(file: File) -> tuple[str, ContentFile]:
    """The pixels and nothing else: no place where it was taken, no program behind it."""
    image = uploads.opened(file)
    kind = _IMAGE_KINDS[str(image.format)]
    try:
        content = ContentFile(b"")
        _plain(image, kind).save(content, "JPEG" if kind == "JPG" else kind, quality=88)
    except uploads.DECODER_ERRORS as error:
        raise ValidationError(uploads.BROKEN, code="broken") from error
    content.size = content.tell()
    content.seek(0)
    return kind, content


def _plain(image: Image.Image, kind: str) -> Image.Image:
    side = (LONGEST_SIDE, LONGEST_SIDE)
    if kind == "JPG":
        image.draft("RGB", side)  # a large one is decoded at a fraction of its size
    image = ImageOps.exif_transpose(image)
    wanted = ("RGB", "L") if kind == "JPG" else ("RGB", "RGBA", "L", "LA", "1", "P")
    if image.mode not in wanted or (image.mode == "P" and max(image.size) > LONGEST_SIDE):
        image = image.convert("RGB" if kind == "JPG" else "RGBA")
    image.thumbnail(side, Image.Resampling.LANCZOS)
    image.info = {name: value for name, value in image.info.items() if name == "transparency"}
    return image


# --- Names ------------------------------------------------------------------------------------------------
def clean_name(name: str, kind: str) -> str:
    """Without a path, invisible characters and what a file system refuses; with the ending of its kind."""
    stem = " ".join(thai.normalise(re.split(r"[/\\]", name)[-1]).split())
    stem = "".join(char for char in stem if unicodedata.category(char)[0] != "C")  # controls, directions, halves
    stem = _shortened(" ".join(_NOT_IN_NAMES.sub(" ", thai.normalise(stem)).split()))
    while (ending := _ENDING.search(stem)) is not None:
        stem = stem[: ending.start()].rstrip(" .")
    return f"{stem.strip(' .') or 'เอกสาร'}.{kind.lower()}"


def _shortened(stem: str) -> str:
    """Never between a letter and its marks."""
    if len(stem) <= LONGEST_STEM:
        return stem
    cut = LONGEST_STEM
    while cut and (unicodedata.category(stem[cut])[0] == "M" or stem[cut] in "ะาำๅ"):
        cut -= 1
    return stem[:cut].rstrip(f" .{thai.LEADING_VOWELS}")
