"""Many people register for one event at once: `python -m bench.registrations <address>`; prints what came of it."""

import http.client
import json
import os
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "cops_portal.settings"
django.setup()

from django.utils import timezone  # noqa: E402  after setup

from accounts.models import User  # noqa: E402
from bench.seed import session_of  # noqa: E402
from events.models import Event, Registration  # noqa: E402
from groups.models import Group  # noqa: E402

PEOPLE, SEATS, CONNECTIONS = 500, 100, 32
TOKEN = "b" * 32  # the form's and the cookie's: that they agree is what Django checks


def new_event() -> Event:
    starts_at = timezone.now() + timedelta(days=30)
    return Event.objects.create(
        group=Group.objects.order_by("number")[0],
        fiscal_year=2500,
        number=Event.objects.filter(fiscal_year=2500).count() + 1,
        title="วัดการลงทะเบียน",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        hours=2,
        state="open",
        capacity=SEATS,
    )


def register(address: str, event: Event, sessions: list[str]) -> list[tuple[float, int]]:
    """Seconds and status of each, over one connection."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    body = urlencode({"csrfmiddlewaretoken": TOKEN, "action": "register", "mode": "vc"})
    answers = []
    for session in sessions:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"cops_session={session}; cops_csrf={TOKEN}",
        }
        began = time.perf_counter()
        connection.request("POST", f"/events/{event.pk}/registration/", body, headers)
        answer = connection.getresponse()
        answer.read()
        answers.append((time.perf_counter() - began, answer.status))
    return answers


def main(address: str) -> None:
    event = new_event()
    sessions = [session_of(user) for user in User.objects.filter(email__startswith="bench").order_by("pk")[:PEOPLE]]
    began = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        lots = threads.map(lambda place: register(address, event, sessions[place::CONNECTIONS]), range(CONNECTIONS))
        answers = [answer for lot in lots for answer in lot]
    took = time.perf_counter() - began
    times = sorted(seconds for seconds, _ in answers)
    seats = list(Registration.objects.filter(event=event).in_queue().values_list("seat", flat=True))
    print(
        json.dumps(
            {
                "sent": len(answers),
                "refused": sum(status != 302 for _, status in answers),
                "per_second": round(len(answers) / took),
                "p50_ms": round(statistics.median(times) * 1000),
                "p99_ms": round(times[int(len(times) * 0.99)] * 1000),
                "seated": seats.count("seated"),
                "waiting": seats.count("waiting"),
                "seats_went_to_the_first": seats == ["seated"] * SEATS + ["waiting"] * (len(seats) - SEATS),
            }
        )
    )


main(sys.argv[1])
