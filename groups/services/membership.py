"""Joining, deciding, leaving. Each act happens once however often it is asked for, and tells whom it concerns."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts.models import MailFrequency, User
from accounts.services import notify
from core import pagecache

from ..models import Group, Joining, Membership, State


class Refused(Exception):  # noqa: N818  an answer, not an error
    """The act is not possible now. The message is for the person who asked, in Thai."""


def is_last_facilitator(membership: Membership) -> bool:
    others = Membership.objects.facilitating().filter(group_id=membership.group_id).exclude(pk=membership.pk)
    return membership.facilitates and not others.exists()


@transaction.atomic
def join(
    *,
    group: Group,
    user: User,
    note: str = "",
    mail_frequency: str = MailFrequency.WEEKLY,
    is_listed: bool = True,
) -> Membership:
    """Join at once where the group is open, or ask. Asking twice answers the row that exists."""
    group = Group.objects.select_for_update().get(pk=group.pk)
    if not group.takes_members:
        raise Refused("กลุ่มนี้ไม่ได้เปิดรับสมาชิกในขณะนี้")
    is_open = group.joining == Joining.OPEN
    now = timezone.now()
    try:
        with transaction.atomic():
            membership = Membership.objects.create(
                group=group,
                user=user,
                state=State.ACTIVE if is_open else State.REQUESTED,
                note=note,
                mail_frequency=mail_frequency,
                is_listed=is_listed,
                created_at=now,
                joined_at=now if is_open else None,
            )
    except IntegrityError:
        return Membership.objects.open().get(group=group, user=user)
    if is_open:
        _count(group, +1)
    else:
        _tell_facilitators(group, f"{user.get_full_name()} แสดงความประสงค์เข้าร่วมกลุ่ม", detail=note)
    return membership


@transaction.atomic
def withdraw(*, membership: Membership) -> None:
    row = _locked(membership)
    if row.state != State.REQUESTED:
        raise Refused("คำขอนี้ได้รับการพิจารณาแล้ว")
    row.state, row.left_at = State.WITHDRAWN, timezone.now()
    row.save()


@transaction.atomic
def approve(*, membership: Membership, by: User) -> Membership:
    """The first decision stands: whoever comes second is told what it was."""
    row = _awaiting_decision(membership)
    if row.group.has_ended:
        raise Refused("กลุ่มนี้สิ้นสุดแล้ว จึงรับสมาชิกเพิ่มไม่ได้")
    row.state, row.decided_by, row.joined_at = State.ACTIVE, by, timezone.now()
    row.save()
    _count(row.group, +1)
    notify(
        recipients=[row.user],
        text=f"ท่านเป็นสมาชิก{row.group}แล้ว",
        url=row.group.get_absolute_url(),
        source=str(row.group),
    )
    return row


@transaction.atomic
def decline(*, membership: Membership, by: User, reason: str) -> Membership:
    row = _awaiting_decision(membership)
    row.state, row.decided_by, row.reason, row.left_at = State.DECLINED, by, reason, timezone.now()
    row.save()
    notify(
        recipients=[row.user],
        text=f"{row.group}ไม่รับคำขอเข้าร่วมของท่าน",
        detail=f"เหตุผล: {reason}",
        url=row.group.get_absolute_url(),
        source=str(row.group),
    )
    return row


@transaction.atomic
def leave(*, membership: Membership) -> None:
    """End the membership; its history stays. Leaving twice is leaving once."""
    _end(_locked(membership))


@transaction.atomic
def remove(*, membership: Membership, by: User, reason: str) -> None:
    """A facilitator ends another's membership, and the person is told why."""
    row = _locked(membership)
    if row.state != State.ACTIVE:
        return
    row.decided_by, row.reason = by, reason
    _end(row)
    notify(
        recipients=[row.user],
        text=f"ท่านพ้นจากการเป็นสมาชิก{row.group}",
        detail=f"เหตุผล: {reason}",
        url=row.group.get_absolute_url(),
        source=str(row.group),
    )


