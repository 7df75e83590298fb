"""Which moves an event can make, from where and when. events.services.planning makes them."""

from datetime import datetime, timedelta

from .models import Event, State

ANNOUNCE, GO_LIVE, END, COMPLETE = "announce", "go_live", "end", "complete"
POSTPONE, CANCEL, REOPEN, DELETE = "postpone", "cancel", "reopen", "delete"

# From which states, with the clock's part in them; `possible` knows the rest.
FROM: dict[str, tuple[State, ...]] = {
    ANNOUNCE: (State.DRAFT,),
    GO_LIVE: (State.OPEN,),
    END: (State.LIVE,),
    COMPLETE: (State.ENDED,),
    POSTPONE: (State.OPEN, State.LIVE, State.ENDED, State.POSTPONED),
    CANCEL: (State.OPEN, State.LIVE, State.ENDED, State.POSTPONED),
    REOPEN: (State.LIVE, State.ENDED, State.COMPLETE, State.CANCELLED),
    DELETE: (State.DRAFT,),
}
LEADS_TO = {
    ANNOUNCE: State.OPEN,
    GO_LIVE: State.LIVE,
    END: State.ENDED,
    COMPLETE: State.COMPLETE,
    CANCEL: State.CANCELLED,
}
EARLY = timedelta(hours=3)  # how long before its time an event may go live by hand


def possible(event: Event, now: datetime, *, has_attendance: bool) -> list[str]:
    """What may be done with the event at this moment, in the order of `FROM`."""
    return [move for move in FROM if not problem_of(event, move, now, has_attendance=has_attendance)]


def problem_of(event: Event, move: str, now: datetime, *, has_attendance: bool) -> str:
    """Why the move cannot be made; empty where it can."""
    state = State(event.state_at(now))
    if state == LEADS_TO.get(move):
        return f"กิจกรรมนี้อยู่ในสถานะ “{state.label}” อยู่แล้ว"
    if state not in FROM[move]:
        return f"กิจกรรมนี้อยู่ในสถานะ “{state.label}” จึงดำเนินการนี้ไม่ได้"
    if move == GO_LIVE and event.starts_at - now > EARLY:
        return "ยังเร็วเกินไป เริ่มถ่ายทอดสดก่อนเวลาได้ไม่เกิน 3 ชั่วโมง"
    if move in (POSTPONE, CANCEL) and state == State.ENDED and has_attendance:
        return "กิจกรรมนี้จัดแล้วและมีผู้เข้าร่วม จึงเลื่อนหรือยกเลิกไม่ได้"
    if move == REOPEN and not may_reopen(event, state, now):
        return f"ผ่านเวลาที่กำหนดไว้แล้ว สถานะ “{state.label}” จึงเปลี่ยนกลับไม่ได้"
    return ""


def may_reopen(event: Event, state: State, now: datetime) -> bool:
    """A step taken too early can be taken back while its time has not come."""
    if state == State.ENDED:
        return now < event.ends_at
    return state == State.COMPLETE or now < event.starts_at
