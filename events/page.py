"""The public page of an event: what is the same for everybody who may see it, made once and kept."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from core.fragments import shared, shared_row

from .added import OnPage, on_page
from .joining import links, modes_of
from .models import ChannelKind, Event, Face, Mode
from .programme import programme
from .replays import player


@dataclass(frozen=True)
class Parts:
    """Of one face of the page. The join links are in it: the view shows them to those who have a seat."""

    head: str
    replay: str  # of the ended face, as is the aside
    body: str
    added: OnPage
    aside: str
    modes: list[Mode]
    sites: list[tuple[int, str]]
    links: list[tuple[str, str]]
    live_video: str  # the address of YouTube Live, where there is one


def event_for(request: HttpRequest, event_id: int) -> Event:
    event = shared_row(request, f"event:{event_id}", lambda viewer: found(viewer, event_id))
    if event is None:
        raise Http404
    return event


def found(viewer: object, event_id: int) -> Event | None:
    return Event.objects.visible_to(viewer).select_related("group").filter(pk=event_id).first()


def parts_of(request: HttpRequest, event: Event, face: Face) -> Parts:
    return shared(request, f"event:{event.pk}:{face}", lambda: build(event, face))


def build(event: Event, face: Face) -> Parts:
    told, over = programme(event), face == Face.ENDED
    context = {"event": event, "programme": told, "face": face}
    return Parts(
        head=render_to_string("events/event_head.html", context),
        replay=render_to_string("events/replay_player.html", player(event, told.chapters)) if over else "",
        body=render_to_string(f"events/body_{face}.html", context),
        added=on_page(event, face, timezone.now()),
        aside=render_to_string("events/aside_ended.html", context) if over else "",
        modes=modes_of(told.channels),
        sites=[(site.pk, str(site)) for site in told.sites],
        links=links(told.channels),
        live_video=next((channel.link for channel in told.channels if channel.kind == ChannelKind.YOUTUBE), ""),
    )
