"""A group's life: open, pause, fulfil, close, rename, merge, split. Addresses and history outlive each step."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core import pagecache

from ..models import FormerSlug, Group, Lineage, Membership, Milestone, Stage, State
from ..models.group import ENDED
from .membership import Refused, add_members

MOVES: dict[str, set[str]] = {
    Stage.DRAFT: {Stage.ACTIVE, Stage.CLOSED},
    Stage.ACTIVE: {Stage.PAUSED, Stage.FULFILLED, Stage.CLOSED},
    Stage.PAUSED: {Stage.ACTIVE, Stage.FULFILLED, Stage.CLOSED},
    Stage.FULFILLED: {Stage.ACTIVE},
    Stage.CLOSED: {Stage.ACTIVE},
}


@transaction.atomic
def change_stage(*, group: Group, stage: str, reason: str = "", on: date | None = None) -> Group:
    """Open, pause, fulfil, close or reopen; told in the group's story."""
    group = Group.objects.select_for_update().get(pk=group.pk)
    if group.stage == stage:
        return group
    if stage not in MOVES[group.stage]:
        raise Refused(f"เปลี่ยนจากสถานะ “{group.get_stage_display()}” เป็น “{Stage(stage).label}” ไม่ได้")
    on = on or timezone.localdate()
    group.stage, group.stage_reason, group.stage_since = stage, reason, on
    group.ended_on = on if stage in ENDED else None
    group.last_activity_at = timezone.now()
    group.save()
    Milestone.objects.create(
        group=group, kind=Milestone.Kind.STAGE, happened_on=on, title=Stage(stage).label, detail=reason
    )
    pagecache.changed()
    return group


@transaction.atomic
def rename(*, group: Group, name: str, slug: str | None = None, reason: str = "", on: date | None = None) -> Group:
    """A new name, and a new address if `slug` is given: the old one goes on leading here."""
    group = Group.objects.select_for_update().get(pk=group.pk)
    old_name, old_slug = group.name, group.slug
    if slug and slug != old_slug:
        taken = FormerSlug.objects.filter(slug=slug).exclude(group=group).exists()
        if taken or Group.objects.filter(slug=slug).exists():
            raise Refused("ที่อยู่นี้เคยเป็นของกลุ่มอื่นหรือมีผู้ใช้แล้ว")
        FormerSlug.objects.filter(slug=slug).delete()
        FormerSlug.objects.get_or_create(slug=old_slug, defaults={"group": group})
        group.slug = slug
    group.name = name
    group.save()
    if name != old_name:
        Milestone.objects.create(
            group=group,
            kind=Milestone.Kind.RENAMED,
            happened_on=on or timezone.localdate(),
            title=f"เปลี่ยนชื่อจาก “{old_name}”",
            detail=reason,
        )
    pagecache.changed()
    return group


@transaction.atomic
def merge(*, sources: Sequence[Group], into: Group, by: User, reason: str = "", on: date | None = None) -> Group:
    """Close the sources; their members become members of `into`, and their pages point there."""
    on = on or timezone.localdate()
    if into.has_ended:
        raise Refused(f"{into}สิ้นสุดแล้ว กรุณาเปิดกลุ่มก่อนรวมกลุ่มอื่นเข้ามา")
    for source in sources:
        if source.pk == into.pk:
            raise Refused("รวมกลุ่มเข้ากับตัวเองไม่ได้")
        members = [row.user for row in Membership.objects.active().filter(group=source).select_related("user")]
        add_members(group=into, people=[person for person in members if person.is_active], by=by)
        Lineage.objects.get_or_create(
            predecessor=source, successor=into, defaults={"kind": Lineage.Kind.MERGE, "happened_on": on}
        )
        _end_memberships(source)
        change_stage(group=source, stage=Stage.CLOSED, reason=reason or f"รวมเข้ากับ{into}", on=on)
        Milestone.objects.create(
            group=into, kind=Milestone.Kind.MERGED, happened_on=on, title=f"รวม{source}เข้ามา", detail=reason
        )
    return into


@transaction.atomic
def split(*, group: Group, name: str, slug: str, purpose: str, reason: str = "", on: date | None = None) -> Group:
    """Found a group that goes on with a part of `group`'s topic; nobody is moved without asking."""
    on = on or timezone.localdate()
    if FormerSlug.objects.filter(slug=slug).exists() or Group.objects.filter(slug=slug).exists():
        raise Refused("ที่อยู่นี้เคยเป็นของกลุ่มอื่นหรือมีผู้ใช้แล้ว")
    last = Group.objects.select_for_update().order_by("-number").first()
    successor = Group.objects.create(
        number=(last.number if last else 0) + 1,
        slug=slug,
        name=name,
        purpose=purpose,
        stage=Stage.DRAFT,
        founded_on=on,
        stage_since=on,
    )
    Lineage.objects.create(predecessor=group, successor=successor, kind=Lineage.Kind.SPLIT, happened_on=on)
    for told, title in ((group, f"แยกเป็น{successor}"), (successor, f"แยกจาก{group}")):
        Milestone.objects.create(group=told, kind=Milestone.Kind.SPLIT, happened_on=on, title=title, detail=reason)
    pagecache.changed()
    return successor


def _end_memberships(group: Group) -> None:
    now = timezone.now()
    for row in Membership.objects.open().filter(group=group):
        row.state = State.LEFT if row.is_active else State.WITHDRAWN
        row.left_at, row.reason = now, "กลุ่มรวมเข้ากับกลุ่มอื่น"
        row.save()
    Group.objects.filter(pk=group.pk).update(member_count=0)
