"""Questions in the admin: to find and to read. What becomes of them is done on their own pages, where all are told."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator

from core import thai
from core.admin import ReadOnly, ReadOnlyAdmin

from ..models import Question, QuestionStep
from ..register import UNNAMED, public_name

SHOWN = 80  # characters of a question in the list


class StepInline(ReadOnly, admin.TabularInline):
    model = QuestionStep
    extra = 0
    fields = ["kind", "text", "done_by", "at"]
    readonly_fields = ["done_by"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[QuestionStep]:
        return super().get_queryset(request).select_related("by", "question")

    @admin.display(description="โดย")
    def done_by(self, step: QuestionStep) -> str:
        """The first step would name who wished to stay unnamed."""
        if step.question.is_anonymous and step.by_id == step.question.asker_id:
            return UNNAMED
        return step.by.get_full_name() if step.by else ""


@admin.register(Question)
class QuestionAdmin(ReadOnlyAdmin):
    list_display = ["short", "group", "event", "state", "asked_by", "vote_count", "owes", "sent"]
    list_filter = ["state", "is_anonymous", "group", "answered_how"]
    list_select_related = ["group", "event", "asker", "agency"]
    search_fields = ["text", "detail", "answer", "event__title"]
    fields = ["group", "event", "text", "detail", "asked_by", "state", "merged_into", "agency", "answered_how",
              "answer", "answered_by", "reason", "vote_count", "sent", "page"]  # fmt: skip
    readonly_fields = ["asked_by", "sent", "page"]
    inlines = [StepInline]

    @admin.display(description="คำถาม", ordering="text")
    def short(self, question: Question) -> str:
        return Truncator(question.text).chars(SHOWN)

    @admin.display(description="ผู้ถาม")
    def asked_by(self, question: Question) -> str:
        """Who wished to stay unnamed is named where a moderator works on the question, not in a list of all."""
        return public_name(question)

    @admin.display(description="ผู้ต้องตอบ")
    def owes(self, question: Question) -> str:
        return question.owes_answer

    @admin.display(description="ส่งเมื่อ", ordering="created_at")
    def sent(self, question: Question) -> str:
        return f"{thai.format_date(question.created_at)} {thai.format_time(question.created_at)}"

    @admin.display(description="หน้าคำถาม")
    def page(self, question: Question) -> str:
        return format_html('<a href="{}">จัดการคำถาม</a>', reverse("surveys:question_manage", args=[question.pk]))
