"""Who is registered, who was there, and where they watched."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from core.admin import answered
from core.exchange import ExchangeMixin

from ..models import HELD, Attendance, Registration, Status, ViewingSite
from ..resources import AttendanceResource, RegistrationResource, SiteResource
from ..services import attendance, registration, sites
from .forms import AttendanceAdminForm, ExcuseForm, ReasonForm, RegistrationAdminForm, SiteAdminForm
from .shared import ServiceAdmin, moment, stored


class TableAdmin(ExchangeMixin, ServiceAdmin):
    """Taken out as a table; brought in where people can see what would happen: team registration, rosters."""

    def has_import_permission(self, request: HttpRequest) -> bool:
        return False


def remove_row(*, row: Registration, by: User, reason: str) -> None:
    registration.remove(event=row.event, user=row.user, by=by, reason=reason)


def mark_row(*, row: Attendance, by: User, status: str, reason: str) -> None:
    attendance.mark(event=row.event, attendance=row, by=by, status=status, reason=reason)


@admin.register(Registration)
class RegistrationAdmin(TableAdmin):
    form = RegistrationAdminForm
    resource_classes = [RegistrationResource]
    list_display = ["person", "event", "seat", "mode", "site", "agency", "queued"]
    list_filter = ["seat", "mode", "event__fiscal_year", "event__group"]
    list_select_related = ["user__agency", "event", "site__agency"]
    search_fields = ["user__given_name", "user__family_name", "user__email", "user__agency__name", "event__title"]
    autocomplete_fields = ["event", "user", "site"]
    actions = ["remove"]
    readonly_fields = ["seat", "queued", "changed", "registered_by"]
    fieldsets = [
        (None, {"fields": ["event", "user", "mode", "site"]}),
        ("ประวัติ", {"fields": ["seat", "queued", "changed", "registered_by"]}),
    ]

    def has_change_permission(self, request: HttpRequest, obj: Registration | None = None) -> bool:
        """The way of taking part is the person's own choice; the actions on the list remain."""
        return obj is None and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Registration, form: Any, change: bool) -> None:
        row = registration.register(event=obj.event, user=obj.user, mode=obj.mode, site=obj.site, by=request.user)  # type: ignore[arg-type]
        stored(obj, row)

    @admin.action(description="นำออกจากรายชื่อ", permissions=["change"])
    def remove(self, request: HttpRequest, queryset: QuerySet[Registration]) -> HttpResponse | None:
        form = ReasonForm(answered(request))
        if not form.is_valid():
            hint = "ที่นั่งจะเป็นของผู้ที่รออยู่ลำดับแรก และระบบแจ้งเหตุผลให้ผู้ถูกนำออกทราบ"
            return self.ask(request, queryset, action="remove", title="นำออกจากรายชื่อ", form=form, hint=hint)
        rows = queryset.filter(seat__in=HELD).select_related("event", "user")
        self.do_each(request, rows, remove_row, "row", done="นำออกจากรายชื่อ", **form.cleaned_data)
        return None

    @admin.display(description="บุคคล", ordering="user__sort_key")
    def person(self, row: Registration) -> str:
        return row.user.get_full_name()

    @admin.display(description="หน่วยงาน", ordering="user__agency__sort_key")
    def agency(self, row: Registration) -> Any:
        return row.user.agency

    @admin.display(description="เมื่อ", ordering="queued_at")
    def queued(self, row: Registration) -> str:
        return moment(row.queued_at)

    @admin.display(description="เปลี่ยนเมื่อ")
    def changed(self, row: Registration) -> str:
        return moment(row.changed_at)


RECORDED = {
    Status.PRESENT: "บันทึกการเข้าร่วม",
    Status.ABSENT: "บันทึกการไม่เข้าร่วม",
    Status.EXCUSED: "บันทึกการลา",
}
ORIGIN = ["person", "mode", "level", "site", "agency", "source", "recorded", "recorded_by", "has_evaluated"]


