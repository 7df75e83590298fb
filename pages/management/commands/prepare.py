"""`manage.py prepare`: bring database, reference data and static files up to date. Safe to run again."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from accounts.reference import load_agencies
from groups.reference import load_groups
from pages.demo import load_demo


class Command(BaseCommand):
    help = "Migrate, create the cache table, load agencies and groups, collect static files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="also load the demonstration content")

    def handle(self, *, demo: bool, **options: Any) -> None:
        Path(settings.VAR_DIR).mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        self.say("หน่วยงาน", load_agencies())
        self.say("กลุ่ม", load_groups())
        if demo:
            self.say("ข้อมูลสาธิต", load_demo())
        self.collect_static()

    def say(self, what: str, added: int) -> None:
        if added:
            self.stdout.write(f"{what}: +{added}")

    def collect_static(self) -> None:
        """Hashing and compressing takes seconds, so only when a source file has changed."""
        stamp = Path(settings.STATIC_ROOT) / ".sources"
        sources = fingerprint()
        if not stamp.exists() or stamp.read_text() != sources:
            call_command("collectstatic", verbosity=0, interactive=False, clear=True)
            stamp.write_text(sources)


def fingerprint() -> str:
    digest = hashlib.sha256()
    for line in sorted(describe_sources()):
        digest.update(line.encode())
    return digest.hexdigest()


def describe_sources() -> Iterator[str]:
    for finder in get_finders():
        for path, storage in finder.list([]):
            file = Path(storage.path(path))
            status = file.stat()
            yield f"{file} {status.st_size} {status.st_mtime_ns}\n"
