"""Times and chapters of a replay, as people type them."""

import pytest
from django.core.exceptions import ValidationError

from events.replays import clock, parse_chapters, parse_clock


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0:00", 0),
        ("2:24:19", 8659),
        ("๒:๒๔:๑๙", 8659),
        (" 02:24:19 ", 8659),
        ("2.24.19", 8659),
        ("54:10", 3250),
        ("124:10", 7450),
        ("2:60:00", None),
        ("2:10:60", None),
        ("1:2", None),
        ("8659", None),
        ("2 ชั่วโมง", None),
        ("-1:00", None),
        ("", None),
    ],
)
def test_a_clock(text: str, seconds: int | None) -> None:
    assert parse_clock(text) == seconds
    if seconds is not None:
        assert parse_clock(clock(seconds)) == seconds


def test_chapters_are_read_as_people_write_them() -> None:
    text = (
        "1:02:10 ถาม–ตอบ\n\n0:00 เปิดเวที\n  (5:00) - แนะนำวิทยากร  \n• 12.30 สาธิต ครั้งที่ 2\n๒๐:๑๕ ระเบียบ พ.ศ. ๒๕๖๐\n"
        "25:00เรื่องต่อไป\n[30:00] สรุป: ตอนแรก\n35:00: สรุป\n40:00 | จบช่วง\n45:00 – 7 ข้อที่มักพลาด"
    )
    assert parse_chapters(text, length=7200) == [
        (0, "เปิดเวที"),
        (300, "แนะนำวิทยากร"),
        (750, "สาธิต ครั้งที่ 2"),
        (1215, "ระเบียบ พ.ศ. ๒๕๖๐"),
        (1500, "เรื่องต่อไป"),
        (1800, "สรุป: ตอนแรก"),
        (2100, "สรุป"),
        (2400, "จบช่วง"),
        (2700, "7 ข้อที่มักพลาด"),
        (3730, "ถาม–ตอบ"),
    ]


def test_every_line_that_cannot_stay_is_named() -> None:
    lines = [
        "0:00 เปิดเวที", "", "เรื่องที่ไม่มีเวลา", "1:02:10", "1:75:00 เวลาที่ไม่มี", "0:00 ซ้ำ", "1:00:00 หลังจบ",
        f"5:00 {'ก' * 151}",
    ]  # fmt: skip
    with pytest.raises(ValidationError) as refused:
        parse_chapters("\n".join(lines), length=3600)
    assert refused.value.messages == [
        "บรรทัดที่ 3: กรุณาพิมพ์เวลาแล้วตามด้วยเรื่อง เช่น 12:30 ถาม–ตอบ",
        "บรรทัดที่ 4: กรุณาพิมพ์เวลาแล้วตามด้วยเรื่อง เช่น 12:30 ถาม–ตอบ",
        "บรรทัดที่ 5: ไม่มีเวลานี้ วินาทีและนาทีต้องไม่เกิน 59",
        "บรรทัดที่ 6: เวลา 0:00 ซ้ำกับบรรทัดที่ 1",
        "บรรทัดที่ 7: เวลา 1:00:00 อยู่หลังคลิปจบ ซึ่งยาว 1:00:00",
        "บรรทัดที่ 8: เรื่องยาว 151 ตัวอักษร กรุณาตัดให้เหลือ 150",
    ]
    with pytest.raises(ValidationError) as refused:
        parse_chapters("\n".join(f"{minute}:00 ก" for minute in range(101)), length=None)
    assert refused.value.messages == ["มี 101 ช่วง กรุณาเหลือไว้ไม่เกิน 100 ช่วง"]
