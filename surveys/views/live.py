"""Questions beside a running event: the audience's page, its board, and the screen in the room."""

import hashlib
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import SignedInRequest
from core.access import ask_to_sign_in, posted, public, signed_in
from core.fragments import FORM_MARK, shared, wants_fragment, with_tokens
from events.models import TONES, Event, State
from events.page import event_for, parts_of
from events.personal import part_of
from events.replays import live_player
from events.sign_in import drawing
from events.views.detail import links_shown
from groups.services import Refused

from ..access import hosts_of, moderates_any
from ..forms.live import LiveAskForm
from ..live import board_of, marked, own_of, poll_address
from ..models import takes_questions
from ..services import asking

SENT = "ส่งคำถามแล้ว จะขึ้นในรายการเมื่อผู้ดำเนินกลุ่มตรวจแล้ว"


@public(cache=1)
@require_http_methods(["GET", "HEAD", "POST"])
def live(request: HttpRequest, event_id: int) -> HttpResponse:
    event = event_for(request, event_id)
    if request.method != "POST":
        return page(request, event, posted(request) if request.user.is_authenticated else None)
    if not request.user.is_authenticated:
        return ask_to_sign_in(request)
    form = LiveAskForm(request.POST)
    if not form.is_valid():
        return page(request, event, request.POST, status=422)
    try:
        asking.ask(group=event.group, event=event, asker=request.user, **form.cleaned_data)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return page(request, event, request.POST, status=422)
    messages.success(request, SENT)
    return redirect("surveys:live", event.pk)


def page(request: HttpRequest, event: Event, data: Any = None, *, status: int = 200) -> HttpResponse:
    """`data` is a question to be corrected. Without one the form is the same for everybody."""
    now, board, own = timezone.now(), board_of(event), own_of(request.user, event)
    is_signed_in = request.user.is_authenticated
    hosts = shared(request, f"live-hosts:{event.pk}", lambda: hosts_of(event)) if is_signed_in else []
    ask = ask_part(event, data) if data else shared(request, f"live-ask:{event.pk}", lambda: ask_part(event))
    context = beside(request, event, now) | {
        "event": event,
        "ask": with_tokens(request, ask) if is_signed_in else "",
        "takes_questions": takes_questions(event.group, event),
        "board": board,
        "questions": with_tokens(request, marked(board, own)) if is_signed_in else board.html_for_visitors,
        "own": own,
        "poll": poll_address(request, event),
        "now": now,
        "moderates": is_signed_in and moderates_any(request.user, hosts),
    }
    return render(request, "surveys/live.html", context, status=status)


def ask_part(event: Event, data: Any = None) -> str:
    form = LiveAskForm(data)
    return render_to_string("surveys/live_ask.html", {"event": event, "form": form, "form_mark": FORM_MARK})


def beside(request: HttpRequest, event: Event, now: datetime) -> dict[str, Any]:
    """What stands beside the questions: the picture and the way in, for those who have a seat."""
    face, state = event.face_at(now), State(event.state_at(now))
    context: dict[str, Any] = {"face": face, "state": state, "tone": TONES[state], "links": [], "player": None}
    part = part_of(request.user, event)
    if part.signed_in and state == State.LIVE and links_shown(event, part, face):
        parts = parts_of(request, event, face)
        context |= live_player(event, parts.live_video) | {"links": parts.links}
    return context | {"part": part}


# --- What pages ask for again and again -------------------------------------------------------------------
@public(cache=1)
@require_safe
def live_board(request: HttpRequest, event_id: int) -> HttpResponse:
    """Of an event that everybody may see. The page cache answers nearly all who ask."""
    board = board_of(event_for(request, event_id))
    return HttpResponse(board.html_for_visitors if request.GET.get("for") == "visitors" else board.html)


@signed_in
@require_safe
def live_board_inside(request: SignedInRequest, event_id: int) -> HttpResponse:
    """The same for an event that is not public: the right is asked for each time, the board is made once."""
    html = board_of(event_for(request, event_id)).html
    etag = f'W/"{hashlib.sha256(html.encode()).hexdigest()[:32]}"'
    is_known = request.META.get("HTTP_IF_NONE_MATCH") == etag
    response = HttpResponseNotModified() if is_known else HttpResponse(html)
    response["ETag"], response["Cache-Control"] = etag, "private, no-cache"
    return response


@signed_in
@require_safe
def live_own(request: SignedInRequest, event_id: int) -> JsonResponse:
    """The ids of the questions that the person wants answered, too."""
    event = event_for(request, event_id)
    own = own_of(request.user, event)
    return JsonResponse({"votes": own.votes, "asked": own.asked})


# --- In the room ------------------------------------------------------------------------------------------
@public(cache=1)
@require_safe
def live_screen(request: HttpRequest, event_id: int) -> HttpResponse:
    """For the room to read from its back: the question that is being answered, the next ones, where to ask."""
    event = event_for(request, event_id)
    path = reverse("surveys:live", args=[event.pk])
    address = f"{settings.SITE_URL}{path}"
    context = {
        "event": event,
        "board": board_of(event),
        "address": address.split("://", 1)[-1],
        "drawing": shared(request, f"live-qr:{event.pk}", lambda: drawing(address)),
        "takes_questions": takes_questions(event.group, event),
    }
    part = "#stage" if wants_fragment(request) else ""
    return render(request, f"surveys/live_screen.html{part}", context)