@admin.register(Attendance)
class AttendanceAdmin(TableAdmin):
    form = AttendanceAdminForm
    resource_classes = [AttendanceResource]
    list_display = ["person", "event", "status", "mode", "level", "site", "agency", "source", "has_evaluated"]
    list_filter = ["status", "mode", "level", "source", "has_evaluated", "event__fiscal_year", "event__group"]
    list_select_related = ["user", "event", "agency", "site__agency"]
    search_fields = [
        "user__given_name",
        "user__family_name",
        "user__email",
        "full_name",
        "agency__name",
        "event__title",
    ]
    autocomplete_fields = ["event", "user"]
    actions = ["mark_present", "mark_absent", "mark_excused"]
    readonly_fields = [*ORIGIN]
    fieldsets = [
        (None, {"fields": ["event", "user", "status", "reason"]}),
        ("ที่มา", {"fields": [*ORIGIN]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Attendance | None = None) -> list[str]:
        return [*self.readonly_fields, "event", "user"] if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: Attendance, form: Any, change: bool) -> None:
        who = {"attendance": obj} if change else {"user": obj.user}
        row = attendance.mark(
            event=obj.event,
            by=request.user,  # type: ignore[arg-type]
            status=form.cleaned_data["status"],
            reason=form.cleaned_data["reason"],
            **who,
        )
        stored(obj, row)

    @admin.action(description="บันทึกว่าเข้าร่วมแล้ว", permissions=["change"])
    def mark_present(self, request: HttpRequest, queryset: QuerySet[Attendance]) -> None:
        self._mark(request, queryset, Status.PRESENT)

    @admin.action(description="บันทึกว่าไม่ได้เข้าร่วม", permissions=["change"])
    def mark_absent(self, request: HttpRequest, queryset: QuerySet[Attendance]) -> None:
        self._mark(request, queryset, Status.ABSENT)

    @admin.action(description="บันทึกว่าลา", permissions=["change"])
    def mark_excused(self, request: HttpRequest, queryset: QuerySet[Attendance]) -> HttpResponse | None:
        form = ExcuseForm(answered(request))
        if not form.is_valid():
            return self.ask(request, queryset, action="mark_excused", title="บันทึกว่าลา", form=form)
        self._mark(request, queryset, Status.EXCUSED, reason=form.cleaned_data["reason"])
        return None

    def _mark(self, request: HttpRequest, queryset: QuerySet[Attendance], status: Status, *, reason: str = "") -> None:
        rows = queryset.select_related("event", "user")
        self.do_each(request, rows, mark_row, "row", done=RECORDED[status], status=status, reason=reason)

    @admin.display(description="ชื่อ", ordering="user__sort_key")
    def person(self, row: Attendance) -> str:
        return row.name if row.pk else ""

    @admin.display(description="บันทึกเมื่อ")
    def recorded(self, row: Attendance) -> str:
        return moment(row.recorded_at) if row.pk else ""


@admin.register(ViewingSite)
class ViewingSiteAdmin(TableAdmin):
    form = SiteAdminForm
    resource_classes = [SiteResource]
    list_display = ["place", "agency", "event", "level", "officer", "expected", "head_count", "is_open"]
    list_filter = [
        "is_open",
        "level",
        ("reported_at", admin.EmptyFieldListFilter),
        "event__fiscal_year",
        "event__group",
    ]
    list_select_related = ["agency", "event", "officer"]
    search_fields = [
        "place",
        "agency__name",
        "agency__province",
        "event__title",
        "officer__given_name",
        "officer__family_name",
    ]
    autocomplete_fields = ["event", "agency", "officer"]
    actions = ["close", "reopen"]
    readonly_fields = ["level", "is_open", "head_count", "remark", "reported", "reported_by"]
    fieldsets = [
        (None, {"fields": ["event", "agency", "place", "officer", "expected"]}),
        ("รายงาน", {"fields": ["level", "is_open", "head_count", "remark", "reported", "reported_by"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: ViewingSite | None = None) -> list[str]:
        return [*self.readonly_fields, "event", "agency"] if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: ViewingSite, form: Any, change: bool) -> None:
        told: dict[str, Any] = {
            "place": obj.place,
            "expected": obj.expected,
            "officer": obj.officer,
            "by": request.user,
        }
        if change:
            sites.change_site(site=obj, **told)
        else:
            stored(obj, sites.open_site(event=obj.event, agency=obj.agency, **told))

    @admin.action(description="ปิดจุดรับชม", permissions=["change"])
    def close(self, request: HttpRequest, queryset: QuerySet[ViewingSite]) -> None:
        rows = queryset.select_related("event")
        self.do_each(request, rows, sites.close_site, "site", done="ปิดจุดรับชม")

    @admin.action(description="เปิดจุดรับชมอีกครั้ง", permissions=["change"])
    def reopen(self, request: HttpRequest, queryset: QuerySet[ViewingSite]) -> None:
        rows = queryset.select_related("event")
        self.do_each(request, rows, sites.reopen_site, "site", done="เปิดจุดรับชม")

    @admin.display(description="รายงานเมื่อ")
    def reported(self, site: ViewingSite) -> str:
        return moment(site.reported_at)
