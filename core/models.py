"""Rows that belong to no domain: tags, the version of the public pages, the worker's pulse and its timetable."""

from django.db import models
from django.urls import reverse
from taggit.models import TagBase

from . import thai


class Tag(TagBase):
    """A tag exists once per Thai spelling: Django's slugs would drop vowels and tone marks."""

    class Meta:
        verbose_name = "แท็ก"
        verbose_name_plural = "แท็ก"

    def slugify(self, tag: str, i: int | None = None) -> str:
        slug = "-".join(thai.normalise(tag).lower().split())[:90]
        return f"{slug}_{i}" if i else slug

    def get_absolute_url(self) -> str:
        return f"{reverse('groups:group_list')}?tag={self.pk}"


class PageVersion(models.Model):
    """One row, pk 1, read before every page: see core.pagecache."""

    number = models.PositiveBigIntegerField(default=0)
    changed_at = models.PositiveBigIntegerField()  # seconds since the epoch: as read, without a converter

    def __str__(self) -> str:
        return str(self.number)


class WorkerPulse(models.Model):
    """A running worker writes here every few seconds; a task of a silent worker is given to another."""

    worker_id = models.CharField(max_length=64, unique=True)
    seen_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.worker_id


class ScheduledRun(models.Model):
    """One row for each time that a timetabled task fell due: the constraint makes it run once."""

    name = models.CharField(max_length=120)
    due_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "due_at"], name="core_scheduledrun_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.due_at:%Y-%m-%d %H:%M}"
