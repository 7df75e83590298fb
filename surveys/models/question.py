"""The question register: what staff want answered, from the first wording to the answer."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Agency
from events.models import CoHost, Event, State
from groups.models import Group, Role, Stage
from groups.models.group import joined_by

MODERATING = (Role.FACILITATOR, Role.RECORDER)


class QuestionState(models.TextChoices):
    PENDING = "pending", "รอตรวจสอบ"
    WAITING = "waiting", "รอคำตอบ"
    CONSIDERING = "considering", "อยู่ระหว่างพิจารณา"
    ANSWERED = "answered", "ตอบแล้ว"
    REFUSED = "refused", "ไม่รับ"
    MERGED = "merged", "รวมกับคำถามอื่น"
    WITHDRAWN = "withdrawn", "ผู้ถามถอนคำถาม"


PUBLISHED = (QuestionState.WAITING, QuestionState.CONSIDERING, QuestionState.ANSWERED)
OWED = (QuestionState.WAITING, QuestionState.CONSIDERING)  # somebody owes an answer


class Way(models.TextChoices):
    """How a question was answered."""

    LIVE = "live", "ตอบในเวที"
    WRITTEN = "written", "ตอบเป็นลายลักษณ์อักษร"
    REFERRED = "referred", "หน่วยงานเจ้าของเรื่องตอบ"


class QuestionQuerySet(models.QuerySet["Question"]):
    def visible_to(self, viewer: Any) -> Self:
        """What is published, by the group's stage or the event's level of publication; one's own; what one moderates.

        A question merged into another is found by its old address only, by those who may see the other one.
        """
        if viewer.is_authenticated and viewer.is_officer:
            return self
        published = Q(state__in=PUBLISHED) & readable(viewer)
        if not viewer.is_authenticated:
            return self.filter(published)
        return self.filter(published | asked_by(viewer) | moderated_by(viewer))

    def editable_by(self, viewer: Any) -> Self:
        """Its moderators: facilitators and recorders of the group or of a co-hosting group, and KM officers."""
        if not viewer.is_authenticated:
            return self.none()
        return self if viewer.is_officer else self.filter(moderated_by(viewer))

    def published(self) -> Self:
        return self.filter(state__in=PUBLISHED)

    def owed(self) -> Self:
        return self.filter(state__in=OWED)

    def of_group(self, group: Group) -> Self:
        """Sent to the group, or to an event that it holds alone or with others."""
        hosted = CoHost.objects.filter(group=group).values("event")
        return self.filter(Q(group=group) | Q(event__in=hosted))


def readable(viewer: Any) -> Q:
    to_group = Q(event__isnull=True) & ~Q(group__stage=Stage.DRAFT)
    return to_group | Q(event__in=Event.objects.visible_to(viewer).values("pk"))


def asked_by(viewer: Any) -> Q:
    """Also who asked a question that was merged into this one."""
    return Q(asker_id=viewer.pk) | Q(pk__in=Vote.objects.filter(user_id=viewer.pk, is_asker=True).values("question"))


def moderated_by(viewer: Any) -> Q:
    mine = joined_by(viewer, memberships__role__in=MODERATING)
    return Q(group__in=mine) | Q(event__in=CoHost.objects.filter(group__in=mine).values("event"))


class Question(models.Model):
    """A point that staff want answered (ประเด็นคำถาม), sent to a group or to one of its events."""

    group = models.ForeignKey(Group, verbose_name="กลุ่ม", on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey(
        Event, verbose_name="กิจกรรม", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    text = models.CharField("คำถาม", max_length=600)
    detail = models.TextField("รายละเอียด", max_length=3000, blank=True)
    asker = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="ผู้ถาม", on_delete=models.PROTECT, related_name="+")
    is_anonymous = models.BooleanField("ไม่ประสงค์ออกนาม", default=False)
    state = models.CharField("สถานะ", max_length=11, choices=QuestionState, default=QuestionState.PENDING)
    merged_into = models.ForeignKey(
        "self", verbose_name="รวมเข้ากับ", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )
    agency = models.ForeignKey(
        Agency, verbose_name="หน่วยงานที่รับผิดชอบ", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Since when whoever owes the answer owes it: since publication, or since it was routed.
    owed_since = models.DateTimeField("รอคำตอบตั้งแต่", null=True, blank=True)
    answered_how = models.CharField("วิธีตอบ", max_length=8, choices=Way, blank=True)
    answer = models.TextField("คำตอบ", max_length=6000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="ผู้ตอบ",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    answered_at = models.DateTimeField("ตอบเมื่อ", null=True, blank=True)
    reason = models.CharField("เหตุผลที่ไม่รับ", max_length=300, blank=True)
    is_being_answered = models.BooleanField("กำลังตอบ", default=False)
    created_at = models.DateTimeField("ส่งเมื่อ", default=timezone.now, editable=False)
    published_at = models.DateTimeField("เผยแพร่เมื่อ", null=True, blank=True, editable=False)
    # Raised by every act of a moderator: a second one who looked at an older number is told what happened.
    revision = models.PositiveIntegerField(default=0, editable=False)
    # Kept in step by surveys.services under the question's row lock, proved nightly.
    vote_count = models.PositiveIntegerField("ผู้สนใจ", default=0, editable=False)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = "คำถาม"
        verbose_name_plural = "คำถาม"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(merged_into=models.F("id")), name="surveys_not_merged_into_itself"),
            models.CheckConstraint(
                condition=Q(state=QuestionState.MERGED, merged_into__isnull=False)
                | (~Q(state=QuestionState.MERGED) & Q(merged_into__isnull=True)),
                name="surveys_merged_has_target",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-vote_count", "-id"]),
            models.Index(fields=["group", "state", "-vote_count", "-id"]),
            models.Index(fields=["event", "state", "-vote_count", "-id"]),
            models.Index(fields=["state", "owed_since", "id"]),
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return reverse("surveys:question", args=[self.pk])

    @property
    def is_published(self) -> bool:
        return self.state in PUBLISHED

    @property
    def owes_answer(self) -> str:
        """Who owes the answer; empty where nobody does. The question came with its group and its agency."""
        if self.state not in OWED:
            return ""
        return str(self.agency) if self.agency else f"ผู้ดำเนิน{self.group}"

    def takes_votes(self) -> bool:
        return self.state in PUBLISHED


class Vote(models.Model):
    """สนใจคำถามนี้เช่นกัน: once per person. Who asked wants to know it, too, and is told of each step."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="votes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_asker = models.BooleanField(default=False)

    class Meta:
        verbose_name = "ผู้สนใจคำถาม"
        verbose_name_plural = "ผู้สนใจคำถาม"
        constraints = [models.UniqueConstraint(fields=["question", "user"], name="surveys_vote_once")]
        indexes = [models.Index(fields=["user", "question"])]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.question_id}"


