"""What every page of those who run an event shares: its header, its state, its figures, its tabs.

    @signed_in
    @require_safe
    def site_list(request: SignedInRequest, event_id: int) -> HttpResponse:
        event = editable_event(request, event_id)
        return render(request, "events/site_list.html", manage_frame(request, event) | {...})

The template extends events/base_manage.html and fills the blocks `tab_title` and `tab`.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from .models import TONES, Event, State


@dataclass(frozen=True)
class ManageFrame:
    state: str  # with the clock's part in it
    state_label: str
    tone: str
    may_edit: bool  # the tabs are for those who run the event, not for a coordinator or a viewing site's officer


def manage_frame(request: HttpRequest, event: Event, *, may_edit: bool = True) -> dict[str, Any]:
    """The context that events/base_manage.html wants. No query: the event came with its group and its counts."""
    state = State(event.state_at(timezone.now()))
    frame = ManageFrame(state=state, state_label=state.label, tone=TONES[state], may_edit=may_edit)
    return {"event": event, "frame": frame}
