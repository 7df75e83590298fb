"""Calendar files: one event, feeds to subscribe to, and the page of a person's own feed."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import SignedInRequest
from core.access import public, signed_in
from groups.frame import follows_renames
from groups.models import Group

from .. import feeds
from ..access import runs
from ..ics import Entry, calendar_file, entry, in_feeds
from ..models import CalendarFeed, Event, Registration, State
from ..models.event import EventQuerySet

PRIVATE = "private, no-cache"
NAME = "กิจกรรมชุมชนนักปฏิบัติ สป.มท."
OWN_NAME = "กิจกรรมของฉัน ชุมชนนักปฏิบัติ สป.มท."


@public(cache=True)
@require_safe
def public_calendar(request: HttpRequest) -> HttpResponseBase:
    """Of all groups: the same for everybody, whoever asks."""
    events = Event.objects.visible_to(AnonymousUser())
    return public_feed(request, NAME, events, reverse("events:calendar"))


@public(cache=True)
@follows_renames
@require_safe
def group_calendar(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What only members may see is in their own feeds."""
    group = get_object_or_404(Group.objects.visible_to(AnonymousUser()), slug=slug)
    events = Event.objects.visible_to(AnonymousUser()).of_group(group)
    return public_feed(request, f"{group} · สป.มท.", events, reverse("groups:calendar", args=[group.slug]))


def public_feed(request: HttpRequest, name: str, events: EventQuerySet, path: str) -> HttpResponseBase:
    entries = [entry(event, is_busy=False) for event in in_feeds(events, timezone.now())]
    return kept_from_others(request, ics(name, entries, url=settings.SITE_URL + path))


@public(cache=True)
@require_safe
def event_ics(request: HttpRequest, event_id: int) -> HttpResponseBase:
    """With the join link for those who may have it; so only what visitors get is kept for all."""
    rows = Event.objects.visible_to(request.user).exclude(state=State.DRAFT)
    event = get_object_or_404(rows.select_related("group").prefetch_related("channels"), pk=event_id)
    response = ics(event.title, [replace(entry_in(request, event), is_busy=True)])
    response["Content-Disposition"] = f'attachment; filename="event-{event.pk}.ics"'
    return kept_from_others(request, response)


def entry_in(request: HttpRequest, event: Event) -> Entry:
    if not request.user.is_authenticated:
        return entry(event)
    registration = Registration.objects.filter(event=event, user=request.user).first()
    may_edit = runs(request.user, event)
    return feeds.entry_for(event, registration, timezone.now(), may_edit=may_edit)


@public
@require_safe
def personal_feed(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Calendar programs do not sign in: whoever has the address reads the calendar."""
    person = feeds.owner_of(secret)
    if person is None:
        raise Http404
    if feeds.is_asked_too_often(secret):
        response = HttpResponse("ขอปฏิทินถี่เกินไป กรุณารอสักครู่\n", "text/plain; charset=utf-8", status=429)
        response["Retry-After"] = str(feeds.WITHIN)
        response._has_been_logged = True  # type: ignore[attr-defined]  # Django would, with the address
    else:
        response = ics(OWN_NAME, feeds.own_entries(person, timezone.now()))
    response["Cache-Control"] = PRIVATE
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return unless_known(request, response)


def ics(name: str, entries: Iterable[Entry], *, url: str = "") -> HttpResponse:
    text = calendar_file(name, entries, url=url)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["ETag"] = f'W/"{hashlib.sha256(text).hexdigest()[:32]}"'
    return response


def kept_from_others(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """What visitors get is kept for all, and compared with what they have, by the page cache."""
    if not request.user.is_authenticated:
        return response
    response["Cache-Control"] = PRIVATE
    return unless_known(request, response)


def unless_known(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """304, where the program has it already."""
    return get_conditional_response(request, etag=response.get("ETag"), response=response) or response


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def my_calendar(request: SignedInRequest) -> HttpResponse:
    if request.method == "POST":
        if request.POST.get("action") == "withdraw":
            feeds.withdraw(user=request.user)
            messages.success(request, "ยกเลิกที่อยู่ปฏิทินแล้ว ที่อยู่เดิมใช้ไม่ได้อีก")
        else:
            feeds.renew(user=request.user)
            messages.success(request, "ออกที่อยู่ปฏิทินใหม่แล้ว ที่อยู่ก่อนหน้านี้ถ้ามีใช้ไม่ได้อีก")
        return redirect("my_calendar")
    feed = CalendarFeed.objects.filter(user=request.user).first()
    address = settings.SITE_URL + reverse("personal_feed", args=[feed.secret]) if feed else ""
    context = {"feed": feed, "address": address, "webcal": f"webcal://{address.partition('://')[2]}"}
    return render(request, "events/my_calendar.html", context)
