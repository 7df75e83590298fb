"""Who took part, each person once: on-line, in the room, or in a province's or district's viewing site."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Agency, Level

from .event import Event


class Mode(models.TextChoices):
    """How a person takes part; of somebody who did so in several ways, the first."""

    ROOM = "room", "ห้องประชุม"
    VC = "vc", "VCS ด้วยตนเอง"
    SITE = "site", "จุดรับชมรวม (VCS หรือ DOPA Channel)"
    YOUTUBE = "youtube", "YouTube"


class ViewingSiteQuerySet(models.QuerySet["ViewingSite"]):
    def visible_to(self, viewer: Any) -> Self:
        """Where one may watch is told to whoever sees the event."""
        return self.filter(event__in=Event.objects.visible_to(viewer))

    def editable_by(self, viewer: Any) -> Self:
        """The responsible officer, and who runs the event."""
        if not viewer.is_authenticated:
            return self.none()
        return self.filter(Q(officer_id=viewer.pk) | Q(event__in=Event.objects.editable_by(viewer)))

    def open(self) -> Self:
        return self.filter(is_open=True)


class ViewingSite(models.Model):
    """A room of a province or district where people watch together, and who answers for it."""

    event = models.ForeignKey(Event, verbose_name="กิจกรรม", on_delete=models.PROTECT, related_name="sites")
    agency = models.ForeignKey(Agency, verbose_name="หน่วยงาน", on_delete=models.PROTECT, related_name="+")
    level = models.CharField("ระดับ", max_length=10, choices=Level)  # of the agency at that time
    place = models.CharField("สถานที่", max_length=200)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="ผู้รับผิดชอบ", on_delete=models.PROTECT, related_name="+"
    )
    expected = models.PositiveIntegerField("คาดว่าจะมี (คน)", validators=[MaxValueValidator(10_000)])
    is_open = models.BooleanField("เปิดจุดรับชม", default=True)
    head_count = models.PositiveIntegerField(
        "จำนวนผู้เข้าร่วม (คน)", null=True, blank=True, validators=[MaxValueValidator(10_000)]
    )
    remark = models.CharField("หมายเหตุ", max_length=300, blank=True)
    reported_at = models.DateTimeField("รายงานเมื่อ", null=True, blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    opened_at = models.DateTimeField("เปิดเมื่อ", default=timezone.now)

    objects = ViewingSiteQuerySet.as_manager()

    class Meta:
        verbose_name = "จุดรับชม"
        verbose_name_plural = "จุดรับชม"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "agency", "place"],
                name="events_site_once",
                violation_error_message="จุดรับชมนี้เปิดไว้แล้ว",
            )
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.agency}"


class Status(models.TextChoices):
    PRESENT = "present", "เข้าร่วมแล้ว"
    ABSENT = "absent", "ไม่ได้เข้าร่วม"
    EXCUSED = "excused", "ลา"


class Source(models.TextChoices):
    """How we know."""

    QR = "qr", "คิวอาร์โค้ด"
    CODE = "code", "รหัสลงชื่อ"
    HAND = "hand", "ผู้ดำเนินกลุ่มบันทึก"
    ROSTER = "roster", "รายชื่อของจุดรับชม"


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    def visible_to(self, viewer: Any) -> Self:
        """One's own, and those of the events that one runs."""
        if not viewer.is_authenticated:
            return self.none()
        return self.filter(Q(user_id=viewer.pk) | Q(event__in=Event.objects.editable_by(viewer)))

    def present(self) -> Self:
        return self.filter(status=Status.PRESENT)


class Attendance(models.Model):
    """A person at an event, once, however many ways lead to the row. A person without an account has a name only."""

    event = models.ForeignKey(Event, verbose_name="กิจกรรม", on_delete=models.PROTECT, related_name="attendances")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="บุคคล", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Of a person without an account; empty for others.
    full_name = models.CharField("ชื่อ นามสกุล", max_length=200, blank=True)
    email = models.EmailField("อีเมล", blank=True)
    # "u<id>", or "e:<email>", or "n:<name without title, normalised>": one person, one row.
    person_key = models.CharField(max_length=260)
    name_key = models.CharField(max_length=200)  # the same name on another roster is the same person
    agency = models.ForeignKey(
        Agency, verbose_name="หน่วยงาน", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # at that time
    level = models.CharField("ระดับ", max_length=10, choices=Level)
    mode = models.CharField("เข้าร่วมทาง", max_length=7, choices=Mode)
    site = models.ForeignKey(
        ViewingSite, verbose_name="จุดรับชม", null=True, blank=True, on_delete=models.PROTECT, related_name="attendances"
    )
    status = models.CharField("ผล", max_length=7, choices=Status, default=Status.PRESENT)
    reason = models.CharField("เหตุผล", max_length=200, blank=True)
    source = models.CharField("ที่มา", max_length=6, choices=Source)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    recorded_at = models.DateTimeField("บันทึกเมื่อ", default=timezone.now)
    has_evaluated = models.BooleanField("ตอบแบบประเมินแล้ว", default=False)  # no time: answers stay anonymous

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = "การเข้าร่วม"
        verbose_name_plural = "การเข้าร่วม"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "person_key"], name="events_attendance_once"),
            models.UniqueConstraint(fields=["event", "user"], name="events_attendance_user_once"),
        ]
        indexes = [
            models.Index(fields=["event", "status", "id"]),
            models.Index(fields=["event", "name_key"]),
            models.Index(fields=["user", "status", "event"]),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.user.get_full_name() if self.user else self.full_name


class RosterEntry(models.Model):
    """A person named by a viewing site. Two sites may name one person: two entries, one attendance."""

    site = models.ForeignKey(ViewingSite, on_delete=models.CASCADE, related_name="entries")
    attendance = models.ForeignKey(Attendance, on_delete=models.CASCADE, related_name="entries")
    position = models.CharField("ตำแหน่ง", max_length=150, blank=True)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "รายชื่อของจุดรับชม"
        verbose_name_plural = "รายชื่อของจุดรับชม"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["site", "attendance"], name="events_roster_entry_once")]

    def __str__(self) -> str:
        return str(self.attendance)


class Reach(models.Model):
    """How many people an event reached, by level and first way of taking part: kept in step by events.services,
    proved nightly. People counted but not named by a viewing site are in its level, mode "site"."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="reach")
    level = models.CharField(max_length=10, choices=Level)
    mode = models.CharField(max_length=7, choices=Mode)
    people = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "ยอดผู้เข้าร่วม"
        verbose_name_plural = "ยอดผู้เข้าร่วม"
        constraints = [models.UniqueConstraint(fields=["event", "level", "mode"], name="events_reach_once")]

    def __str__(self) -> str:
        return f"{self.get_level_display()} {self.people}"
