"""A survey's life: attached or begun, set up, published, closed; what it asks is in services.wording.

The survey's row is locked first (before it, the event's). Whoever sends an answer holds a share of that row, so the
acts that must not happen between an answer's check and its writing (`locked`) wait for it, and it for them.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from accounts.models import User
from core import pagecache
from events.models import Event, State
from events.services.registration import lock
from groups.models import Group
from groups.services import Refused

from ..audiences import belonging
from ..bands import band_set
from ..models import Audience, BandSet, Kind, Phase, Receipt, Section, Survey, SurveyState
from ..standard import fill, standard_forms
from .wording import GONE, duplicate, latest, problem_of

ONE_CLICK = timedelta(minutes=2)  # whoever makes the same again within this time has clicked twice
STANDARD = (Kind.SATISFACTION, Kind.FOLLOW_UP)
OF_EVENT = (Audience.ATTENDEES, Audience.REGISTERED)
FIRST_SECTION = "ตอนที่ 1"
COPIED = " (สำเนา)"


class Overtaken(Refused):
    """Somebody else has changed the settings since the form was given out."""

    def __init__(self, stored: Survey) -> None:
        super().__init__("มีผู้อื่นแก้ไขข้อมูลนี้แล้ว")
        self.stored = stored


@dataclass(frozen=True)
class Settings:
    """Everything about a survey but what it asks."""

    title: str
    intro: str
    audience: str
    is_anonymous: bool
    bands: BandSet
    follows_event: bool = False
    months_after: int = 2
    opens_at: datetime | None = None
    closes_at: datetime | None = None

    @classmethod
    def of(cls, survey: Survey) -> Self:
        return cls(**{name: getattr(survey, name) for name in cls.__dataclass_fields__})


# --- A new survey -----------------------------------------------------------------------------------------
@transaction.atomic
def attach(*, event: Event, kind: str, by: User, now: datetime | None = None) -> tuple[Survey, bool]:
    """The standard form, published at once, open by the event's clock; and whether it is new. Asking twice answers
    the survey that is there."""
    event = lock(event)
    now = now or timezone.now()
    if known := Survey.objects.filter(event=event, kind=kind).order_by("pk").first():
        return known, False
    if event.state == State.CANCELLED:
        raise Refused("กิจกรรมนี้ยกเลิกแล้ว จึงแนบแบบประเมินไม่ได้")
    form = standard_forms()[kind]
    survey = Survey(event=event, group=event.group, kind=kind, title=form["title"], intro=form["intro"])
    survey.follows_event, survey.bands, survey.created_by = True, band_set(), by
    if survey.closing and survey.closing <= now:
        raise Refused("เลยกำหนดรับคำตอบของแบบประเมินนี้แล้ว หากยังต้องการถาม กรุณาสร้างแบบสอบถามใหม่และกำหนดวันเอง")
    survey.save()
    fill(survey.versions.create(number=1), form["sections"])
    event.log(f"แนบ “{survey.title}”", by=by)
    return publish(survey=survey, by=by, now=now), True


@transaction.atomic
def begin(
    *,
    group: Group,
    event: Event | None = None,
    title: str,
    by: User,
    start: str = "",
    audience: str,
    is_anonymous: bool,
) -> tuple[Survey, bool]:
    """A draft, empty or from a standard form (`start` names its kind), and whether it is new."""
    group, event = locked_place(group, event)
    refuse_audience(audience, event, is_anonymous)
    twin = recent(group, event, by).filter(title=title, audience=audience).first()
    if twin is not None:
        return twin, False
    survey = Survey(group=group, event=event, title=title, audience=audience, is_anonymous=is_anonymous)
    survey.kind, survey.bands, survey.created_by = kind_for(start or Kind.OTHER, event), band_set(), by
    survey.follows_event = event is not None
    form = standard_forms().get(start)
    survey.intro = form["intro"] if form else ""
    survey.save()
    version = survey.versions.create(number=1)
    if form:
        fill(version, form["sections"])
    else:
        Section.objects.create(version=version, position=0, title=FIRST_SECTION)
    note(survey, f"สร้างร่าง “{survey.title}”", by)
    return survey, True


@transaction.atomic
def copy(*, survey: Survey, group: Group, event: Event | None = None, by: User) -> tuple[Survey, bool]:
    """A draft with the same questions, for the same or another group or event; and whether it is new."""
    group, event = locked_place(group, event)
    is_same_place = (survey.group_id, survey.event_id) == (group.pk, event.pk if event else None)
    title = survey.title if not is_same_place else f"{survey.title[: 200 - len(COPIED)]}{COPIED}"
    twin = recent(group, event, by).filter(title=title).first()
    if twin is not None:
        return twin, False
    draft = Survey(group=group, event=event, created_by=by, kind=kind_for(survey.kind, event))
    for name, value in vars(settings_for(Settings.of(survey), event)).items():
        setattr(draft, name, value)
    draft.title = title
    draft.save()
    duplicate(latest(survey), draft.versions.create(number=1))
    note(draft, f"คัดลอก “{survey.title}”", by)
    return draft, True


def settings_for(settings: Settings, event: Event | None) -> Settings:
    """Dates belong to the survey that was copied; without an event nobody attends."""
    audience = Audience.MEMBERS if event is None and settings.audience in OF_EVENT else settings.audience
    follows = settings.follows_event and event is not None
    return replace(settings, audience=audience, follows_event=follows, opens_at=None, closes_at=None)


def locked_place(group: Group, event: Event | None) -> tuple[Group, Event | None]:
    """An event's own group, or one of those that hold it with others; the event's row is locked, else the group's."""
    if event is None:
        group = Group.objects.select_for_update().get(pk=group.pk)
        if group.has_ended:
            raise Refused("กลุ่มนี้สิ้นสุดแล้ว จึงสร้างแบบสอบถามใหม่ไม่ได้")
        return group, None
    event = lock(event)
    if event.state == State.CANCELLED:
        raise Refused("กิจกรรมนี้ยกเลิกแล้ว จึงสร้างแบบประเมินไม่ได้")
    return event.group, event


