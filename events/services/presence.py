"""The rows behind attendance: one for a person. Whoever calls these has locked the event's row."""

from datetime import datetime, timedelta

from accounts.models import Level, User
from core import thai
from groups.services import Refused

from ..models import CALLED_OFF, HELD, Attendance, Event, Mode, Registration, State, Status, ViewingSite
from ..rosters.matching import key_of, own_name_key, own_row

OPENS_BEFORE = timedelta(minutes=30)


def refuse_marking(event: Event, now: datetime) -> None:
    """Attendance can be noted from half an hour before the start, or from when somebody let the event begin."""
    if event.state in (State.DRAFT, *CALLED_OFF):
        raise Refused(f"กิจกรรมนี้{event.get_state_display()} จึงบันทึกผู้เข้าร่วมไม่ได้")
    if event.attendance_closed_at:
        raise Refused("ผู้ดำเนินกลุ่มปิดการรายงานผู้เข้าร่วมแล้ว หากต้องแก้ไข กรุณาแจ้งผู้ดำเนินกลุ่ม")
    opens = event.starts_at - OPENS_BEFORE
    if event.state == State.OPEN and now < opens:
        raise Refused(f"บันทึกผู้เข้าร่วมได้ตั้งแต่ {thai.format_date(opens)} เวลา {thai.format_time(opens)}")


def row_of(event: Event, user: User) -> Attendance | None:
    """What counts the person already, if anything: also a name on a roster that is theirs.

    Two questions, because an index answers each of them and none answers both.
    """
    rows = Attendance.objects.filter(event=event).order_by()
    return own_row(user, rows.filter(user=user) or rows.filter(name_key=own_name_key(user), user=None))


def seat_of(event: Event, user: User) -> Registration | None:
    rows = Registration.objects.filter(event=event, user=user, seat__in=HELD)
    return rows.select_related("site").first()


def way_in(registration: Registration | None, mode: str, site: ViewingSite | None) -> tuple[str, ViewingSite | None]:
    """A site's code says where the person is; otherwise what they registered for counts, then what they say."""
    if site is not None:
        return Mode.SITE, site
    if registration is None:
        return mode, None
    return registration.mode, registration.site if registration.mode == Mode.SITE else None


def new_row(event: Event, user: User, *, mode: str, site: ViewingSite | None) -> Attendance:
    return own(Attendance(event=event, mode=mode, site=site), user, site)


def own(row: Attendance, user: User, site: ViewingSite | None) -> Attendance:
    """Make the row the person's own, with what they are at this time."""
    row.user, row.person_key, row.name_key = user, key_of(user), own_name_key(user)[:200]
    row.full_name = row.email = ""
    row.agency = user.agency
    row.level = level_of(user, site)
    return row


def level_of(user: User, site: ViewingSite | None) -> str:
    if user.agency:
        return user.agency.level
    return site.level if site else Level.CENTRAL


def set_status(row: Attendance, status: str, *, source: str, by: User | None, now: datetime, reason: str = "") -> None:
    row.status, row.reason, row.source = status, reason, source
    row.recorded_by, row.recorded_at = by, now


def is_present(row: Attendance) -> bool:
    return row.status == Status.PRESENT
