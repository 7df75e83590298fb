"""Surveys and band sets in the admin. Answers are not here: neither what was answered nor who has answered."""

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from core import thai
from core.admin import PublicAdmin, ReadOnly, ReadOnlyAdmin

from ..models import BandSet, Survey, SurveyVersion

BOUNDS = ["from_5", "from_4", "from_3", "from_2"]


class VersionInline(ReadOnly, admin.TabularInline):
    model = SurveyVersion
    extra = 0
    fields = ["number", "published_at", "counted"]


@admin.register(Survey)
class SurveyAdmin(ReadOnlyAdmin):
    """To find and to read: who builds and closes one does so on its own pages, where the rules are kept."""

    list_display = ["title", "group", "event", "kind", "audience", "is_anonymous", "phase", "answers", "page"]
    list_filter = ["state", "kind", "audience", "is_anonymous", "group"]
    list_select_related = ["group", "event"]
    search_fields = ["title", "event__title", "group__name"]
    fields = ["group", "event", "kind", "title", "intro", "audience", "is_anonymous", "bands", "follows_event", "phase",
              "opens", "closes", "answers", "page"]  # fmt: skip
    readonly_fields = ["phase", "opens", "closes", "answers", "page"]
    inlines = [VersionInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Survey]:
        return super().get_queryset(request).annotate(answers=Count("receipts"))

    @admin.display(description="สถานะ", ordering="state")
    def phase(self, survey: Survey) -> str:
        return str(survey.phase_at(timezone.now()).label)

    @admin.display(description="ผู้ตอบ (คน)", ordering="answers")
    def answers(self, survey: Survey) -> int:
        return getattr(survey, "answers", 0)

    @admin.display(description="เปิดรับคำตอบ")
    def opens(self, survey: Survey) -> str:
        return f"{thai.format_date(survey.opening)} {thai.format_time(survey.opening)}" if survey.opening else ""

    @admin.display(description="ปิดรับคำตอบ")
    def closes(self, survey: Survey) -> str:
        return f"{thai.format_date(survey.closing)} {thai.format_time(survey.closing)}" if survey.closing else ""

    @admin.display(description="หน้าแบบประเมิน")
    def page(self, survey: Survey) -> str:
        return format_html('<a href="{}">จัดการแบบประเมิน</a>', reverse("surveys:survey_edit", args=[survey.pk]))


@admin.register(BandSet)
class BandSetAdmin(PublicAdmin):
    """What was published by a set of bands stays as it was: a changed criterion is another set."""

    list_display = ["name", "source", *BOUNDS, "surveys"]
    search_fields = ["name", "source"]
    fields = ["name", "source", *BOUNDS]

    def get_queryset(self, request: HttpRequest) -> QuerySet[BandSet]:
        surveys = Survey.objects.filter(bands=OuterRef("pk")).order_by().values("bands").annotate(count=Count("pk"))
        return super().get_queryset(request).annotate(used=Coalesce(Subquery(surveys.values("count")), 0))

    def get_readonly_fields(self, request: HttpRequest, obj: BandSet | None = None) -> list[str]:
        return [] if obj is None or not Survey.objects.filter(bands=obj).exists() else BOUNDS

    def has_delete_permission(self, request: HttpRequest, obj: BandSet | None = None) -> bool:
        is_used = obj is not None and Survey.objects.filter(bands=obj).exists()
        return obj is not None and not is_used and super().has_delete_permission(request, obj)

    @admin.display(description="แบบประเมินที่ใช้", ordering="used")
    def surveys(self, bands: BandSet) -> int:
        return getattr(bands, "used", 0)
