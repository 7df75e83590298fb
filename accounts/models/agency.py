from typing import Self

from django.db import models
from simple_history.models import HistoricalRecords

from core.fields import ThaiSortKeyField


class Level(models.TextChoices):
    CENTRAL = "central", "ส่วนกลาง"
    PROVINCE = "province", "จังหวัด"
    DISTRICT = "district", "อำเภอ"


class Region(models.TextChoices):
    NORTH = "north", "ภาคเหนือ"
    NORTHEAST = "northeast", "ภาคตะวันออกเฉียงเหนือ"
    CENTRAL = "central", "ภาคกลาง"
    EAST = "east", "ภาคตะวันออก"
    WEST = "west", "ภาคตะวันตก"
    SOUTH = "south", "ภาคใต้"


class Kind(models.TextChoices):
    MINISTRY = "ministry", "กระทรวง"
    UNIT = "unit", "หน่วยงานใน สป.มท."
    DEPARTMENT = "department", "กรม"
    ENTERPRISE = "enterprise", "รัฐวิสาหกิจ"
    PROVINCE = "province", "สำนักงานจังหวัด"
    DISTRICT = "district", "ที่ทำการปกครองอำเภอ"


class AgencyQuerySet(models.QuerySet["Agency"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def in_order(self) -> Self:
        return self.order_by("order", "sort_key", "pk")


class Agency(models.Model):
    """A unit in the ministry's tree: a division, a department, a province's office, a district's office."""

    code = models.CharField("รหัส", max_length=40, unique=True)
    parent = models.ForeignKey(
        "self", verbose_name="สังกัด", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    level = models.CharField("ระดับ", max_length=10, choices=Level, default=Level.CENTRAL)
    kind = models.CharField("ประเภท", max_length=12, choices=Kind, default=Kind.UNIT)
    name = models.CharField("ชื่อหน่วยงาน", max_length=200)
    short_name = models.CharField("ชื่อย่อ", max_length=60, blank=True)
    english_name = models.CharField("ชื่อภาษาอังกฤษ", max_length=200, blank=True)
    province = models.CharField("จังหวัด", max_length=60, blank=True)
    region = models.CharField("ภาค", max_length=10, choices=Region, blank=True)
    order = models.PositiveIntegerField("ลำดับ", default=1000)
    is_active = models.BooleanField("ใช้งานอยู่", default=True)
    sort_key = ThaiSortKeyField(source="name")

    objects = AgencyQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["sort_key"])

    class Meta:
        verbose_name = "หน่วยงาน"
        verbose_name_plural = "หน่วยงาน"
        ordering = ["order", "sort_key", "pk"]
        indexes = [models.Index(fields=["level", "province"]), models.Index(fields=["order", "sort_key"])]

    def __str__(self) -> str:
        if self.level == Level.DISTRICT:
            return f"{self.name} จังหวัด{self.province}"
        return self.name
