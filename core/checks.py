"""System checks: every view declares its access rule, and the database can sort and search Thai."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import URLPattern, URLResolver, get_resolver
from django.views.generic import RedirectView

# Packages whose views guard themselves: allauth by its own decorators, the others inside the admin site.
GUARDED_ELSEWHERE = ("allauth.", "django.contrib.admin.", "import_export.", "simple_history.", "taggit.")


def views(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from views(pattern, address)
        elif isinstance(pattern, URLPattern):
            yield address, pattern.callback


def declares_rule(view: Any) -> bool:
    return (
        hasattr(view, "access_rule")
        or hasattr(view, "admin_site")
        or hasattr(view, "model_admin")
        or is_behind_admin_view(view)
        or getattr(view, "view_class", None) is RedirectView  # shows nothing itself
        or getattr(view, "view_class", view).__module__.startswith(GUARDED_ELSEWHERE)
    )


def is_behind_admin_view(view: Any) -> bool:
    """A method of an admin class that `AdminSite.admin_view` has wrapped; the bare method would not pass."""
    return isinstance(getattr(getattr(view, "__wrapped__", None), "__self__", None), ModelAdmin)


@register(Tags.security)
def every_view_declares_its_rule(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"The view at '{address}' declares no access rule.",
            hint="Decorate it with one of core.access, accounts.access or groups.access.",
            obj=f"{view.__module__}.{getattr(view, '__qualname__', view)}",
            id="core.E001",
        )
        for address, view in views(get_resolver())
        if not declares_rule(view)
    ]
