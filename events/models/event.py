from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from accounts.models import Level
from core import thai
from core.fields import RichTextField
from groups.models import Group
from groups.models.group import facilitated_by
from groups.visibility import Visibility, readable

from .keys import new_secret, new_uid


class State(models.TextChoices):
    DRAFT = "draft", "ร่าง"
    OPEN = "open", "เปิดรับลงทะเบียน"
    LIVE = "live", "กำลังถ่ายทอดสด"
    ENDED = "ended", "เสร็จสิ้น"
    COMPLETE = "complete", "ปิดงานแล้ว"
    POSTPONED = "postponed", "เลื่อนกำหนด"
    CANCELLED = "cancelled", "ยกเลิก"


TONES = {
    State.DRAFT: "info",
    State.OPEN: "ok",
    State.LIVE: "live",
    State.ENDED: "",
    State.COMPLETE: "",
    State.POSTPONED: "warn",
    State.CANCELLED: "bad",
}
OVER = (State.ENDED, State.COMPLETE)
CALLED_OFF = (State.POSTPONED, State.CANCELLED)


class Face(models.TextChoices):
    """How the event's page looks at a moment."""

    UPCOMING = "upcoming", "กำลังจะมาถึง"
    LIVE = "live", "กำลังถ่ายทอดสด"
    ENDED = "ended", "ที่ผ่านมา"


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, viewer: Any) -> Self:
        """By level of publication; a draft only to those who work on it."""
        if viewer.is_authenticated and viewer.is_officer:
            return self
        # A subquery and not a join: a row must not appear once for each co-hosting group.
        published = ~Q(state=State.DRAFT) & readable(viewer, groups=("group", "cohosting__group"))
        if not viewer.is_authenticated:
            return self.filter(published)
        return self.filter(Q(pk__in=Event.objects.filter(published).values("pk")) | worked_on_by(viewer))

    def editable_by(self, viewer: Any) -> Self:
        """The facilitators of the group and of the co-hosting groups, and KM officers."""
        if not viewer.is_authenticated:
            return self.none()
        return self if viewer.is_officer else self.filter(worked_on_by(viewer))

    def announced(self) -> Self:
        return self.exclude(state=State.DRAFT)

    def of_group(self, group: Group) -> Self:
        """Held by the group, alone or with others."""
        return self.filter(Q(group=group) | Q(pk__in=CoHost.objects.filter(group=group).values("event")))

    def live(self, now: datetime) -> Self:
        return self.filter(Q(state=State.LIVE) | Q(state=State.OPEN, starts_at__lte=now), ends_at__gt=now)

    def coming(self, now: datetime) -> Self:
        """Still to begin, the postponed and the cancelled of these days among them."""
        return self.filter(state__in=[State.OPEN, *CALLED_OFF], starts_at__gt=now)

    def past(self, now: datetime) -> Self:
        return self.filter(Q(state__in=OVER) | Q(state__in=[State.OPEN, State.LIVE, *CALLED_OFF], ends_at__lte=now))

    def held(self, now: datetime) -> Self:
        """Over, and not called off: what counts in the year's results."""
        return self.filter(Q(state__in=OVER) | Q(state__in=[State.OPEN, State.LIVE], ends_at__lte=now))


def worked_on_by(viewer: Any) -> Q:
    mine = facilitated_by(viewer)
    return Q(group__in=mine) | Q(pk__in=CoHost.objects.filter(group__in=mine).values("event"))


