"""A hall full of people evaluates an event at once: `python -m bench.surveys <address>`; prints what came of it.

Each has a session of their own, took part, and sends the standard form with its 20 answers over one of the connections;
every twentieth taps twice. The worker counts afterwards.
"""

import http.client
import json
import os
import random
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "cops_portal.settings"
django.setup()

from django.utils import timezone  # noqa: E402  after setup

from accounts.models import User  # noqa: E402
from bench.seed import session_of  # noqa: E402
from core import pagecache  # noqa: E402
from events.models import Attendance, Event, Mode, Source  # noqa: E402
from groups.models import Group  # noqa: E402
from surveys.bands import band_set  # noqa: E402
from surveys.form import Form, form_of  # noqa: E402
from surveys.models import ItemKind, Receipt, Response, Survey, SurveyState, SurveyVersion, Tally  # noqa: E402
from surveys.services.mixing import mix_due  # noqa: E402
from surveys.standard import fill, standard_forms  # noqa: E402

PEOPLE = int(os.environ.get("BENCH_ANSWERS", "10000"))
CONNECTIONS, TWICE = 64, 20
TOKEN = "b" * 32  # the form's and the cookie's: that they agree is what Django checks


def new_survey(people: list[User]) -> Survey:
    """Of an event that ended yesterday; everybody was there."""
    ended = timezone.now() - timedelta(days=1)
    group = Group.objects.order_by("number")[0]
    number = Event.objects.filter(fiscal_year=2500).count() + 1
    event = Event.objects.create(
        group=group, fiscal_year=2500, number=number, title="วัดการส่งแบบประเมิน", hours=2, state="ended",
        starts_at=ended - timedelta(hours=2), ends_at=ended, needs_evaluation=True,
    )  # fmt: skip
    Attendance.objects.bulk_create(
        (
            Attendance(event=event, user=person, person_key=f"u{person.pk}", mode=Mode.VC, source=Source.CODE)
            for person in people
        ),
        batch_size=1000,
    )
    form = standard_forms()["satisfaction"]
    survey = Survey.objects.create(
        group=group, event=event, bands=band_set(), title=form["title"], state="published", follows_event=True
    )
    version = SurveyVersion.objects.create(survey=survey, number=1, published_at=timezone.now())
    fill(version, form["sections"])
    survey.current = version
    survey.save()
    pagecache.changed()
    return survey


def filled(form: Form) -> str:
    values: dict[str, Any] = {"csrfmiddlewaretoken": TOKEN, "version": form.version}
    for item in form.items:
        if item.kind == ItemKind.LIKERT:
            values[item.name] = random.randint(1, 5)
        elif item.kind == ItemKind.SINGLE:
            values[item.name] = random.randrange(len(item.options))
        else:
            values[item.name] = "ขอให้จัดช่วงถามตอบนานขึ้น และส่งเอกสารล่วงหน้า"
    return urlencode(values)


def send(address: str, path: str, forms: list[tuple[str, str]]) -> list[tuple[float, bool]]:
    """Seconds of each, and whether it was taken (or had been), over one connection."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    answers = []
    for session, body in forms:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"cops_session={session}; cops_csrf={TOKEN}",
        }
        began = time.perf_counter()
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        was_taken = answer.status == 302 and (answer.headers["Location"] or "").endswith("/done/")
        answers.append((time.perf_counter() - began, was_taken))
    return answers


def main(address: str) -> None:
    people = list(User.objects.filter(email__startswith="bench").order_by("pk")[:PEOPLE])
    survey = new_survey(people)
    form = form_of(survey.current_id or 0)
    forms = [(session_of(person), filled(form)) for person in people]
    forms = [one for place, one in enumerate(forms) for _ in range(1 + (place % TWICE == 0))]
    print("ready", flush=True)
    sys.stdin.readline()  # what it costs is read from here on
    began = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        path = survey.get_absolute_url()
        lots = threads.map(lambda place: send(address, path, forms[place::CONNECTIONS]), range(CONNECTIONS))
        answers = [answer for lot in lots for answer in lot]
    took = time.perf_counter() - began
    print("sent", flush=True)
    sys.stdin.readline()
    times = sorted(seconds for seconds, _ in answers)
    receipts = Receipt.objects.filter(survey=survey)
    Survey.objects.filter(pk=survey.pk).update(state=SurveyState.CLOSED)  # until then the last few wait
    began = time.perf_counter()
    mix_due()
    counted = Tally.objects.get(version=form.version, item_id=0, by="")
    report = {
        "people": len(people),
        "sent": len(answers),
        "refused": sum(not was_taken for _, was_taken in answers),
        "per_second": round(len(answers) / took),
        "p50_ms": round(statistics.median(times) * 1000),
        "p99_ms": round(times[int(len(times) * 0.99)] * 1000),
        "receipts": receipts.values("user").distinct().count(),
        "answers": Response.objects.filter(version=form.version).count(),
        "counted": counted.count,
        "counted_in_seconds": round(time.perf_counter() - began, 1),
    }
    print(json.dumps(report))


main(sys.argv[1])
