"""A team registered by one of its own: what would happen to each address, then exactly that.

A coordinator brings the people of their agency and of the agencies below it; who runs the event brings anybody.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.files.base import File
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import Agency, User
from core import shown
from core.spreadsheets import SpreadsheetError
from groups import roster as member_roster
from groups.models import Role
from groups.models.group import joined_by

from .access import readers_of
from .models import CoHost, Event, Registration, Seat, ViewingSite
from .services import registration as services

MOST_ROWS = 300
SALT = "events.team"

SEAT = "จะลงทะเบียน"
QUEUE = "จะอยู่ในรายชื่อสำรอง"
SEATED = "ลงทะเบียนไว้แล้ว"
WAITING = "อยู่ในรายชื่อสำรองแล้ว"
ELSEWHERE = "ไม่ได้สังกัดหน่วยงานที่ท่านลงทะเบียนแทนได้"
DECLINED = "แจ้งว่าไม่สะดวกเข้าร่วม"
UNSEEN = "กิจกรรมนี้เฉพาะสมาชิกกลุ่ม บุคคลนี้ไม่ได้เป็นสมาชิก"

Entry = tuple[int, str]  # of the row or line, and the address in it


# --- Who may register whom --------------------------------------------------------------------------------
def events_of(viewer: User) -> QuerySet[Event]:
    """Events to which the viewer may bring a team."""
    coordinated = joined_by(viewer, memberships__role=Role.COORDINATOR)
    watched = ViewingSite.objects.open().filter(officer_id=viewer.pk)
    brings = (
        Q(group__in=coordinated)
        | Q(pk__in=CoHost.objects.filter(group__in=coordinated).values("event"))
        | Q(pk__in=watched.values("event"))
        | Q(pk__in=Event.objects.editable_by(viewer).values("pk"))
    )
    return Event.objects.visible_to(viewer).filter(brings)


def scope_of(event: Event, viewer: User, *, may_edit: bool) -> set[int] | None:
    """Ids of the agencies whose people the viewer may register; None: of all, and those without an agency."""
    if may_edit:
        return None
    sites = ViewingSite.objects.open().filter(event=event, officer=viewer).values_list("agency_id", flat=True)
    return below({viewer.agency_id, *sites} - {None})  # type: ignore[arg-type]


def below(agencies: Iterable[int]) -> set[int]:
    """These agencies and all that belong to them: one query for each level of the tree."""
    found, newest = set(agencies), set(agencies)
    while newest:
        newest = set(Agency.objects.filter(parent__in=newest).values_list("pk", flat=True)) - found
        found |= newest
    return found


# --- What would happen ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Line:
    number: int
    email: str
    person: User | None = None
    outcome: str = ""  # empty where there is a problem
    problem: str = ""

    @property
    def registers(self) -> bool:
        return self.outcome in (SEAT, QUEUE)

    @property
    def entry(self) -> Entry:
        return self.number, self.email


@dataclass(frozen=True)
class Team:
    lines: list[Line]

    @property
    def additions(self) -> list[Line]:
        return [line for line in self.lines if line.registers]

    @property
    def queued(self) -> list[Line]:
        return [line for line in self.lines if line.outcome == QUEUE]

    @property
    def problems(self) -> list[Line]:
        return [line for line in self.lines if line.problem]


def read_file(file: File) -> list[Entry]:
    return limited(member_roster.read(file))


def read_text(text: str) -> list[Entry]:
    """One address to a line; what a mail program puts between addresses parts them, too."""
    lines = text.replace(",", "\n").replace(";", "\n").split("\n")
    typed = [line.rpartition("<")[2].strip(" >").lower() for line in lines]  # "name <address>", or the address
    return limited(list(enumerate(filter(None, typed), 1)))


def limited(entries: list[Entry]) -> list[Entry]:
    if len(entries) > MOST_ROWS:
        raise SpreadsheetError(f"มี {len(entries):,} รายชื่อ ลงทะเบียนได้ครั้งละไม่เกิน {MOST_ROWS:,} คน กรุณาแบ่งเป็นหลายครั้ง")
    return entries


def examine(event: Event, entries: list[Entry], *, scope: set[int] | None) -> Team:
    """What each address would do, in their order: the first of them take the seats that are left."""
    people = {person.email: person for person in member_roster.known({email for _, email in entries})}
    seats = dict(Registration.objects.filter(event=event, user__in=people.values()).values_list("user_id", "seat"))
    ids = [person.pk for person in people.values()]
    readers = set(readers_of(event).filter(pk__in=ids).values_list("pk", flat=True))
    left = len(entries) if event.capacity is None else max(0, event.capacity - event.seated_count)
    first_seen: dict[str, int] = {}
    lines = []
    for number, email in entries:
        seen, person = first_seen.setdefault(email, number), people.get(email)
        problem = member_roster.problem_of(email, person, seen if seen != number else None)
        if person is None or problem:
            lines.append(Line(number, email, problem=problem))
        elif scope is not None and person.agency_id not in scope:
            lines.append(Line(number, email, problem=ELSEWHERE))  # without the name: it is not theirs to know
        else:
            line = line_of(number, person, seats.get(person.pk), may_see=person.pk in readers, has_seats=left > 0)
            left -= line.outcome == SEAT
            lines.append(line)
    return Team(lines)


def line_of(number: int, person: User, seat: str | None, *, may_see: bool, has_seats: bool) -> Line:
    standing = {Seat.SEATED: SEATED, Seat.WAITING: WAITING}
    if seat in standing:
        return Line(number, person.email, person, outcome=standing[Seat(seat)])
    if seat == Seat.DECLINED:
        return Line(number, person.email, person, problem=DECLINED)
    if not may_see:
        return Line(number, person.email, person, problem=UNSEEN)
    return Line(number, person.email, person, outcome=SEAT if has_seats else QUEUE)


# --- Exactly what was shown -------------------------------------------------------------------------------
@dataclass(frozen=True)
class Shown:
    mode: str
    site_id: int | None
    rows: list[tuple[int, str, str]]  # number, address, outcome

    @property
    def entries(self) -> list[Entry]:
        return [(number, email) for number, email, _ in self.rows]


def sealed(team: Team, *, event: Event, by: User, mode: str, site: ViewingSite | None) -> str:
    rows = [[line.number, line.email, line.outcome] for line in team.additions]
    return shown.signed([mode, site and site.pk, rows], salt=SALT, bound_to=(event.pk, by.pk))


def unsealed(text: str, *, event: Event, by: User) -> Shown | None:
    """None where it was not shown to this person for this event."""
    content = shown.read(text, salt=SALT, bound_to=(event.pk, by.pk))
    if content is None:
        return None
    mode, site_id, rows = content
    return Shown(mode, site_id, [(number, email, outcome) for number, email, outcome in rows])


@transaction.atomic
def apply(
    seen: Shown, *, event: Event, by: User, scope: set[int] | None, site: ViewingSite | None
) -> tuple[Team, int | None]:
    """How many were registered. None, and nobody was, where a row would no longer do what was shown;
    only who has registered meanwhile does not matter."""
    event = services.lock(event)
    team = examine(event, seen.entries, scope=scope)
    promised = {(number, email): outcome for number, email, outcome in seen.rows}
    if any(line.outcome not in (promised[line.entry], SEATED, WAITING) for line in team.lines):
        return team, None
    people = [line.person for line in team.additions if line.person]
    return team, len(services.register_team(event=event, people=people, mode=seen.mode, by=by, site=site))
