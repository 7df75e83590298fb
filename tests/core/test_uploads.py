import io
import re
import struct
import tracemalloc
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from core import uploads

TOP, BOTTOM = (200, 30, 30), (30, 30, 200)
WRONG_TYPE = "ชนิดไฟล์ไม่รองรับ กรุณาใช้ภาพถ่ายชนิด JPG, PNG หรือ WebP"
BROKEN = "เปิดไฟล์ภาพไม่ได้ ไฟล์อาจเสียหายหรือส่งมาไม่ครบ กรุณาเลือกไฟล์อื่น"
ORIENTATION, GPS, MAKE = 0x0112, 0x8825, 0x010F


def picture(width: int = 640, height: int = 480, mode: str = "RGB") -> Image.Image:
    """Red above, blue below."""
    image = Image.new("RGB", (width, height), TOP)
    ImageDraw.Draw(image).rectangle((0, height // 2, width, height), fill=BOTTOM)
    return image.convert(mode)


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def upload(content: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


def refusal(content: bytes, name: str = "photo.jpg") -> list[str]:
    with pytest.raises(ValidationError) as refused:
        uploads.clean_photo(upload(content, name))
    return refused.value.messages


def outcome(content: bytes) -> str:
    try:
        uploads.clean_photo(upload(content))
    except ValidationError as refused:
        return refused.messages[0]
    return "taken"


def result(content: bytes) -> Image.Image:
    file = uploads.clean_photo(upload(content))
    image = Image.open(file)
    image.load()
    assert (image.format, image.size, image.mode) == ("WEBP", (320, 320), "RGB")
    return image


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb(width: int, height: int) -> bytes:
    """A few kilobytes that unfold to a picture of one bit a pixel."""
    rows = zlib.compressobj(9)
    line = b"\0" * min(width // 8 + 1, 2000)
    data = b"".join(rows.compress(line) for _ in range(min(height, 2000))) + rows.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def is_near(colour: object, expected: tuple[int, int, int]) -> bool:
    assert isinstance(colour, tuple)
    return all(abs(a - b) < 25 for a, b in zip(colour, expected, strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("size", [(640, 480), (480, 640), (320, 320), (50, 40), (30, 900)])
def test_a_photo_becomes_a_square(kind: str, size: tuple[int, int]) -> None:
    image = result(encoded(picture(*size), kind))
    assert is_near(image.getpixel((160, 20)), TOP)
    assert is_near(image.getpixel((160, 300)), BOTTOM)


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "P"), ("PNG", "1"), ("PNG", "LA"), ("PNG", "RGBA"), ("PNG", "I;16")],
)
def test_every_colour_mode_is_read(kind: str, mode: str) -> None:
    image = Image.new("I;16", (64, 64), 30_000) if mode == "I;16" else picture(mode=mode)
    result(encoded(image, kind))


def test_what_is_transparent_becomes_white() -> None:
    image = result(encoded(Image.new("RGBA", (400, 400), (255, 0, 0, 0)), "PNG"))
    assert image.getpixel((160, 160)) == (255, 255, 255)


def test_the_name_is_random() -> None:
    names = {uploads.clean_photo(upload(encoded(picture()), "../../หน้า ฉัน.php.jpg")).name for _ in range(3)}
    assert len(names) == 3
    assert all(re.fullmatch(r"[0-9a-f]{32}\.webp", name or "") for name in names)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_metadata_goes_and_the_picture_stands_upright(kind: str) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 3  # taken upside down
    exif[MAKE] = "SECRETCAMERA"
    exif.get_ifd(GPS)[2] = (13.0, 45.0, 30.0)
    options = {"pnginfo": PngInfo()} if kind == "PNG" else {}
    if kind == "PNG":
        options["pnginfo"].add_text("Comment", "SECRETCAMERA")
    source = encoded(picture(), kind, exif=exif, icc_profile=b"SECRETCAMERA" * 20, **options)
    assert Image.open(io.BytesIO(source)).getexif()[ORIENTATION] == 3
    file = uploads.clean_photo(upload(source))
    content = file.read()
    assert b"SECRETCAMERA" not in content
    image = Image.open(io.BytesIO(content))
    assert dict(image.getexif()) == {}
    assert {"exif", "xmp", "icc_profile"} & set(image.info) == set()
    assert is_near(image.convert("RGB").getpixel((160, 20)), BOTTOM)
    assert is_near(image.convert("RGB").getpixel((160, 300)), TOP)


def test_a_quarter_turn_is_undone() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # to be turned a quarter clockwise
    image = result(encoded(picture(640, 480), exif=exif))
    assert is_near(image.getpixel((300, 160)), TOP)
    assert is_near(image.getpixel((20, 160)), BOTTOM)


def test_a_script_behind_a_real_picture_does_not_survive() -> None:
    content = encoded(picture()) + b"<?php system($_GET['c']); ?><script>alert(1)</script>"
    assert b"<?php" not in uploads.clean_photo(upload(content)).read()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>', "photo.svg"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "photo.jpg"),
        (b"<?php system($_GET['c']); ?>", "photo.jpg"),
        (b"<html><script>alert(1)</script></html>", "photo.png"),
        (b"GIF89a<script>alert(1)</script>", "photo.gif"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "photo.jpg"),
        (b"MZ\x90\x00" + bytes(200), "photo.jpg"),
        (b"\xff\xd8", "photo.jpg"),
        (b"x", "photo.jpg"),
        (encoded(picture(), "GIF"), "photo.jpg"),
        (encoded(picture(), "BMP"), "photo.jpg"),
        (encoded(picture(), "TIFF"), "photo.jpg"),
        (encoded(picture(), "ICO"), "photo.jpg"),
        (encoded(picture(), "GIF", save_all=True, append_images=[picture(640, 480, "L")]), "photo.gif"),
    ],
)
def test_anything_but_a_photo_is_refused_whatever_its_name(content: bytes, name: str) -> None:
    assert refusal(content, name) == [WRONG_TYPE]


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_moving_picture_is_refused(kind: str) -> None:
    frames = [picture(64, 64), Image.new("RGB", (64, 64), "green")]
    content = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    assert refusal(content) == ["ชนิดไฟล์ไม่รองรับ ไฟล์นี้เป็นภาพเคลื่อนไหว กรุณาใช้ภาพนิ่งชนิด JPG, PNG หรือ WebP"]


def test_a_telephone_jpeg_with_a_preview_is_taken() -> None:
    content = encoded(picture(), "MPO", save_all=True, append_images=[picture(64, 48)])
    assert Image.open(io.BytesIO(content)).format == "MPO"
    result(content)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_file_cut_short_is_refused(kind: str) -> None:
    noise = Image.effect_noise((400, 400), 90).convert("RGB")
    content = encoded(noise, kind)
    assert refusal(content[: len(content) // 2]) == [BROKEN]


@pytest.mark.parametrize("damage", range(8))
def test_a_damaged_file_is_a_photo_or_a_refusal(damage: int) -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        content = bytearray(encoded(picture(), kind))
        for place in range(damage, min(len(content), 400), 9):
            content[place] ^= 0xA5
        assert outcome(bytes(content)) in ("taken", WRONG_TYPE, BROKEN)


def test_a_decompression_bomb_is_refused_before_it_is_unfolded() -> None:
    content = png_bomb(8000, 8000)
    assert len(content) < 100_000
    tracemalloc.start()
    assert refusal(content) == ["ภาพมีขนาด 8,000 × 8,000 พิกเซล ซึ่งใหญ่เกินไป กรุณาย่อภาพก่อนส่ง"]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize("side", [10_000, 20_000, 2_000_000_000])
def test_a_bomb_that_the_decoder_itself_fears_is_refused(side: int) -> None:
    assert outcome(png_bomb(side, side)) in ("ภาพมีขนาดใหญ่เกินไป กรุณาย่อภาพก่อนส่ง", BROKEN)


def test_size_has_a_limit() -> None:
    content = encoded(picture()) + bytes(5 * 1024 * 1024)
    assert refusal(content) == ["ไฟล์มีขนาดเกิน 5 เมกะไบต์ กรุณาเลือกไฟล์ที่เล็กกว่านี้"]
    assert refusal(b"") == ["ไฟล์นี้ว่างเปล่า กรุณาเลือกไฟล์อื่น"]
