"""The replay of an event: saved, told of once, and counted as it is watched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from core import pagecache, thai, youtube
from core.visitors import Visit, comes_anew, is_human

from ..models import Audience, Chapter, Event, ReplayDay, State
from . import mailing
from .registration import lock

WATCHED_AGAIN_AFTER = timedelta(minutes=30)


@dataclass(frozen=True)
class Replay:
    """What a facilitator says about it."""

    video_id: str
    seconds: int | None
    is_shown: bool
    absence: str
    chapters: Sequence[tuple[int, str]]


@transaction.atomic
def save(*, event: Event, replay: Replay, by: User, now: datetime | None = None) -> bool:
    """Keep what was said. People are told the first time that there is something to watch: answers whether now."""
    now = now or timezone.now()
    event = lock(event)
    before = _, was_shown = event.video_id, event.has_video
    event.video_id, event.video_seconds = replay.video_id, replay.seconds
    event.video_is_shown, event.video_absence = replay.is_shown, replay.absence
    if event.video_id != before[0]:
        event.video_problem, event.video_checked_at = "", None
    is_new = event.has_video and not was_shown and not event.video_announced_at
    announces = is_new and event.state != State.DRAFT
    if announces:
        event.video_announced_at = now
    event.updated_at = now
    event.save(update_fields=SAVED)
    replace_chapters(event, replay.chapters)
    event.log(act(event, before), by=by)
    if announces:
        announce(event, replay)
    pagecache.changed()
    return announces


SAVED = [
    *("video_id", "video_seconds", "video_is_shown", "video_absence", "video_problem", "video_checked_at"),
    *("video_announced_at", "updated_at"),
]


def act(event: Event, before: tuple[str, bool]) -> str:
    """For the log."""
    video_id, was_shown = before
    if event.has_video and not was_shown:
        return f"แสดงคลิปย้อนหลัง {youtube.watch_url(event.video_id)}"
    if event.video_id != video_id:
        return f"เปลี่ยนคลิปย้อนหลังเป็น {youtube.watch_url(event.video_id)}" if event.video_id else "นำคลิปย้อนหลังออก"
    return "ซ่อนคลิปย้อนหลัง" if was_shown and not event.has_video else "แก้ไขข้อมูลคลิปย้อนหลัง"


def replace_chapters(event: Event, chapters: Sequence[tuple[int, str]]) -> None:
    known = Chapter.objects.filter(event=event)
    if list(known.values_list("second", "title")) != list(chapters):
        known.delete()
        Chapter.objects.bulk_create(Chapter(event=event, second=second, title=title) for second, title in chapters)


def announce(event: Event, replay: Replay) -> None:
    """To the registered, the interested and those who took part, each once."""
    facts = [f"ความยาว {thai.format_length(replay.seconds)}"] if replay.seconds else []
    facts += [f"มีสารบัญเวลา {len(replay.chapters)} ช่วง"] if replay.chapters else []
    body = [f"คลิปย้อนหลังของกิจกรรม “{event.title}” ครั้งที่ {event.serial} พร้อมให้รับชมที่หน้ากิจกรรมแล้ว", " ".join(facts)]
    mailing.send(
        event=event,
        audience=Audience.FOLLOWING,
        subject=f"รับชมย้อนหลังได้แล้ว: {event.title}",
        body="\n\n".join(filter(None, body)),
    )


# --- Counting ---------------------------------------------------------------------------------------------
def count_view(event: Event, visit: Visit, *, viewer: Any) -> bool:
    """A person's browser within half an hour counts once, whoever signed in; programs do not count."""
    if not is_human(visit.agent):
        return False
    who = Visit(visit.at, f"user {viewer.pk}", "") if viewer.is_authenticated else visit
    if not comes_anew(who, to=f"replay-{event.pk}", within=WATCHED_AGAIN_AFTER):
        return False
    with transaction.atomic():
        Event.objects.filter(pk=event.pk).update(video_views=F("video_views") + 1)
        day, _ = ReplayDay.objects.get_or_create(event=event, day=visit.day)
        ReplayDay.objects.filter(pk=day.pk).update(views=F("views") + 1)
    return True
