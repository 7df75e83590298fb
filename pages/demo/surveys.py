"""Questions, and surveys with what was answered to them, from surveys/data/demo.json.

Answers are counted, mixed and released by the same services as anybody's; only the dates are set back.
"""

import json
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core import pagecache, thai
from events.models import Event
from groups.models import Group
from surveys.bands import band_set, load_band_sets
from surveys.models import Audience, Kind, Phase, Question, Remark, Survey, SurveyState, SurveyVersion, Theme
from surveys.services.mixing import mix_due
from surveys.services.releasing import release
from surveys.standard import fill, standard_forms

from .answers import collect
from .questions import Cast, load_questions

CONTENT = Path(settings.BASE_DIR) / "surveys" / "data" / "demo.json"
RELEASED_AFTER = timedelta(days=2)
MORNING, EVENING = time(8, 30), time(16, 30)


@transaction.atomic
def load_surveys(path: Path = CONTENT) -> int:
    """Answer how many questions and surveys were added."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    now = timezone.now()
    load_band_sets()
    if Question.objects.exists() and Survey.objects.exists():
        return 0
    cast = Cast.read()
    added = load_questions(content["questions"], cast, now) + load_forms(content, cast, now)
    if added:
        pagecache.changed()
    return added


def load_forms(content: dict[str, Any], cast: Cast, now: datetime) -> int:
    if Survey.objects.exists():
        return 0
    attached = [{"event": title} for title in content["attached"]]
    told = [
        (of_event(cast.events[row["event"]], kind, cast, now), row)
        for kind, rows in (
            (Kind.SATISFACTION, content["results"] + content["open"] + attached),
            (Kind.FOLLOW_UP, content["follow_ups"]),
        )
        for row in rows
        if row["event"] in cast.events
    ]
    told += [
        (of_group(cast.groups[row["group"]], row, cast, now), row)
        for row in content["surveys"]
        if row["group"] in cast.groups
    ]
    collect(told, now)
    mix_due()
    for survey, row in told:
        if "note" in row and survey.phase_at(now) == Phase.CLOSED:
            sort_remarks(survey, row)
            show(survey, row["note"], cast, now)
    return len(told)


# --- The forms --------------------------------------------------------------------------------------------
def of_event(event: Event, kind: Kind, cast: Cast, now: datetime) -> Survey:
    form = standard_forms()[kind]
    survey = Survey(event=event, group=event.group, kind=kind, title=form["title"], intro=form["intro"])
    survey.follows_event = True
    survey.created_at = min(now, event.created_at + timedelta(days=1))
    return begun(survey, form["sections"], cast, survey.created_at)


def of_group(group: Group, row: dict[str, Any], cast: Cast, now: datetime) -> Survey:
    """For its members; open between two days, or a draft."""
    survey = Survey(group=group, kind=Kind.OTHER, audience=Audience.MEMBERS, is_anonymous=row["is_anonymous"])
    survey.title, survey.intro = row["title"], row["intro"]
    if "opened" not in row:
        survey.created_at = now - timedelta(days=2)
        return begun(survey, row["sections"], cast, None)
    survey.opens_at, survey.closes_at = days_ago(now, row["opened"], MORNING), days_ago(now, row["closed"], EVENING)
    survey.created_at = survey.opens_at - timedelta(days=1)
    return begun(survey, row["sections"], cast, survey.opens_at)


def days_ago(now: datetime, days: int, hour: time) -> datetime:
    return timezone.make_aware(datetime.combine(thai.local_date(now) - timedelta(days=days), hour))


def begun(survey: Survey, sections: list[dict[str, Any]], cast: Cast, published_at: datetime | None) -> Survey:
    survey.bands, survey.created_by = band_set(), cast.facilitator(survey.group)
    survey.save()
    version = SurveyVersion.objects.create(survey=survey, number=1, published_at=published_at)
    fill(version, sections)
    if published_at:
        survey.state, survey.current = SurveyState.PUBLISHED, version
        survey.save(update_fields=["state", "current"])
    return survey


# --- The results ------------------------------------------------------------------------------------------
def sort_remarks(survey: Survey, row: dict[str, Any]) -> None:
    """Read by the facilitator: most are shown, some under a theme that was replied to."""
    theme_of: dict[str, Theme] = {}
    for told in row.get("themes", []):
        theme = Theme.objects.create(survey=survey, title=told["title"], reply=told["reply"])
        theme_of |= dict.fromkeys(told["remarks"], theme)
    remarks = list(Remark.objects.filter(version__survey=survey))
    for remark in remarks:
        is_hidden = remark.text in row.get("hidden", [])
        remark.state = Remark.State.HIDDEN if is_hidden else Remark.State.SHOWN
        remark.theme = theme_of.get(remark.text)
    Remark.objects.bulk_update(remarks, ["state", "theme"])


def show(survey: Survey, note: str, cast: Cast, now: datetime) -> None:
    by = cast.facilitator(survey.group)
    release(survey=survey, by=by, note=note)
    if survey.closing:
        Survey.objects.filter(pk=survey.pk).update(released_at=min(now, survey.closing + RELEASED_AFTER))
