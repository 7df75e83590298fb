"""What an event consists of: channels, speakers, documents, chapters of the replay."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from .event import Event


class ChannelKind(models.TextChoices):
    ROOM = "room", "ห้องประชุม"
    VCS = "vcs", "ระบบวีดิทัศน์ทางไกล (VCS)"
    DOPA = "dopa", "DOPA Channel"
    YOUTUBE = "youtube", "YouTube Live"


class Channel(models.Model):
    """One way to take part. The link is the join link: only for those registered (events.joining)."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="channels")
    kind = models.CharField("ช่องทาง", max_length=7, choices=ChannelKind)
    note = models.CharField("คำอธิบาย", max_length=300, blank=True)
    link = models.CharField("ลิงก์", max_length=500, blank=True, validators=[URLValidator(["https", "http"])])

    class Meta:
        verbose_name = "ช่องทาง"
        verbose_name_plural = "ช่องทาง"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "kind"], name="events_channel_once", violation_error_message="ช่องทางนี้มีอยู่แล้ว"
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Speaker(models.Model):
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="speakers")
    name = models.CharField("ชื่อวิทยากร", max_length=150)
    position = models.CharField("ตำแหน่ง สังกัด", max_length=250, blank=True)
    order = models.PositiveSmallIntegerField("ลำดับ", default=0)

    class Meta:
        verbose_name = "วิทยากร"
        verbose_name_plural = "วิทยากร"
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, viewer: Any) -> Self:
        return self.filter(event__in=Event.objects.visible_to(viewer))


class Document(models.Model):
    """A file handed out with the event; whoever may see the event may have it."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="documents")
    title = models.CharField("ชื่อเอกสาร", max_length=200)
    file = models.FileField("ไฟล์", upload_to="events/")
    original_name = models.CharField("ชื่อไฟล์", max_length=255)
    kind = models.CharField("ชนิด", max_length=10)
    size = models.PositiveIntegerField("ขนาด (ไบต์)")
    order = models.PositiveSmallIntegerField("ลำดับ", default=0)
    downloads = models.PositiveIntegerField("ดาวน์โหลด", default=0)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    added_at = models.DateTimeField("เพิ่มเมื่อ", default=timezone.now)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "เอกสาร"
        verbose_name_plural = "เอกสาร"
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("events:document", args=[self.event_id, self.pk])


class Chapter(models.Model):
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="chapters")
    second = models.PositiveIntegerField("วินาทีที่")
    title = models.CharField("เรื่อง", max_length=150)

    class Meta:
        verbose_name = "สารบัญเวลา"
        verbose_name_plural = "สารบัญเวลา"
        ordering = ["second", "pk"]
        constraints = [models.UniqueConstraint(fields=["event", "second"], name="events_chapter_once")]

    def __str__(self) -> str:
        return f"{self.clock} {self.title}"

    @property
    def clock(self) -> str:
        hours, rest = divmod(self.second, 3600)
        minutes, seconds = divmod(rest, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


class ReplayDay(models.Model):
    """How often the replay was opened from the portal on a day, for the year's results."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="replay_days")
    day = models.DateField("วันที่")
    views = models.PositiveIntegerField("ครั้ง", default=0)

    class Meta:
        verbose_name = "ยอดรับชมย้อนหลังรายวัน"
        verbose_name_plural = "ยอดรับชมย้อนหลังรายวัน"
        constraints = [models.UniqueConstraint(fields=["event", "day"], name="events_replay_day_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.views}"
