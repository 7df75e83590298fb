from django.contrib import admin

from core.admin import ListAdmin, ReadOnly

from .models import VisitDay


@admin.register(VisitDay)
class VisitDayAdmin(ReadOnly, ListAdmin):
    """To read only: nobody edits what was counted."""

    list_display = ["day", "visitors", "views", "is_closed"]
    date_hierarchy = "day"
