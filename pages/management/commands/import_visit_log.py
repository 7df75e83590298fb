"""Count the pages that a proxy in front served from its own cache: the portal never saw those requests.

The log has one line per page, as nginx writes it with
    log_format visits escape=json '$msec $remote_addr "$uri" "$http_user_agent"';
May run as often as wished: how far a log was counted is saved together with the counts. After a rotation the
rest of `<path>.1` is counted first.
"""

import json
import re
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from core.visitors import LONGEST_AGENT, Visit
from pages.models import VisitLog
from pages.visits import record

LINE = re.compile(r'(\d{9,11}(?:\.\d+)?) (\S+) ("(?:[^"\\]|\\.)*") ("(?:[^"\\]|\\.)*")\s*')
BATCH = 5_000  # lines in one transaction


class Command(BaseCommand):
    help = "Count visits from a log of pages that a proxy served from its cache; goes on where it stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)

    def handle(self, *, path: Path, **options: Any) -> None:
        path = path.resolve()
        if not path.is_file():
            raise CommandError(f"{path} is not a file")
        VisitLog.objects.get_or_create(path=str(path))
        counted = 0
        while lines := count_batch(path):
            counted += lines
        self.stdout.write(f"{counted} lines")


@transaction.atomic
def count_batch(path: Path) -> int:
    """Count the next lines and save the place behind them; 0 when there are none."""
    place = VisitLog.objects.select_for_update().get(path=str(path))
    lines = next_lines(path, place)
    record(visit for line in lines if (visit := parse(line)))
    place.save()
    return len(lines)


def next_lines(path: Path, place: VisitLog) -> list[bytes]:
    now = path.stat()
    rotated = path.with_name(f"{path.name}.1")
    if place.inode != now.st_ino:
        if rotated.is_file() and rotated.stat().st_ino == place.inode and (lines := read_on(rotated, place)):
            return lines
        place.inode, place.offset = now.st_ino, 0
    if now.st_size < place.offset:  # emptied in place
        place.offset = 0
    return read_on(path, place)


def read_on(path: Path, place: VisitLog) -> list[bytes]:
    lines = []
    with path.open("rb") as file:
        file.seek(place.offset)
        for line in islice(file, BATCH):
            if not line.endswith(b"\n"):
                break  # still being written
            lines.append(line)
            place.offset += len(line)
    return lines


def parse(line: bytes) -> Visit | None:
    found = LINE.fullmatch(line.decode("utf-8", "replace"))
    if not found:
        return None
    at, address, _, agent = found.groups()
    try:
        return Visit(float(at), address, json.loads(agent)[:LONGEST_AGENT])
    except ValueError:
        return None
