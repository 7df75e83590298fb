"""What those who were there answered: believable, and alike each time; the receipt apart from the answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from accounts.models import User
from events.models import Attendance, ChannelKind
from groups.models import Membership
from surveys.form import FormItem, form_of
from surveys.models import About, ItemKind, Kind, Phase, Receipt, Response, Survey

Told = list[tuple[Survey, dict[str, Any]]]
CENTRAL, PROVINCE, DISTRICT, ELSEWHERE = range(4)  # places of the options, as in the standard form
ROOM, VCS, DOPA, YOUTUBE = range(4)
CAPITAL, REGIONS = 0, range(1, 7)
CHANNELS = {ChannelKind.ROOM: ROOM, ChannelKind.VCS: VCS, ChannelKind.DOPA: DOPA, ChannelKind.YOUTUBE: YOUTUBE}
# Of a hundred, how many work where: one of these per survey. And by which channel they take part.
FROM_WHERE = [(40, 36, 20, 4), (31, 42, 27, 0), (46, 30, 24, 0), (28, 37, 31, 4)]
BY_WHICH = {CENTRAL: (35, 40, 0, 25), PROVINCE: (0, 85, 0, 15), DISTRICT: (0, 12, 68, 20), ELSEWHERE: (10, 50, 0, 40)}
OFTEN = {"เพศ": (38, 56, 6), "ประเภทบุคลากร": (85, 3, 9, 2, 1), "ช่วงอายุ": (20, 38, 27, 15)}
# How far the answers to an aspect lie from the others, in levels.
LEANINGS = {
    "ด้านวิทยากรและผู้ดำเนินรายการ": 0.2,
    "ด้านเนื้อหา": 0.1,
    "ด้านระยะเวลาและช่องทาง": -0.15,
    "ด้านระบบภาพและเสียง": -0.3,
    "ด้านเอกสาร": -0.1,
    "ด้านภาพรวม": 0.15,
}
BEFORE, BEFORE_LEANING = "ก่อนเข้าร่วม", -1.2
PICTURE, FAR_AWAY_LEANING = "ด้านระบบภาพและเสียง", -0.4  # further at viewing sites
USUAL_LEVEL = 4.35


def collect(told: Told, now: datetime) -> None:
    """A receipt and a response each, of a part of those who were there, or who belong to the group."""
    attended = attendances(told)
    receipts: list[Receipt] = []
    responses: list[Response] = []
    for survey, row in told:
        if survey.current is None or survey.phase_at(now) == Phase.WAITING:
            continue
        chance = Random(f"{survey.title} {survey.event or ''}")  # noqa: S311  no secret: believable answers
        present = attended.get(survey.event_id or 0, [])
        people = respondents(survey, row, present)
        receipts += [Receipt(survey=survey, user=user) for user in people]
        responses += responses_of(survey, row, len(people), chance)
        mark_invited(survey, present)
    Receipt.objects.bulk_create(receipts)
    Response.objects.bulk_create(responses)
    Survey.objects.bulk_update([survey for survey, _ in told], ["announced_at", "invited_up_to"])


def attendances(told: Told) -> dict[int, list[Attendance]]:
    events = {survey.event for survey, _ in told if survey.event}
    rows = Attendance.objects.present().filter(event__in=events, user__isnull=False)
    by_event: dict[int, list[Attendance]] = {}
    for row in rows.select_related("user", "event").order_by("pk"):
        by_event.setdefault(row.event_id, []).append(row)
    return by_event


def mark_invited(survey: Survey, present: list[Attendance]) -> None:
    """When it was time; the worker goes on from there."""
    if present:
        survey.announced_at = survey.opening if survey.kind == Kind.FOLLOW_UP else present[0].event.ends_at
        survey.invited_up_to = present[-1].pk
    elif survey.event is None:
        survey.announced_at = survey.opening
        last = Membership.objects.active().filter(group=survey.group).order_by("-pk").first()
        survey.invited_up_to = last.pk if last else 0


# --- Who has answered -------------------------------------------------------------------------------------
def respondents(survey: Survey, told: dict[str, Any], present: list[Attendance]) -> list[User]:
    """Who has evaluated an event is written down there."""
    if survey.event is None:
        rows = Membership.objects.active().filter(group=survey.group).select_related("user").order_by("pk")
        return [row.user for place, row in enumerate(rows) if place % 5 not in (1, 4)]
    if survey.kind == Kind.SATISFACTION:
        leave_waiting(present, told.get("waits_for", ""))
        present = [row for row in present if row.has_evaluated]
    else:
        present = present[::2]
    return [row.user for row in present if row.user]


def leave_waiting(present: list[Attendance], email: str) -> None:
    for attendance in present:
        if attendance.user and attendance.user.email == email and attendance.has_evaluated:
            attendance.has_evaluated = False
            attendance.save(update_fields=["has_evaluated"])


# --- What they have answered ------------------------------------------------------------------------------
@dataclass(frozen=True)
class Person:
    """What somebody who answers is asked in part 1. The names of those who answered tell nothing of this."""

    level: int
    region: int
    channel: int
    mood: float


def responses_of(survey: Survey, told: dict[str, Any], count: int, chance: Random) -> list[Response]:
    assert survey.current is not None
    items = form_of(survey.current.pk).items
    level = told.get("level", USUAL_LEVEL)
    filled = [answers(items, person, level, chance) for person in people_of(survey, count, chance)]
    uses, wishes = [item for item in items if item.is_text]
    improve = [*told.get("improve", []), *told.get("hidden", [])]
    improve += [text for theme in told.get("themes", []) for text in theme["remarks"]]
    for item, texts in ((uses, told.get("use", [])), (wishes, improve)):
        for answer, text in zip(chance.sample(filled, min(len(filled), len(texts))), texts, strict=False):
            answer[str(item.pk)] = text
    return [Response(version=survey.current, answers=answer) for answer in filled]


def people_of(survey: Survey, count: int, chance: Random) -> Iterator[Person]:
    kinds = survey.event.channels.values_list("kind", flat=True) if survey.event else []
    ways = {CHANNELS[ChannelKind(kind)] for kind in kinds} or {VCS}
    shares = chance.choice(FROM_WHERE)
    regions = chance.sample(REGIONS, 3)
    for _ in range(count):
        level = chance.choices(range(4), shares)[0]
        region = CAPITAL if level == CENTRAL else chance.choices(regions, (5, 3, 2))[0]
        weights = [weight if way in ways else 0 for way, weight in enumerate(BY_WHICH[level])]
        yield Person(level, region, chance.choices(range(4), weights)[0], chance.gauss(0, 0.35))


def answers(items: tuple[FormItem, ...], person: Person, level: float, chance: Random) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in items:
        if item.is_text or (not item.is_required and item.kind != ItemKind.SEVERAL and chance.random() < 0.06):
            continue
        match item.kind:
            case ItemKind.LIKERT:
                found[str(item.pk)] = liked(item, person, level, chance)
            case ItemKind.SEVERAL:
                found[str(item.pk)] = sorted(chance.sample(range(len(item.options)), chance.choice([1, 1, 2, 2, 3])))
            case _:
                found[str(item.pk)] = chosen(item, person, chance)
    return found


def liked(item: FormItem, person: Person, level: float, chance: Random) -> int:
    leaning = BEFORE_LEANING if BEFORE in item.text else LEANINGS.get(item.aspect, 0)
    if item.aspect == PICTURE and person.channel == DOPA:
        leaning += FAR_AWAY_LEANING
    return max(1, min(5, round(level + leaning + person.mood + chance.gauss(0, 0.5))))


def chosen(item: FormItem, person: Person, chance: Random) -> int:
    match item.about:
        case About.LEVEL:
            return person.level
        case About.REGION:
            return person.region
        case About.CHANNEL:
            return person.channel
    places = range(len(item.options))
    weights = OFTEN.get(item.text) or [len(places) - place for place in places]
    return chance.choices(places, weights)[0]
