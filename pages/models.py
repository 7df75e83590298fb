"""Who visited, without knowing who: a day's numbers stay, what they were counted from is deleted (see pages.visits)."""

from django.db import models


class VisitDay(models.Model):
    """The numbers of one day in Thailand."""

    day = models.DateField("วันที่", unique=True)
    visitors = models.PositiveBigIntegerField("ผู้เข้าชม (คน)", default=0)
    views = models.PositiveBigIntegerField("หน้าที่เปิดอ่าน (ครั้ง)", default=0)
    is_closed = models.BooleanField("ปิดยอดแล้ว", default=False)

    class Meta:
        verbose_name = "จำนวนผู้เข้าชมรายวัน"
        verbose_name_plural = "จำนวนผู้เข้าชมรายวัน"
        ordering = ["-day"]

    def __str__(self) -> str:
        return self.day.isoformat()


class VisitorOfDay(models.Model):
    """Somebody came on that day. Deleted when the day is closed."""

    day = models.DateField()
    digest = models.CharField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "digest"], name="pages_visitor_once_a_day")]

    def __str__(self) -> str:
        return self.digest


class VisitSalt(models.Model):
    """Shared by all processes. With its deletion nobody can find out any more whom a digest stood for."""

    day = models.DateField(unique=True)
    salt = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return self.day.isoformat()


class VisitLog(models.Model):
    """How far a proxy's log has been counted; saved together with the counts."""

    path = models.CharField(max_length=255, unique=True)
    inode = models.PositiveBigIntegerField(default=0)
    offset = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return self.path
