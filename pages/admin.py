from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.admin import ListAdmin

from .models import VisitDay


@admin.register(VisitDay)
class VisitDayAdmin(ListAdmin):
    """To read only: nobody edits what was counted."""

    list_display = ["day", "visitors", "views", "is_closed"]
    date_hierarchy = "day"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
