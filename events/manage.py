"""What every page of those who run an event shares: its header, its state, its figures, its tabs.

    @signed_in
    @require_safe
    def site_list(request: SignedInRequest, event_id: int) -> HttpResponse:
        event = editable_event(request, event_id)
        return render(request, "events/site_list.html", manage_frame(request, event) | {...})

The template extends events/base_manage.html and fills the blocks `tab_title` and `tab`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from .models import CALLED_OFF, OVER, TONES, Channel, ChannelKind, Event, State

LINKS_BEFORE = timedelta(days=2)  # the start: people look for the link then
LINKED = (ChannelKind.VCS, ChannelKind.YOUTUBE)  # a room and a television channel need no link


@dataclass(frozen=True)
class ManageFrame:
    state: str  # with the clock's part in it
    state_label: str
    tone: str
    may_edit: bool  # the tabs are for those who run the event, not for a coordinator or a viewing site's officer
    is_over: bool
    is_called_off: bool


def manage_frame(request: HttpRequest, event: Event, *, may_edit: bool = True) -> dict[str, Any]:
    """The context that events/base_manage.html wants. No query: the event came with its group and its counts."""
    state = State(event.state_at(timezone.now()))
    frame = ManageFrame(
        state=state,
        state_label=state.label,
        tone=TONES[state],
        may_edit=may_edit,
        is_over=state in OVER,
        is_called_off=state in CALLED_OFF,
    )
    return {"event": event, "frame": frame}


def unnamed_links(event: Event, channels: Iterable[Channel], now: datetime) -> list[str]:
    """What those who are registered will look for soon and not find."""
    is_soon = event.state_at(now) in (State.OPEN, State.LIVE) and event.starts_at - now <= LINKS_BEFORE
    if not is_soon:
        return []
    channels = list(channels)
    if not channels:
        return ["ยังไม่ได้ระบุช่องทาง"]
    return [f"ยังไม่มีลิงก์ {channel}" for channel in channels if channel.kind in LINKED and not channel.link]
