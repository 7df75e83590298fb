"""Home, a group's overview, search and the standing pages."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.access import public, staff_only
from core.fragments import shared
from events.calendar import marked
from groups.frame import follows_renames, frame
from groups.models import Group

from .counter import counter
from .home import home_parts, latest
from .mine import Mine, mine
from .overview import next_event, story
from .sample import SampleForm
from .search import clean, search
from .standing import STANDING_PAGES


@public(cache=True)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    parts = home_parts(request)
    if not request.user.is_authenticated:
        return render(request, "pages/home.html", {"parts": parts})
    own = mine(request.user, request)
    body = shared(request, f"home:{own.key}", lambda: home_of(request, own))
    return render(request, "pages/home_signed_in.html", {"parts": parts, "body": body})


def home_of(request: HttpRequest, own: Mine) -> str:
    coming = marked(home_parts(request).coming, own.seats)
    return render_to_string("pages/home_own.html", {"mine": own, "coming": coming, "latest": latest(request)})


@public(cache=True)
@require_safe
@follows_renames
def group_overview(request: HttpRequest, slug: str) -> HttpResponse:
    group, body = shared(request, f"group:{slug}", lambda: published(slug)) or draft(request, slug)
    return render(request, "pages/group_overview.html", frame(request, group) | {"body": body})


def published(slug: str) -> tuple[Group, str] | None:
    """What everybody may see: the same for all, so the database need not say it to each."""
    group = Group.objects.visible_to(AnonymousUser()).filter(slug=slug).first()
    return (group, overview_body(group)) if group else None


def draft(request: HttpRequest, slug: str) -> tuple[Group, str]:
    group = get_object_or_404(Group.objects.visible_to(request.user), slug=slug)
    return group, overview_body(group)


def overview_body(group: Group) -> str:
    """The same for everybody who may see the group. Nobody looks after one that has ended."""
    told, goes_on = story(group), not group.has_ended
    context = {
        "group": group,
        "story": told,
        "caretakers": told.caretakers if goes_on else [],
        "next_event": next_event(group) if goes_on else None,
    }
    return render_to_string("pages/group_overview_body.html", context)


@public
@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    query = clean(request.GET.get("q", ""))
    return render(request, "pages/search.html", {"query": query, "results": search(request, query)})


@public(cache=True)
@require_safe
def standing_page(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, f"pages/{name}.html", standing_context(name))


@public(cache=True)
@require_safe
def site_map(request: HttpRequest) -> HttpResponse:
    groups = Group.objects.visible_to(AnonymousUser()).in_order()
    return render(request, "pages/site_map.html", standing_context("site_map") | {"groups": groups})


@public(cache=True)
@require_safe
def counter_page(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/counter.html", standing_context("counter") | {"visits": counter.totals()})


def standing_context(name: str) -> dict[str, Any]:
    return {
        "updated": STANDING_PAGES[name].updated,
        "contact_email": settings.CONTACT_EMAIL,
        "contact_phone": settings.CONTACT_PHONE,
    }


@staff_only
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    context = {"numbers": range(1, 15), "today": timezone.now(), "form": SampleForm({"name": ""})}
    return render(request, "styleguide.html", context)
