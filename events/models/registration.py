"""Interest, registration and a person's calendar: three different things, and attendance is a fourth."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Notification

from .attendance import Mode, ViewingSite
from .event import Event
from .keys import new_secret


class Seat(models.TextChoices):
    SEATED = "seated", "ลงทะเบียนแล้ว"
    WAITING = "waiting", "รายชื่อสำรอง"
    CANCELLED = "cancelled", "ยกเลิกแล้ว"
    DECLINED = "declined", "ไม่สะดวกเข้าร่วม"


HELD = (Seat.SEATED, Seat.WAITING)


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def visible_to(self, viewer: Any) -> Self:
        """One's own, those that one made for others, and those of the events that one runs."""
        if not viewer.is_authenticated:
            return self.none()
        run = Q(event__in=Event.objects.editable_by(viewer))
        return self.filter(Q(user_id=viewer.pk) | Q(registered_by_id=viewer.pk) | run)

    def seated(self) -> Self:
        return self.filter(seat=Seat.SEATED)

    def waiting(self) -> Self:
        return self.filter(seat=Seat.WAITING)

    def in_queue(self) -> Self:
        return self.order_by("queued_at", "pk")


class Registration(models.Model):
    """One row for a person and an event for good; registering again after cancelling takes a new place in the queue."""

    event = models.ForeignKey(Event, verbose_name="กิจกรรม", on_delete=models.PROTECT, related_name="registrations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="บุคคล", on_delete=models.PROTECT, related_name="+")
    mode = models.CharField("เข้าร่วมทาง", max_length=7, choices=Mode)
    site = models.ForeignKey(
        ViewingSite,
        verbose_name="จุดรับชม",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="registrations",
    )
    seat = models.CharField("สถานะ", max_length=9, choices=Seat)
    queued_at = models.DateTimeField("เมื่อ", default=timezone.now)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="ลงทะเบียนแทนโดย",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    changed_at = models.DateTimeField("เปลี่ยนเมื่อ", default=timezone.now)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = "การลงทะเบียน"
        verbose_name_plural = "การลงทะเบียน"
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["event", "user"], name="events_registration_once")]
        indexes = [
            models.Index(fields=["event", "seat", "queued_at", "id"]),
            models.Index(fields=["user", "seat", "event"]),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.event}"

    @property
    def is_held(self) -> bool:
        return self.seat in HELD


class Reminder(models.Model):
    """Which reminder of which start went out: a postponed event is reminded of anew. By its line in the inbox it is
    kept from being mailed once it has become wrong (events.services.reminders)."""

    class Kind(models.TextChoices):
        DAY = "day", "ล่วงหน้า 1 วัน"
        HOUR = "hour", "ล่วงหน้า 1 ชั่วโมง"

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="reminders")
    kind = models.CharField(max_length=4, choices=Kind)
    starts_at = models.DateTimeField()
    notification = models.ForeignKey(Notification, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = "การเตือน"
        verbose_name_plural = "การเตือน"
        constraints = [
            models.UniqueConstraint(fields=["registration", "kind", "starts_at"], name="events_reminder_once")
        ]

    def __str__(self) -> str:
        return f"{self.registration} {self.get_kind_display()}"


class Interest(models.Model):
    """ "สนใจ": tell me about it, without a seat."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="interests")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "ผู้สนใจ"
        verbose_name_plural = "ผู้สนใจ"
        constraints = [models.UniqueConstraint(fields=["event", "user"], name="events_interest_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.event}"


class CalendarFeed(models.Model):
    """A person's own calendar behind a secret address; a new secret makes the old address worthless."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    secret = models.CharField(max_length=43, unique=True, default=new_secret)
    created_at = models.DateTimeField("สร้างเมื่อ", default=timezone.now)

    class Meta:
        verbose_name = "ปฏิทินส่วนตัว"
        verbose_name_plural = "ปฏิทินส่วนตัว"

    def __str__(self) -> str:
        return str(self.user)
