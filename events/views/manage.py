"""One event for those who run it: figures, what is left to do, what was done and by whom."""

from datetime import datetime

from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest
from core.access import signed_in
from core.paging import paginate

from .. import moves
from ..access import editable_event
from ..closing import checklist
from ..forms.moves import SPECIAL, WORDS, Words
from ..manage import manage_frame, unnamed_links
from ..models import Event, Mailing, Reach, State

LOG_SIZE = 15
AT_ONCE = (moves.ANNOUNCE, moves.GO_LIVE, moves.END, moves.COMPLETE)  # with nothing to say: a button does


@signed_in
@require_safe
def manage(request: SignedInRequest, event_id: int) -> HttpResponse:
    event = editable_event(request, event_id)
    now = timezone.now()
    steps = checklist(event)
    is_ready = all(step.is_done for step in steps if step.is_required)
    attended = Reach.objects.filter(event=event).aggregate(people=Sum("people"))["people"] or 0
    log = event.log_lines.select_related("by")
    context = manage_frame(request, event) | {
        "attended": attended,
        "moves": moves_at_once(event, now, has_attendance=attended > 0, is_ready=is_ready),
        "missing": unnamed_links(event, event.channels.all(), now),
        "queued": Mailing.objects.filter(event=event, state=Mailing.State.QUEUED, is_automatic=False).count(),
        "steps": steps,
        "done": sum(step.is_done for step in steps),
        "is_ready": is_ready,
        "log": paginate(log, order=["-pk"], request_params=request.GET, size=LOG_SIZE, parameter="log"),
    }
    return render(request, "events/manage.html", context)


def moves_at_once(event: Event, now: datetime, *, has_attendance: bool, is_ready: bool) -> list[tuple[str, Words]]:
    """Each with its words; work that is not done yet is not closed."""
    state = State(event.state_at(now))
    possible = moves.possible(event, now, has_attendance=has_attendance)
    offered = [move for move in possible if move in AT_ONCE and (is_ready or move != moves.COMPLETE)]
    return [(move, SPECIAL.get((move, state)) or WORDS[move]) for move in offered]
