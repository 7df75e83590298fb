"""People, agencies and inboxes. Only a superuser hands out rights, or touches those who have some."""

from typing import Any

import allauth.account.admin
import allauth.mfa.admin
import allauth.socialaccount.admin
import allauth.usersessions.admin  # noqa: F401
import django.contrib.auth.admin  # noqa: F401  registers, as those above do, what is unregistered below
from allauth.account.forms import ResetPasswordForm
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group as PermissionGroup
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join

from core import thai
from core.admin import HistoryAdmin, PublicAdmin, ReadOnlyAdmin
from core.exchange import ExchangeMixin

from .models import Agency, Notification, User
from .resources import AgencyResource, PersonResource, may_change, vouch_for
from .services import notify

RIGHTS = ["is_km_officer", "is_staff", "is_superuser"]
PRIVILEGED = Q(is_km_officer=True) | Q(is_staff=True) | Q(is_superuser=True)

# How people sign in is theirs and the settings'; a lost second factor is an action on the person.
admin.site.unregister([EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken, UserSession])
# "กลุ่ม" are communities here; who may do what follows from a person's flags and memberships.
admin.site.unregister(PermissionGroup)


@admin.register(User)
class PersonAdmin(ExchangeMixin, PublicAdmin):
    resource_classes = [PersonResource]
    list_display = ["get_full_name", "email", "full_position", "agency", "is_km_officer", "is_executive", "is_active"]
    list_filter = ["is_active", "is_km_officer", "is_executive", "is_staff", "agency__level", "agency__region"]
    list_select_related = ["agency"]
    search_fields = ["given_name", "family_name", "email", "agency__name", "agency__short_name"]
    autocomplete_fields = ["agency"]
    actions = ["send_password_link", "activate", "deactivate", "make_officer", "unmake_officer", "reset_second_factor"]
    readonly_fields = ["joined_on", "last_login_on", "closed_on"]
    fieldsets = [
        (None, {"fields": ["email", "title", "given_name", "family_name", "position", "position_level", "agency"]}),
        ("บทบาทในระบบ", {"fields": ["is_executive", *RIGHTS, "is_active"]}),
        ("ประวัติ", {"fields": ["joined_on", "last_login_on", "closed_on"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        return self.readonly_fields if request.user.is_superuser else [*self.readonly_fields, *RIGHTS]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or may_change(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # a person closes their account, and what they contributed stays; here one is suspended

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"by": request.user}

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if change:
            obj.save(update_fields=[*changed_columns(form), "sort_key"])
        else:
            obj.set_unusable_password()
            obj.save()
        if not change or "email" in form.changed_data:
            vouch_for(obj)
        if not change:
            self.send_password_link(request, User.objects.filter(pk=obj.pk))

    @admin.display(description="ชื่อ", ordering="sort_key")
    def get_full_name(self, person: User) -> str:
        return person.get_full_name()

    @admin.display(description="ตำแหน่ง")
    def full_position(self, person: User) -> str:
        return person.full_position

    @admin.display(description="สมัครเมื่อ")
    def joined_on(self, person: User) -> str:
        return thai.format_date(person.date_joined)

    @admin.display(description="เข้าสู่ระบบล่าสุด")
    def last_login_on(self, person: User) -> str:
        return thai.format_date(person.last_login) if person.last_login else ""

    @admin.display(description="ปิดบัญชีเมื่อ")
    def closed_on(self, person: User) -> str:
        return thai.format_date(person.closed_at) if person.closed_at else ""

    @admin.action(description="ส่งลิงก์ตั้งรหัสผ่านทางอีเมล", permissions=["change"])
    def send_password_link(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        sent = 0
        for person in queryset.filter(is_active=True):
            form = ResetPasswordForm({"email": person.email})
            if form.is_valid():
                form.save(request)
                sent += 1
        messages.success(request, f"ส่งลิงก์ตั้งรหัสผ่านแล้ว {sent} คน")

    @admin.action(description="เปิดใช้งานบัญชี", permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._set(request, queryset.filter(closed_at=None), "เปิดใช้งานบัญชี", is_active=True)

    @admin.action(description="ระงับบัญชี", permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._set(request, queryset, "ระงับบัญชี", is_active=False)

    @admin.action(description="มอบสิทธิ์เจ้าหน้าที่จัดการความรู้", permissions=["grant"])
    def make_officer(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._set(request, queryset.filter(is_active=True), "มอบสิทธิ์เจ้าหน้าที่จัดการความรู้", is_km_officer=True)

    @admin.action(description="ถอนสิทธิ์เจ้าหน้าที่จัดการความรู้", permissions=["grant"])
    def unmake_officer(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._set(request, queryset, "ถอนสิทธิ์เจ้าหน้าที่จัดการความรู้", is_km_officer=False)

    @admin.action(description="ยกเลิกการยืนยันตัวตนสองขั้น (ทำอุปกรณ์หาย)", permissions=["grant"])
    def reset_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """The person is told: somebody else may have asked for it."""
        with transaction.atomic():
            people = list(queryset.filter(authenticator__isnull=False).distinct())
            Authenticator.objects.filter(user__in=people).delete()
            for person in people:
                self.log_change(request, person, "ยกเลิกการยืนยันตัวตนสองขั้น")
            notify(recipients=people, text="ผู้ดูแลระบบยกเลิกการยืนยันตัวตนสองขั้นของท่านแล้ว กรุณาตั้งใหม่", url=reverse("mfa_index"))
        messages.success(request, f"ยกเลิกการยืนยันตัวตนสองขั้นแล้ว {len(people)} คน")

    def has_grant_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def _set(self, request: HttpRequest, queryset: QuerySet[User], act: str, **values: bool) -> None:
        """On those whom the administrator may change, and never on themselves."""
        people = [
            person
            for person in queryset.exclude(email=request.user.get_username())
            if may_change(request.user, person) and any(getattr(person, name) != to for name, to in values.items())
        ]
        with transaction.atomic():
            User.objects.filter(pk__in=[person.pk for person in people]).update(**values)
            for person in people:
                self.log_change(request, person, act)
        messages.success(request, f"{act}แล้ว {len(people)} คน")


def changed_columns(form: Any) -> list[str]:
    return [name for name in form.changed_data if name in form.fields]


class AgencyForm(forms.ModelForm):
    def clean_parent(self) -> Agency | None:
        parent = self.cleaned_data["parent"]
        if self.instance.pk and parent and self.instance.pk in {agency.pk for agency in branch(parent)}:
            raise ValidationError("หน่วยงานจะสังกัดตัวเองหรือหน่วยงานใต้ตัวเองไม่ได้")
        return parent


def branch(agency: Agency) -> list[Agency]:
    """From the agency itself up to the root."""
    found: list[Agency] = []
    above: Agency | None = agency
    while above is not None and above not in found:
        found.append(above)
        above = above.parent
    return found


@admin.register(Agency)
class AgencyAdmin(ExchangeMixin, HistoryAdmin):
    form = AgencyForm
    resource_classes = [AgencyResource]
    list_display = ["__str__", "short_name", "kind", "level", "region", "parent", "people", "is_active"]
    list_filter = ["level", "kind", "region", "is_active"]
    list_select_related = ["parent"]
    search_fields = ["name", "short_name", "english_name", "code", "province"]
    autocomplete_fields = ["parent"]
    readonly_fields = ["above", "below"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agency]:
        return super().get_queryset(request).annotate(people_count=Count("people", filter=Q(people__is_active=True)))

    @admin.display(description="บุคคล", ordering="people_count")
    def people(self, agency: Any) -> int:
        return agency.people_count

    @admin.display(description="ตำแหน่งในโครงสร้าง")
    def above(self, agency: Agency) -> str:
        return " › ".join(str(one) for one in reversed(branch(agency))) if agency.pk else ""

    @admin.display(description="หน่วยงานในสังกัด")
    def below(self, agency: Agency) -> str:
        children = agency.children.in_order() if agency.pk else []
        return format_html_join("", "<div>{}</div>", ((child,) for child in children)) or "ไม่มี"


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = ["text", "recipient", "source", "frequency", "created", "read", "mailed"]
    list_filter = ["frequency", ("read_at", admin.EmptyFieldListFilter), ("mailed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["recipient"]
    search_fields = ["text", "source", "recipient__given_name", "recipient__family_name", "recipient__email"]

    @admin.display(description="เมื่อ", ordering="created_at")
    def created(self, line: Notification) -> str:
        return moment(line.created_at)

    @admin.display(description="อ่านเมื่อ", ordering="read_at")
    def read(self, line: Notification) -> str:
        return moment(line.read_at)

    @admin.display(description="ส่งอีเมลเมื่อ", ordering="mailed_at")
    def mailed(self, line: Notification) -> str:
        return moment(line.mailed_at)


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """Who did what in the admin, over all kinds of rows."""

    list_display = ["when", "user", "content_type", "object_repr", "get_change_message"]
    list_filter = ["action_flag", "content_type"]
    list_select_related = ["user", "content_type"]
    search_fields = ["object_repr", "change_message", "user__given_name", "user__family_name", "user__email"]

    @admin.display(description="เมื่อ", ordering="action_time")
    def when(self, entry: LogEntry) -> str:
        return moment(entry.action_time)


def moment(value: Any) -> str:
    return f"{thai.format_date(value)} {thai.format_time(value)}" if value else ""