def recent(group: Group, event: Event | None, by: User) -> QuerySet[Survey]:
    since = timezone.now() - ONE_CLICK
    return Survey.objects.filter(
        group=group, event=event, created_by=by, state=SurveyState.DRAFT, created_at__gt=since
    ).order_by("pk")


def kind_for(kind: str, event: Event | None) -> str:
    """An event has one standard survey of each kind; a further one is another survey."""
    if event is None and kind == Kind.FOLLOW_UP:
        return Kind.OTHER
    taken = event is not None and kind in STANDARD and Survey.objects.filter(event=event, kind=kind).exists()
    return Kind.OTHER if taken else kind


# --- Settings ---------------------------------------------------------------------------------------------
@transaction.atomic
def change_settings(
    *, survey: Survey, settings: Settings, revision: int, by: User, now: datetime | None = None
) -> Survey:
    """`revision` is of the settings that the editor was shown: `Overtaken` where others were faster."""
    row = locked(survey)
    now = now or timezone.now()
    before = Settings.of(row)
    if settings == before:
        return row
    if row.revision != revision:
        raise Overtaken(row)
    refuse_audience(settings.audience, row.event, settings.is_anonymous)
    was, has_answers = row.phase_at(now), Receipt.objects.filter(survey=row).exists()
    if has_answers:
        refuse_after_answers(before, settings)
    for name, value in vars(settings).items():
        setattr(row, name, value)
    if has_answers and was == Phase.CLOSED and row.phase_at(now) != Phase.CLOSED:
        raise Refused("แบบประเมินนี้ปิดรับคำตอบและแสดงผลแล้ว จึงเปิดรับอีกไม่ได้ กรุณาคัดลอกเป็นแบบประเมินใหม่")
    if settings.audience != before.audience:
        row.invited_up_to = last_row(row) if row.announced_at else 0
    row.revision += 1
    row.save(update_fields=[*vars(settings), "invited_up_to", "revision"])
    note(row, f"แก้ไขการตั้งค่าของ “{row.title}”", by)
    pagecache.changed()
    return row