class QuestionStep(models.Model):
    """What became of a question, step by step; of a change of wording, what it was before."""

    class Kind(models.TextChoices):
        ASKED = "asked", "ส่งคำถาม"
        PUBLISHED = "published", "เผยแพร่"
        REWORDED = "reworded", "แก้ถ้อยคำ"
        MERGED = "merged", "รวมคำถามที่ซ้ำ"
        ROUTED = "routed", "ส่งต่อหน่วยงาน"
        CONSIDERED = "considered", "รับไว้พิจารณา"
        ANSWERED = "answered", "ตอบ"
        CORRECTED = "corrected", "แก้คำตอบ"
        REFUSED = "refused", "ไม่รับ"
        REOPENED = "reopened", "นำกลับมาพิจารณา"
        WITHDRAWN = "withdrawn", "ถอนคำถาม"

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField("เรื่อง", max_length=10, choices=Kind)
    text = models.TextField("ข้อความ", blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="โดย", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField("เมื่อ", default=timezone.now)

    class Meta:
        verbose_name = "ลำดับของคำถาม"
        verbose_name_plural = "ลำดับของคำถาม"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.get_kind_display()


def takes_questions(group: Group, event: Event | None) -> bool:
    """Early, during the event, and after it until its work is closed; a group takes them while it goes on."""
    if event is not None and event.state in (State.DRAFT, State.CANCELLED, State.COMPLETE):
        return False
    return group.stage in (Stage.ACTIVE, Stage.PAUSED)
