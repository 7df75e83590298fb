from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from core.access import public
from core.fragments import shared, wants_fragment

from .. import catalogue
from ..catalogue import Entry
from ..forms import GroupFilter
from ..models import State


@public(cache=True)
@require_safe
def group_list(request: HttpRequest) -> HttpResponse:
    viewer = request.user
    rows = catalogue.entries(request)
    states = catalogue.states_of(viewer) if viewer.is_authenticated else {}
    if request.GET or wants_fragment(request):
        return chosen_list(request, rows, states)
    colleagues = catalogue.colleagues_by_group(viewer) if viewer.is_authenticated else {}
    parts = shared(
        request,
        f"group-list:{viewer.is_authenticated}:{states}:{colleagues}",
        lambda: untouched_list(rows, states, colleagues, signed_in=viewer.is_authenticated),
    )
    return render(request, "groups/group_list.html", parts)


def untouched_list(
    rows: list[Entry], states: dict[int, str], colleagues: dict[int, int], *, signed_in: bool
) -> dict[str, str]:
    """What most people ask for: the same for all who are in the same groups and the same agency."""
    suggestions = catalogue.suggestions(rows, states=states, colleagues=colleagues) if signed_in else []
    form = GroupFilter(QueryDict(), tags=lambda: catalogue.tags_in_use(rows), signed_in=signed_in)
    return {
        "toolbar": draw(form),
        "suggested": render_to_string("groups/group_suggestions.html", {"suggestions": suggestions}),
        "results": draw_results(catalogue.matching(rows), states),
    }


def chosen_list(request: HttpRequest, rows: list[Entry], states: dict[int, str]) -> HttpResponse:
    viewer = request.user
    form = GroupFilter(request.GET, tags=lambda: catalogue.tags_in_use(rows), signed_in=viewer.is_authenticated)
    wanted = form.wanted()
    if wanted.get("stage") == "all" and viewer.is_authenticated:
        rows = [*rows, *catalogue.drafts(viewer)]
    found = catalogue.matching(rows, q=wanted.get("q", ""), stage=wanted.get("stage", ""), tag=wanted.get("tag"))
    if wanted.get("mine"):
        found = [row for row in found if states.get(row.pk) == State.ACTIVE]
    found = catalogue.ordered(found, wanted.get("order", ""))
    results = draw_results(found, states, is_filtered=any(wanted.values()))
    if wants_fragment(request):
        return HttpResponse(results)
    return render(request, "groups/group_list.html", {"toolbar": draw(form), "suggested": "", "results": results})


def draw_results(found: list[Entry], states: dict[int, str], *, is_filtered: bool = False) -> str:
    mine = {pk for pk, state in states.items() if state == State.ACTIVE}
    context = {"entries": found, "mine": mine, "asked": states.keys() - mine, "is_filtered": is_filtered}
    return render_to_string("groups/group_results.html", context)


def draw(form: GroupFilter) -> str:
    return render_to_string("groups/group_filter.html", {"form": form})
