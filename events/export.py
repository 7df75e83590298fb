"""What the portal knows about a person's part in events, for the person to take away."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import User

from .models import Attendance, CalendarFeed, Certificate, Interest, Registration, ViewingSite


def events_data(user: User) -> dict[str, Any]:
    """Ready for `JsonResponse`. The secret of the calendar is not in it."""
    return {
        "registrations": [registration(row) for row in of(user, Registration)],
        "interests": [{"event": row.event.title, "at": row.created_at} for row in of(user, Interest)],
        "attendances": [attendance(row) for row in of(user, Attendance)],
        "certificates": [certificate(row) for row in of(user, Certificate)],
        "viewing_sites": [site(row) for row in sites_of(user)],
        "has_calendar_feed": CalendarFeed.objects.filter(user=user).exists(),
    }


def sites_of(user: User) -> QuerySet[ViewingSite]:
    return ViewingSite.objects.filter(officer=user).select_related("event", "agency").order_by("pk")


def of(user: User, model: Any) -> Any:
    return model.objects.filter(user=user).select_related("event").order_by("pk")


def registration(row: Registration) -> dict[str, Any]:
    return {
        "event": row.event.title,
        "starts_at": row.event.starts_at,
        "mode": row.get_mode_display(),
        "state": row.get_seat_display(),
        "registered_by_another": row.registered_by_id not in (None, row.user_id),
        "queued_at": row.queued_at,
        "changed_at": row.changed_at,
    }


def attendance(row: Attendance) -> dict[str, Any]:
    return {
        "event": row.event.title,
        "starts_at": row.event.starts_at,
        "hours": row.event.hours,
        "mode": row.get_mode_display(),
        "result": row.get_status_display(),
        "reason": row.reason,
        "source": row.get_source_display(),
        "recorded_at": row.recorded_at,
        "has_evaluated": row.has_evaluated,
    }


def certificate(row: Certificate) -> dict[str, Any]:
    return {
        "serial": row.serial,
        "code": row.shown_code,
        "name": row.name,
        "topic": row.topic,
        "hours": row.hours,
        "given_on": row.given_on,
        "standing": row.get_standing_display(),
        "reason": row.reason,
        "issued_at": row.issued_at,
        "ended_at": row.ended_at,
    }


def site(row: ViewingSite) -> dict[str, Any]:
    return {
        "event": row.event.title,
        "agency": str(row.agency),
        "place": row.place,
        "head_count": row.head_count,
        "opened_at": row.opened_at,
    }
