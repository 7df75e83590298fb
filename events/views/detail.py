"""An event's page in its three faces: upcoming, live, ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.access import posted, public
from core.fragments import FORM_MARK, shared, with_tokens

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
    event = event_for(request, event_id)
    part = part_of(request.user, event)
    pending = posted(request, path=f"{request.path}registration/") if part.signed_in else None
    return page(request, event, part, pending)


def page(request: HttpRequest, event: Event, part: Part, data: Any = None, *, status: int = 200) -> HttpResponse:
    """`data` is a form to be corrected. Without one the page is the same for all who stand alike to the event."""
    now = timezone.now()
    moment = moment_of(event, now)
    queue = place_in_queue(event, request.user) if part.is_waiting else 0
    if data is None:
        key = f"event:{event.pk}:{moment}:{part}:{queue}"
        main = shared(request, key, lambda: drawn(request, event, moment, part, queue))
    else:
        main = drawn(request, event, moment, part, queue, data)
    context = {"event": event, "face": moment.face, "main": with_tokens(request, main)}
    return render(request, "events/event_detail.html", context, status=status)


@dataclass(frozen=True)
class Moment:
    """What the clock has to say about an event."""

    face: Face
    state: State
    takes_registrations: bool
    opens_later: bool


def moment_of(event: Event, now: datetime) -> Moment:
    opens = event.registration_opens_at
    return Moment(
        face=event.face_at(now),
        state=State(event.state_at(now)),
        takes_registrations=event.takes_registrations_at(now),
        opens_later=bool(opens and now < opens),
    )


def drawn(request: HttpRequest, event: Event, moment: Moment, part: Part, queue: int, data: Any = None) -> str:
    parts = parts_of(request, event, moment.face)
    state, face = moment.state, moment.face
    badge, tone = registration_badge(event, timezone.now()) if state == State.OPEN else (state.label, TONES[state])
    joins = links_shown(event, part, face)
    live = live_player(event, parts.live_video) if face == Face.LIVE and joins else {}
    context = live | {
        "request": request,  # for the address of this page; nothing about the person
        "form_mark": FORM_MARK,
        "event": event,
        "moment": moment,
        "face": face,
        "state": state,
        "badge": badge,
        "tone": tone,
        "parts": parts,
        "part": part,
        "is_called_off": state in CALLED_OFF,
        "form": registration_form(parts, part, data) if moment.takes_registrations and part.signed_in else None,
        "links": parts.links if joins else [],
        "place_in_queue": queue,
        "may_cancel": part.is_held and face != Face.ENDED and state != State.CANCELLED,
    }
    return render_to_string("events/event_main.html", context)


def links_shown(event: Event, part: Part, face: Face) -> bool:
    """By the one rule of events.joining; of what is over or called off, a link leads nowhere."""
    seat = Registration(seat=part.seat) if part.seat else None
    leads_somewhere = face != Face.ENDED and event.state not in CALLED_OFF
    return leads_somewhere and may_join(event, seat, may_edit=part.may_edit)


def registration_form(parts: Parts, part: Part, data: Any) -> RegistrationForm:
    form = RegistrationForm(data, modes=parts.modes, sites=parts.sites)
    form.initial = {"mode": part.mode or parts.modes[0], "site": part.site_id}
    return form


def place_in_queue(event: Event, user: Any) -> int:
    queue = Registration.objects.filter(event=event).waiting().in_queue()
    own = queue.filter(user=user).first()
    return queue.filter(queued_at__lt=own.queued_at).count() + 1 if own else 0