class Event(models.Model):
    """A group's meeting by video conference, from the first draft to the replay."""

    group = models.ForeignKey(Group, verbose_name="กลุ่ม", on_delete=models.PROTECT, related_name="+")
    fiscal_year = models.PositiveSmallIntegerField("ปีงบประมาณ (พ.ศ.)")
    number = models.PositiveSmallIntegerField("ครั้งที่")
    title = models.CharField("เรื่อง", max_length=200)
    lead = models.TextField("สาระโดยย่อ", max_length=400, blank=True)
    agenda = RichTextField("กำหนดการ", blank=True)
    starts_at = models.DateTimeField("เริ่ม")
    ends_at = models.DateTimeField("สิ้นสุด")
    registration_opens_at = models.DateTimeField("เปิดรับลงทะเบียน", null=True, blank=True)
    registration_closes_at = models.DateTimeField("ปิดรับลงทะเบียน", null=True, blank=True)
    capacity = models.PositiveIntegerField(
        "จำนวนที่นั่ง", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100_000)]
    )
    target = models.PositiveIntegerField(
        "เป้าหมายผู้เข้าร่วม (คน)", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(1_000_000)]
    )
    for_central = models.BooleanField("ส่วนกลาง", default=True)
    for_province = models.BooleanField("จังหวัด", default=True)
    for_district = models.BooleanField("อำเภอ", default=True)
    visibility = models.CharField("ชั้นการเผยแพร่", max_length=8, choices=Visibility, default=Visibility.PUBLIC)

    state = models.CharField("สถานะ", max_length=9, choices=State, default=State.DRAFT)
    state_reason = models.CharField("เหตุผลของสถานะ", max_length=300, blank=True)
    state_since = models.DateTimeField("อยู่ในสถานะนี้ตั้งแต่", default=timezone.now)

    gives_certificates = models.BooleanField("ออกเกียรติบัตร", default=True)
    needs_evaluation = models.BooleanField("ออกเกียรติบัตรเมื่อตอบแบบประเมินแล้ว", default=False)
    hours = models.DecimalField(
        "จำนวนชั่วโมง", max_digits=4, decimal_places=1, validators=[MinValueValidator(0), MaxValueValidator(200)]
    )
    signatory_name = models.CharField("ผู้ลงนามในเกียรติบัตร", max_length=150, blank=True)
    signatory_position = models.CharField("ตำแหน่งผู้ลงนาม", max_length=200, blank=True)

    video_id = models.CharField("รหัสวิดีโอ YouTube", max_length=11, blank=True)
    video_seconds = models.PositiveIntegerField("ความยาวคลิป (วินาที)", null=True, blank=True)
    video_is_shown = models.BooleanField("แสดงคลิปย้อนหลัง", default=True)
    # The first time that it was shown, people were told; not again after that.
    video_announced_at = models.DateTimeField("แจ้งคลิปย้อนหลังเมื่อ", null=True, blank=True, editable=False)
    video_absence = models.CharField("เหตุที่ไม่มีคลิปย้อนหลัง", max_length=300, blank=True)
    video_problem = models.CharField("ปัญหาของคลิป", max_length=100, blank=True, editable=False)
    video_checked_at = models.DateTimeField("ตรวจคลิปเมื่อ", null=True, blank=True, editable=False)

    uid = models.CharField(max_length=36, unique=True, default=new_uid, editable=False)
    sequence = models.PositiveIntegerField("ครั้งที่แก้ไขในปฏิทิน", default=0, editable=False)
    sign_in_secret = models.CharField(max_length=43, default=new_secret, editable=False)
    attendance_closed_at = models.DateTimeField("รายงานผู้เข้าร่วมครบเมื่อ", null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="ผู้สร้าง",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    created_at = models.DateTimeField("สร้างเมื่อ", default=timezone.now, editable=False)
    updated_at = models.DateTimeField("แก้ไขเมื่อ", default=timezone.now, editable=False)
    # Kept in step by events.services under the event's row lock, proved nightly by events.tasks.recount_events.
    seated_count = models.PositiveIntegerField("ลงทะเบียนแล้ว", default=0, editable=False)
    waiting_count = models.PositiveIntegerField("รายชื่อสำรอง", default=0, editable=False)
    interest_count = models.PositiveIntegerField("ผู้สนใจ", default=0, editable=False)
    video_views = models.PositiveIntegerField("ยอดรับชมย้อนหลัง", default=0, editable=False)

    objects = EventQuerySet.as_manager()
    history = HistoricalRecords(
        excluded_fields=[
            "sign_in_secret",
            "seated_count",
            "waiting_count",
            "interest_count",
            "video_views",
            "video_checked_at",
        ]
    )

    class Meta:
        verbose_name = "กิจกรรม"
        verbose_name_plural = "กิจกรรม"
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["group", "fiscal_year", "number"], name="events_number_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="events_ends_after_start",
                violation_error_message="เวลาสิ้นสุดต้องอยู่หลังเวลาเริ่ม",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "starts_at"]),
            models.Index(fields=["starts_at", "id"]),
            models.Index(fields=["group", "starts_at", "id"]),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("events:event_detail", args=[self.pk])

    @property
    def serial(self) -> str:
        """ครั้งที่ n/ปีงบประมาณ."""
        return f"{self.number}/{self.fiscal_year}"

    def state_at(self, now: datetime) -> str:
        """The state with the clock's part in it, whether or not the worker has written it down yet."""
        if self.state == State.OPEN and self.starts_at <= now < self.ends_at:
            return State.LIVE
        if self.state in (State.OPEN, State.LIVE) and self.ends_at <= now:
            return State.ENDED
        return self.state

    def face_at(self, now: datetime) -> Face:
        state = self.state_at(now)
        if state == State.LIVE:
            return Face.LIVE
        if state in OVER or (state == State.CANCELLED and self.ends_at <= now):
            return Face.ENDED
        return Face.UPCOMING

    def takes_registrations_at(self, now: datetime) -> bool:
        opens = self.registration_opens_at or self.created_at
        return self.state_at(now) in (State.OPEN, State.LIVE) and opens <= now < self.registration_ends_at

    @property
    def registration_ends_at(self) -> datetime:
        return min(self.registration_closes_at or self.ends_at, self.ends_at)

    @property
    def is_full(self) -> bool:
        return self.capacity is not None and self.seated_count >= self.capacity

    @property
    def levels(self) -> list[Level]:
        chosen = {Level.CENTRAL: self.for_central, Level.PROVINCE: self.for_province, Level.DISTRICT: self.for_district}
        return [level for level, is_meant in chosen.items() if is_meant]

    @property
    def has_video(self) -> bool:
        return bool(self.video_id) and self.video_is_shown

    @property
    def duration(self) -> timedelta:
        return self.ends_at - self.starts_at

    def log(self, text: str, *, by: Any = None) -> None:
        """One line of who did what, for those who run the event."""
        self.log_lines.create(text=text[:300], by=by)

    def fiscal_year_of_start(self) -> int:
        return thai.fiscal_year(self.starts_at)


class CoHost(models.Model):
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="cohosting")
    group = models.ForeignKey(Group, verbose_name="กลุ่มร่วมจัด", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "กลุ่มร่วมจัด"
        verbose_name_plural = "กลุ่มร่วมจัด"
        constraints = [models.UniqueConstraint(fields=["event", "group"], name="events_cohost_once")]

    def __str__(self) -> str:
        return str(self.group)


class LogLine(models.Model):
    """Who did what to an event: registered a team, changed its time, marked somebody present."""

    event = models.ForeignKey(Event, verbose_name="กิจกรรม", on_delete=models.CASCADE, related_name="log_lines")
    text = models.CharField("เรื่อง", max_length=300)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="โดย", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField("เมื่อ", default=timezone.now)

    class Meta:
        verbose_name = "บันทึกการดำเนินการ"
        verbose_name_plural = "บันทึกการดำเนินการ"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["event", "-id"])]

    def __str__(self) -> str:
        return self.text
