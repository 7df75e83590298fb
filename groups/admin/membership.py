"""Memberships in the admin. Counts, notices and warnings are the services' work; the rows' history stays."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from core import thai
from core.admin import HistoryAdmin, answered
from core.exchange import ExchangeMixin

from .. import services
from ..models import Membership, State
from ..resources import MembershipResource
from .forms import ChooseRole, EndForm, MembershipAdminForm

ADDED = ["group", "user", "role"]
PREFERENCES = ["is_listed", "mail_frequency"]


@admin.register(Membership)
class MembershipAdmin(ExchangeMixin, HistoryAdmin):
    form = MembershipAdminForm
    resource_classes = [MembershipResource]
    list_display = ["person", "group_name", "role", "state", "agency", "joined", "left"]
    list_filter = ["state", "role", "group"]
    list_select_related = ["user__agency", "group"]
    search_fields = ["user__given_name", "user__family_name", "user__email", "user__agency__name", "group__name"]
    autocomplete_fields = ["group", "user"]
    actions = ["change_role", "end"]
    readonly_fields = ["state", "note", "reason", "decided_by", "asked", "joined", "left"]
    fieldsets = [
        (None, {"fields": [*ADDED, *PREFERENCES]}),
        ("ประวัติ", {"fields": ["state", "note", "reason", "decided_by", "asked", "joined", "left"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[str]:
        if obj is None:
            return self.readonly_fields
        fixed = ["group", "user"] if obj.is_active else [*ADDED, *PREFERENCES]
        return [*self.readonly_fields, *fixed]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a membership is ended, and remembered

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"by": request.user}

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        if not change:
            services.add_members(group=obj.group, people=[obj.user], by=request.user)  # type: ignore[arg-type]
            row = Membership.objects.active().get(group=obj.group, user=obj.user)
            obj.pk, obj.created_at, obj.joined_at = row.pk, row.created_at, row.joined_at
            obj._state.adding = False
        preferences = [name for name in form.changed_data if name in PREFERENCES]
        if preferences:
            obj.save(update_fields=preferences)
        if "role" in form.cleaned_data:
            services.change_role(membership=obj, role=form.cleaned_data["role"])

    @admin.display(description="บุคคล", ordering="user__sort_key")
    def person(self, row: Membership) -> str:
        return row.user.get_full_name()

    @admin.display(description="กลุ่ม", ordering="group__number")
    def group_name(self, row: Membership) -> str:
        return row.group.name

    @admin.display(description="หน่วยงาน", ordering="user__agency__sort_key")
    def agency(self, row: Membership) -> Any:
        return row.user.agency

    @admin.display(description="ขอเมื่อ", ordering="created_at")
    def asked(self, row: Membership) -> str:
        return thai.format_date(row.created_at)

    @admin.display(description="เข้าร่วมเมื่อ", ordering="joined_at")
    def joined(self, row: Membership) -> str:
        return thai.format_date(row.joined_at) if row.joined_at else ""

    @admin.display(description="ออกเมื่อ", ordering="left_at")
    def left(self, row: Membership) -> str:
        return thai.format_date(row.left_at) if row.left_at else ""

    @admin.action(description="เปลี่ยนบทบาท", permissions=["change"])
    def change_role(self, request: HttpRequest, queryset: QuerySet[Membership]) -> HttpResponse | None:
        form = ChooseRole(answered(request))
        if not form.is_valid():
            return self.ask(request, queryset, action="change_role", title="เปลี่ยนบทบาท", form=form)
        done = 0
        for row in queryset:
            try:
                services.change_role(membership=row, role=form.cleaned_data["role"])
            except services.Refused as refusal:
                messages.warning(request, f"{row}: {refusal}")
            else:
                self.log_change(request, row, "เปลี่ยนบทบาท")
                done += 1
        messages.success(request, f"เปลี่ยนบทบาทแล้ว {done} รายการ")
        return None

    @admin.action(description="ให้พ้นจากการเป็นสมาชิก", permissions=["change"])
    def end(self, request: HttpRequest, queryset: QuerySet[Membership]) -> HttpResponse | None:
        form = EndForm(answered(request))
        if not form.is_valid():
            return self.ask(request, queryset, action="end", title="ให้พ้นจากการเป็นสมาชิก", form=form)
        rows = list(queryset.filter(state=State.ACTIVE))
        for row in rows:
            services.remove(membership=row, by=request.user, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]
            self.log_change(request, row, "ให้พ้นจากการเป็นสมาชิก")
        messages.success(request, f"ให้พ้นจากการเป็นสมาชิกแล้ว {len(rows)} รายการ")
        return None
