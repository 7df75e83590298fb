from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from accounts.models import MailFrequency

from .group import Group, facilitated_by, joined_by
from .roles import OPEN_STATES, Role, State


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> Self:
        return self.filter(state=State.ACTIVE)

    def requested(self) -> Self:
        return self.filter(state=State.REQUESTED)

    def open(self) -> Self:
        """At most one row per person and group: a request or a membership."""
        return self.filter(state__in=OPEN_STATES)

    def facilitating(self) -> Self:
        """Those who can act: a suspended person looks after nobody."""
        return self.active().filter(role=Role.FACILITATOR, user__is_active=True)

    def visible_to(self, viewer: Any) -> Self:
        """One's own rows, and the directories of one's groups (without those who asked not to be listed)."""
        if not viewer.is_authenticated:
            return self.none()
        if viewer.is_officer:
            return self
        listed = Q(state=State.ACTIVE, is_listed=True, group__in=joined_by(viewer))
        worked_on = Q(group__in=facilitated_by(viewer))
        return self.filter(Q(user_id=viewer.pk) | listed | worked_on)

    def editable_by(self, viewer: Any) -> Self:
        """Requests to decide and roles to give: a group's facilitators and the KM officers."""
        if not viewer.is_authenticated:
            return self.none()
        return self if viewer.is_officer else self.filter(group__in=facilitated_by(viewer))


class Membership(models.Model):
    """One stay of a person in a group, from the request to the farewell. Rights follow this row."""

    group = models.ForeignKey(Group, verbose_name="กลุ่ม", on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="บุคคล", on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField("บทบาท", max_length=12, choices=Role, default=Role.MEMBER)
    state = models.CharField("สถานะ", max_length=10, choices=State, default=State.ACTIVE)
    note = models.CharField("เหตุผลที่ขอเข้าร่วม", max_length=300, blank=True)
    reason = models.CharField("เหตุผลของการพิจารณา", max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="ผู้พิจารณา",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    mail_frequency = models.CharField(
        "การแจ้งเตือนทางอีเมล", max_length=8, choices=MailFrequency, default=MailFrequency.WEEKLY
    )
    is_listed = models.BooleanField("แสดงชื่อในรายชื่อสมาชิก", default=True)
    created_at = models.DateTimeField("เมื่อ", default=timezone.now)
    joined_at = models.DateTimeField("เข้าร่วมเมื่อ", null=True, blank=True)
    left_at = models.DateTimeField("ออกเมื่อ", null=True, blank=True)

    objects = MembershipQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "สมาชิกภาพ"
        verbose_name_plural = "สมาชิกภาพ"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "user"],
                condition=Q(state__in=OPEN_STATES),
                name="groups_membership_open_once",
                violation_error_message="บุคคลนี้เป็นสมาชิกหรือมีคำขอเข้ากลุ่มนี้อยู่แล้ว",
            ),
        ]
        indexes = [
            models.Index(fields=["group", "state", "joined_at", "id"]),
            models.Index(fields=["user", "state", "group", "role"]),
            models.Index(
                fields=["group", "role"],
                condition=Q(state=State.ACTIVE) & ~Q(role=Role.MEMBER),
                name="groups_caretakers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.group}"

    @property
    def is_active(self) -> bool:
        return self.state == State.ACTIVE

    @property
    def facilitates(self) -> bool:
        return self.is_active and self.role == Role.FACILITATOR
