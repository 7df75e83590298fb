from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Notification

from .event import Event


class Audience(models.TextChoices):
    SEATED = "seated", "ผู้ลงทะเบียนแล้ว"
    HELD = "held", "ผู้ลงทะเบียนและรายชื่อสำรอง"
    WAITING = "waiting", "รายชื่อสำรอง"
    INTERESTED = "interested", "ผู้สนใจที่ยังไม่ลงทะเบียน"
    MEMBERS = "members", "สมาชิกกลุ่มที่ยังไม่ลงทะเบียน"
    ATTENDED = "attended", "ผู้เข้าร่วมแล้ว"
    FOLLOWING = "following", "ผู้ลงทะเบียน ผู้สนใจ และผู้เข้าร่วม"


class MailingQuerySet(models.QuerySet["Mailing"]):
    def visible_to(self, viewer: Any) -> Self:
        return self.filter(event__in=Event.objects.editable_by(viewer))


class Mailing(models.Model):
    """A message to a part of an event's people: written by those who run it, or the portal's own about a change."""

    class State(models.TextChoices):
        QUEUED = "queued", "รอส่ง"
        SENT = "sent", "ส่งแล้ว"

    event = models.ForeignKey(Event, verbose_name="กิจกรรม", on_delete=models.CASCADE, related_name="mailings")
    audience = models.CharField("ถึง", max_length=10, choices=Audience)
    subject = models.CharField("เรื่อง", max_length=150)
    body = models.TextField("ข้อความ", max_length=4000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField("เมื่อ", default=timezone.now)
    send_at = models.DateTimeField("กำหนดส่ง", default=timezone.now)
    state = models.CharField("สถานะ", max_length=6, choices=State, default=State.QUEUED)
    is_automatic = models.BooleanField("ระบบแจ้งเอง", default=False)
    recipient_count = models.PositiveIntegerField("ผู้รับ", default=0)

    objects = MailingQuerySet.as_manager()

    class Meta:
        verbose_name = "ข้อความถึงผู้เข้าร่วม"
        verbose_name_plural = "ข้อความถึงผู้เข้าร่วม"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.subject


class Delivery(models.Model):
    """One person's copy: the inbox line that carries it knows whether and when it was mailed."""

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="deliveries")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    notification = models.ForeignKey(Notification, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = "การส่งข้อความ"
        verbose_name_plural = "การส่งข้อความ"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["mailing", "user"], name="events_delivery_once")]

    def __str__(self) -> str:
        return f"{self.mailing} → {self.user}"
