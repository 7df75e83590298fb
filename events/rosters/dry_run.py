"""A viewing site's roster, from a file or typed: what would happen to each line, then exactly that or nothing."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.validators import validate_email
from django.db import transaction

from accounts.models import Agency, User
from core import shown, thai
from core.spreadsheets import FORMULA_STARTS, SpreadsheetError, read_rows

from ..models import Attendance, RosterEntry, Status, ViewingSite
from ..services.registration import lock
from ..services.site_reports import enter_roster
from .agencies import Directory
from .matching import Match, Named, find, is_below, own_name_key
from .names import name_key

NAME, POSITION, EMAIL, AGENCY = "ชื่อ นามสกุล", "ตำแหน่ง", "อีเมล", "หน่วยงาน"
HEADERS = {NAME: ["ชื่อ-สกุล", "ชื่อ-นามสกุล", "ชื่อสกุล", "ชื่อ และนามสกุล", "รายชื่อ", "name"]}
OPTIONAL = {POSITION: ["position"], EMAIL: ["อีเมลราชการ", "email", "e-mail address"], AGENCY: ["สังกัด", "สังกัด/หน่วยงาน"]}
MOST_ROWS = 1000
LONGEST_NAME, LONGEST_POSITION, LONGEST_EMAIL = 200, 150, 254
SALT = "events.roster"

ADD, AGAIN, SKIP = "add", "again", "skip"  # counted from now on; counted already; stands there or in a line before


@dataclass(frozen=True)
class Entry:
    """A line as it was written."""

    number: int  # of the row in the file, or of the line typed
    name: str
    position: str = ""
    email: str = ""
    agency: str = ""


@dataclass(frozen=True)
class Line:
    entry: Entry
    outcome: str = ""  # ADD, AGAIN or SKIP; empty where there is a problem
    text: str = ""  # the outcome or the problem, in words
    person_key: str = ""
    named: Named | None = None

    @property
    def adds(self) -> bool:
        return self.outcome in (ADD, AGAIN)


@dataclass(frozen=True)
class Roster:
    lines: list[Line]

    @property
    def problems(self) -> list[Line]:
        return [line for line in self.lines if not line.outcome]

    @property
    def additions(self) -> list[Line]:
        return [line for line in self.lines if line.adds]

    @property
    def people(self) -> int:
        """How many are counted who are not counted yet."""
        return sum(line.outcome == ADD for line in self.lines)


# --- Reading ----------------------------------------------------------------------------------------------
def read(file: File) -> list[Entry]:
    rows = read_rows(file, required_headers=HEADERS, optional_headers=OPTIONAL)
    refuse_many(len(rows))
    return [Entry(row.number, *(row.values.get(name, "") for name in (NAME, POSITION, EMAIL, AGENCY))) for row in rows]


def read_typed(text: str) -> list[Entry]:
    """A person to a line: name, position, e-mail, the last two as known. Lines pasted from a table have tabs."""
    entries = []
    for number, line in enumerate(text.split("\n"), 1):
        parts = [" ".join(part.split()) for part in line.replace("\t", ",").split(",")]
        if any(parts):
            # A position may hold a comma; the e-mail is the part that looks like one.
            email = next((part for part in parts[1:] if "@" in part), "")
            position = ", ".join(part for part in parts[1:] if part and part != email)
            entries.append(Entry(number, parts[0], position, email))
    refuse_many(len(entries))
    return entries


def refuse_many(rows: int) -> None:
    if rows > MOST_ROWS:
        raise SpreadsheetError(f"มี {rows:,} แถว เพิ่มได้ครั้งละไม่เกิน {MOST_ROWS:,} คน กรุณาแบ่งเป็นหลายครั้ง")


# --- Looking ----------------------------------------------------------------------------------------------
def examine(site: ViewingSite, entries: Sequence[Entry]) -> Roster:
    """What each line would do. The same few queries for one line and for a thousand."""
    directory = Directory() if any(entry.agency for entry in entries) else None
    read_lines = [understood(site, entry, directory) for entry in entries]
    matches = iter(find(site, [line.named for line in read_lines if line.named]))
    seen: dict[str, Entry] = {}
    return Roster([decided(site, line, next(matches), seen) if line.named else line for line in read_lines])


def understood(site: ViewingSite, entry: Entry, directory: Directory | None) -> Line:
    if problem := problem_of(entry):
        return Line(entry, text=problem)
    agency: Agency | None = None
    if directory and entry.agency:
        found = directory.find(entry.agency, near=site.agency)
        if len(found) != 1:
            return Line(entry, text=agency_problem(entry.agency, len(found)))
        agency = found[0]
    return Line(entry, named=Named(entry.name, entry.position, entry.email.lower(), agency))


def problem_of(entry: Entry) -> str:
    if not entry.name:
        return "ไม่มีชื่อ"
    if len(entry.name) > LONGEST_NAME:
        return f"ชื่อยาว {len(entry.name):,} ตัวอักษร กรุณาตัดให้เหลือ {LONGEST_NAME}"
    if entry.name.startswith(FORMULA_STARTS) or not any(char.isalpha() for char in entry.name):
        return "ข้อความนี้ไม่ใช่ชื่อบุคคล กรุณาตรวจสอบว่าข้อมูลอยู่ตรงคอลัมน์"
    if is_email(entry.name):
        return "ช่องชื่อเป็นอีเมล กรุณาใส่ชื่อและนามสกุล"
    if thai.CONTROL_CHARACTERS.search(entry.name + entry.position):
        return "มีอักขระควบคุมที่มองไม่เห็น กรุณาลบแล้วพิมพ์ใหม่"
    if len(entry.position) > LONGEST_POSITION:
        return f"ตำแหน่งยาว {len(entry.position):,} ตัวอักษร กรุณาตัดให้เหลือ {LONGEST_POSITION}"
    return "" if not entry.email or is_email(entry.email) else "รูปแบบอีเมลไม่ถูกต้อง"


def is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST_EMAIL


def agency_problem(name: str, found: int) -> str:
    if found:
        return f"มีหน่วยงานชื่อ “{name}” {found} แห่ง กรุณาระบุจังหวัดต่อท้าย"
    return f"ไม่พบหน่วยงาน “{name}” กรุณาใช้ชื่อเต็ม เช่น ที่ทำการปกครองอำเภอแม่ริม จังหวัดเชียงใหม่ หรือเว้นว่างหากสังกัดจุดรับชมนี้"


def decided(site: ViewingSite, line: Line, found: Match, seen: dict[str, Entry]) -> Line:
    """What happens to somebody whose line is in order."""
    entry, key = line.entry, found.person_key
    if found.is_ambiguous:
        return Line(entry, text="มีผู้ชื่อนี้หลายคน กรุณาระบุอีเมลให้รู้ว่าหมายถึงผู้ใด")
    before = seen.setdefault(key, entry)
    if before is not entry:
        return repeated(entry, before, found)
    outcome, text = outcome_of(site, found)
    return Line(entry, outcome, text + account_note(site, found), key, line.named)


def repeated(entry: Entry, before: Entry, found: Match) -> Line:
    same_address = entry.email and entry.email.lower() == before.email.lower()
    if same_address and name_key(before.name) != found.named.name_key:
        return Line(entry, text=f"อีเมลซ้ำกับแถวที่ {before.number} แต่ชื่อไม่ตรงกัน")
    return Line(entry, SKIP, f"ซ้ำกับแถวที่ {before.number} จะนับครั้งเดียว", found.person_key)


def outcome_of(site: ViewingSite, found: Match) -> tuple[str, str]:
    row = found.row
    if found.is_entered:
        return SKIP, "อยู่ในรายชื่อของจุดรับชมนี้แล้ว จะข้ามแถวนี้"
    if row is None:
        return ADD, "จะบันทึกว่าเข้าร่วม"
    if row.status != Status.PRESENT:
        return ADD, f"เดิมบันทึกว่า{row.get_status_display()} จะเปลี่ยนเป็นเข้าร่วมแล้ว"
    return AGAIN, f"{counted_at(site, row)} จะเพิ่มในรายชื่อนี้โดยไม่นับซ้ำ"


def counted_at(site: ViewingSite, row: Attendance) -> str:
    if row.site is None:
        return f"นับแล้วทาง {row.get_mode_display()}"
    return "นับแล้วที่จุดรับชมนี้" if row.site_id == site.pk else f"นับแล้วที่ {row.site}"


def account_note(site: ViewingSite, found: Match) -> str:
    """Says where the account is called otherwise than the line, as a shifted column would have it. By which name, of
    the site's own people only: nobody looks up strangers' addresses here."""
    if found.user is None:
        return ""
    if own_name_key(found.user) == found.named.name_key:
        return " (ตรงกับบัญชีผู้ใช้)"
    if not is_below(found.user.agency, site.agency_id):
        return " (อีเมลนี้เป็นของบัญชีชื่ออื่น กรุณาตรวจสอบ)"
    return f" (อีเมลนี้เป็นของบัญชีชื่อ {found.user.get_full_name()})"


# --- Confirming -------------------------------------------------------------------------------------------
def sealed(roster: Roster, *, site: ViewingSite, by: User) -> str:
    """What was shown, for the confirmation to bring back unchanged."""
    rows = [[*astuple(line.entry), line.outcome, line.person_key] for line in roster.additions]
    return shown.signed(rows, salt=SALT, bound_to=(site.pk, by.pk))


def unsealed(text: str, *, site: ViewingSite, by: User) -> list[Line] | None:
    """None where it was not shown to this person for this site."""
    rows = shown.read(text, salt=SALT, bound_to=(site.pk, by.pk))
    return None if rows is None else [Line(Entry(*row[:5]), outcome=row[5], person_key=row[6]) for row in rows]


@transaction.atomic
def apply(seen: list[Line], *, site: ViewingSite, by: User) -> list[RosterEntry] | Roster:
    """The entries that were added; or, where one of the lines would do something else by now, what all would do."""
    lock(site.event)
    examined = examine(site, [line.entry for line in seen])
    if any(has_changed(was, now) for was, now in zip(seen, examined.lines, strict=True)):
        return examined
    return enter_roster(site=site, people=[line.named for line in examined.additions if line.named], by=by)


def has_changed(was: Line, now: Line) -> bool:
    """Who stands there by now, as after a second click, changes nothing."""
    return now.outcome != SKIP and (was.outcome, was.person_key) != (now.outcome, now.person_key)
