"""Removed and private replays are found by asking a server: here one of our own, on this machine."""

import io
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import Notification
from core import pagecache
from events import replay_check, tasks
from events.models import CoHost, Event, LogLine, State
from events.replay_check import Answer, ask, check, shown
from groups.models import Membership
from tests.factories import make_event, make_group, make_membership, make_user
from tests.portal import free_port

pytestmark = pytest.mark.django_db
PRIVATE = "คลิปเป็นส่วนตัวหรือไม่อนุญาตให้แสดงในเว็บไซต์อื่น"
REMOVED = "คลิปถูกลบหรือไม่พบที่ YouTube"
THERE = json.dumps({"type": "video", "title": "คลิป"}).encode()


class OEmbed(HTTPServer):
    """Answers by video id; remembers who was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.asked: list[str] = []
        self.elsewhere = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/oembed"


class Handler(BaseHTTPRequestHandler):
    server: OEmbed

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path != "/oembed":
            self.server.elsewhere += 1
        query = parse_qs(parts.query)
        video = query.get("url", [""])[0].removeprefix("https://www.youtube.com/watch?v=")
        self.server.asked.append(video)
        status, body = self.server.answers.get(video, (200, THERE))
        if status == 0:  # hangs up
            return
        self.send_response(status)
        if status in (301, 302):
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Silence."""


@pytest.fixture
def oembed(settings) -> Iterator[OEmbed]:
    server = OEmbed()
    settings.YOUTUBE_OEMBED_URL = server.address
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def _hurried(monkeypatch) -> None:
    monkeypatch.setattr(replay_check.check, "__kwdefaults__", {"pause": 0})
    monkeypatch.setattr(replay_check.check_some, "__kwdefaults__", {"pause": 0})
    monkeypatch.setattr(replay_check, "TIMEOUT", 0.5)


@pytest.fixture
def event(group):
    return replay(group)


def replay(group, video_id: str = "there000000", **fields) -> Event:
    start = timezone.now() - timedelta(days=2)
    return make_event(group=group, starts_at=start, state=State.ENDED, video_id=video_id, **fields)


def problem(event: Event) -> tuple[str, bool]:
    event.refresh_from_db()
    return event.video_problem, event.video_checked_at is not None


@pytest.mark.parametrize(
    ("status", "body", "answer"),
    [
        (200, THERE, Answer.THERE),
        (200, b"<html>sign in to the network</html>", Answer.UNCLEAR),
        (200, b"Forbidden", Answer.UNCLEAR),
        (200, b"[]", Answer.UNCLEAR),
        (200, b"[" * 60_000, Answer.UNCLEAR),
        (200, b"x" * 200_000, Answer.UNCLEAR),
        (200, b"\xff\xfe", Answer.UNCLEAR),
        (400, b"Bad Request", Answer.REMOVED),
        (401, b"Unauthorized", Answer.PRIVATE),
        (403, b"Forbidden", Answer.PRIVATE),
        (404, b"Not Found", Answer.REMOVED),
        (429, b"", Answer.NONE),
        (302, b"", Answer.UNCLEAR),
        (301, b"", Answer.UNCLEAR),
        (407, b"", Answer.UNCLEAR),
        (500, b"", Answer.UNCLEAR),
        (503, b"", Answer.UNCLEAR),
        (0, b"", Answer.NONE),
    ],
)
def test_what_an_answer_means(oembed, status, body, answer) -> None:
    oembed.answers["abc-_000000"] = status, body
    assert ask("abc-_000000") == answer
    assert (oembed.asked, oembed.elsewhere) == (["abc-_000000"], 0)


def test_no_server_is_no_answer(settings) -> None:
    settings.YOUTUBE_OEMBED_URL = f"http://127.0.0.1:{free_port()}/oembed"
    assert ask("abc-_000000") == Answer.NONE


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://127.0.0.1/", "nonsense"])
def test_nothing_but_the_web_is_asked(settings, address) -> None:
    settings.YOUTUBE_OEMBED_URL = address
    assert ask("abc-_000000") in (Answer.NONE, Answer.UNCLEAR)


