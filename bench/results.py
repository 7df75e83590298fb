"""What results cost once a hundred thousand have answered: `python -m bench.results <rounds>`; prints a table."""

import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "cops_portal.settings"
django.setup()

from django.core.cache import caches  # noqa: E402  after setup
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from core import fragments, pagecache  # noqa: E402
from groups.models import Group  # noqa: E402
from surveys.bands import band_set  # noqa: E402
from surveys.counting import tallies, without_texts  # noqa: E402
from surveys.form import Form, form_of  # noqa: E402
from surveys.models import ItemKind, Response, Survey, SurveyVersion  # noqa: E402
from surveys.results import results_of  # noqa: E402
from surveys.services import mixing, releasing  # noqa: E402
from surveys.standard import fill, standard_forms  # noqa: E402

PEOPLE, LOT = 100_000, 10_000
random.seed(2570)


def answered(people: int) -> Survey:
    """As the worker leaves it: counted, and released."""
    form = standard_forms()["satisfaction"]
    group = Group.objects.order_by("number")[0]
    survey = Survey.objects.create(
        group=group, bands=band_set(), title=form["title"], state="closed", kind="other", audience="signed_in"
    )
    version = SurveyVersion.objects.create(survey=survey, number=1, published_at=timezone.now(), counted=people)
    fill(version, form["sections"])
    survey.current = version
    survey.save()
    asked = form_of(version.pk)
    for lot in range(0, people, LOT):
        rows = list(answers(asked, min(LOT, people - lot)))
        mixing.count(version, tallies(asked, rows))
        Response.objects.bulk_create(
            (Response(version=version, answers=without_texts(asked, row), is_counted=True) for row in rows),
            batch_size=1000,
        )
    return releasing.release(survey=survey, by=officer())


def answers(form: Form, people: int) -> Iterator[dict[str, Any]]:
    for _ in range(people):
        yield {
            str(item.pk): random.randint(1, 5) if item.kind == ItemKind.LIKERT else random.randrange(len(item.options))
            for item in form.items
            if not item.is_text
        }


def officer() -> User:
    return User.objects.filter(is_km_officer=True).order_by("pk")[0]


def cold() -> None:
    caches["local"].clear()
    fragments.forget()
    pagecache.forget()


def measured(act: Callable[[], Any], rounds: int) -> tuple[float, int]:
    """Median milliseconds and queries, of a process that has kept nothing."""
    times = []
    act()
    for _ in range(rounds):
        cold()
        with CaptureQueriesContext(connection) as queries:
            began = time.perf_counter()
            act()
            times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000, len(queries)


def main(rounds: int) -> None:
    visitor, runs = Client(), Client()
    runs.force_login(officer())
    print(f"\n{'results, nothing kept':<44}{'answers':>9}{'ms':>9}{'queries':>9}")
    for people in (100, PEOPLE):
        survey = answered(people)
        acts: dict[str, tuple[Callable[[], Any], int]] = {
            "put together": (lambda survey=survey: results_of(survey), rounds),
        }
        for name, client, ending, most in (
            ("page, visitor", visitor, "/", rounds),
            ("page, KM officer", runs, "/", rounds),
            ("CSV", visitor, ".csv", rounds),
            ("DOCX", runs, ".docx", 3),
            ("XLSX, with every answer", runs, ".xlsx", 1),
        ):
            address = f"/surveys/{survey.pk}/results{ending}"
            acts[name] = (lambda client=client, address=address: client.get(address, HTTP_HOST="127.0.0.1"), most)
        for name, (act, most) in acts.items():
            took, queries = measured(act, most)
            print(f"{name:<44}{people:>9,}{took:>9.1f}{queries:>9}", flush=True)


main(int(sys.argv[1]))
