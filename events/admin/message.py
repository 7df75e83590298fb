"""What was sent, and who did what: to read only."""

from django.contrib import admin

from core.admin import ReadOnlyAdmin

from ..models import LogLine, Mailing
from .shared import moment


@admin.register(Mailing)
class MailingAdmin(ReadOnlyAdmin):
    list_display = ["subject", "event", "audience", "state", "is_automatic", "by", "when", "recipient_count"]
    list_filter = ["state", "audience", "is_automatic", "event__group"]
    list_select_related = ["event", "by"]
    search_fields = ["subject", "body", "event__title"]
    fields = ["event", "audience", "subject", "body", "by", "when", "state", "is_automatic", "recipient_count"]
    readonly_fields = ["when"]

    @admin.display(description="กำหนดส่ง", ordering="send_at")
    def when(self, row: Mailing) -> str:
        return moment(row.send_at)


@admin.register(LogLine)
class LogLineAdmin(ReadOnlyAdmin):
    list_display = ["when", "event", "text", "by"]
    list_filter = ["event__group", "event__fiscal_year"]
    list_select_related = ["event", "by"]
    search_fields = ["text", "event__title", "by__given_name", "by__family_name"]
    fields = ["event", "text", "by", "when"]
    readonly_fields = ["when"]

    @admin.display(description="เมื่อ", ordering="at")
    def when(self, row: LogLine) -> str:
        return moment(row.at)
