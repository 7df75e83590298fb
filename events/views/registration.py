from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest
from core.access import signed_in

from ..access import visible_event


@signed_in
@require_POST
def registration(request: SignedInRequest, event_id: int) -> HttpResponse:
    return redirect(visible_event(request, event_id))


@signed_in
@require_POST
def interest(request: SignedInRequest, event_id: int) -> HttpResponse:
    return redirect(visible_event(request, event_id))
