"""Databases to measure on: the demonstration, and the same with a hundred times the people."""

import os
import sys
from pathlib import Path

PEOPLE = 7_000
MEMBERSHIPS_EACH = 4


def main() -> None:
    """Run in a process of its own: `python -m bench.seed <size>`; prints a session key of a member."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "cops_portal.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("prepare", demo=True, verbosity=0)
    if sys.argv[1] == "large":
        add_people()
    print(session_key())


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


def session_key() -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from accounts.models import User

    user = User.objects.get(email="staff@example.go.th")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def environment(folder: Path, database_url: str = "") -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    env = {"SECRET_KEY": "bench", "EMBEDDED": "1", "DEMO": "1", "VAR_DIR": str(folder), "LOG_LEVEL": "ERROR"}
    return env | ({"DATABASE_URL": database_url} if database_url else {})


if __name__ == "__main__":
    main()
