"""What staff have asked, and what became of it, from surveys/data/demo.json; days count from the day of loading."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Agency, User
from core import thai
from events.models import Event
from groups.models import Group, Membership, Role
from surveys.models import OWED, PUBLISHED, Question, QuestionState, QuestionStep, Vote, Way

APART = ("executive@example.go.th", "admin@example.go.th", "outsider@example.go.th")  # only look on
OFFICER = "officer@example.go.th"  # stands in where a group has no facilitator any more
OPENING = time(8, 40)
CHECKED_AFTER, LIVE_CHECKED_AFTER = timedelta(hours=2), timedelta(minutes=2)
Kind = QuestionStep.Kind


@dataclass
class Cast:
    """Who asks, who answers, and where: read once."""

    people: dict[str, User]
    groups: dict[str, Group]
    events: dict[str, Event]
    agencies: dict[str, Agency]
    roles: dict[tuple[int, str], list[User]] = field(default_factory=dict)
    asked: Counter[int] = field(default_factory=Counter)

    @classmethod
    def read(cls) -> "Cast":
        cast = cls(
            people={user.email: user for user in User.objects.order_by("pk")},
            groups={group.slug: group for group in Group.objects.all()},
            events={event.title: event for event in Event.objects.select_related("group").order_by("pk")},
            agencies={agency.code: agency for agency in Agency.objects.filter(code__startswith="ops-")},
        )
        for row in Membership.objects.active().select_related("user").order_by("pk"):
            cast.roles.setdefault((row.group_id, row.role), []).append(row.user)
        return cast

    def facilitator(self, group: Group) -> User:
        return self.roles.get((group.pk, Role.FACILITATOR), [self.people[OFFICER]])[0]

    def checker(self, group: Group, place: int) -> User:
        recorders = self.roles.get((group.pk, Role.RECORDER), [])
        return recorders[0] if recorders and place % 2 else self.facilitator(group)

    def asker(self, group: Group, email: str = "") -> User:
        """Of the members who are nothing more, one who has asked least so far."""
        members = self.roles.get((group.pk, Role.MEMBER)) or list(self.people.values())
        able = [user for user in members if user.email not in APART]
        asker = self.people[email] if email else min(able, key=lambda user: self.asked[user.pk])
        self.asked[asker.pk] += 1
        return asker


def load_questions(rows: list[dict[str, Any]], cast: Cast, now: datetime) -> int:
    """Answer how many were added."""
    if Question.objects.exists():
        return 0
    rows = [row for row in rows if row["group"] in cast.groups and row.get("event", "") in {"", *cast.events}]
    told = [(question_of(row, place, cast, now), row) for place, row in enumerate(rows)]
    told.sort(key=lambda pair: pair[0].created_at)
    merged = join(told)
    steps = [
        step for place, (question, row) in enumerate(told) for step in steps_of(question, row, place, cast, merged)
    ]
    Question.objects.bulk_create(question for question, _ in told if question not in merged)
    Question.objects.bulk_create(merged)
    QuestionStep.objects.bulk_create(steps)
    voters = [user for email, user in cast.people.items() if email not in APART]
    Vote.objects.bulk_create(
        vote for place, (question, row) in enumerate(told) for vote in votes_of(question, row, place, voters, merged)
    )
    return len(told)


def join(told: list[tuple[Question, dict[str, Any]]]) -> list[Question]:
    """Set into which question others were merged; answer those."""
    by_text = {question.text: question for question, _ in told}
    merged = []
    for question, row in told:
        if "merged_into" in row:
            question.merged_into = by_text[row["merged_into"]]
            merged.append(question)
    return merged


# --- A question -------------------------------------------------------------------------------------------
def question_of(row: dict[str, Any], place: int, cast: Cast, now: datetime) -> Question:
    group, event = cast.groups[row["group"]], cast.events.get(row.get("event", ""))
    state = row["state"]
    question = Question(
        group=event.group if event else group,
        event=event,
        text=row["text"],
        detail=row.get("detail", ""),
        asker=cast.asker(group, row.get("asker", "")),
        is_anonymous=row.get("anonymous", False),
        state=state,
        created_at=min(now, asked_at(row, place, event, now)),
        reason=row.get("reason", ""),
        is_being_answered=row.get("now", False),
        vote_count=0 if state == QuestionState.MERGED else row["votes"],
    )
    if state in PUBLISHED:
        question.published_at = min(now, question.created_at + checked_after(row))
    if state in OWED:
        question.owed_since = question.published_at
    if "agency" in row:
        question.agency = cast.agencies[row["agency"]]
        question.owed_since = routed_at(question, row) if state in OWED else None
    if state == QuestionState.ANSWERED:
        question.answered_how, question.answer = row["how"], row["answer"]
        question.answered_by = cast.people[row["by"]] if "by" in row else cast.facilitator(group)
        question.answered_at = min(now, answered_at(question, row))
    return question


def asked_at(row: dict[str, Any], place: int, event: Event | None, now: datetime) -> datetime:
    """Some days ago, some days before its event, or some minutes after the event began."""
    if event is None or "days" in row:
        return in_office_hours(now - timedelta(days=row["days"]), place)
    if "minutes" in row:
        return event.starts_at + timedelta(minutes=row["minutes"])
    return in_office_hours(event.starts_at - timedelta(days=row["before"]), place)


def in_office_hours(moment: datetime, place: int) -> datetime:
    day = thai.local_date(moment)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, OPENING)) + timedelta(minutes=place * 37 % 290)


def checked_after(row: dict[str, Any]) -> timedelta:
    return LIVE_CHECKED_AFTER if "minutes" in row else CHECKED_AFTER


def answered_at(question: Question, row: dict[str, Any]) -> datetime:
    event = question.event
    if row["how"] == Way.LIVE and event is not None:
        if "answered_minute" in row:
            return event.starts_at + timedelta(minutes=row["answered_minute"])
        return event.starts_at + (event.ends_at - event.starts_at) * 0.7
    return worked_on(question.created_at + timedelta(days=row["after"], hours=1))


def routed_at(question: Question, row: dict[str, Any]) -> datetime:
    """An agency that has answered needed most of the time for it."""
    share = 1 if question.state in OWED else 0.4
    return worked_on(question.created_at + timedelta(days=row["after"]) * share + timedelta(minutes=25))


def worked_on(moment: datetime) -> datetime:
    while moment.astimezone(thai.BANGKOK).weekday() > 4:
        moment -= timedelta(days=1)
    return moment


# --- What became of it ------------------------------------------------------------------------------------
def steps_of(
    question: Question, row: dict[str, Any], place: int, cast: Cast, merged: list[Question]
) -> list[QuestionStep]:
    """As the services write them: each act of a moderator raises the revision."""
    acts = list(acts_of(question, row, cast.checker(question.group, place), cast, merged))
    question.revision = len(acts)
    asked = QuestionStep(question=question, kind=Kind.ASKED, by=question.asker, at=question.created_at)
    return [asked, *sorted(acts, key=lambda step: step.at)]


def acts_of(
    question: Question, row: dict[str, Any], checker: User, cast: Cast, merged: list[Question]
) -> Iterator[QuestionStep]:
    facilitator = cast.facilitator(question.group)
    if "formerly" in row:
        early = question.created_at + checked_after(row) * 0.8
        yield QuestionStep(question=question, kind=Kind.REWORDED, text=row["formerly"], by=checker, at=early)
    if question.published_at:
        yield QuestionStep(question=question, kind=Kind.PUBLISHED, by=checker, at=question.published_at)
    if question.agency:
        at = routed_at(question, row)
        yield QuestionStep(question=question, kind=Kind.ROUTED, text=str(question.agency), by=facilitator, at=at)
    if question.answered_at:
        how, by = Way(question.answered_how).label, question.answered_by
        yield QuestionStep(question=question, kind=Kind.ANSWERED, text=how, by=by, at=question.answered_at)
    if question.state == QuestionState.REFUSED:
        at = worked_on(question.created_at + timedelta(days=row["after"]))
        yield QuestionStep(question=question, kind=Kind.REFUSED, text=question.reason, by=cast.people[row["by"]], at=at)
    yield from merging(question, merged, checker)


def merging(question: Question, merged: Iterable[Question], checker: User) -> Iterator[QuestionStep]:
    if question.merged_into:
        text = f"รวมเข้ากับคำถาม “{question.merged_into.text}”"
        at = question.created_at + CHECKED_AFTER
        yield QuestionStep(question=question, kind=Kind.MERGED, text=text, by=checker, at=at)
    joined = [other for other in merged if other.merged_into == question]
    if joined:
        text = f"ผู้สนใจเพิ่มขึ้น {len(joined):,} คน"
        at = max(other.created_at for other in joined) + CHECKED_AFTER
        yield QuestionStep(question=question, kind=Kind.MERGED, text=text, by=checker, at=at)


# --- Who wants to know it, too ----------------------------------------------------------------------------
def votes_of(
    question: Question, row: dict[str, Any], place: int, people: list[User], merged: list[Question]
) -> Iterator[Vote]:
    """The asker first; whose question was merged into this one asks it as well."""
    askers = [question.asker, *(other.asker for other in merged if other.merged_into == question)]
    start = place * 11 % len(people)
    turned = [*people[start:], *people[:start]]
    first = [user for user in people if user.email == row.get("voted_by")]
    others = [user for user in dict.fromkeys([*first, *turned]) if user not in askers]
    chosen = [*askers, *others][: question.vote_count]
    return (Vote(question=question, user=user, is_asker=user in askers) for user in chosen)
