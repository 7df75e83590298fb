"""Ten thousand look at an event's live page and ask for news: `python -m bench.live <address> <event> <connections>`.

Each viewer asks every ten seconds, with the ETag of what it has; meanwhile people vote several times a second, so
that the board is another one each second. nginx holds a connection for each viewer; granian alone holds as many as
its backlog (2,048), so that without nginx viewers share fewer. Prints what came of it.
`python -m bench.live` alone makes the event and prints its id.
"""

import asyncio
import json
import os
import random
import resource
import sys
import time
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

import django
from asgiref.sync import sync_to_async

os.environ["DJANGO_SETTINGS_MODULE"] = "cops_portal.settings"
django.setup()

from django.db.models import F  # noqa: E402  after setup
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from events.models import Event  # noqa: E402
from groups.models import Group  # noqa: E402
from surveys.models import Question, QuestionState  # noqa: E402

VIEWERS, EVERY, SECONDS = 10_000, 10.0, 30.0
TOGETHER = 200  # connections opened at a time
VOTES_A_SECOND = 5
QUESTIONS = 40


def new_event() -> int:
    """Live now, with as many questions as a lively event has."""
    now = timezone.now()
    group = Group.objects.order_by("number")[0]
    event = Event.objects.create(
        group=group, fiscal_year=2501, number=1, title="วัดคำถามสด", hours=2, state="open",
        starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=5),
    )  # fmt: skip
    asker = User.objects.order_by("pk")[0]
    Question.objects.bulk_create(
        Question(
            group=group, event=event, asker=asker, state=QuestionState.WAITING, vote_count=number,
            text=f"ข้อ {number} ถ้ากรรมการตรวจรับติดราชการจนครบกำหนด ควรดำเนินการอย่างไรจึงจะถูกต้องตามระเบียบ",
        )
        for number in range(QUESTIONS)
    )  # fmt: skip
    return event.pk


@dataclass
class Told:
    times: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    bytes: int = 0
    failed: int = 0
    late: int = 0  # polls that began more than a second after their time


async def answer_of(reader: asyncio.StreamReader) -> tuple[int, str, int]:
    """Status, ETag and bytes on the wire."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    length = int(headers.get("content-length", "0"))
    await reader.readexactly(length)
    return int(lines[0].split()[1]), headers.get("etag", ""), len(head) + length


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Crowd:
    """Viewers, and the connections over which they ask."""

    def __init__(self, address: str, path: str) -> None:
        parts = urlsplit(address)
        self.host, self.port, self.path, self.told = parts.hostname, parts.port, path, Told()
        self.idle: asyncio.Queue[Connection] = asyncio.Queue()

    async def open(self, gate: asyncio.Semaphore) -> None:
        async with gate:
            self.idle.put_nowait(await asyncio.open_connection(self.host, self.port, limit=1 << 20))

    async def watch(self, began: float, until: float) -> None:
        """One viewer."""
        etag, due = "", began + random.uniform(0, EVERY)
        while due < until:
            await asyncio.sleep(max(0, due - time.perf_counter()))
            self.told.late += time.perf_counter() - due > 1
            connection = await self.idle.get()
            try:
                etag = await self.ask(connection, etag)
            except (OSError, asyncio.IncompleteReadError):
                self.told.failed += 1
                connection = await asyncio.open_connection(self.host, self.port)
            self.idle.put_nowait(connection)
            due += EVERY

    async def ask(self, connection: Connection, etag: str) -> str:
        """The new ETag."""
        known = f"If-None-Match: {etag}\r\n" if etag else ""
        began = time.perf_counter()
        connection[1].write(
            f"GET {self.path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nUser-Agent: Mozilla/5.0 (bench)\r\n"
            f"Accept-Encoding: gzip, br\r\nCookie: cops_session=of-somebody\r\nHX-Request: true\r\n{known}\r\n".encode()
        )
        status, new, size = await asyncio.wait_for(answer_of(connection[0]), 30)
        self.told.times.append(time.perf_counter() - began)
        self.told.statuses[status] = self.told.statuses.get(status, 0) + 1
        self.told.bytes += size
        return new or etag


async def change(event: int, until: float) -> None:
    """As votes do: a count in a row, and no new version."""
    rows = [pk async for pk in Question.objects.filter(event=event).values_list("pk", flat=True)]
    while time.perf_counter() < until:
        chosen = Question.objects.filter(pk=random.choice(rows))
        await sync_to_async(chosen.update)(vote_count=F("vote_count") + 1)
        await asyncio.sleep(1 / VOTES_A_SECOND)


async def run(address: str, event: int, connections: int) -> Told:
    crowd, gate = Crowd(address, f"/shared/events/{event}/questions/"), asyncio.Semaphore(TOGETHER)
    await asyncio.gather(*(crowd.open(gate) for _ in range(connections)))
    began = time.perf_counter()
    until = began + SECONDS
    await asyncio.gather(change(event, until), *(crowd.watch(began, until) for _ in range(VIEWERS)))
    return crowd.told


def main(address: str, event: int, connections: int) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    told = asyncio.run(run(address, event, connections))
    times = sorted(told.times)
    print(
        json.dumps(
            {
                "viewers": VIEWERS,
                "connections": connections,
                "polls": len(times),
                "per_second": round(len(times) / SECONDS),
                "failed": told.failed,
                "late": told.late,
                "statuses": told.statuses,
                "kilobytes_each": round(told.bytes / max(len(times), 1) / 1000, 1),
                "p50_ms": round(times[len(times) // 2] * 1000, 1),
                "p99_ms": round(times[int(len(times) * 0.99)] * 1000, 1),
            }
        )
    )


if __name__ == "__main__":
    if len(sys.argv) == 1:
        print(new_event())
    else:
        main(sys.argv[1], *map(int, sys.argv[2:]))
