"""What questions and surveys add to an event: see events/added.py."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, CharField, Count, DateTimeField, DecimalField, IntegerField, QuerySet, Value
from django.template.loader import render_to_string
from django.urls import reverse

from events.added import Addition, OnPage, Step
from events.models import Event, Face

from .models import OWED, Audience, Kind, Phase, Question, Survey, SurveyState, takes_questions

QUESTIONS_SHOWN = 3


@dataclass(frozen=True)
class Asked:
    """A survey that takes answers now."""

    title: str
    audience: str
    url: str
    closing: datetime | None


@dataclass(frozen=True)
class Released:
    title: str
    mean: Decimal | None
    sd: Decimal | None
    answers: int
    url: str


@dataclass(frozen=True)
class Shown:
    text: str
    url: str
    votes: int


@dataclass
class Told:
    asked: list[Asked] = field(default_factory=list)
    released: list[Released] = field(default_factory=list)
    questions: list[Shown] = field(default_factory=list)


def on_page(event: Event, face: Face, now: datetime) -> OnPage:
    told = told_of(event, now)
    context = {
        "event": event,
        "face": face,
        "told": told,
        "takes_questions": takes_questions(event.group, event),
    }
    return OnPage(
        call=render_to_string("surveys/on_event_call.html", context) if told.asked else "",
        section=render_to_string("surveys/on_event_section.html", context),
    )


def told_of(event: Event, now: datetime) -> Told:
    """One query."""
    told = Told()
    for source, pk, text, kind, state, audience, follows, months, opens, closes, mean, sd, count in rows(event):
        if source == "question":
            told.questions.append(Shown(text, reverse("surveys:question", args=[pk]), count))
            continue
        survey = Survey(
            pk=pk,
            event=event,
            title=text,
            kind=kind,
            state=state,
            audience=audience,
            follows_event=follows,
            months_after=months,
            opens_at=opens,
            closes_at=closes,
        )
        if survey.phase_at(now) == Phase.OPEN:
            url = survey.get_absolute_url()
            told.asked.append(Asked(text, survey.get_audience_display(), url, survey.closing))
        if count is not None:
            told.released.append(Released(text, mean, sd, count, reverse("surveys:results", args=[pk])))
    return told


def rows(event: Event) -> QuerySet[Any, tuple]:
    """Surveys, and the questions that most want answered."""
    attached = Survey.objects.filter(event=event).order_by()
    surveys = attached.exclude(state=SurveyState.DRAFT).exclude(audience=Audience.LINK)  # a link is for its holders
    nothing, no = Value("", CharField()), Value(False, BooleanField())
    never, none = Value(None, DateTimeField()), Value(None, DecimalField())
    questions = Question.objects.published().filter(event=event).order_by("-vote_count", "-pk")
    chosen = Question.objects.filter(pk__in=questions.values("pk")[:QUESTIONS_SHOWN]).order_by()
    return surveys.values_list(
        Value("survey", CharField()),
        "pk",
        "title",
        "kind",
        "state",
        "audience",
        "follows_event",
        "months_after",
        "opens_at",
        "closes_at",
        "released_mean",
        "released_sd",
        "released_answers",
    ).union(
        chosen.values_list(
            Value("question", CharField()),
            "pk",
            "text",
            *[nothing] * 3,
            no,
            Value(0, IntegerField()),
            never,
            never,
            none,
            none,
            "vote_count",
        ),
        all=True,
    )


# --- After the event ----------------------------------------------------------------------------------------
def closing_steps(events: Sequence[Event]) -> dict[int, list[Step]]:
    """Two queries, however many events."""
    ids = [event.pk for event in events]
    surveys = {
        survey.event_id: survey for survey in Survey.objects.filter(event__in=ids, kind=Kind.SATISFACTION).order_by()
    }
    owing = Question.objects.filter(event__in=ids, state__in=OWED).order_by().values_list("event").annotate(Count("pk"))
    owed = dict(owing)
    return {pk: [evaluation_step(pk, surveys.get(pk)), questions_step(pk, owed.get(pk, 0))] for pk in ids}


def evaluation_step(event_id: int, survey: Survey | None) -> Step:
    """Required once a survey is attached: people have taken the trouble to answer."""
    if survey is None:
        detail = "ยังไม่ได้แนบแบบประเมิน (ถ้ามี)"
    elif survey.released_at:
        detail = f"เผยแพร่แล้ว ผู้ตอบ {survey.released_answers or 0:,} คน"
    else:
        detail = "ยังไม่ได้เผยแพร่ผล"
    return Step(
        key="evaluation",
        label="ผลประเมินความพึงพอใจ",
        is_done=bool(survey and survey.released_at),
        detail=detail,
        url=reverse("surveys:results", args=[survey.pk])
        if survey
        else reverse("surveys:event_surveys", args=[event_id]),
        is_required=survey is not None,
    )


def questions_step(event_id: int, owed: int) -> Step:
    return Step(
        key="questions",
        label="ตอบประเด็นคำถาม",
        is_done=not owed,
        detail=f"รอคำตอบ {owed:,} ข้อ" if owed else "ไม่มีคำถามค้าง",
        url=f"{reverse('surveys:question_queue')}?event={event_id}",
        is_required=False,
    )


ADDITION = Addition(on_page=on_page, closing_steps=closing_steps)
