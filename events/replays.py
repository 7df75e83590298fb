"""The replay of an event: times and chapters as people type them, and its player."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.urls import reverse

from core import thai, youtube

from .models import OVER, Chapter, Event

LONGEST_VIDEO = 24 * 3600  # seconds
MOST_CHAPTERS = 100
_CLOCK = re.compile(r"(?:([0-9]{1,2})[:.])?([0-9]{1,3})[:.]([0-9]{2})")
# As people write it below a video: "0:00 เปิดเวที", "(1:02:10) - ถาม–ตอบ", "• 12.30 สาธิต".
_CHAPTER = re.compile(
    rf"[-–—•*]?\s*[(\[]?({_CLOCK.pattern})[)\]]?(?:\s+[-–—:|]?\s*|\s*[-–—|]\s*|:\s+|(?=[^\s\d:.]))(\S.*)"
)


# --- Times and chapters as they are typed -----------------------------------------------------------------
def parse_clock(text: str) -> int | None:
    """1:02:10, 62:10, 1.02.10, in Thai or Arabic digits, to seconds. None where it is no such thing."""
    found = _CLOCK.fullmatch(thai.to_arabic_digits(text).strip())
    return seconds_of(*found.groups()) if found else None


def seconds_of(hours: str | None, minutes: str, seconds: str) -> int | None:
    if int(seconds) > 59 or (hours is not None and int(minutes) > 59):
        return None
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)


def clock(second: int) -> str:
    """As YouTube shows it, and as `parse_clock` reads it."""
    hours, rest = divmod(second, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def parse_chapters(text: str, *, length: int | None) -> list[tuple[int, str]]:
    """Second and title of each line, in order of time. ValidationError with every line that cannot stay."""
    seen: dict[int, int] = {}
    chapters, problems = [], []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        second, title = parse_chapter(line)
        problem = chapter_problem(second, title, length=length, seen=seen)
        if problem or second is None:
            problems.append(f"บรรทัดที่ {number}: {problem}")
            continue
        seen[second] = number
        chapters.append((second, title))
    if len(chapters) > MOST_CHAPTERS:
        problems.append(f"มี {len(chapters)} ช่วง กรุณาเหลือไว้ไม่เกิน {MOST_CHAPTERS} ช่วง")
    if problems:
        raise ValidationError(problems)
    return sorted(chapters)


def parse_chapter(line: str) -> tuple[int | None, str]:
    arabic = thai.to_arabic_digits(line.strip())
    found = _CHAPTER.fullmatch(arabic)
    if found is None:
        return None, ""
    title = line.strip()[-len(found[5]) :]  # with its own digits: as many characters as in Arabic ones
    return seconds_of(*found.group(2, 3, 4)), " ".join(title.split())


def chapter_problem(second: int | None, title: str, *, length: int | None, seen: dict[int, int]) -> str:
    """Nothing where the line can stay."""
    if second is None:
        return "กรุณาพิมพ์เวลาแล้วตามด้วยเรื่อง เช่น 12:30 ถาม–ตอบ" if not title else "ไม่มีเวลานี้ วินาทีและนาทีต้องไม่เกิน 59"
    if second in seen:
        return f"เวลา {clock(second)} ซ้ำกับบรรทัดที่ {seen[second]}"
    if second >= (length or LONGEST_VIDEO):
        return f"เวลา {clock(second)} อยู่หลังคลิปจบ ซึ่งยาว {clock(length or LONGEST_VIDEO)}"
    if len(title) > 150:
        return f"เรื่องยาว {len(title)} ตัวอักษร กรุณาตัดให้เหลือ 150"
    return ""


def chapter_lines(chapters: Iterable[Chapter]) -> str:
    return "\n".join(f"{clock(chapter.second)} {chapter.title}" for chapter in chapters)


def is_too_early(event: Event, now: datetime) -> bool:
    """Before its end there is nothing to watch again."""
    return now < event.ends_at and event.state_at(now) not in OVER


# --- The player -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Player:
    """For events/replay_player.html: a link to YouTube in place of the video, which a script replaces on a click."""

    title: str  # of the video, for whoever hears it
    label: str
    address: str  # without a script one watches there
    embed: str
    counts: bool
    chapters: list[tuple[str, int, str, str]]  # address, second, clock, title


def player(event: Event, chapters: Iterable[Chapter]) -> dict[str, Player | None]:
    """The template's context. No player where there is nothing to watch."""
    if not event.has_video:
        return {"player": None}
    address = reverse("events:replay", args=[event.pk])
    length = f" {thai.format_length(event.video_seconds)}" if event.video_seconds else ""
    rows = [(f"{address}?t={row.second}", row.second, row.clock, row.title) for row in chapters]
    title, embed = f"คลิปย้อนหลัง: {event.title}", youtube.embed_url(event.video_id)
    return {"player": Player(title, f"รับชมย้อนหลัง{length}", address, embed, True, rows)}


def live_player(event: Event, link: str) -> dict[str, Player | None]:
    """Of a YouTube channel's link, for those who may have the link. A link to something else makes no player."""
    try:
        video = youtube.video_id(link)
    except ValueError:
        return {"player": None}
    title, address, embed = f"ถ่ายทอดสด: {event.title}", youtube.watch_url(video), youtube.embed_url(video)
    return {"player": Player(title, "ชมถ่ายทอดสด", address, embed, False, [])}
