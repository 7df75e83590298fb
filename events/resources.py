"""Events and their people as tables to take out. What comes in goes through pages that show what would happen."""

from typing import Any

from accounts.models import Level
from core import thai
from core.exchange import Choice, TableResource, YesNo, column
from groups.visibility import Visibility

from .models import (
    Attendance,
    Certificate,
    Event,
    Mode,
    Registration,
    Seat,
    Source,
    Standing,
    State,
    Status,
    ViewingSite,
)


def moment(value: Any) -> str:
    return f"{thai.format_date(value)} {thai.format_time(value)}" if value else ""


class EventResource(TableResource):
    group = column("group__name", "กลุ่ม", readonly=True)
    serial = column("serial", "ครั้งที่", readonly=True)
    title = column("title", "เรื่อง", readonly=True)
    starts_at = column("starts_at", "เริ่ม", readonly=True)
    ends_at = column("ends_at", "สิ้นสุด", readonly=True)
    state = column("state", "สถานะ", Choice(State.choices), readonly=True)
    visibility = column("visibility", "ชั้นการเผยแพร่", Choice(Visibility.choices), readonly=True)
    hours = column("hours", "จำนวนชั่วโมง", readonly=True)
    target = column("target", "เป้าหมาย", readonly=True)
    seated_count = column("seated_count", "ลงทะเบียนแล้ว", readonly=True)
    waiting_count = column("waiting_count", "รายชื่อสำรอง", readonly=True)
    interest_count = column("interest_count", "ผู้สนใจ", readonly=True)
    video_views = column("video_views", "ยอดรับชมย้อนหลัง", readonly=True)

    class Meta(TableResource.Meta):
        model = Event
        import_id_fields: list[str] = []
        fields = ["group", "serial", "title", "starts_at", "ends_at", "state", "visibility", "hours", "target",
                  "seated_count", "waiting_count", "interest_count", "video_views"]  # fmt: skip

    def filter_export(self, queryset: Any, **kwargs: Any) -> Any:
        return queryset.select_related("group")

    def dehydrate_starts_at(self, row: Event) -> str:
        return moment(row.starts_at)

    def dehydrate_ends_at(self, row: Event) -> str:
        return moment(row.ends_at)


class RegistrationResource(TableResource):
    event = column("event__title", "กิจกรรม", readonly=True)
    user = column("user__email", "อีเมล", readonly=True)
    name = column("user", "ชื่อ นามสกุล", readonly=True)
    agency = column("user__agency", "หน่วยงาน", readonly=True)
    seat = column("seat", "สถานะ", Choice(Seat.choices), readonly=True)
    mode = column("mode", "เข้าร่วมทาง", Choice(Mode.choices), readonly=True)
    site = column("site", "จุดรับชม", readonly=True)
    queued_at = column("queued_at", "เมื่อ", readonly=True)

    class Meta(TableResource.Meta):
        model = Registration
        import_id_fields: list[str] = []
        fields = ["event", "user", "name", "agency", "seat", "mode", "site", "queued_at"]

    def filter_export(self, queryset: Any, **kwargs: Any) -> Any:
        return queryset.select_related("event", "user__agency", "site__agency")

    def dehydrate_queued_at(self, row: Registration) -> str:
        return moment(row.queued_at)


class AttendanceResource(TableResource):
    event = column("event__title", "กิจกรรม", readonly=True)
    name = column("name", "ชื่อ นามสกุล", readonly=True)
    agency = column("agency", "หน่วยงาน", readonly=True)
    level = column("level", "ระดับ", Choice(Level.choices), readonly=True)
    status = column("status", "ผล", Choice(Status.choices), readonly=True)
    reason = column("reason", "เหตุผล", readonly=True)
    mode = column("mode", "เข้าร่วมทาง", Choice(Mode.choices), readonly=True)
    site = column("site", "จุดรับชม", readonly=True)
    source = column("source", "ที่มา", Choice(Source.choices), readonly=True)
    has_evaluated = column("has_evaluated", "ตอบแบบประเมินแล้ว", YesNo(), readonly=True)

    class Meta(TableResource.Meta):
        model = Attendance
        import_id_fields: list[str] = []
        fields = ["event", "name", "agency", "level", "status", "reason", "mode", "site", "source", "has_evaluated"]

    def filter_export(self, queryset: Any, **kwargs: Any) -> Any:
        return queryset.select_related("event", "user", "agency", "site__agency")


class SiteResource(TableResource):
    event = column("event__title", "กิจกรรม", readonly=True)
    agency = column("agency", "หน่วยงาน", readonly=True)
    level = column("level", "ระดับ", Choice(Level.choices), readonly=True)
    place = column("place", "สถานที่", readonly=True)
    officer = column("officer", "ผู้รับผิดชอบ", readonly=True)
    expected = column("expected", "คาดว่าจะมี", readonly=True)
    head_count = column("head_count", "จำนวนผู้เข้าร่วม", readonly=True)
    is_open = column("is_open", "เปิดจุดรับชม", YesNo(), readonly=True)

    class Meta(TableResource.Meta):
        model = ViewingSite
        import_id_fields: list[str] = []
        fields = ["event", "agency", "level", "place", "officer", "expected", "head_count", "is_open"]

    def filter_export(self, queryset: Any, **kwargs: Any) -> Any:
        return queryset.select_related("event", "agency", "officer")


class CertificateResource(TableResource):
    serial = column("serial", "เลขที่", readonly=True)
    code = column("shown_code", "รหัสตรวจสอบ", readonly=True)
    name = column("name", "ชื่อ นามสกุล", readonly=True)
    topic = column("topic", "เรื่อง", readonly=True)
    hours = column("hours", "จำนวนชั่วโมง", readonly=True)
    given_on = column("given_on", "ให้ไว้ ณ วันที่", readonly=True)
    standing = column("standing", "สถานะ", Choice(Standing.choices), readonly=True)
    reason = column("reason", "เหตุผล", readonly=True)

    class Meta(TableResource.Meta):
        model = Certificate
        import_id_fields: list[str] = []
        fields = ["serial", "code", "name", "topic", "hours", "given_on", "standing", "reason"]

    def dehydrate_given_on(self, row: Certificate) -> str:
        return thai.format_date(row.given_on)
