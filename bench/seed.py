"""Databases to measure on: the demonstration, and the same with a hundred times the people."""

import os
import sys
from pathlib import Path

PEOPLE = 10_000
MEMBERSHIPS_EACH = 4
EVENTS_PER_GROUP = 250


def main() -> None:
    """Run in a process of its own: `python -m bench.seed <size>`; prints a member's session key and an event."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "cops_portal.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("prepare", demo=True, verbosity=0)
    if sys.argv[1] == "large":
        add_people()
        add_events()
    print(session_key(), event_id())


def add_people() -> None:
    from django.utils import timezone

    from accounts.models import Agency, User
    from groups.models import Group, Membership, State
    from groups.tasks import correct_counts

    if User.objects.count() > PEOPLE:
        return
    agencies = list(Agency.objects.values_list("pk", flat=True))
    people = User.objects.bulk_create(
        User(
            email=f"bench{i}@example.go.th",
            password="!",  # noqa: S106  nobody signs in with it
            title="นาย",
            given_name=f"ทดสอบ{i}",
            family_name="ปริมาณมาก",
            agency_id=agencies[i % len(agencies)],
        )
        for i in range(PEOPLE)
    )
    groups = list(Group.objects.order_by("number")[:14])
    now = timezone.now()
    Membership.objects.bulk_create(
        Membership(group=groups[(i + k * 3) % 14], user=person, state=State.ACTIVE, joined_at=now)
        for i, person in enumerate(people)
        for k in range(MEMBERSHIPS_EACH)
    )
    correct_counts()


def add_events() -> None:
    """A hundred times the events, and ten thousand seats in the one whose page is measured."""
    from datetime import timedelta

    from django.utils import timezone

    from accounts.models import User
    from core import thai
    from events.models import Event, Mode, Registration, Seat
    from groups.models import Group

    if Event.objects.count() > EVENTS_PER_GROUP:
        return
    now = timezone.now()
    rows = []
    for group in Group.objects.order_by("number")[:14]:
        for number in range(EVENTS_PER_GROUP):
            starts_at = now + timedelta(days=number * 5 - 1200, hours=number % 6)
            rows.append(
                Event(
                    group=group,
                    fiscal_year=thai.fiscal_year(starts_at),
                    number=1000 + number,
                    title=f"ครั้งที่ {number} ของกลุ่ม {group.number}",
                    starts_at=starts_at,
                    ends_at=starts_at + timedelta(hours=2),
                    hours=2,
                    state="complete" if starts_at < now else "open",
                )
            )
    Event.objects.bulk_create(rows)
    event = Event.objects.get(pk=event_id())
    taken = set(Registration.objects.filter(event=event).values_list("user_id", flat=True))
    Registration.objects.bulk_create(
        Registration(event=event, user=person, mode=Mode.VC, seat=Seat.SEATED)
        for person in User.objects.filter(email__startswith="bench")
        if person.pk not in taken
    )
    seated = Registration.objects.filter(event=event).seated().count()
    Event.objects.filter(pk=event.pk).update(seated_count=seated, capacity=None)


def event_id() -> int:
    """The coming event that has most people."""
    from events.models import Event

    return Event.objects.filter(state="open", visibility="public").order_by("-seated_count", "pk")[0].pk


def session_key(email: str = "staff@example.go.th") -> str:
    from accounts.models import User

    return session_of(User.objects.get(email=email))


def session_of(user: object) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "accounts.backend.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def environment(folder: Path, database_url: str = "") -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    env = {"SECRET_KEY": "bench", "EMBEDDED": "1", "DEMO": "1", "VAR_DIR": str(folder), "LOG_LEVEL": "ERROR"}
    return env | ({"DATABASE_URL": database_url} if database_url else {})


if __name__ == "__main__":
    main()
