"""Events in the admin. What is saved goes through events.services.planning: number, calendar, notices, log."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from core.admin import HistoryAdmin, ReadOnly, answered
from core.exchange import ExchangeMixin
from core.fields import ADMIN_FORM_FIELDS

from ..details import COLUMNS, ChannelDetails, Details, SpeakerDetails
from ..models import Channel, Chapter, CoHost, Document, Event, Speaker, State
from ..resources import EventResource
from ..services import planning
from .forms import EventAdminForm, ReasonForm
from .shared import ServiceAdmin, moment, stored

FIXED = (State.COMPLETE, State.CANCELLED)


class ChannelInline(admin.TabularInline):
    model = Channel
    extra = 0
    max_num = 4
    formfield_overrides = ADMIN_FORM_FIELDS


class SpeakerInline(admin.TabularInline):
    model = Speaker
    extra = 0
    fields = ["order", "name", "position"]
    formfield_overrides = ADMIN_FORM_FIELDS


class CoHostInline(admin.TabularInline):
    model = CoHost
    extra = 0
    autocomplete_fields = ["group"]


class ChapterInline(admin.TabularInline):
    model = Chapter
    extra = 0
    formfield_overrides = ADMIN_FORM_FIELDS


class DocumentInline(ReadOnly, admin.TabularInline):
    """To read only: files are checked where they are uploaded, on the event's own page."""

    model = Document
    extra = 0
    fields = ["title", "original_name", "kind", "size", "downloads"]


@admin.register(Event)
class EventAdmin(ExchangeMixin, ServiceAdmin, HistoryAdmin):
    form = EventAdminForm
    resource_classes = [EventResource]
    list_display = ["title", "serial_number", "group_name", "begins", "state_now", "visibility", "seated_count", "page"]
    list_filter = ["state", "visibility", "fiscal_year", "group"]
    list_select_related = ["group"]
    search_fields = ["title", "lead", "group__name", "speakers__name"]
    ordering = ["-starts_at", "-pk"]
    autocomplete_fields = ["group"]
    inlines = [ChannelInline, SpeakerInline, CoHostInline, ChapterInline, DocumentInline]
    actions = ["announce", "cancel", "complete", "reopen"]
    readonly_fields = ["serial_number", "state_now", "state_reason", "seated_count", "waiting_count", "video", "page"]
    fieldsets = [
        (None, {"fields": ["group", "serial_number", "title", "lead", "agenda", "visibility"]}),
        ("เวลาและที่นั่ง", {"fields": ["starts_at", "ends_at", "registration_opens_at", "registration_closes_at",
                                 "capacity", "target", "for_central", "for_province", "for_district"]}),
        ("เกียรติบัตร", {"fields": ["gives_certificates", "needs_evaluation", "hours", "signatory_name",
                               "signatory_position"]}),
        ("สถานะ", {"fields": ["state_now", "state_reason", "seated_count", "waiting_count", "video", "page"]}),
    ]  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Event | None = None) -> list[str]:
        return [*self.readonly_fields, "group"] if obj else self.readonly_fields

    def has_import_permission(self, request: HttpRequest) -> bool:
        return False  # an event is more than a row: it is planned, or copied

    def has_change_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.state not in FIXED)

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        """A draft that nobody has seen; never many at once."""
        return obj is not None and obj.state == State.DRAFT and self.has_change_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        planning.delete_draft(event=obj, by=request.user)  # type: ignore[arg-type]

    def save_model(self, request: HttpRequest, obj: Event, form: Any, change: bool) -> None:
        """Together with its channels and speakers, below."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        event, by = form.instance, request.user
        details = details_of(form, formsets)
        if change:
            planning.change(event=event, details=details, by=by)  # type: ignore[arg-type]
        else:
            planned, _ = planning.plan(group=event.group, details=details, by=by)  # type: ignore[arg-type]
            stored(event, planned)
        for formset in formsets:
            if formset.model is Chapter:
                self.save_formset(request, form, formset, change)
            else:
                formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        super().save_related(request, form, [], change)

    # --- Columns ---
    @admin.display(description="ครั้งที่")
    def serial_number(self, event: Event) -> str:
        return event.serial if event.pk else "ระบบให้เอง"

    @admin.display(description="กลุ่ม", ordering="group__number")
    def group_name(self, event: Event) -> str:
        return event.group.name

    @admin.display(description="เริ่ม", ordering="starts_at")
    def begins(self, event: Event) -> str:
        return moment(event.starts_at)

    @admin.display(description="สถานะ", ordering="state")
    def state_now(self, event: Event) -> str:
        return State(event.state_at(timezone.now())).label if event.pk else State.DRAFT.label

    @admin.display(description="คลิปย้อนหลัง")
    def video(self, event: Event) -> str:
        return event.video_id or event.video_absence or "ยังไม่มี"

    @admin.display(description="หน้ากิจกรรม")
    def page(self, event: Event) -> str:
        if not event.pk:
            return ""
        return format_html('<a href="{}">จัดการกิจกรรม</a>', reverse("events:manage", args=[event.pk]))

    # --- Moves ---
    @admin.action(description="เปิดรับลงทะเบียนกิจกรรมที่เลือก", permissions=["change"])
    def announce(self, request: HttpRequest, queryset: QuerySet[Event]) -> None:
        self.do_each(request, queryset, planning.announce, "event", done="เปิดรับลงทะเบียน")

    @admin.action(description="ยกเลิกกิจกรรมที่เลือก", permissions=["change"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Event]) -> HttpResponse | None:
        form = ReasonForm(answered(request))
        if not form.is_valid():
            hint = "ระบบแจ้งผู้ลงทะเบียน รายชื่อสำรอง และผู้สนใจ พร้อมเหตุผล"
            return self.ask(request, queryset, action="cancel", title="ยกเลิกกิจกรรม", form=form, hint=hint)
        self.do_each(request, queryset, planning.cancel, "event", done="ยกเลิกกิจกรรม", **form.cleaned_data)
        return None

    @admin.action(description="ปิดงานกิจกรรมที่เลือก", permissions=["change"])
    def complete(self, request: HttpRequest, queryset: QuerySet[Event]) -> None:
        self.do_each(request, queryset, planning.complete, "event", done="ปิดงาน")

    @admin.action(description="เปิดงานกิจกรรมที่เลือกอีกครั้ง", permissions=["change"])
    def reopen(self, request: HttpRequest, queryset: QuerySet[Event]) -> None:
        self.do_each(request, queryset, planning.reopen, "event", done="เปิดงานอีกครั้ง")


def details_of(form: Any, formsets: Any) -> Details:
    """What the form and the tables below it say, in one piece; what could not be edited is as it was."""
    rows: dict[type, list[dict[str, Any]]] = {formset.model: kept(formset) for formset in formsets}
    speakers = sorted(rows.get(Speaker, []), key=lambda row: row["order"])
    return Details(
        columns={name: form.cleaned_data.get(name, getattr(form.instance, name)) for name in COLUMNS},
        cohosts=tuple(dict.fromkeys(row["group"] for row in rows.get(CoHost, []))),
        channels=tuple(ChannelDetails(row["kind"], row["note"], row["link"]) for row in rows.get(Channel, [])),
        speakers=tuple(SpeakerDetails(row["name"], row["position"]) for row in speakers),
    )


def kept(formset: Any) -> list[dict[str, Any]]:
    """The rows that are filled in and not ticked for deletion."""
    rows = [one.cleaned_data for one in formset.forms if getattr(one, "cleaned_data", None)]
    return [row for row in rows if not row.get("DELETE")]