def refuse_audience(audience: str, event: Event | None, is_anonymous: bool) -> None:
    if event is None and audience in OF_EVENT:
        raise Refused("แบบสอบถามของกลุ่มไม่มีผู้เข้าร่วมกิจกรรม กรุณาเลือกผู้ตอบอื่น")
    if audience == Audience.LINK and not is_anonymous:
        raise Refused("ผู้ตอบด้วยลิงก์ไม่ต้องเข้าสู่ระบบ จึงระบุชื่อผู้ตอบไม่ได้ กรุณาเลือกไม่ระบุชื่อ")


def refuse_after_answers(before: Settings, after: Settings) -> None:
    """What those who answered were promised; and one answer each, which a link cannot hold people to by name."""
    if before.is_anonymous != after.is_anonymous:
        raise Refused("มีผู้ตอบแล้ว จึงเปลี่ยนการระบุชื่อผู้ตอบไม่ได้")
    if before.audience != after.audience and Audience.LINK in (before.audience, after.audience):
        raise Refused("มีผู้ตอบแล้ว จึงเปลี่ยนเป็นหรือเปลี่ยนจากการตอบด้วยลิงก์ไม่ได้")


def last_row(survey: Survey) -> int:
    """Who belongs to the new audience already is not invited a second time; who joins it from now on is."""
    return belonging(survey).aggregate(last=Max("pk"))["last"] or 0


# --- Publishing, closing, deleting ------------------------------------------------------------------------
@transaction.atomic
def publish(*, survey: Survey, by: User, now: datetime | None = None) -> Survey:
    """The edited wording becomes the one that is asked; answers to an earlier one stay with it. Publishing twice is
    publishing once."""
    row = locked(survey)
    version = latest(row)
    if row.state == SurveyState.CLOSED:
        raise Refused("แบบประเมินนี้ปิดรับคำตอบแล้ว จึงเผยแพร่ถ้อยคำใหม่ไม่ได้")
    if version.published_at is None:
        if problem := problem_of(version):
            raise Refused(problem)
        version.published_at = now or timezone.now()
        version.save(update_fields=["published_at"])
        row.current = version
        row.state = SurveyState.PUBLISHED
        row.save(update_fields=["current", "state"])
        note(row, f"เผยแพร่ “{row.title}”{f' {version}' if version.number > 1 else ''}", by)
        pagecache.changed()
    return row


@transaction.atomic
def close(*, survey: Survey, by: User) -> Survey:
    """Before its time, or where it has none. Answers that are being written come in first. Closing twice is closing
    once."""
    row = locked(survey)
    if row.state == SurveyState.DRAFT:
        raise Refused("แบบประเมินนี้ยังเป็นร่าง จึงไม่มีสิ่งใดให้ปิด")
    if row.state != SurveyState.CLOSED:
        row.state = SurveyState.CLOSED
        row.reminded_up_to = None
        row.save(update_fields=["state", "reminded_up_to"])
        note(row, f"ปิดรับคำตอบ “{row.title}”", by)
        pagecache.changed()
    return row


@transaction.atomic
def delete_draft(*, survey: Survey, by: User) -> None:
    """Only what nobody was asked yet. Deleting twice is deleting once."""
    row = locked_or_none(survey)
    if row is None:
        return
    if row.state != SurveyState.DRAFT or Receipt.objects.filter(survey=row).exists():
        raise Refused("แบบประเมินนี้เผยแพร่แล้ว จึงลบไม่ได้ ปิดรับคำตอบได้")
    note(row, f"ลบร่าง “{row.title}”", by)
    row.delete()


# --- What the acts share ----------------------------------------------------------------------------------
def locked_or_none(survey: Survey) -> Survey | None:
    """With nobody's answer half-way in: the strongest lock waits for those who are sending one."""
    rows = Survey.objects.select_for_update(of=("self",)).select_related("group", "event", "bands", "current")
    return rows.filter(pk=survey.pk).first()


def locked(survey: Survey) -> Survey:
    row = locked_or_none(survey)
    if row is None:
        raise Refused(GONE)
    return row


def note(survey: Survey, text: str, by: Any) -> None:
    """In the log of the event that the survey belongs to."""
    if survey.event is not None:
        survey.event.log(text, by=by)
