from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.access import public

from .. import catalogue
from ..forms import GroupFilter
from ..models import State


@public(cache=True)
@require_safe
def group_list(request: HttpRequest) -> HttpResponse:
    viewer = request.user
    rows = catalogue.entries(viewer)
    states = catalogue.states_of(viewer) if viewer.is_authenticated else {}
    form = GroupFilter(request.GET, tags=catalogue.tags_in_use(rows), signed_in=viewer.is_authenticated)
    form.is_valid()
    wanted = form.cleaned_data
    found = catalogue.matching(rows, q=wanted.get("q", ""), stage=wanted.get("stage", ""), tag=wanted.get("tag"))
    if wanted.get("mine"):
        found = [row for row in found if states.get(row.group.pk) == State.ACTIVE]
    suggested = []
    if viewer.is_authenticated and not request.htmx and not any(wanted.values()):
        suggested = catalogue.suggestions(rows, states=states, colleagues=catalogue.colleagues_by_group(viewer))
    context = {
        "form": form,
        "entries": catalogue.ordered(found, wanted.get("order", "")),
        "mine": [pk for pk, state in states.items() if state == State.ACTIVE],
        "asked": [pk for pk, state in states.items() if state == State.REQUESTED],
        "suggestions": suggested,
        "is_filtered": any(wanted.values()),
    }
    return render(request, "groups/group_list.html#results" if request.htmx else "groups/group_list.html", context)
