from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.access import public

from ..access import visible_event


@public(cache=True)
@require_safe
def event_detail(request: HttpRequest, event_id: int) -> HttpResponse:
    event = visible_event(request, event_id)
    return render(request, "events/event_detail.html", {"event": event})
