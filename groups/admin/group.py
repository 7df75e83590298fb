"""Groups in the admin. Whatever has consequences (a stage, a name, a merger) goes through the services."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse

from core import thai
from core.admin import HistoryAdmin, ReadOnly, ReadOnlyAdmin, answered
from core.exchange import ExchangeMixin
from core.fields import ADMIN_FORM_FIELDS

from .. import services
from ..forms import RenameForm
from ..models import FormerSlug, Group, Lineage, Membership, Milestone, Stage
from ..resources import GroupResource
from .forms import GroupAdminForm, MergeForm, ReasonForm, SplitForm

NAMED_ONCE = ["number", "name", "slug"]  # given when a group is added; changed by renaming


class MilestoneInline(admin.TabularInline):
    model = Milestone
    extra = 0
    formfield_overrides = ADMIN_FORM_FIELDS


class FormerSlugInline(ReadOnly, admin.TabularInline):
    """To read only: an address that lies in letters and bookmarks is not taken back."""

    model = FormerSlug
    extra = 0


@admin.register(Group)
class GroupAdmin(ExchangeMixin, HistoryAdmin):
    form = GroupAdminForm
    resource_classes = [GroupResource]
    list_display = ["number", "name", "stage", "joining", "member_count", "last_activity", "facilitators"]
    list_display_links = ["number", "name"]
    list_filter = ["stage", "joining"]
    search_fields = ["name", "slug", "purpose", "tags__name"]
    ordering = ["number"]
    inlines = [MilestoneInline, FormerSlugInline]
    actions = ["open_groups", "pause_groups", "fulfil_groups", "close_groups", "merge_groups"]
    readonly_fields = ["stage", "stage_reason", "stage_day", "member_count", "last_activity", "lineage"]
    fieldsets = [
        (None, {"fields": [*NAMED_ONCE, "purpose", "about", "agreements", "tags", "joining", "founded_on"]}),
        ("สถานะ", {"fields": ["stage", "stage_reason", "stage_day", "member_count", "last_activity", "lineage"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        facilitating = Membership.objects.facilitating().select_related("user").order_by("pk")
        return super().get_queryset(request).prefetch_related(Prefetch("memberships", facilitating, "facilitating"))

    def get_readonly_fields(self, request: HttpRequest, obj: Group | None = None) -> list[str]:
        return [*self.readonly_fields, *NAMED_ONCE] if obj else self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """A group that anybody has seen is closed, not deleted."""
        if obj is not None and (obj.stage != Stage.DRAFT or obj.memberships.exists()):
            return False
        return obj is not None and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Group, form: Any, change: bool) -> None:
        """Only what was edited: the counters in the row may be moving meanwhile."""
        if change:
            obj.save(update_fields=[name for name in form.changed_data if name not in ("tags", *NAMED_ONCE)])
        else:
            obj.stage_since = obj.founded_on
            obj.save()
            Milestone.objects.create(
                group=obj, kind=Milestone.Kind.FOUNDED, happened_on=obj.founded_on, title="ก่อตั้งกลุ่ม"
            )

    @admin.display(description="ความเคลื่อนไหวล่าสุด", ordering="last_activity_at")
    def last_activity(self, group: Group) -> str:
        return thai.format_date(group.last_activity_at) if group.last_activity_at else "ยังไม่มี"

    @admin.display(description="อยู่ในสถานะนี้ตั้งแต่")
    def stage_day(self, group: Group) -> str:
        return thai.format_date(group.stage_since)

    @admin.display(description="ผู้ดำเนินกลุ่ม")
    def facilitators(self, group: Any) -> str:
        return ", ".join(row.user.get_full_name() for row in group.facilitating) or "ไม่มี"

    @admin.display(description="การสืบต่อ")
    def lineage(self, group: Group) -> str:
        links = Lineage.objects.filter(predecessor=group) | Lineage.objects.filter(successor=group)
        rows = links.select_related("predecessor", "successor").order_by("happened_on", "pk")
        return (
            ", ".join(f"{row} ({row.get_kind_display()} {thai.format_date(row.happened_on)})" for row in rows) or "ไม่มี"
        )

    # --- Stages ---
    @admin.action(description="เปิดกลุ่มที่เลือก", permissions=["change"])
    def open_groups(self, request: HttpRequest, queryset: QuerySet[Group]) -> None:
        self._change_stages(request, queryset, Stage.ACTIVE)

    @admin.action(description="พักกิจกรรมของกลุ่มที่เลือก", permissions=["change"])
    def pause_groups(self, request: HttpRequest, queryset: QuerySet[Group]) -> HttpResponse | None:
        return self._change_with_reason(request, queryset, "pause_groups", Stage.PAUSED)

    @admin.action(description="บันทึกว่ากลุ่มที่เลือกบรรลุวัตถุประสงค์แล้ว", permissions=["change"])
    def fulfil_groups(self, request: HttpRequest, queryset: QuerySet[Group]) -> HttpResponse | None:
        return self._change_with_reason(request, queryset, "fulfil_groups", Stage.FULFILLED)

    @admin.action(description="ยุติกลุ่มที่เลือก", permissions=["change"])
    def close_groups(self, request: HttpRequest, queryset: QuerySet[Group]) -> HttpResponse | None:
        return self._change_with_reason(request, queryset, "close_groups", Stage.CLOSED)

    def _change_with_reason(
        self, request: HttpRequest, queryset: QuerySet[Group], action: str, stage: Stage
    ) -> HttpResponse | None:
        form = ReasonForm(answered(request))
        if not form.is_valid():
            title = f"เปลี่ยนสถานะเป็น “{stage.label}”"
            return self.ask(request, queryset, action=action, title=title, form=form)
        self._change_stages(request, queryset, stage, **form.cleaned_data)
        return None

    def _change_stages(self, request: HttpRequest, queryset: QuerySet[Group], stage: Stage, **details: Any) -> None:
        done = 0
        for group in queryset:
            try:
                services.change_stage(group=group, stage=stage, **details)
            except services.Refused as refusal:
                messages.warning(request, f"{group}: {refusal}")
            else:
                self.log_change(request, group, f"เปลี่ยนสถานะเป็น “{stage.label}”")
                done += 1
        if done:
            messages.success(request, f"เปลี่ยนสถานะเป็น “{stage.label}” แล้ว {done} กลุ่ม")

    # --- Lineage ---
    @admin.action(description="รวมกลุ่มที่เลือกเข้าเป็นกลุ่มเดียว", permissions=["change"])
    def merge_groups(self, request: HttpRequest, queryset: QuerySet[Group]) -> HttpResponse | None:
        if queryset.count() < 2:
            messages.warning(request, "กรุณาเลือกอย่างน้อยสองกลุ่ม")
            return None
        form = MergeForm(answered(request), groups=queryset)
        if not form.is_valid():
            hint = "สมาชิกของกลุ่มอื่นจะเป็นสมาชิกของกลุ่มที่เลือก แล้วกลุ่มเหล่านั้นจะยุติ หน้าเดิมยังอ่านได้"
            return self.ask(request, queryset, action="merge_groups", title="รวมกลุ่ม", form=form, hint=hint)
        into, reason = form.cleaned_data["into"], form.cleaned_data["reason"]
        sources = [group for group in queryset if group.pk != into.pk]
        try:
            services.merge(sources=sources, into=into, by=request.user, reason=reason)  # type: ignore[arg-type]
        except services.Refused as refusal:
            messages.warning(request, str(refusal))
            return None
        self.log_change(request, into, f"รวม {', '.join(map(str, sources))}")
        messages.success(request, f"รวมเข้ากับ{into}แล้ว")
        return None

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<int:pk>/rename/", self.admin_site.admin_view(self.rename_view), name="groups_group_rename"),
            path("<int:pk>/split/", self.admin_site.admin_view(self.split_view), name="groups_group_split"),
        ]
        for url in own:
            setattr(url.callback, "model_admin", self)  # noqa: B010  a mark on a function, as Django's own
        return own + super().get_urls()

    def rename_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        group = self._get_changeable(request, pk)
        form = RenameForm(answered(request), group=group, initial={"name": group.name, "slug": group.slug})
        if form.is_valid():
            try:
                group = services.rename(group=group, **form.cleaned_data)
            except services.Refused as refusal:
                form.add_error("slug", str(refusal))
            else:
                return self._changed(request, group, "เปลี่ยนชื่อหรือที่อยู่", "บันทึกชื่อและที่อยู่ใหม่แล้ว")
        return self._ask_about(request, group, "เปลี่ยนชื่อกลุ่ม", form)

    def split_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        group = self._get_changeable(request, pk)
        form = SplitForm(answered(request))
        if form.is_valid():
            try:
                successor = services.split(group=group, **form.cleaned_data)
            except services.Refused as refusal:
                form.add_error("slug", str(refusal))
            else:
                return self._changed(request, successor, f"แยกจาก{group}", f"ก่อตั้ง{successor}เป็นร่างแล้ว เปิดกลุ่มเมื่อพร้อม")
        return self._ask_about(request, group, "แยกกลุ่ม", form)

    def _get_changeable(self, request: HttpRequest, pk: int) -> Group:
        group = self.get_object(request, str(pk))
        if group is None:
            raise Http404
        if not self.has_change_permission(request, group):
            raise PermissionDenied
        return group

    def _ask_about(self, request: HttpRequest, group: Group, title: str, form: forms.Form) -> HttpResponse:
        return self.ask(request, Group.objects.filter(pk=group.pk), action="", title=title, form=form)

    def _changed(self, request: HttpRequest, group: Group, note: str, message: str) -> HttpResponse:
        self.log_change(request, group, note)
        messages.success(request, message)
        return redirect(reverse("admin:groups_group_change", args=[group.pk]))


@admin.register(Lineage)
class LineageAdmin(ReadOnlyAdmin):
    """Who went on with whose work: seen here, made by merging and splitting."""

    list_display = ["predecessor", "successor", "kind", "happened_on"]
    list_select_related = ["predecessor", "successor"]
