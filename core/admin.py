"""What the admin of every app shares, and the admin of what belongs to no app."""

from typing import Any

import django_tasks_db.admin  # noqa: F401  registers what is unregistered below
import taggit.admin
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db import DataError, transaction
from django.db.models import Count, ForeignKey, Model, QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django_tasks_db.models import DBTaskResult
from simple_history.admin import SimpleHistoryAdmin

from . import pagecache, tags, thai
from .fields import ADMIN_FORM_FIELDS
from .forms import LineField
from .models import Tag

# The lists need the width; and here stands only what an administrator works with.
admin.site.enable_nav_sidebar = False
admin.site.unregister([taggit.models.Tag, DBTaskResult])


def is_officer(request: HttpRequest) -> bool:
    """Whether the person is a KM officer (who has signed out is none)."""
    return getattr(request.user, "is_officer", False)


# What a query string of somebody's own making ends in, on one database or another.
BAD_LOOKUPS = (IncorrectLookupParameters, ValidationError, ValueError, OverflowError, DataError)


def is_row_id(text: Any) -> bool:
    return str(text).isascii() and str(text).isdecimal() and len(str(text)) < 19


class Autocomplete(AutocompleteSelect):
    """Looks up only what can be a row: the form names the rest as an invalid choice."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        return super().optgroups(name, [one for one in value if is_row_id(one)], attrs)


class ListAdmin(admin.ModelAdmin):
    """A list asked for with filters that make no sense is shown without them."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not request.GET or request.method == "POST":
            return super().changelist_view(request, extra_context)
        try:
            response = super().changelist_view(request, extra_context)
            # Some queries run only as the page is written.
            return response.render() if isinstance(response, TemplateResponse) else response
        except BAD_LOOKUPS:
            return HttpResponseRedirect(request.path)


class PortalAdmin(ListAdmin):
    """Thai form fields; a KM officer who may enter the admin needs no single permission."""

    formfield_overrides = ADMIN_FORM_FIELDS
    list_per_page = 50

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_officer(request) or super().has_module_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_officer(request) or super().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_officer(request) or super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_officer(request) or super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_officer(request) or super().has_delete_permission(request, obj)

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", Autocomplete(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """In the spelling that is stored; without what no database takes."""
        printable = "".join(char if char.isprintable() else " " for char in search_term[:200])
        return super().get_search_results(request, queryset, thai.normalise(printable))

    def ask(
        self, request: HttpRequest, queryset: QuerySet, *, action: str, title: str, form: forms.Form, hint: str = ""
    ) -> HttpResponse:
        """The page between choosing an action and doing it. `answered` tells whether it was sent."""
        context = self.admin_site.each_context(request) | {
            "title": title,
            "opts": self.opts,
            "media": self.media + form.media,
            "action": action,
            "hint": hint,
            "form": form,
            "objects": queryset,
        }
        return TemplateResponse(request, "admin/ask.html", context)


def answered(request: HttpRequest) -> Any:
    """What to bind the form of `PortalAdmin.ask` to."""
    return request.POST if "answered" in request.POST else None


class ReadOnly:
    """Written by the portal, looked at here. For admin classes and for inlines."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnly, PortalAdmin):
    pass


class PublicAdmin(PortalAdmin):
    """For rows that visitors see: each write makes the kept pages stale."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        pagecache.changed()

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        with transaction.atomic():
            super().delete_model(request, obj)
            pagecache.changed()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        with transaction.atomic():
            super().delete_queryset(request, queryset)
            pagecache.changed()


class HistoryAdmin(PublicAdmin, SimpleHistoryAdmin):
    """Shows who changed what. It takes nothing back: that would go around the services."""

    object_history_template = "admin/history.html"

    def get_urls(self) -> list[URLPattern]:
        return [url for url in super().get_urls() if not (url.name or "").endswith("_simple_history")]

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        if not is_row_id(object_id):
            raise Http404
        return super().history_view(request, object_id, extra_context)

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def history_view_title(self, request: HttpRequest, obj: Any) -> str:
        return f"ประวัติการแก้ไข: {obj}"


class ChooseTag(forms.Form):
    into = forms.ModelChoiceField(label="รวมเข้ากับแท็ก", queryset=Tag.objects.none(), empty_label="โปรดเลือก")

    def __init__(self, *args: Any, tags: QuerySet[Tag], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = tags  # type: ignore[attr-defined]


class TagForm(forms.ModelForm):
    name = LineField(label="ชื่อแท็ก", max_length=40)

    class Meta:
        model = Tag
        fields = ["name"]


@admin.register(Tag)
class TagAdmin(PublicAdmin):
    form = TagForm
    list_display = ["name", "uses"]
    search_fields = ["name"]
    actions = ["merge"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        counts = [Count(link.name, distinct=True) for link in tags.links()]
        return super().get_queryset(request).annotate(uses=sum(counts, start=Value(0))).order_by("name")

    @admin.display(description="ใช้กี่แห่ง", ordering="uses")
    def uses(self, tag: Any) -> int:
        return tag.uses

    @admin.action(description="รวมแท็กที่เลือกให้เป็นแท็กเดียว", permissions=["change"])
    def merge(self, request: HttpRequest, queryset: QuerySet[Tag]) -> HttpResponse | None:
        form = ChooseTag(answered(request), tags=queryset)
        if not form.is_valid():
            return self.ask(request, queryset, action="merge", title="รวมแท็ก", form=form, hint="แท็กอื่นที่เลือกไว้จะถูกลบ")
        into = form.cleaned_data["into"]
        others = [tag for tag in queryset if tag.pk != into.pk]
        tags.merge(others, into=into)
        self.log_change(request, into, f"รวมแท็ก {', '.join(map(str, others))}")
        messages.success(request, f"รวมเป็นแท็ก “{into}” แล้ว")
        return None
