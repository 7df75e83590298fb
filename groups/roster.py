"""Many members at once, from a spreadsheet: what would happen to each row, then all of it or nothing."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.validators import validate_email
from django.db.models import F, QuerySet

from accounts.models import User
from core import shown
from core.spreadsheets import SpreadsheetError, read_rows

from . import services
from .models import Group, Membership, State

EMAIL = "อีเมล"
NAME = "ชื่อ นามสกุล"  # for the reader only; a row with a name and no e-mail is noticed
HEADERS = {EMAIL: ["อีเมลราชการ", "email", "e-mail address"]}
MOST_ROWS = 1000
SALT = "groups.roster"

ADD = "จะเพิ่มเป็นสมาชิก"
APPROVE = "ส่งคำขอไว้แล้ว จะรับเป็นสมาชิก"
SKIP = "เป็นสมาชิกอยู่แล้ว จะข้ามแถวนี้"


@dataclass(frozen=True)
class Line:
    number: int  # of the row in the file
    email: str
    person: User | None = None
    outcome: str = ""  # ADD, APPROVE or SKIP; empty where there is a problem
    problem: str = ""

    @property
    def adds(self) -> bool:
        return self.outcome in (ADD, APPROVE)


@dataclass(frozen=True)
class Roster:
    lines: list[Line]

    @property
    def problems(self) -> list[Line]:
        return [line for line in self.lines if line.problem]

    @property
    def additions(self) -> list[Line]:
        return [line for line in self.lines if line.adds]


def read(file: File) -> list[tuple[int, str]]:
    """Row number and e-mail of each row that is not empty."""
    rows = read_rows(file, required_headers=HEADERS, optional_headers=[NAME])
    if len(rows) > MOST_ROWS:
        raise SpreadsheetError(f"มี {len(rows):,} แถว เพิ่มได้ครั้งละไม่เกิน {MOST_ROWS:,} คน กรุณาแบ่งเป็นหลายไฟล์")
    return [(row.number, row.values[EMAIL].lower()) for row in rows]


def examine(group: Group, entries: list[tuple[int, str]]) -> Roster:
    """What each row of (number, e-mail) would do. Two queries. An address that nobody proved theirs is not known."""
    emails = {email for _, email in entries}
    people = {person.email: person for person in known(emails)}
    states = dict(
        Membership.objects.open().filter(group=group, user__in=people.values()).values_list("user_id", "state")
    )
    first_seen: dict[str, int] = {}
    lines = []
    for number, email in entries:
        seen = first_seen.setdefault(email, number)
        person = people.get(email)
        if problem := problem_of(email, person, seen if seen != number else None):
            lines.append(Line(number, email, person, problem=problem))
        else:
            lines.append(Line(number, email, person, outcome=outcome_of(states.get(person.pk if person else 0))))
    return Roster(lines)


def known(emails: set[str]) -> QuerySet[User]:
    proved = {"emailaddress__email": F("email"), "emailaddress__verified": True}
    return User.objects.filter(email__in=emails, **proved).select_related("agency")


def problem_of(email: str, person: User | None, seen_in: int | None) -> str:
    if not email:
        return "ไม่มีอีเมล"
    if seen_in is not None:
        return f"อีเมลซ้ำกับแถวที่ {seen_in}"
    if person is None:
        return "ไม่พบบัญชีที่ใช้อีเมลนี้ ให้เจ้าของอีเมลสมัครใช้งานก่อน" if is_email(email) else "รูปแบบอีเมลไม่ถูกต้อง"
    return "" if person.is_active else "บัญชีนี้ปิดหรือระงับใช้แล้ว"


def is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def outcome_of(state: str | None) -> str:
    return {State.ACTIVE: SKIP, State.REQUESTED: APPROVE}.get(State(state), ADD) if state else ADD


def sealed(roster: Roster, *, group: Group, by: User) -> str:
    """What was shown, for the confirmation to bring back unchanged."""
    rows = [[line.number, line.email] for line in roster.additions]
    return shown.signed(rows, salt=SALT, bound_to=(group.pk, by.pk))


def unsealed(text: str, *, group: Group, by: User) -> list[tuple[int, str]] | None:
    """None where it was not shown to this person for this group."""
    rows = shown.read(text, salt=SALT, bound_to=(group.pk, by.pk))
    return None if rows is None else [(number, email) for number, email in rows]


def apply(roster: Roster, *, group: Group, by: User) -> int:
    """How many became members: who has become one meanwhile is not added again."""
    people = [line.person for line in roster.additions if line.person]
    return len(services.add_members(group=group, people=people, by=by))
