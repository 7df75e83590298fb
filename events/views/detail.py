"""An event's page in its three faces: upcoming, live, ended."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.access import posted, public

from ..calendar import registration_badge
from ..forms.registration import RegistrationForm
from ..joining import may_join
from ..models import CALLED_OFF, TONES, Event, Face, Registration, State
from ..page import Parts, event_for, parts_of
from ..personal import Part, part_of
from ..replays import live_player


@public(cache=True)
@require_safe
def event_detail(request: HttpRequest, event_id: int) -> HttpResponse:
    return render(request, "events/event_detail.html", event_context(request, event_for(request, event_id)))


def event_context(request: HttpRequest, event: Event, form: RegistrationForm | None = None) -> dict[str, Any]:
    now = timezone.now()
    face, part = event.face_at(now), part_of(request.user, event)
    parts = parts_of(request, event, face)
    state = State(event.state_at(now))
    badge, tone = registration_badge(event, now) if state == State.OPEN else (state.label, TONES[state])
    takes = event.takes_registrations_at(now)
    may_join_now = links_shown(event, part)
    live = live_player(event, parts.live_video) if face == Face.LIVE and may_join_now else {}
    return live | {
        "event": event,
        "face": face,
        "state": state,
        "badge": badge,
        "tone": tone,
        "parts": parts,
        "part": part,
        "takes_registrations": takes,
        "opens_later": bool(event.registration_opens_at and now < event.registration_opens_at),
        "is_called_off": state in CALLED_OFF,
        "form": form or (registration_form(request, parts, part) if takes and part.signed_in else None),
        "links": parts.links if may_join_now else [],
        "place_in_queue": place_in_queue(event, request.user) if part.is_waiting else 0,
        "may_cancel": part.is_held and face != Face.ENDED,
    }


def links_shown(event: Event, part: Part) -> bool:
    """By the one rule of events.joining; over and done, a link leads nowhere."""
    seat = Registration(seat=part.seat) if part.seat else None
    return may_join(event, seat, may_edit=part.may_edit) and event.face_at(timezone.now()) != Face.ENDED


def registration_form(request: HttpRequest, parts: Parts, part: Part) -> RegistrationForm:
    chosen = {"mode": part.mode or parts.modes[0], "site": part.site_id}
    form = RegistrationForm(posted(request, path=f"{request.path}registration/"), modes=parts.modes, sites=parts.sites)
    form.initial = chosen
    return form


def place_in_queue(event: Event, user: Any) -> int:
    queue = Registration.objects.filter(event=event).waiting().in_queue()
    own = queue.filter(user=user).first()
    return queue.filter(queued_at__lt=own.queued_at).count() + 1 if own else 0
