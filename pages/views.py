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
from groups.frame import follows_renames, frame
from groups.models import Group, Milestone, Stage

from .counter import counter
from .figures import figures
from .fragments import shared
from .mine import mine
from .overview import caretakers, story
from .sample import SampleForm
from .search import clean, search
from .standing import STANDING_PAGES

NEWEST = 5


@public(cache=True)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    context = {"shared": shared(request, "home", home_parts)}
    if request.user.is_authenticated:
        return render(request, "pages/home_signed_in.html", context | {"mine": mine(request.user)})
    return render(request, "pages/home.html", context)


def home_parts() -> dict[str, str]:
    """The same for everybody: the newest from the groups' stories, the figures, the wall of groups."""
    groups = list(Group.objects.visible_to(AnonymousUser()).listed().in_order())
    active = sum(group.stage == Stage.ACTIVE for group in groups)
    return {
        "latest": render_to_string("pages/home_latest.html", {"milestones": latest_milestones()}),
        "wall": render_to_string("pages/home_wall.html", {"groups": groups, "active": active, "figures": figures()}),
    }


def latest_milestones() -> list[Milestone]:
    happened = Milestone.objects.filter(is_planned=False, happened_on__lte=timezone.localdate())
    return list(
        happened.exclude(group__stage=Stage.DRAFT).select_related("group").order_by("-happened_on", "-pk")[:NEWEST]
    )


@public(cache=True)
@require_safe
@follows_renames
def group_overview(request: HttpRequest, slug: str) -> HttpResponse:
    group = get_object_or_404(Group.objects.visible_to(request.user), slug=slug)
    body = shared(request, f"group:{group.pk}", lambda: overview_body(group))
    return render(request, "pages/group_overview.html", frame(request, group) | {"body": body})


def overview_body(group: Group) -> str:
    """The same for everybody who may see the group. Nobody looks after a group that has ended."""
    people = [] if group.has_ended else caretakers(group)
    return render_to_string(
        "pages/group_overview_body.html", {"group": group, "story": story(group), "caretakers": people}
    )


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
