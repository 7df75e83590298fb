"""A person in the admin, together with their groups."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

import accounts.admin
from accounts.models import User
from core import thai
from core.admin import ReadOnly

from ..models import Group, Membership
from ..services.membership import warn_officers

admin.site.unregister(User)


class MembershipInline(ReadOnly, admin.TabularInline):
    """To read only; memberships have pages of their own."""

    model = Membership
    fk_name = "user"
    extra = 0
    fields = ["group", "role", "state", "joined", "left"]
    readonly_fields = ["joined", "left"]
    ordering = ["-pk"]
    verbose_name_plural = "กลุ่มที่เข้าร่วม"

    @admin.display(description="เข้าร่วมเมื่อ")
    def joined(self, row: Membership) -> str:
        return thai.format_date(row.joined_at) if row.joined_at else ""

    @admin.display(description="ออกเมื่อ")
    def left(self, row: Membership) -> str:
        return thai.format_date(row.left_at) if row.left_at else ""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # whoever may see the person


@admin.register(User)
class PersonAdmin(accounts.admin.PersonAdmin):
    """Suspending the one who runs a group leaves the group alone: KM officers are told."""

    inlines = [MembershipInline]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        led = groups_led_by(User.objects.filter(pk=obj.pk)) if change else []
        super().save_model(request, obj, form, change)
        warn_about(led)

    @admin.action(description="ระงับบัญชี", permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        led = groups_led_by(queryset)
        super().deactivate(request, queryset)
        warn_about(led)


def groups_led_by(people: QuerySet[User]) -> list[Group]:
    led = Membership.objects.facilitating().filter(user__in=people).values("group")
    return list(Group.objects.filter(pk__in=led))


def warn_about(groups: list[Group]) -> None:
    """Those of `groups` that nobody runs now."""
    for group in groups:
        if not group.has_ended and not Membership.objects.facilitating().filter(group=group).exists():
            warn_officers(group)