@transaction.atomic
def change_role(*, membership: Membership, role: str) -> Membership:
    row = _locked(membership)
    if row.state != State.ACTIVE:
        raise Refused("บุคคลนี้ไม่ได้เป็นสมาชิกของกลุ่มแล้ว")
    if row.role == role:
        return row
    was_last = is_last_facilitator(row)
    row.role = role
    row.save()
    notify(
        recipients=[row.user],
        text=f"บทบาทของท่านใน{row.group}: {row.get_role_display()}",
        url=row.group.get_absolute_url(),
        source=str(row.group),
    )
    pagecache.changed()
    if was_last:
        warn_officers(row.group)
    return row


@transaction.atomic
def add_members(*, group: Group, people: Iterable[User], by: User) -> list[Membership]:
    """Make each an active member and tell them; who is one already stays as is, who has asked is approved."""
    group = Group.objects.select_for_update().get(pk=group.pk)
    by_id = {person.pk: person for person in people}
    rows = {row.user_id: row for row in Membership.objects.open().filter(group=group, user__in=by_id)}
    now = timezone.now()
    added = []
    for person in by_id.values():
        row = rows.get(person.pk)
        if row and row.is_active:
            continue
        row = row or Membership(group=group, user=person, created_at=now, mail_frequency=person.mail_frequency)
        row.state, row.decided_by, row.joined_at = State.ACTIVE, by, now
        row.save()
        added.append(row)
    if added:
        _count(group, len(added))
        notify(
            recipients=[row.user for row in added],
            text=f"{by.get_full_name()} เพิ่มท่านเป็นสมาชิก{group}",
            detail="การเป็นสมาชิกเป็นไปโดยสมัครใจ ท่านออกจากกลุ่มได้ทุกเมื่อที่หน้าของกลุ่ม",
            url=group.get_absolute_url(),
            source=str(group),
        )
    return added


@transaction.atomic
def forget_words(user: User) -> set[str]:
    """What was written when the person asked, and about them, goes, also from the history. Answers their notes."""
    rows, past = Membership.objects.filter(user=user), Membership.history.filter(user_id=user.pk)
    notes = {*rows.values_list("note", flat=True), *past.values_list("note", flat=True)} - {""}
    for kept in (rows, past):
        kept.update(note="", reason="")
    return notes


def warn_officers(group: Group) -> None:
    """A group without a facilitator falls asleep unnoticed: KM officers are told at once."""
    notify(
        recipients=User.objects.officers(),
        text=f"{group}ไม่มีผู้ดำเนินกลุ่มแล้ว",
        detail="กรุณามอบหมายผู้ดำเนินกลุ่มคนใหม่ที่หน้าสมาชิกของกลุ่ม",
        url=reverse("groups:member_list", args=[group.slug]),
        source=str(group),
    )


def _locked(membership: Membership) -> Membership:
    """The group's row is locked first, as everywhere: two facilitators who leave at once see each other go."""
    Group.objects.select_for_update().get(pk=membership.group_id)
    return Membership.objects.select_for_update(of=("self",)).select_related("group", "user").get(pk=membership.pk)


def _end(row: Membership) -> None:
    if row.state != State.ACTIVE:
        return
    was_last = is_last_facilitator(row)
    row.state, row.left_at = State.LEFT, timezone.now()
    row.save()
    _count(row.group, -1)
    if was_last:
        warn_officers(row.group)


def _awaiting_decision(membership: Membership) -> Membership:
    row = _locked(membership)
    if row.state != State.REQUESTED:
        raise Refused(f"คำขอนี้ได้รับการพิจารณาแล้ว ผล: {row.get_state_display()}")
    return row


def _count(group: Group, change: int) -> None:
    Group.objects.filter(pk=group.pk).update(member_count=F("member_count") + change, last_activity_at=timezone.now())
    pagecache.changed()


def _tell_facilitators(group: Group, text: str, *, detail: str = "") -> None:
    rows = Membership.objects.facilitating().filter(group=group).select_related("user")
    notify(
        recipients=[row.user for row in rows],
        text=text,
        detail=detail,
        url=reverse("groups:request_list", args=[group.slug]),
        source=str(group),
    )
