"""An event as lists show it: one row, in words."""

from datetime import datetime, timedelta

import pytest

from core.thai import BANGKOK
from events.calendar import EventRow, channels_text, listed, rows
from events.models import Channel, Event, State
from tests.factories import make_event, make_group

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=BANGKOK)


def row_of(now: datetime = NOW, **fields: object) -> EventRow:
    event = make_event(**{"starts_at": NOW + timedelta(days=3), "group": make_group(number=6), **fields})
    [row] = rows(listed(Event.objects.filter(pk=event.pk)), now)
    return row


def test_a_row_in_words() -> None:
    group = make_group(number=4, name="คอมพิวเตอร์กับการปฏิบัติงาน")
    event = make_event(
        group=group,
        title="ใช้ AI ช่วยร่างหนังสือ",
        starts_at=datetime(2026, 11, 26, 9, 30, tzinfo=BANGKOK),
        ends_at=datetime(2026, 11, 26, 12, 0, tzinfo=BANGKOK),
        capacity=300,
        seated_count=214,
    )
    for kind in ("dopa", "vcs"):
        Channel.objects.create(event=event, kind=kind)
    assert rows(listed(Event.objects.all()), NOW) == [
        EventRow(
            pk=event.pk,
            url=f"/events/{event.pk}/",
            title="ใช้ AI ช่วยร่างหนังสือ",
            number=4,
            group="กลุ่ม ๔ คอมพิวเตอร์กับการปฏิบัติงาน",
            fiscal_year=2570,
            day_iso="2026-11-26",
            weekday="พฤ.",
            day=26,
            month="พ.ย.",
            begins="09.30",
            time="09.30–12.00 น.",
            channels="VCS และ DOPA Channel",
            badge="เปิดรับลงทะเบียน 214/300",
            tone="ok",
            is_over=False,
            is_live=False,
            is_called_off=False,
            is_full=False,
            takes_registrations=True,
        )
    ]


@pytest.mark.parametrize(
    ("fields", "badge", "tone"),
    [
        ({"state": State.DRAFT}, "ร่าง", "info"),
        ({}, "เปิดรับลงทะเบียน", "ok"),
        ({"capacity": 1200, "seated_count": 1041}, "เปิดรับลงทะเบียน 1,041/1,200", "ok"),
        ({"capacity": 2, "seated_count": 2}, "เต็มจำนวน", "warn"),
        ({"registration_opens_at": NOW + timedelta(hours=1)}, "เปิดลงทะเบียนเร็ว ๆ นี้", ""),
        ({"registration_closes_at": NOW}, "ปิดรับลงทะเบียน", ""),
        ({"starts_at": NOW - timedelta(hours=1)}, "กำลังถ่ายทอดสด", "live"),
        ({"state": State.LIVE}, "กำลังถ่ายทอดสด", "live"),
        ({"state": State.POSTPONED}, "เลื่อนกำหนด", "warn"),
        ({"state": State.CANCELLED}, "ยกเลิก", "bad"),
        ({"state": State.ENDED, "video_id": "a" * 11}, "รับชมย้อนหลัง", "info"),
        ({"state": State.ENDED, "video_id": "a" * 11, "video_is_shown": False}, "รอเผยแพร่สรุป", "warn"),
        ({"starts_at": NOW - timedelta(days=1)}, "รอเผยแพร่สรุป", "warn"),
        ({"state": State.COMPLETE}, "เสร็จสิ้น", ""),
        ({"state": State.COMPLETE, "video_id": "a" * 11}, "รับชมย้อนหลัง", "info"),
    ],
)
def test_badges(fields: dict, badge: str, tone: str) -> None:
    row = row_of(**fields)
    assert (row.badge, row.tone) == (badge, tone)


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        (0, ""),
        (1, "ห้องประชุม"),
        (3, "ห้องประชุม และ VCS"),
        (6, "VCS และ DOPA Channel"),
        (15, "ห้องประชุม, VCS, DOPA Channel และ YouTube Live"),
    ],
)
def test_channels_in_words(bits: int, text: str) -> None:
    assert channels_text(bits) == text


def test_a_day_that_could_be_of_two_years_names_its_year() -> None:
    moment = datetime(2025, 11, 20, 13, 30, tzinfo=BANGKOK)
    assert row_of(starts_at=moment, ends_at=moment + timedelta(hours=2)).time == "20 พ.ย. 2568 13.30–15.30 น."


def test_an_event_over_midnight_names_the_day_of_its_end() -> None:
    moment = datetime(2026, 11, 30, 23, 0, tzinfo=BANGKOK)
    assert row_of(starts_at=moment, ends_at=moment + timedelta(hours=2)).time == "23.00 น. ถึง 1 ธ.ค. 2569 01.00 น."


def test_what_people_typed_cannot_break_out_of_a_row() -> None:
    html = row_of(title="<script>alert(1)</script>").html
    assert ("<script>" in html, "&lt;script&gt;alert(1)&lt;/script&gt;" in html) == (False, True)


def test_rows_ask_nothing_more_however_many(django_assert_num_queries) -> None:
    for _ in range(30):
        Channel.objects.create(event=make_event(), kind="vcs")
    with django_assert_num_queries(1):
        assert len(rows(listed(Event.objects.all()), NOW)) == 30
