from datetime import date
from typing import Any, Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from simple_history.models import HistoricalRecords
from taggit.managers import TaggableManager
from taggit.models import ItemBase

from core import thai
from core.fields import RichTextField, ThaiSortKeyField
from core.models import Tag

from .roles import Role, State


class Stage(models.TextChoices):
    DRAFT = "draft", "ร่าง"
    ACTIVE = "active", "ดำเนินการอยู่"
    PAUSED = "paused", "พักกิจกรรม"
    FULFILLED = "fulfilled", "บรรลุวัตถุประสงค์แล้ว"
    CLOSED = "closed", "ยุติกลุ่ม"


STAGE_TONES = {
    Stage.DRAFT: "info",
    Stage.ACTIVE: "ok",
    Stage.PAUSED: "warn",
    Stage.FULFILLED: "info",
    Stage.CLOSED: "bad",
}
ENDED = (Stage.FULFILLED, Stage.CLOSED)


class Joining(models.TextChoices):
    OPEN = "open", "เข้าร่วมได้ทันที"
    REQUEST = "request", "ผู้ดำเนินกลุ่มพิจารณาคำขอ"


class GroupQuerySet(models.QuerySet["Group"]):
    def visible_to(self, viewer: Any) -> Self:
        """Everything but drafts; a draft shows to those who work on it."""
        published = ~Q(stage=Stage.DRAFT)
        if not viewer.is_authenticated:
            return self.filter(published)
        if viewer.is_officer:
            return self
        return self.filter(published | Q(pk__in=facilitated_by(viewer)))

    def editable_by(self, viewer: Any) -> Self:
        if not viewer.is_authenticated:
            return self.none()
        if viewer.is_officer:
            return self
        return self.filter(pk__in=facilitated_by(viewer))

    def members_area_of(self, viewer: Any) -> Self:
        """Groups whose directory the viewer may read: as an active member, or as KM officer."""
        if not viewer.is_authenticated:
            return self.none()
        if viewer.is_officer:
            return self
        return self.filter(pk__in=joined_by(viewer))

    def listed(self) -> Self:
        """The default list: groups that go on, or rest."""
        return self.filter(stage__in=[Stage.ACTIVE, Stage.PAUSED])

    def in_order(self) -> Self:
        return self.order_by("number")


class Group(models.Model):  # type: ignore[django-manager-missing]  # of taggit's through model
    number = models.PositiveSmallIntegerField("ลำดับกลุ่ม", unique=True)
    slug = models.SlugField(
        "ที่อยู่ (อักษรอังกฤษ)",
        max_length=60,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*$", "ใช้อักษรอังกฤษตัวเล็ก ตัวเลข และขีดกลางเท่านั้น")],
    )
    name = models.CharField("ชื่อกลุ่ม", max_length=150, unique=True)
    purpose = models.TextField("ความมุ่งหมาย", max_length=400, help_text="หนึ่งถึงสองประโยค แสดงในรายชื่อกลุ่ม")
    about = RichTextField("เกี่ยวกับกลุ่ม", blank=True)
    agreements = models.TextField("ข้อตกลงร่วมกัน", blank=True, help_text="บรรทัดละหนึ่งข้อ")
    stage = models.CharField("สถานะกลุ่ม", max_length=10, choices=Stage, default=Stage.DRAFT, db_index=True)
    stage_reason = models.CharField("เหตุผลของสถานะ", max_length=300, blank=True)
    stage_since = models.DateField("อยู่ในสถานะนี้ตั้งแต่", default=date.today)
    founded_on = models.DateField("วันที่ก่อตั้ง", default=date.today)
    ended_on = models.DateField("วันที่สิ้นสุด", null=True, blank=True)
    joining = models.CharField("การเข้าร่วม", max_length=8, choices=Joining, default=Joining.OPEN)
    # Kept in step by groups.services, proved nightly by groups.tasks.recount_groups.
    member_count = models.PositiveIntegerField("จำนวนสมาชิก", default=0, editable=False)
    last_activity_at = models.DateTimeField("ความเคลื่อนไหวล่าสุด", null=True, editable=False)
    sort_key = ThaiSortKeyField(source="name")

    tags = TaggableManager("แท็ก", through="groups.TaggedGroup", blank=True)
    objects = GroupQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["member_count", "last_activity_at", "sort_key"])

    class Meta:
        verbose_name = "กลุ่ม"
        verbose_name_plural = "กลุ่ม"
        ordering = ["number"]

    def __str__(self) -> str:
        return f"กลุ่ม{self.name}"

    def get_absolute_url(self) -> str:
        return reverse("groups:group_detail", args=[self.slug])

    @property
    def thai_number(self) -> str:
        return thai.to_thai_digits(str(self.number))

    @property
    def stage_tone(self) -> str:
        return STAGE_TONES[Stage(self.stage)]

    @property
    def has_ended(self) -> bool:
        return self.stage in ENDED

    @property
    def takes_members(self) -> bool:
        return self.stage == Stage.ACTIVE

    @property
    def agreement_lines(self) -> list[str]:
        return [line.strip() for line in self.agreements.splitlines() if line.strip()]


