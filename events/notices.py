"""What an event's people are told when something about it changes. Never the join link: the page shows that."""

from collections.abc import Sequence

from .details import Change, when
from .models import Audience, ChannelKind, Event

# What concerns whoever means to come; and of it, what also concerns who has only shown interest.
CHANNELS = tuple(kind.value for kind in ChannelKind)
CONCERNS = ("title", "time", *CHANNELS)
CONCERNS_ALL = ("title", "time")
NEW_LINK = "ลิงก์เข้าร่วมเปลี่ยน ผู้ที่ได้ที่นั่งดูลิงก์ใหม่ได้ที่หน้ากิจกรรม"
STAYS = "การลงทะเบียนของท่านยังอยู่"
MAY_LEAVE = f"{STAYS} หากไม่สะดวก กรุณายกเลิกการลงทะเบียนที่หน้ากิจกรรม"


def concerning(changes: Sequence[Change]) -> list[Change]:
    return [change for change in changes if change.name in CONCERNS]


def audience_of(changes: Sequence[Change]) -> str:
    return Audience.FOLLOWING if any(change.name in CONCERNS_ALL for change in changes) else Audience.HELD


def body_of(event: Event, changes: Sequence[Change]) -> str:
    lines = [f"{named(event)} มีการเปลี่ยนแปลงดังนี้"]
    for change in changes:
        if change.only_the_link:
            lines.append(f"{change.label}\n{NEW_LINK}")
            continue
        line = f"{change.label}\nเดิม: {change.before.text}\nใหม่: {change.after.text}"
        lines.append(
            line if change.before.link == change.after.link or not change.after.link else f"{line}\n{NEW_LINK}"
        )
    if any(change.name in CHANNELS and not change.after.value for change in changes):
        lines.append("หากท่านลงทะเบียนไว้ทางช่องทางที่ยกเลิก กรุณาเลือกช่องทางใหม่ที่หน้ากิจกรรม")
    if any(change.name == "time" for change in changes):
        lines.append(MAY_LEAVE)
    return "\n\n".join(lines)


def postponed(event: Event, *, was: str, has_new_date: bool, reason: str) -> str:
    if has_new_date:
        lines = [f"{named(event)} เปลี่ยนกำหนด", f"เดิม: {was}\nใหม่: {when(event.starts_at, event.ends_at)}"]
    else:
        lines = [f"{named(event)} ซึ่งกำหนดไว้{was} เลื่อนกำหนดออกไป ระบบจะแจ้งเมื่อมีกำหนดใหม่"]
    lines += [f"เหตุผล: {reason}"] if reason else []
    return "\n\n".join([*lines, MAY_LEAVE if has_new_date else STAYS])


def rescheduled(event: Event, *, was: str, reason: str) -> str:
    lines = [f"{named(event)} ที่เลื่อนไว้ มีกำหนดใหม่แล้ว", f"เดิม: {was}\nใหม่: {when(event.starts_at, event.ends_at)}"]
    lines += [f"เหตุผล: {reason}"] if reason else []
    return "\n\n".join([*lines, MAY_LEAVE])


def cancelled(event: Event, *, reason: str) -> str:
    return f"{named(event)} ซึ่งกำหนดไว้{when(event.starts_at, event.ends_at)} ยกเลิกแล้ว\n\nเหตุผล: {reason}"


def reopened(event: Event) -> str:
    return f"{named(event)} ที่แจ้งยกเลิกไป จัดตามกำหนดเดิม\n\n{when(event.starts_at, event.ends_at)}\n\n{MAY_LEAVE}"


def early(event: Event) -> str:
    return f"{named(event)} เริ่มถ่ายทอดสดแล้ว ก่อนเวลาที่กำหนดไว้{when(event.starts_at, event.ends_at)}"


def not_yet(event: Event) -> str:
    return f"{named(event)} ยังไม่เริ่ม จัดตามกำหนดเดิม{when(event.starts_at, event.ends_at)}"


def named(event: Event) -> str:
    return f"กิจกรรม “{event.title}” ครั้งที่ {event.serial}"
