"""What was answered, apart from who has answered: see docs/decisions/0012-anonymous-answers.md.

A receipt says that somebody answered, a response what somebody answered. Nothing joins the two: no id, no order, no
time, no address. Responses of an anonymous survey are written anew in random order by the worker (`services.mixing`)
before anything of them is shown, so that their place in the table tells nothing either.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from .survey import Item, Survey, SurveyVersion


class Receipt(models.Model):
    """Somebody has answered, once: a person, or for a link the holder of a random token."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="receipts")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    token = models.CharField(max_length=64, blank=True)  # SHA-256 of what the browser of an unknown holds

    class Meta:
        verbose_name = "ใบรับคำตอบ"
        verbose_name_plural = "ใบรับคำตอบ"
        constraints = [
            models.UniqueConstraint(fields=["survey", "user"], name="surveys_receipt_once"),
            models.UniqueConstraint(
                fields=["survey", "token"], condition=Q(user__isnull=True), name="surveys_receipt_token_once"
            ),
            models.CheckConstraint(condition=Q(user__isnull=False) | ~Q(token=""), name="surveys_receipt_of_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.survey_id}"


class Response(models.Model):
    """One filled-in form: {"<item id>": level 1-5, place of an option, list of places, number or text}."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(SurveyVersion, on_delete=models.PROTECT, related_name="responses")
    answers = models.JSONField()
    # Of a named survey only.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_on = models.DateField(null=True, blank=True)
    is_counted = models.BooleanField(default=False)

    class Meta:
        verbose_name = "คำตอบ"
        verbose_name_plural = "คำตอบ"
        indexes = [models.Index(fields=["version", "is_counted"])]

    def __str__(self) -> str:
        return str(self.pk)


class AnswerDraft(models.Model):
    """A half-filled form, sealed (core.sealed), until it is sent or the survey closes."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    sealed = models.TextField()

    class Meta:
        verbose_name = "ร่างคำตอบ"
        verbose_name_plural = "ร่างคำตอบ"
        constraints = [models.UniqueConstraint(fields=["survey", "user"], name="surveys_draft_once")]

    def __str__(self) -> str:
        return f"{self.survey_id}"


class Tally(models.Model):
    """How many counted responses gave an item a value: in all (`by` empty), and within each answer to the items that
    say something of the person (`by` is About.LEVEL, REGION or CHANNEL, `group` the place of the option, -1 none).

    Values: Likert 1-5, the place of an option, a number as it is. Item 0: the responses themselves, value 0.
    """

    version = models.ForeignKey(SurveyVersion, on_delete=models.CASCADE, related_name="tallies")
    item_id = models.BigIntegerField()  # 0 is no item, so this is no foreign key
    by = models.CharField(max_length=7, blank=True)
    group = models.SmallIntegerField(default=-1)
    value = models.IntegerField()
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name = "ยอดคำตอบ"
        verbose_name_plural = "ยอดคำตอบ"
        constraints = [
            models.UniqueConstraint(fields=["version", "item_id", "by", "group", "value"], name="surveys_tally_once")
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.value}: {self.count}"


class Theme(models.Model):
    """What several remarks say, and what the facilitator answers to it."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="themes")
    title = models.CharField("ประเด็น", max_length=150)
    reply = models.CharField("ผู้ดำเนินกลุ่มตอบรับ", max_length=300, blank=True)

    class Meta:
        verbose_name = "ประเด็นข้อเสนอแนะ"
        verbose_name_plural = "ประเด็นข้อเสนอแนะ"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title


class Remark(models.Model):
    """A free-text answer by itself, to be read by the facilitator before anybody else sees it."""

    class State(models.TextChoices):
        NEW = "new", "รอตรวจสอบ"
        SHOWN = "shown", "เผยแพร่"
        HIDDEN = "hidden", "ไม่เผยแพร่"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(SurveyVersion, on_delete=models.PROTECT, related_name="remarks")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    state = models.CharField("สถานะ", max_length=6, choices=State, default=State.NEW)
    theme = models.ForeignKey(Theme, null=True, blank=True, on_delete=models.SET_NULL, related_name="remarks")

    class Meta:
        verbose_name = "ข้อเสนอแนะ"
        verbose_name_plural = "ข้อเสนอแนะ"
        ordering = ["pk"]
        indexes = [models.Index(fields=["version", "state", "id"])]

    def __str__(self) -> str:
        return self.text[:80]