def test_a_problem_is_told_once_and_cleared_when_it_is_gone(oembed, event, facilitator) -> None:
    oembed.answers[event.video_id] = 403, b"Forbidden"
    before = pagecache.read().number
    for _ in range(3):
        assert tasks.check_replays.call() == 1
    assert problem(event) == (PRIVATE, True)
    line = Notification.objects.get()
    assert (line.recipient, line.text) == (facilitator, f"คลิปย้อนหลังเปิดดูไม่ได้: {event.title}")
    assert line.detail == f"{PRIVATE} กรุณาแก้ไขที่ YouTube หรือเปลี่ยนที่อยู่คลิป"
    assert line.url == f"/events/{event.pk}/replay/edit/"
    assert pagecache.read().number == before + 1
    oembed.answers[event.video_id] = 404, b"Not Found"
    tasks.check_replays.call()
    assert (problem(event), Notification.objects.count()) == ((REMOVED, True), 1)
    oembed.answers.clear()
    assert tasks.check_replays.call() == 0
    assert (problem(event), Notification.objects.count()) == (("", True), 1)
    texts = list(LogLine.objects.order_by("pk").values_list("text", flat=True))
    assert texts == [f"ตรวจคลิปย้อนหลัง: {result}" for result in (PRIVATE, REMOVED, "กลับมารับชมได้แล้ว")]
    oembed.answers[event.video_id] = 403, b"Forbidden"
    tasks.check_replays.call()
    assert Notification.objects.count() == 2


@pytest.mark.parametrize("status", [0, 302, 429, 500])
def test_what_is_not_clear_changes_nothing(oembed, event, facilitator, status) -> None:
    Event.objects.update(video_problem=REMOVED)
    oembed.answers[event.video_id] = status, b""
    assert tasks.check_replays.call() == 0
    assert (problem(event), Notification.objects.count(), LogLine.objects.count()) == ((REMOVED, False), 0, 0)


def test_only_what_is_shown_is_asked_for(oembed, group) -> None:
    replay(group, "hidden00000", video_is_shown=False)
    replay(group, "")
    replay(group)
    tasks.check_replays.call()
    assert oembed.asked == ["there000000"]


def test_who_is_told(oembed, event, officer, facilitator) -> None:
    cohost = make_group()
    CoHost.objects.create(event=event, group=cohost)
    colleague = make_user()
    make_membership(group=cohost, user=colleague, role="facilitator")
    oembed.answers[event.video_id] = 404, b""
    tasks.check_replays.call()
    assert set(Notification.objects.values_list("recipient", flat=True)) == {facilitator.pk, colleague.pk}
    Membership.objects.all().delete()
    other = replay(make_group(), "gone0000000")
    oembed.answers[other.video_id] = 404, b""
    tasks.check_replays.call()
    assert Notification.objects.filter(url=f"/events/{other.pk}/replay/edit/").get().recipient == officer


def test_an_answer_about_a_video_that_was_changed_meanwhile_counts_for_nothing(oembed, event) -> None:
    asked = Event.objects.get(pk=event.pk)
    Event.objects.update(video_id="newvideo000")
    oembed.answers["there000000"] = 404, b""
    check([asked])
    assert (oembed.asked, problem(event)) == (["there000000"], ("", False))


def test_where_nobody_answers_it_is_the_network(oembed, group) -> None:
    for number in range(6):
        video = f"silent{number:05}"
        replay(group, video)
        oembed.answers[video] = 0, b""
    assert tasks.check_replays.call() == 0
    assert (len(oembed.asked), DBTaskResult.objects.count()) == (3, 0)


def test_many_are_asked_a_few_at_a_time(oembed, group, monkeypatch) -> None:
    monkeypatch.setattr(replay_check, "BATCH", 2)
    rows = [replay(group, f"there{number:06}") for number in range(4)]
    tasks.check_replays.call()
    (task,) = DBTaskResult.objects.all()
    assert (task.task_path, task.args_kwargs["args"]) == ("events.tasks.check_replays", [rows[1].pk])
    tasks.check_replays.call(rows[1].pk)
    tasks.check_replays.call(rows[3].pk)
    assert oembed.asked == [row.video_id for row in rows]
    assert (DBTaskResult.objects.count(), shown().filter(video_checked_at=None).count()) == (2, 0)


def test_there_is_a_pause_between_two_questions(oembed, group, monkeypatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(replay_check.time, "sleep", pauses.append)
    check([replay(group), replay(group, "other000000")], pause=0.75)
    assert pauses == [0.75]


def test_the_command_tells_what_it_found(oembed, event, group) -> None:
    gone, odd = replay(group, "gone0000000"), replay(group, "odd00000000")
    oembed.answers = {gone.video_id: (404, b""), odd.video_id: (500, b"")}
    out = io.StringIO()
    call_command("check_replays", "--pause=0", stdout=out, no_color=True)
    assert out.getvalue().splitlines() == [
        f"{gone.pk} gone0000000 {REMOVED}",
        "3 replays: 1 can be watched, 1 cannot",
        "no clear answer about 1: nothing was changed there",
    ]
