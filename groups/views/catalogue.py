from functools import lru_cache

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from core.access import public
from core.fragments import wants_fragment

from .. import catalogue
from ..forms import GroupFilter
from ..models import State


@public(cache=True)
@require_safe
def group_list(request: HttpRequest) -> HttpResponse:
    viewer = request.user
    rows = catalogue.entries(request)
    states = catalogue.states_of(viewer) if viewer.is_authenticated else {}
    form = GroupFilter(request.GET, tags=lambda: catalogue.tags_in_use(rows), signed_in=viewer.is_authenticated)
    wanted = form.wanted()
    if wanted.get("stage") == "all" and viewer.is_authenticated:
        rows = [*rows, *catalogue.drafts(viewer)]
    found = catalogue.matching(rows, q=wanted.get("q", ""), stage=wanted.get("stage", ""), tag=wanted.get("tag"))
    mine = {pk for pk, state in states.items() if state == State.ACTIVE}
    if wanted.get("mine"):
        found = [row for row in found if row.pk in mine]
    suggested = []
    if viewer.is_authenticated and not request.GET:
        suggested = catalogue.suggestions(rows, states=states, colleagues=catalogue.colleagues_by_group(viewer))
    context = {
        "toolbar": toolbar(request, form, rows),
        "entries": catalogue.ordered(found, wanted.get("order", "")),
        "mine": mine,
        "asked": states.keys() - mine,
        "suggestions": suggested,
        "is_filtered": any(wanted.values()),
    }
    part = "#results" if wants_fragment(request) else ""
    return render(request, f"groups/group_list.html{part}", context)


def toolbar(request: HttpRequest, form: GroupFilter, rows: list[catalogue.Entry]) -> str:
    """Of an untouched list it is the same for all, and was half of what the page cost."""
    if request.GET:
        return draw(form)
    return untouched(tuple(catalogue.tags_in_use(rows)), request.user.is_authenticated)


@lru_cache(maxsize=32)
def untouched(tags: tuple[tuple[int, str], ...], signed_in: bool) -> str:
    return draw(GroupFilter(QueryDict(), tags=lambda: list(tags), signed_in=signed_in))


def draw(form: GroupFilter) -> str:
    return render_to_string("groups/group_filter.html", {"form": form})
