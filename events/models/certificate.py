from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from core import thai

from .event import Event
from .keys import new_code


class Standing(models.TextChoices):
    VALID = "valid", "ใช้ได้"
    REPLACED = "replaced", "ออกฉบับใหม่แทนแล้ว"
    REVOKED = "revoked", "เพิกถอนแล้ว"


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def visible_to(self, viewer: Any) -> Self:
        """The document itself: its owner, and who runs the event. Anybody may verify a code (events.views)."""
        if not viewer.is_authenticated:
            return self.none()
        return self.filter(Q(user_id=viewer.pk) | Q(event__in=Event.objects.editable_by(viewer)))

    def valid(self) -> Self:
        return self.filter(standing=Standing.VALID)


class Certificate(models.Model):
    """เกียรติบัตร. What it says is fixed when it is issued; a correction is a new certificate."""

    event = models.ForeignKey(Event, verbose_name="กิจกรรม", on_delete=models.PROTECT, related_name="certificates")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="บุคคล", on_delete=models.PROTECT, related_name="+")
    fiscal_year = models.PositiveSmallIntegerField("ปีงบประมาณ (พ.ศ.)")
    number = models.PositiveIntegerField("เลขที่")
    code = models.CharField("รหัสตรวจสอบ", max_length=12, unique=True, default=new_code, editable=False)
    name = models.CharField("ชื่อ นามสกุล", max_length=250)
    group_name = models.CharField("กลุ่ม", max_length=200)
    topic = models.CharField("เรื่อง", max_length=200)
    hours = models.DecimalField("จำนวนชั่วโมง", max_digits=4, decimal_places=1)
    mode_text = models.CharField("เข้าร่วมทาง", max_length=100)
    given_on = models.DateField("ให้ไว้ ณ วันที่")
    signatory_name = models.CharField("ผู้ลงนาม", max_length=150, blank=True)
    signatory_position = models.CharField("ตำแหน่งผู้ลงนาม", max_length=200, blank=True)
    standing = models.CharField("สถานะ", max_length=8, choices=Standing, default=Standing.VALID)
    reason = models.CharField("เหตุผล", max_length=300, blank=True)
    ended_at = models.DateTimeField("เพิกถอนหรือแทนเมื่อ", null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    replaces = models.OneToOneField(
        "self", verbose_name="แทนฉบับ", null=True, blank=True, on_delete=models.PROTECT, related_name="successor"
    )
    issued_at = models.DateTimeField("ออกเมื่อ", default=timezone.now)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = "เกียรติบัตร"
        verbose_name_plural = "เกียรติบัตร"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["fiscal_year", "number"], name="events_certificate_number_once"),
            models.UniqueConstraint(
                fields=["event", "user"], condition=Q(standing=Standing.VALID), name="events_certificate_valid_once"
            ),
        ]
        indexes = [models.Index(fields=["user", "-id"]), models.Index(fields=["event", "-id"])]

    def __str__(self) -> str:
        return self.serial

    def get_absolute_url(self) -> str:
        """The public page that verifies it."""
        return reverse("certificate", args=[self.shown_code])

    @property
    def serial(self) -> str:
        """เลขที่ KM ๐๐๑/๒๕๗๐, as it stands on the document."""
        return thai.to_thai_digits(f"KM {self.number:03}/{self.fiscal_year}")

    @property
    def shown_code(self) -> str:
        return "-".join(self.code[place : place + 4] for place in range(0, 12, 4))


class CertificateSeries(models.Model):
    """The last running number of a fiscal year; its row is locked while numbers are given out."""

    fiscal_year = models.PositiveSmallIntegerField(unique=True)
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "เลขที่เกียรติบัตร"
        verbose_name_plural = "เลขที่เกียรติบัตร"

    def __str__(self) -> str:
        return str(self.fiscal_year)
