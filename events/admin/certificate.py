"""Certificates in the admin: what one says is never edited; it is issued anew or revoked, with a reason."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from core import thai
from core.admin import ReadOnly, answered, is_officer
from core.exchange import ExchangeMixin

from ..models import Certificate
from ..resources import CertificateResource
from ..services import certificates
from .forms import ReasonForm
from .shared import ServiceAdmin, moment


@admin.register(Certificate)
class CertificateAdmin(ReadOnly, ExchangeMixin, ServiceAdmin):
    resource_classes = [CertificateResource]
    list_display = ["number_of_year", "name", "topic", "standing", "issued", "page"]
    list_display_links = ["number_of_year", "name"]
    list_filter = ["standing", "fiscal_year", "event__group"]
    search_fields = ["name", "topic", "code", "user__email"]
    ordering = ["-pk"]
    actions = ["reissue", "revoke"]
    fields = ["number_of_year", "shown_code", "name", "group_name", "topic", "hours", "mode_text", "given",
              "signatory_name", "signatory_position", "standing", "reason", "ended", "ended_by", "replaces", "issued",
              "event", "user", "page"]  # fmt: skip
    readonly_fields = ["number_of_year", "shown_code", "given", "ended", "issued", "page"]

    def has_answer_permission(self, request: HttpRequest) -> bool:
        return is_officer(request)

    def has_import_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.action(description="ออกฉบับใหม่แทน", permissions=["answer"])
    def reissue(self, request: HttpRequest, queryset: QuerySet[Certificate]) -> HttpResponse | None:
        hint = "ได้เลขที่ใหม่ ใช้ชื่อบุคคลและชื่อกิจกรรมปัจจุบัน ฉบับเดิมใช้ไม่ได้ทันที"
        return self._with_reason(request, queryset, certificates.reissue, "reissue", "ออกฉบับใหม่แทน", hint)

    @admin.action(description="เพิกถอน", permissions=["answer"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Certificate]) -> HttpResponse | None:
        hint = "ผู้ตรวจสอบจะเห็นว่าเพิกถอนแล้ว และระบบไม่ออกให้อีกโดยอัตโนมัติ"
        return self._with_reason(request, queryset, certificates.revoke, "revoke", "เพิกถอน", hint)

    def _with_reason(
        self, request: HttpRequest, queryset: QuerySet[Certificate], act: Any, action: str, title: str, hint: str
    ) -> HttpResponse | None:
        form = ReasonForm(answered(request))
        if not form.is_valid():
            return self.ask(request, queryset, action=action, title=title, form=form, hint=hint)
        self.do_each(request, queryset.select_related("event"), act, "certificate", done=title, **form.cleaned_data)
        return None

    @admin.display(description="เลขที่", ordering="number")
    def number_of_year(self, row: Certificate) -> str:
        return row.serial

    @admin.display(description="รหัสตรวจสอบ")
    def shown_code(self, row: Certificate) -> str:
        return row.shown_code

    @admin.display(description="ให้ไว้ ณ วันที่")
    def given(self, row: Certificate) -> str:
        return thai.format_date(row.given_on)

    @admin.display(description="ออกเมื่อ", ordering="issued_at")
    def issued(self, row: Certificate) -> str:
        return moment(row.issued_at)

    @admin.display(description="เพิกถอนหรือแทนเมื่อ")
    def ended(self, row: Certificate) -> str:
        return moment(row.ended_at)

    @admin.display(description="ตรวจสอบ")
    def page(self, row: Certificate) -> str:
        return format_html('<a href="{}">เปิด</a>', row.get_absolute_url())
