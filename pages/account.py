"""A person's own page, their data as a file, and the closing of their account: each concerns several apps."""

from contextlib import suppress
from typing import Any

from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import SignedInRequest
from accounts.export import personal_data
from accounts.forms import CloseAccountForm
from accounts.models import Notification, User
from accounts.services import close_account
from core import thai
from core.access import public, signed_in
from events import calendar, learning
from events.calendar import EventRow
from events.export import events_data
from events.models import Event
from events.services.forgetting import forget, hold_events_of
from groups.models import Group, Membership
from groups.services import forget_words, leave, withdraw
from groups.services.membership import Refused
from surveys.export import surveys_data
from surveys.services.forgetting import forget as forget_answers

from .mine import mine

NEWEST = 5


@signed_in
@require_safe
def my(request: SignedInRequest) -> HttpResponse:
    notifications = Notification.objects.visible_to(request.user).order_by("-pk")[:NEWEST]
    own = mine(request.user, request)
    year = thai.fiscal_year(timezone.now())
    learnt = learning.summary(request.user, year=year)
    context = {
        "mine": own,
        "coming": coming_events(own.seats),
        "notifications": notifications,
        "certificates": learnt.certificates[:NEWEST],
        "fiscal_year": year,
        "hours": learnt.hours,
    }
    return render(request, "pages/my.html", context)


def coming_events(seats: dict[int, str]) -> list[EventRow]:
    """Those in which the person has a seat, or waits for one; next first."""
    events = calendar.listed(Event.objects.filter(pk__in=seats).order_by("starts_at", "pk"))
    return calendar.marked(calendar.rows(events, timezone.now()), seats)


@signed_in
@require_safe
@never_cache
def data_download(request: SignedInRequest) -> HttpResponse:
    data = personal_data(request.user) | {
        "memberships": membership_data(request.user),
        "events": events_data(request.user),
        "surveys": surveys_data(request.user),
    }
    response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="cops-data-{timezone.localdate():%Y%m%d}.json"'
    return response


def membership_data(user: User) -> list[dict[str, Any]]:
    rows = Membership.objects.filter(user=user).select_related("group").order_by("pk")
    return [
        {
            "group": row.group.name,
            "role": row.get_role_display(),
            "state": row.get_state_display(),
            "note": row.note,
            "reason": row.reason,
            "mail_frequency": row.get_mail_frequency_display(),
            "is_listed": row.is_listed,
            "asked_at": row.created_at,
            "joined_at": row.joined_at,
            "left_at": row.left_at,
        }
        for row in rows
    ]


@signed_in
@require_http_methods(["GET", "POST"])
def account_close(request: SignedInRequest) -> HttpResponse:
    form = CloseAccountForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        close(request.user)
        logout(request)
        return redirect("account_closed")
    context = {"form": form, "orphaned": left_without_facilitator(request.user)}
    return render(request, "pages/account_close.html", context)


@public(cache=True)
@require_safe
def account_closed(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/account_closed.html")


@transaction.atomic
def close(user: User) -> None:
    """Leave every group and every event to come, then close: what the person contributed stays."""
    hold(user)
    for row in Membership.objects.open().filter(user=user).select_related("group"):
        if not row.is_active:
            with suppress(Refused):  # approved in this moment: then there is a membership to end
                withdraw(membership=row)
        leave(membership=row)
    forget(user=user)
    forget_answers(user=user)
    close_account(user=user, notes=forget_words(user))


def hold(user: User) -> None:
    """All that will change, before anything does: who registers or joins meanwhile must not wait for this in turn."""
    hold_events_of(user)
    groups = Group.objects.filter(pk__in=Membership.objects.open().filter(user=user).values("group"))
    list(groups.select_for_update().order_by("pk").values_list("pk"))


def left_without_facilitator(user: User) -> list[Membership]:
    """The groups that this person alone facilitates."""
    others = Membership.objects.facilitating().exclude(user=user).order_by().values("group")
    rows = Membership.objects.facilitating().filter(user=user).exclude(group__in=others)
    return list(rows.select_related("group").order_by("group__number"))
