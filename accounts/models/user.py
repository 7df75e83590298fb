from pathlib import PurePath
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.urls import reverse
from django.utils import timezone

from core import thai
from core.fields import ThaiSortKeyField

from .agency import Agency
from .notification import MailFrequency

TITLES = ["นาย", "นาง", "นางสาว", "ว่าที่ร้อยตรี", "ว่าที่ร้อยตรีหญิง", "ร้อยตำรวจโท", "ดร.", "หม่อมหลวง"]


class PositionLevel(models.TextChoices):
    """ระดับตำแหน่ง; written joined to the position: นักวิเคราะห์นโยบายและแผนชำนาญการ."""

    OPERATIONAL = "ปฏิบัติงาน", "ทั่วไป: ปฏิบัติงาน"
    EXPERIENCED = "ชำนาญงาน", "ทั่วไป: ชำนาญงาน"
    SENIOR = "อาวุโส", "ทั่วไป: อาวุโส"
    SPECIAL_SKILL = "ทักษะพิเศษ", "ทั่วไป: ทักษะพิเศษ"
    PRACTITIONER = "ปฏิบัติการ", "วิชาการ: ปฏิบัติการ"
    PROFESSIONAL = "ชำนาญการ", "วิชาการ: ชำนาญการ"
    SENIOR_PROFESSIONAL = "ชำนาญการพิเศษ", "วิชาการ: ชำนาญการพิเศษ"
    EXPERT = "เชี่ยวชาญ", "วิชาการ: เชี่ยวชาญ"
    ADVISORY = "ทรงคุณวุฒิ", "วิชาการ: ทรงคุณวุฒิ"
    DIRECTOR_PRIMARY = "อำนวยการต้น", "อำนวยการ: ต้น"
    DIRECTOR_HIGHER = "อำนวยการสูง", "อำนวยการ: สูง"
    EXECUTIVE_PRIMARY = "บริหารต้น", "บริหาร: ต้น"
    EXECUTIVE_HIGHER = "บริหารสูง", "บริหาร: สูง"


# Levels that are written directly behind the position's name.
JOINED_LEVELS = {
    level.value
    for level in PositionLevel
    if not level.value.startswith(("อำนวยการ", "บริหาร"))
}  # fmt: skip


class Theme(models.TextChoices):
    AUTO = "auto", "ตามอุปกรณ์"
    LIGHT = "light", "สว่าง"
    DARK = "dark", "มืด"


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def officers(self) -> Self:
        return self.active().filter(is_km_officer=True)

    def in_order(self) -> Self:
        return self.order_by("sort_key", "pk")


class UserManager(BaseUserManager.from_queryset(UserQuerySet)["User"]):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalise_address(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=self.normalise_address(email or ""))

    @staticmethod
    def normalise_address(email: str) -> str:
        return email.strip().lower()


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField("อีเมลราชการ", unique=True, error_messages={"unique": "มีบัญชีที่ใช้อีเมลนี้แล้ว"})
    title = models.CharField("คำนำหน้าชื่อ", max_length=40, blank=True)
    given_name = models.CharField("ชื่อ", max_length=100)
    family_name = models.CharField("นามสกุล", max_length=100)
    position = models.CharField("ตำแหน่ง", max_length=150, blank=True)
    position_level = models.CharField("ระดับ", max_length=20, choices=PositionLevel, blank=True)
    agency = models.ForeignKey(
        Agency, verbose_name="สังกัด/หน่วยงาน", null=True, blank=True, on_delete=models.PROTECT, related_name="people"
    )
    photo = models.ImageField("รูปถ่าย", upload_to="photos/", blank=True)

    is_km_officer = models.BooleanField("เจ้าหน้าที่จัดการความรู้", default=False)
    is_executive = models.BooleanField("ผู้บริหาร", default=False)
    is_staff = models.BooleanField("เข้าระบบบริหารจัดการได้", default=False)
    is_active = models.BooleanField("ใช้งานได้", default=True)

    theme = models.CharField("การแสดงผล", max_length=5, choices=Theme, default=Theme.AUTO)
    mail_frequency = models.CharField(
        "รับข่าวทางอีเมล", max_length=8, choices=MailFrequency, default=MailFrequency.INSTANT
    )
    # Kept in step by Notification's queryset and accounts.services.notify; proved nightly.
    unread_notifications = models.PositiveIntegerField("ยังไม่ได้อ่าน", default=0, editable=False)
    date_joined = models.DateTimeField("สมัครเมื่อ", default=timezone.now, editable=False)
    closed_at = models.DateTimeField("ปิดบัญชีเมื่อ", null=True, blank=True, editable=False)
    sort_key = ThaiSortKeyField(source="given_name family_name")

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["given_name", "family_name"]

    class Meta:
        verbose_name = "บุคคล"
        verbose_name_plural = "บุคคล"
        ordering = ["sort_key", "pk"]
        indexes = [models.Index(fields=["sort_key", "id"])]

    def __str__(self) -> str:
        return self.get_full_name()

    def clean(self) -> None:
        super().clean()
        self.email = UserManager.normalise_address(self.email)

    def get_full_name(self) -> str:
        return f"{self.title}{self.given_name} {self.family_name}".strip()

    def get_short_name(self) -> str:
        return self.given_name

    @property
    def initials(self) -> str:
        return thai.initials(self.given_name, self.family_name)

    @property
    def photo_url(self) -> str:
        """Changes with the photo, so that a browser may keep it for long. Empty without a photo."""
        if not self.photo:
            return ""
        return f"{reverse('person_photo', args=[self.pk])}?v={PurePath(str(self.photo.name)).stem[:8]}"

    @property
    def full_position(self) -> str:
        """ตำแหน่งและระดับ as they are written: joined for general and knowledge posts."""
        if self.position_level in JOINED_LEVELS:
            return f"{self.position}{self.position_level}"
        return f"{self.position} ({self.get_position_level_display()})" if self.position_level else self.position

    @property
    def is_officer(self) -> bool:
        """เจ้าหน้าที่จัดการความรู้, or who may do everything anyway."""
        return self.is_active and (self.is_km_officer or self.is_superuser)


def display_name(user: User) -> str:
    return user.get_full_name()
