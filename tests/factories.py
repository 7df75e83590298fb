"""Rows for tests. Keyword-only; whatever a test does not name gets a plain value."""

from datetime import timedelta
from itertools import count
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import F
from django.utils import timezone

from accounts.models import Agency, Level, User
from core import thai
from events.models import Attendance, Certificate, CertificateSeries, Event, Mode, Registration, Seat, Source
from events.models import State as EventState
from events.rosters.names import name_key
from groups.models import Group, Membership, Stage, State
from surveys.bands import band_set
from surveys.models import Kind, Question, QuestionState, Survey, SurveyState, SurveyVersion, Vote
from surveys.standard import fill, standard_forms

_serial = count(1)


def make_agency(*, name: str = "กองคลัง", **fields: Any) -> Agency:
    return Agency.objects.create(code=fields.pop("code", f"test-{next(_serial)}"), name=name, **fields)


def make_user(
    *,
    email: str = "",
    password: str = "a-long-test-password-2570",
    given_name: str = "สมาชิก",
    family_name: str = "ตัวอย่าง",
    title: str = "นางสาว",
    **fields: Any,
) -> User:
    """A person whose e-mail address is verified."""
    email = email or f"person{next(_serial)}@example.go.th"
    user = User.objects.create_user(
        email, password, title=title, given_name=given_name, family_name=family_name, **fields
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_group(*, number: int | None = None, slug: str = "", name: str = "", **fields: Any) -> Group:
    serial = next(_serial)
    return Group.objects.create(
        number=number if number is not None else 100 + serial,
        slug=slug or f"group-{serial}",
        name=name or f"ทดสอบ {serial}",
        **{"purpose": "แลกเปลี่ยนวิธีทำงาน", "stage": Stage.ACTIVE, **fields},
    )


def make_membership(*, group: Group, user: User | None = None, **fields: Any) -> Membership:
    """An active membership unless told otherwise; the group's count is kept in step."""
    row = Membership.objects.create(
        group=group,
        user=user or make_user(),
        **{"state": State.ACTIVE, "joined_at": timezone.now(), **fields},
    )
    if row.is_active:
        Group.objects.filter(pk=group.pk).update(member_count=F("member_count") + 1)
        group.refresh_from_db(fields=["member_count"])
    return row


def make_event(*, group: Group | None = None, title: str = "ตรวจสอบพัสดุประจำปี", **fields: Any) -> Event:
    """Open for registration, in three days, two hours and a half long."""
    group = group or make_group()
    starts_at = fields.pop("starts_at", timezone.now() + timedelta(days=3))
    fields.setdefault("ends_at", starts_at + timedelta(hours=2, minutes=30))
    fields.setdefault("fiscal_year", thai.fiscal_year(starts_at))
    taken = Event.objects.filter(group=group, fiscal_year=fields["fiscal_year"]).count()
    return Event.objects.create(
        group=group,
        title=title,
        starts_at=starts_at,
        **{
            "number": taken + 1,
            "state": EventState.OPEN,
            "hours": 2.5,
            "created_at": starts_at - timedelta(days=30),
            **fields,
        },
    )


def make_registration(*, event: Event, user: User | None = None, **fields: Any) -> Registration:
    """A seat, with the event's counts kept in step."""
    row = Registration.objects.create(
        event=event, user=user or make_user(), **{"mode": Mode.VC, "seat": Seat.SEATED, **fields}
    )
    counts = {"seated_count": Seat.SEATED, "waiting_count": Seat.WAITING}
    for name, seat in counts.items():
        setattr(event, name, event.registrations.filter(seat=seat).count())
    event.save(update_fields=list(counts))
    return row


def make_attendance(*, event: Event, user: User | None = None, **fields: Any) -> Attendance:
    """Present on-line; with a `full_name` and no user, somebody without an account. Counts are not touched."""
    if user is None and "full_name" not in fields:
        user = make_user()
    name = user.get_full_name() if user else fields["full_name"]
    return Attendance.objects.create(
        event=event,
        user=user,
        **{
            "person_key": f"u{user.pk}" if user else f"n:{name}",
            "name_key": name_key(name),
            "agency": user.agency if user else None,
            "level": Level.CENTRAL,
            "mode": Mode.VC,
            "source": Source.HAND,
            **fields,
        },
    )


def make_certificate(*, event: Event, user: User | None = None, **fields: Any) -> Certificate:
    """As it is issued for somebody present; `attended=False` leaves the attendance out."""
    user = user or make_user()
    if fields.pop("attended", True):
        make_attendance(event=event, user=user)
    series, _ = CertificateSeries.objects.get_or_create(fiscal_year=event.fiscal_year)
    series.last_number = fields.setdefault("number", series.last_number + 1)
    series.save()
    return Certificate.objects.create(
        event=event,
        user=user,
        **{
            "fiscal_year": event.fiscal_year,
            "name": user.get_full_name(),
            "group_name": f"{event.group.number} {event.group.name}",
            "topic": event.title,
            "hours": event.hours,
            "mode_text": "ผ่านระบบวีดิทัศน์ทางไกล",
            "given_on": thai.local_date(event.ends_at),
            **fields,
        },
    )


def make_question(*, group: Group | None = None, event: Event | None = None, **fields: Any) -> Question:
    """Published and waiting for an answer, with its asker's vote."""
    fields.setdefault("state", QuestionState.WAITING)
    if fields["state"] not in (QuestionState.PENDING, QuestionState.REFUSED):
        fields.setdefault("published_at", timezone.now())
        fields.setdefault("owed_since", timezone.now())
    asker = fields.pop("asker", None) or make_user()
    question = Question.objects.create(
        group=group or (event.group if event else make_group()),
        event=event,
        asker=asker,
        vote_count=1,
        **{"text": "กรรมการตรวจรับติดราชการจนครบกำหนด ควรดำเนินการอย่างไร", **fields},
    )
    Vote.objects.create(question=question, user=asker, is_asker=True)
    return question


def make_survey(*, event: Event | None = None, sections: list[dict[str, Any]] | None = None, **fields: Any) -> Survey:
    """Published, open by hand, anonymous, for everybody signed in; the standard satisfaction form by default.

    `sections` as in surveys/data/standard.json.
    """
    kind = fields.setdefault("kind", Kind.SATISFACTION)
    form = standard_forms().get(kind, standard_forms()[Kind.SATISFACTION])
    survey = Survey.objects.create(
        event=event,
        group=fields.pop("group", None) or (event.group if event else make_group()),
        bands=fields.pop("bands", None) or band_set(),
        **{"title": form["title"], "audience": "signed_in", "state": SurveyState.PUBLISHED, **fields},
    )
    version = SurveyVersion.objects.create(
        survey=survey, number=1, published_at=None if survey.state == SurveyState.DRAFT else timezone.now()
    )
    fill(version, sections if sections is not None else form["sections"])
    if version.published_at:
        survey.current = version
        survey.save(update_fields=["current"])
    return survey
