"""Whether replays can still be watched: asks YouTube's oEmbed address, which wants neither key nor account.

Only the configured address is asked, with ids as its parameter; an answer that leads elsewhere is not followed.
"""

import json
import time
from collections import Counter
from collections.abc import Iterable
from enum import Enum
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services import notify
from core import pagecache, youtube
from groups.models import Membership

from .models import CoHost, Event
from .services.registration import lock

TIMEOUT = 10.0  # seconds
PAUSE = 1.0  # seconds between two questions
PATIENCE = 3  # questions without any answer, one after the other; then it is the network
LONGEST_ANSWER = 64 * 1024  # bytes; a true one takes one or two thousand


class Answer(Enum):
    THERE = "there"
    PRIVATE = "private"
    REMOVED = "removed"
    UNCLEAR = "unclear"
    NONE = "no answer"


BY_STATUS = {
    400: Answer.REMOVED,
    401: Answer.PRIVATE,  # not to be shown in other sites
    403: Answer.PRIVATE,
    404: Answer.REMOVED,
    429: Answer.NONE,  # asked too often
}
PROBLEMS = {
    Answer.PRIVATE: "คลิปเป็นส่วนตัวหรือไม่อนุญาตให้แสดงในเว็บไซต์อื่น",
    Answer.REMOVED: "คลิปถูกลบหรือไม่พบที่ YouTube",
}


def opener() -> OpenerDirector:
    """Without the handlers that follow redirects or read files."""
    director = OpenerDirector()
    for handler in (
        *(ProxyHandler, HTTPHandler, HTTPSHandler, UnknownHandler),
        *(HTTPDefaultErrorHandler, HTTPErrorProcessor),
    ):
        director.add_handler(handler())
    return director


def ask(video: str) -> Answer:
    query = urlencode({"url": youtube.watch_url(video), "format": "json"})
    address = f"{settings.YOUTUBE_OEMBED_URL}?{query}"
    try:
        request = Request(address, headers={"User-Agent": "CoPs portal"})  # noqa: S310  the opener knows the web only
        with opener().open(request, timeout=TIMEOUT) as answer:
            told = json.loads(answer.read(LONGEST_ANSWER))
    except HTTPError as error:
        error.close()
        return BY_STATUS.get(error.code, Answer.UNCLEAR)
    except (OSError, HTTPException):
        return Answer.NONE
    except (ValueError, RecursionError):
        return Answer.UNCLEAR  # the page of some gateway on the way
    return Answer.THERE if isinstance(told, dict) else Answer.UNCLEAR


def shown() -> QuerySet[Event]:
    return Event.objects.exclude(video_id="").filter(video_is_shown=True).order_by("pk")


def check(events: Iterable[Event], *, pause: float = PAUSE) -> Counter[Answer]:
    """Ask for each; gives up where nobody answers. What came of each kind."""
    found: Counter[Answer] = Counter()
    silent = 0
    for event in events:
        if found:
            time.sleep(pause)
        answer = ask(event.video_id)
        found[answer] += 1
        silent = silent + 1 if answer == Answer.NONE else 0
        if silent == PATIENCE:
            break
        if answer not in (Answer.NONE, Answer.UNCLEAR):
            note(event, answer)
    return found


@transaction.atomic
def note(asked: Event, answer: Answer) -> None:
    """Write the answer down, if the event still has the video that was asked for; a new problem is told once."""
    event = lock(asked)
    if event.video_id != asked.video_id or not event.has_video:
        return
    problem, before = PROBLEMS.get(answer, ""), event.video_problem
    Event.objects.filter(pk=event.pk).update(video_problem=problem, video_checked_at=timezone.now())
    if problem == before:
        return
    pagecache.changed()
    event.log(f"ตรวจคลิปย้อนหลัง: {problem or 'กลับมารับชมได้แล้ว'}")
    if not before:
        tell(event, problem)


def tell(event: Event, problem: str) -> None:
    groups = [event.group_id, *CoHost.objects.filter(event=event).values_list("group", flat=True)]
    rows = Membership.objects.facilitating().filter(group__in=groups).select_related("user")
    notify(
        recipients=[row.user for row in rows] or User.objects.officers(),
        text=f"คลิปย้อนหลังเปิดดูไม่ได้: {event.title}",
        detail=f"{problem} กรุณาแก้ไขที่ YouTube หรือเปลี่ยนที่อยู่คลิป",
        url=reverse("events:replay_edit", args=[event.pk]),
        source=str(event.group),
    )


BATCH = 20


def check_some(*, after: int, pause: float = PAUSE) -> tuple[int, int]:
    """A few, behind the event with that id: how many cannot be watched, and where to go on (0: that was all)."""
    events = list(shown().filter(pk__gt=after).only("pk", "video_id")[:BATCH])
    found = check(events, pause=pause)
    is_end = len(events) < BATCH or found.total() < len(events)
    return found[Answer.PRIVATE] + found[Answer.REMOVED], 0 if is_end else events[-1].pk
