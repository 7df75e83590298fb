from django.conf import settings
from django.db import models
from django.utils import timezone

# Raised whenever the wording of the privacy notice changes in substance.
PRIVACY_NOTICE = "privacy"
PRIVACY_NOTICE_VERSION = "2569-11"


class NoticeReceipt(models.Model):
    """That a person was shown a notice, in which wording, and when. Membership rests on public task, not on consent."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_receipts")
    notice = models.CharField("ประกาศ", max_length=30, default=PRIVACY_NOTICE)
    version = models.CharField("ฉบับ", max_length=20, default=PRIVACY_NOTICE_VERSION)
    received_at = models.DateTimeField("รับทราบเมื่อ", default=timezone.now)

    class Meta:
        verbose_name = "การรับทราบประกาศ"
        verbose_name_plural = "การรับทราบประกาศ"
        ordering = ["received_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["user", "notice", "version"], name="accounts_notice_once")]

    def __str__(self) -> str:
        return f"{self.notice} {self.version}"
