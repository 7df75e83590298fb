"""Surveys: who is asked what, when. The wording lies in versions: one that was published never changes."""

import secrets
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from events.models import CALLED_OFF, Event
from events.models.event import worked_on_by
from groups.models import Group, Stage
from groups.models.group import facilitated_by

ANSWERS_FOR = timedelta(days=21)  # after the event a satisfaction survey goes on taking answers
FOLLOW_UP_FOR = timedelta(days=30)  # a follow-up survey takes them, from the day it was sent
A_MONTH = timedelta(days=30)
MOST_MONTHS = 3
SMALLEST = 5  # fewer answers than that are not shown: they could be somebody's


class BandSet(models.Model):
    """Which mean is called what. Bounds are means rounded half-up to two decimals, from which a level begins."""

    name = models.CharField("ชื่อเกณฑ์", max_length=100, unique=True)
    source = models.CharField("ที่มา", max_length=200, blank=True)
    from_5 = models.DecimalField("มากที่สุด ตั้งแต่", max_digits=3, decimal_places=2)
    from_4 = models.DecimalField("มาก ตั้งแต่", max_digits=3, decimal_places=2)
    from_3 = models.DecimalField("ปานกลาง ตั้งแต่", max_digits=3, decimal_places=2)
    from_2 = models.DecimalField("น้อย ตั้งแต่", max_digits=3, decimal_places=2)

    class Meta:
        verbose_name = "เกณฑ์แปลผล"
        verbose_name_plural = "เกณฑ์แปลผล"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    from_5__gt=models.F("from_4"),
                    from_4__gt=models.F("from_3"),
                    from_3__gt=models.F("from_2"),
                    from_2__gt=1,
                    from_5__lte=5,
                ),
                name="surveys_bands_descend",
                violation_error_message="ขอบล่างของแต่ละระดับต้องลดหลั่นกัน และอยู่ระหว่าง 1 ถึง 5",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def bounds(self) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """From which levels 5, 4, 3, 2 begin."""
        return self.from_5, self.from_4, self.from_3, self.from_2


class Kind(models.TextChoices):
    SATISFACTION = "satisfaction", "แบบประเมินความพึงพอใจ"
    FOLLOW_UP = "follow_up", "ติดตามการนำความรู้ไปใช้ประโยชน์"
    OTHER = "other", "แบบสอบถาม"


class Audience(models.TextChoices):
    ATTENDEES = "attendees", "ผู้เข้าร่วมกิจกรรม"
    REGISTERED = "registered", "ผู้ลงทะเบียน"
    MEMBERS = "members", "สมาชิกกลุ่ม"
    SIGNED_IN = "signed_in", "ทุกคนที่เข้าสู่ระบบ"
    LINK = "link", "ทุกคนที่มีลิงก์"


INVITED = (Audience.ATTENDEES, Audience.REGISTERED, Audience.MEMBERS)  # people who can be counted, told and reminded


class SurveyState(models.TextChoices):
    DRAFT = "draft", "ร่าง"
    PUBLISHED = "published", "เผยแพร่แล้ว"
    CLOSED = "closed", "ปิดรับคำตอบแล้ว"


class Phase(models.TextChoices):
    """The state with the clock's part in it."""

    DRAFT = "draft", "ร่าง"
    WAITING = "waiting", "ยังไม่เปิดรับคำตอบ"
    OPEN = "open", "เปิดรับคำตอบ"
    CLOSED = "closed", "ปิดรับคำตอบแล้ว"


PHASE_TONES = {Phase.DRAFT: "info", Phase.WAITING: "warn", Phase.OPEN: "ok", Phase.CLOSED: ""}


def new_key() -> str:
    return secrets.token_urlsafe(16)


class SurveyQuerySet(models.QuerySet["Survey"]):
    def visible_to(self, viewer: Any) -> Self:
        """Published ones, by the event's level of publication or the group's stage. Who may answer is another
        question (surveys.audiences); one for a link is found by its link."""
        if viewer.is_authenticated and viewer.is_officer:
            return self
        of_group = Q(event__isnull=True) & ~Q(group__stage=Stage.DRAFT)
        of_event = Q(event__in=Event.objects.visible_to(viewer).values("pk"))
        seen = ~Q(state=SurveyState.DRAFT) & (of_group | of_event)
        if not viewer.is_authenticated:
            return self.filter(seen)
        return self.filter(seen | run_by(viewer))

    def editable_by(self, viewer: Any) -> Self:
        """The facilitators of the group and of the co-hosting groups, and KM officers."""
        if not viewer.is_authenticated:
            return self.none()
        return self if viewer.is_officer else self.filter(run_by(viewer))

    def open_at(self, now: datetime) -> Self:
        """Taking answers at this moment; the rule of Survey.phase_at."""
        by_clock = by_event_clock(now) & ~Q(event__state__in=CALLED_OFF)
        by_hand = (Q(opens_at=None) | Q(opens_at__lte=now)) & (Q(closes_at=None) | Q(closes_at__gt=now))
        return self.filter(state=SurveyState.PUBLISHED).filter(
            (Q(follows_event=True) & by_clock) | (Q(follows_event=False) & by_hand)
        )

    def over_by_clock(self, now: datetime) -> Self:
        """Published, and closed by the time that it was given; the rule of Survey.phase_at."""
        by_event = ~Q(kind=Kind.FOLLOW_UP) & Q(event__ends_at__lte=now - ANSWERS_FOR)
        for months in range(1, MOST_MONTHS + 1):
            over = now - months * A_MONTH - FOLLOW_UP_FOR
            by_event |= Q(kind=Kind.FOLLOW_UP, months_after=months, event__ends_at__lte=over)
        by_clock = Q(follows_event=True) & by_event & ~Q(event__state__in=CALLED_OFF)
        return self.filter(state=SurveyState.PUBLISHED).filter(by_clock | Q(follows_event=False, closes_at__lte=now))

    def released(self) -> Self:
        return self.filter(released_at__isnull=False)


