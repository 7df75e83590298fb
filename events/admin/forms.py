from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.utils import timezone

from core.forms import LineField, RichTextField, TextField, ThaiMomentField
from groups.services import Refused

from ..details import COLUMNS, hours_of
from ..models import Attendance, Event, Registration, State, Status, ViewingSite
from ..services import planning, registration
from ..services.sites import refuse_sites


class EventAdminForm(forms.ModelForm):
    title = LineField(label="เรื่อง", max_length=200, widget=AdminTextInputWidget)
    lead = TextField(label="สาระโดยย่อ", max_length=400, required=False, widget=AdminTextareaWidget({"rows": 3}))
    agenda = RichTextField(label="กำหนดการ", required=False)
    starts_at = ThaiMomentField(label="เริ่ม")
    ends_at = ThaiMomentField(label="สิ้นสุด")
    registration_opens_at = ThaiMomentField(label="เปิดรับลงทะเบียน", required=False, help_text="เว้นว่างหากเปิดทันทีที่ประกาศ")
    registration_closes_at = ThaiMomentField(label="ปิดรับลงทะเบียน", required=False, help_text="เว้นว่างหากรับจนจบกิจกรรม")

    class Meta:
        model = Event
        fields = ["group", *COLUMNS]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "hours" in self.fields:
            self.fields["hours"].required = False
            self.fields["hours"].help_text = "เว้นว่างไว้ ระบบคำนวณจากเวลา"
        if self.instance.pk and self.instance.state == State.POSTPONED:
            for name in ("starts_at", "ends_at"):
                self.fields[name].disabled = True
                self.fields[name].help_text = "เลื่อนกำหนดอยู่ กำหนดวันใหม่ที่หน้าสถานะของกิจกรรม"

    def clean_capacity(self) -> int | None:
        capacity = self.cleaned_data["capacity"]
        if self.instance.pk and (problem := planning.seats_problem(self.instance, capacity)):
            raise forms.ValidationError(problem)
        return capacity

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        group, starts_at, ends_at = (cleaned.get(name) for name in ("group", "starts_at", "ends_at"))
        if group and group.has_ended and not self.instance.pk:
            self.add_error("group", planning.ENDED_GROUP)
        if starts_at and ends_at and cleaned.get("hours") is None and "hours" not in self.errors:
            cleaned["hours"] = hours_of(starts_at, max(starts_at, ends_at))
        return cleaned


class RegistrationAdminForm(forms.ModelForm):
    """Somebody is registered as by a coordinator: told, and free to decline."""

    class Meta:
        model = Registration
        fields = ["event", "user", "mode", "site"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        event, user, site = (cleaned.get(name) for name in ("event", "user", "site"))
        if self.instance.pk or not (event and user):
            return cleaned
        try:
            registration.refuse_closed(event, timezone.now())
        except Refused as refusal:
            self.add_error("event", str(refusal))
        if not user.is_active:
            self.add_error("user", "บัญชีนี้ปิดหรือระงับใช้แล้ว")
        if site and site.event_id != event.pk:
            self.add_error("site", "จุดรับชมนี้เป็นของกิจกรรมอื่น")
        return cleaned


class AttendanceAdminForm(forms.ModelForm):
    class Meta:
        model = Attendance
        fields = ["event", "user", "status", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "user" in self.fields:
            self.fields["user"].required = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("status") == Status.EXCUSED and not cleaned.get("reason"):
            self.add_error("reason", "กรุณากรอกเหตุผลที่ลา")
        return cleaned


class SiteAdminForm(forms.ModelForm):
    class Meta:
        model = ViewingSite
        fields = ["event", "agency", "place", "officer", "expected"]

    def clean_event(self) -> Event:
        event = self.cleaned_data["event"]
        try:
            refuse_sites(event)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return event


class ReasonForm(forms.Form):
    reason = LineField(label="เหตุผล", max_length=300, help_text="ผู้เกี่ยวข้องจะเห็นข้อความนี้")


class ExcuseForm(forms.Form):
    reason = LineField(label="เหตุผลที่ลา", max_length=200)
