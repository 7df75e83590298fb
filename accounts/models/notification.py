from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

if TYPE_CHECKING:
    from .user import User

# A worker that mails a line has it to itself for this long; then it is taken for dead.
MAILING_LEASE = timedelta(minutes=10)


class MailFrequency(models.TextChoices):
    INSTANT = "instant", "ทันทีที่มีเรื่องถึงฉัน"
    DAILY = "daily", "สรุปวันละครั้ง"
    WEEKLY = "weekly", "สรุปสัปดาห์ละครั้ง"
    NONE = "none", "ไม่รับทางอีเมล"


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, viewer: Any) -> Self:
        return self.filter(recipient_id=viewer.pk) if viewer.is_authenticated else self.none()

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def to_mail(self, frequency: MailFrequency) -> Self:
        """Not mailed yet. Whoever takes no mail at all takes none from a group either."""
        return self.filter(frequency=frequency, mailed_at=None, recipient__is_active=True).exclude(
            recipient__mail_frequency=MailFrequency.NONE
        )

    def claim(self, *, now: datetime) -> int:
        """Reserve for the caller what no other worker is mailing just now; answer how many lines that is."""
        free = models.Q(mail_claimed_at=None) | models.Q(mail_claimed_at__lte=now - MAILING_LEASE)
        return self.filter(free, mailed_at=None).update(mail_claimed_at=now)

    def mark_read(self, recipient: "User", *, now: datetime | None = None) -> int:
        """Only this recipient's rows; keeps the counter in the person's row in step."""
        with transaction.atomic():
            read = self.filter(recipient=recipient).unread().update(read_at=now or timezone.now())
            if read:
                get_user_model().objects.filter(pk=recipient.pk).update(
                    unread_notifications=F("unread_notifications") - read
                )
        return read


class Notification(models.Model):
    """One line in a person's inbox; mailed at once, in a digest, or not at all."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    text = models.CharField("ข้อความ", max_length=300)
    detail = models.TextField("รายละเอียด", blank=True)
    url = models.CharField("ที่อยู่ในเว็บไซต์", max_length=300, blank=True)
    source = models.CharField("จาก", max_length=150, blank=True)
    frequency = models.CharField("ส่งอีเมล", max_length=8, choices=MailFrequency, default=MailFrequency.INSTANT)
    created_at = models.DateTimeField("เมื่อ", default=timezone.now)
    read_at = models.DateTimeField("อ่านเมื่อ", null=True, blank=True)
    mailed_at = models.DateTimeField("ส่งอีเมลเมื่อ", null=True, blank=True)
    mail_claimed_at = models.DateTimeField(null=True, editable=False)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = "การแจ้งเตือน"
        verbose_name_plural = "การแจ้งเตือน"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["recipient", "-id"]),
            models.Index(
                fields=["frequency", "recipient"], condition=models.Q(mailed_at=None), name="accounts_to_mail"
            ),
        ]

    def __str__(self) -> str:
        return self.text
