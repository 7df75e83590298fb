"""Files that people send. A photo is never stored as it came: it is decoded, cut square and written anew."""

import struct
import uuid
import zlib

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from PIL import Image, ImageOps, UnidentifiedImageError

MEGABYTE = 1024 * 1024
PHOTO_BYTES = 5 * MEGABYTE
PHOTO_SIDE = 320
# What is in the file decides, not its name. The most pixels of each: a JPEG can be decoded at a fraction of its size,
# the others take up to sixteen bytes a pixel while they are open.
PHOTO_PIXELS = {"JPEG": 40_000_000, "PNG": 13_000_000, "WEBP": 13_000_000}

TOO_BIG = "ไฟล์มีขนาดเกิน {megabytes} เมกะไบต์ กรุณาเลือกไฟล์ที่เล็กกว่านี้"
EMPTY = "ไฟล์นี้ว่างเปล่า กรุณาเลือกไฟล์อื่น"
WRONG_TYPE = "ชนิดไฟล์ไม่รองรับ กรุณาใช้ภาพถ่ายชนิด JPG, PNG หรือ WebP"
ANIMATED = "ชนิดไฟล์ไม่รองรับ ไฟล์นี้เป็นภาพเคลื่อนไหว กรุณาใช้ภาพนิ่งชนิด JPG, PNG หรือ WebP"
TOO_MANY_PIXELS = "ภาพมีขนาด {width:,} × {height:,} พิกเซล ซึ่งใหญ่เกินไป กรุณาย่อภาพก่อนส่ง"
BROKEN = "เปิดไฟล์ภาพไม่ได้ ไฟล์อาจเสียหายหรือส่งมาไม่ครบ กรุณาเลือกไฟล์อื่น"

# What Pillow raises on files made to harm or cut short, beside its own.
DECODER_ERRORS = (
    OSError, SyntaxError, ValueError, TypeError, IndexError, KeyError, AttributeError, OverflowError, MemoryError,
    EOFError, struct.error, zlib.error,
)  # fmt: skip
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def clean_photo(file: File) -> ContentFile:
    """A square WebP without metadata, under a random name; ValidationError in Thai for anything but a photo."""
    refuse_size(file, most=PHOTO_BYTES)
    image = opened(file)
    try:
        square = _square(image)
        content = ContentFile(b"", name=f"{uuid.uuid4().hex}.webp")
        square.save(content, "WEBP", quality=82, method=4)
    except DECODER_ERRORS as error:
        raise ValidationError(BROKEN, code="broken") from error
    content.seek(0)
    return content


def refuse_size(file: File, *, most: int) -> None:
    if not file.size:
        raise ValidationError(EMPTY, code="empty")
    if file.size > most:
        raise ValidationError(TOO_BIG.format(megabytes=most // MEGABYTE), code="too_big")


def opened(file: File) -> Image.Image:
    """The picture's header read, its pixels not yet."""
    file.seek(0)
    try:
        image = Image.open(file, formats=list(PHOTO_PIXELS))
        kind = "JPEG" if image.format == "MPO" else str(image.format)  # telephones add a preview to a JPEG
        frames = 1 if kind == "JPEG" else getattr(image, "n_frames", 1)
    except _BOMB as error:
        raise ValidationError("ภาพมีขนาดใหญ่เกินไป กรุณาย่อภาพก่อนส่ง", code="too_many_pixels") from error
    except UnidentifiedImageError as error:
        raise ValidationError(WRONG_TYPE, code="wrong_type") from error
    except DECODER_ERRORS as error:
        raise ValidationError(BROKEN, code="broken") from error
    width, height = image.size
    if width * height > PHOTO_PIXELS[kind]:
        raise ValidationError(TOO_MANY_PIXELS.format(width=width, height=height), code="too_many_pixels")
    if frames > 1:
        raise ValidationError(ANIMATED, code="animated")
    return image


def _square(image: Image.Image) -> Image.Image:
    image.draft("RGB", (PHOTO_SIDE * 2, PHOTO_SIDE * 2))  # a JPEG is decoded at a fraction of its size
    if image.mode not in ("RGB", "RGBA", "L"):
        image = image.convert("RGBA")
    # The middle square is the same however the camera was held, so the large picture need not be turned.
    cut = ImageOps.exif_transpose(ImageOps.fit(image, (PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS))
    square = Image.new("RGB", cut.size, "white")  # a new picture: nothing but pixels comes along
    square.paste(cut, mask=cut if cut.mode == "RGBA" else None)
    return square