def run_by(viewer: Any) -> Q:
    of_events = Event.objects.filter(worked_on_by(viewer)).values("pk")
    return Q(group__in=facilitated_by(viewer)) | Q(event__in=of_events)


def by_event_clock(now: datetime) -> Q:
    satisfaction = Q(event__starts_at__lte=now, event__ends_at__gt=now - ANSWERS_FOR)
    open_now = ~Q(kind=Kind.FOLLOW_UP) & satisfaction
    for months in range(1, MOST_MONTHS + 1):
        after = months * A_MONTH
        due = Q(event__ends_at__lte=now - after, event__ends_at__gt=now - after - FOLLOW_UP_FOR)
        open_now |= Q(kind=Kind.FOLLOW_UP, months_after=months) & due
    return open_now


class Survey(models.Model):
    group = models.ForeignKey(Group, verbose_name="กลุ่ม", on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey(
        Event, verbose_name="กิจกรรม", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField("ประเภท", max_length=12, choices=Kind, default=Kind.SATISFACTION)
    title = models.CharField("ชื่อแบบประเมิน", max_length=200)
    intro = models.TextField("คำชี้แจง", max_length=2000, blank=True)
    audience = models.CharField("ผู้ตอบ", max_length=10, choices=Audience, default=Audience.ATTENDEES)
    is_anonymous = models.BooleanField("ไม่ระบุชื่อผู้ตอบ", default=True)
    bands = models.ForeignKey(BandSet, verbose_name="เกณฑ์แปลผล", on_delete=models.PROTECT, related_name="+")
    follows_event = models.BooleanField("เปิดและปิดตามเวลาของกิจกรรม", default=False)
    months_after = models.PositiveSmallIntegerField(
        "ส่งหลังกิจกรรม (เดือน)", default=2, validators=[MinValueValidator(1), MaxValueValidator(MOST_MONTHS)]
    )
    opens_at = models.DateTimeField("เปิดรับคำตอบ", null=True, blank=True)
    closes_at = models.DateTimeField("ปิดรับคำตอบ", null=True, blank=True)
    state = models.CharField("สถานะ", max_length=9, choices=SurveyState, default=SurveyState.DRAFT)
    key = models.CharField(max_length=43, unique=True, default=new_key, editable=False)  # of the link
    # The wording that is asked now: the latest published version.
    current = models.ForeignKey(
        "SurveyVersion", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    announced_at = models.DateTimeField("แจ้งผู้ตอบเมื่อ", null=True, blank=True, editable=False)
    reminded_at = models.DateTimeField("เตือนครั้งล่าสุดเมื่อ", null=True, blank=True, editable=False)
    # The last row of the audience (attendance, registration, membership) whose person was invited, and, while a
    # reminder goes round, the last person reminded: a crash neither repeats nor skips anybody.
    invited_up_to = models.BigIntegerField(default=0, editable=False)
    reminded_up_to = models.BigIntegerField(null=True, editable=False)
    released_at = models.DateTimeField("เผยแพร่ผลเมื่อ", null=True, blank=True, editable=False)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    # The overall figures as they were released: for the event's page, comparisons, the year's results.
    released_mean = models.DecimalField("ค่าเฉลี่ยที่เผยแพร่", max_digits=3, decimal_places=2, null=True, editable=False)
    released_sd = models.DecimalField("S.D. ที่เผยแพร่", max_digits=3, decimal_places=2, null=True, editable=False)
    released_answers = models.PositiveIntegerField("ผู้ตอบเมื่อเผยแพร่", null=True, editable=False)
    released_participants = models.PositiveIntegerField("ผู้เข้าร่วมเมื่อเผยแพร่", null=True, editable=False)
    release_note = models.TextField("สิ่งที่ผู้ดำเนินกลุ่มจะทำต่อ", max_length=1000, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField("สร้างเมื่อ", default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)  # of the settings: who saves an old one is told

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = "แบบประเมิน"
        verbose_name_plural = "แบบประเมิน"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "kind"],
                condition=Q(kind__in=[Kind.SATISFACTION, Kind.FOLLOW_UP], event__isnull=False),
                name="surveys_standard_once",
                violation_error_message="กิจกรรมนี้มีแบบประเมินประเภทนี้แล้ว",
            ),
            models.CheckConstraint(
                condition=Q(follows_event=False) | Q(event__isnull=False), name="surveys_clock_has_event"
            ),
        ]
        indexes = [models.Index(fields=["event", "kind"]), models.Index(fields=["group", "released_at"])]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("surveys:survey", args=[self.pk])

    @property
    def opening(self) -> datetime | None:
        """From when it takes answers; None: from its publication. The survey came with its event."""
        if not self.follows_event or self.event is None:
            return self.opens_at
        if self.kind == Kind.FOLLOW_UP:
            return self.event.ends_at + self.months_after * A_MONTH
        return self.event.starts_at

    @property
    def closing(self) -> datetime | None:
        """Until when; None: until it is closed by hand."""
        if not self.follows_event or self.event is None:
            return self.closes_at
        if self.kind == Kind.FOLLOW_UP:
            return self.event.ends_at + self.months_after * A_MONTH + FOLLOW_UP_FOR
        return self.event.ends_at + ANSWERS_FOR

    def phase_at(self, now: datetime) -> Phase:
        if self.state == SurveyState.DRAFT:
            return Phase.DRAFT
        if self.state == SurveyState.CLOSED:
            return Phase.CLOSED
        if self.follows_event and self.event is not None and self.event.state in CALLED_OFF:
            return Phase.WAITING
        if self.opening and now < self.opening:
            return Phase.WAITING
        return Phase.CLOSED if self.closing and self.closing <= now else Phase.OPEN


class SurveyVersion(models.Model):
    """One wording. Edited until it is published; answers belong to the version that was answered."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField("ฉบับที่")
    published_at = models.DateTimeField("เผยแพร่เมื่อ", null=True, blank=True)
    # Responses whose answers are in the tallies; raised by the worker, batch by batch.
    counted = models.PositiveIntegerField("คำตอบที่นับแล้ว", default=0)

    class Meta:
        verbose_name = "ฉบับของแบบประเมิน"
        verbose_name_plural = "ฉบับของแบบประเมิน"
        ordering = ["survey", "number"]
        constraints = [models.UniqueConstraint(fields=["survey", "number"], name="surveys_version_once")]

    def __str__(self) -> str:
        return f"ฉบับที่ {self.number}"


class Section(models.Model):
    version = models.ForeignKey(SurveyVersion, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField()
    title = models.CharField("ชื่อตอน", max_length=200)
    intro = models.CharField("คำชี้แจงของตอน", max_length=500, blank=True)

    class Meta:
        verbose_name = "ตอน"
        verbose_name_plural = "ตอน"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title


class ItemKind(models.TextChoices):
    LIKERT = "likert", "มาตราส่วน 5 ระดับ"
    SINGLE = "single", "เลือกได้ข้อเดียว"
    SEVERAL = "several", "เลือกได้หลายข้อ"
    NUMBER = "number", "ตัวเลข"
    SHORT = "short", "ข้อความสั้น"
    LONG = "long", "ข้อความยาว"


CHOICES = (ItemKind.SINGLE, ItemKind.SEVERAL)
TEXTS = (ItemKind.SHORT, ItemKind.LONG)


class About(models.TextChoices):
    """What a choice tells of the person. Small groups are suppressed; by the first three, results are broken down."""

    LEVEL = "level", "ระดับ (ส่วนกลาง จังหวัด อำเภอ)"
    REGION = "region", "ภาค"
    CHANNEL = "channel", "ช่องทางที่เข้าร่วม"
    OTHER = "other", "ข้อมูลทั่วไปอื่น ๆ"


BREAKDOWNS = (About.LEVEL, About.REGION, About.CHANNEL)


class Item(models.Model):
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField("แบบคำถาม", max_length=7, choices=ItemKind)
    text = models.CharField("ข้อคำถาม", max_length=300)
    hint = models.CharField("คำอธิบาย", max_length=300, blank=True)
    aspect = models.CharField("ด้าน", max_length=100, blank=True)  # of a Likert item
    options = models.JSONField("ตัวเลือก", default=list, blank=True)  # list[str]; an answer is a place in it, from 0
    about = models.CharField("บอกเกี่ยวกับผู้ตอบ", max_length=7, choices=About, blank=True)  # of a single choice
    is_required = models.BooleanField("จำเป็นต้องตอบ", default=True)
    least = models.IntegerField("ไม่น้อยกว่า", null=True, blank=True)
    most = models.IntegerField("ไม่เกิน", null=True, blank=True)

    class Meta:
        verbose_name = "ข้อคำถาม"
        verbose_name_plural = "ข้อคำถาม"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text