def joined_by(person: Any, **conditions: Any) -> models.QuerySet[Group, Any]:
    """The ids of the groups of which the person is an active member (for use in a subquery)."""
    return Group.objects.filter(memberships__user_id=person.pk, memberships__state=State.ACTIVE, **conditions).values(
        "pk"
    )


def facilitated_by(person: Any) -> models.QuerySet[Group, Any]:
    return joined_by(person, memberships__role=Role.FACILITATOR)


class TaggedGroup(ItemBase):
    content_object = models.ForeignKey(Group, on_delete=models.CASCADE)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="tagged_groups")

    class Meta:
        verbose_name = "แท็กของกลุ่ม"
        verbose_name_plural = "แท็กของกลุ่ม"
        constraints = [models.UniqueConstraint(fields=["content_object", "tag"], name="groups_tag_once")]


class FormerSlug(models.Model):
    """An address that a group had once: it goes on leading to the group."""

    slug = models.SlugField("ที่อยู่เดิม", max_length=60, unique=True)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="former_slugs")

    class Meta:
        verbose_name = "ที่อยู่เดิม"
        verbose_name_plural = "ที่อยู่เดิม"

    def __str__(self) -> str:
        return self.slug


class Lineage(models.Model):
    """`successor` goes on with what `predecessor` did, after a merge or a split."""

    class Kind(models.TextChoices):
        MERGE = "merge", "รวมกลุ่ม"
        SPLIT = "split", "แยกกลุ่ม"

    predecessor = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="successor_links")
    successor = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="predecessor_links")
    kind = models.CharField("ลักษณะ", max_length=5, choices=Kind)
    happened_on = models.DateField("วันที่", default=date.today)

    class Meta:
        verbose_name = "การสืบต่อของกลุ่ม"
        verbose_name_plural = "การสืบต่อของกลุ่ม"
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="groups_lineage_once"),
            models.CheckConstraint(condition=~Q(predecessor=models.F("successor")), name="groups_lineage_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"


class Milestone(models.Model):
    """A step in a group's story, as its page tells it."""

    class Kind(models.TextChoices):
        FOUNDED = "founded", "ก่อตั้ง"
        RENAMED = "renamed", "เปลี่ยนชื่อ"
        MERGED = "merged", "รวมกลุ่ม"
        SPLIT = "split", "แยกกลุ่ม"
        STAGE = "stage", "เปลี่ยนสถานะ"
        OTHER = "other", "เหตุการณ์สำคัญ"

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="milestones")
    kind = models.CharField("ประเภท", max_length=8, choices=Kind, default=Kind.OTHER)
    happened_on = models.DateField("วันที่", default=date.today)
    title = models.CharField("เรื่อง", max_length=150)
    detail = models.CharField("รายละเอียด", max_length=300, blank=True)
    is_planned = models.BooleanField("ยังไม่เกิดขึ้น", default=False)

    class Meta:
        verbose_name = "เส้นทางของกลุ่ม"
        verbose_name_plural = "เส้นทางของกลุ่ม"
        ordering = ["happened_on", "pk"]

    def __str__(self) -> str:
        return self.title
