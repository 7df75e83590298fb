"""What the portal knows about a person, for the person to take away (PDPA s. 30-31). `pages` adds the groups."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession

from .models import User


def personal_data(user: User) -> dict[str, Any]:
    """Ready for `JsonResponse`. No secret is in it: no password, no key, no session id."""
    return {
        "profile": _profile(user),
        "agency": _agency(user),
        "email_addresses": _rows(EmailAddress.objects.filter(user=user), "email", "verified", "primary"),
        "notices_received": _rows(user.notice_receipts.all(), "notice", "version", "received_at"),
        "notifications": _rows(
            user.notifications.order_by("pk"), "text", "detail", "url", "source", "created_at", "read_at", "mailed_at"
        ),
        "sessions": _rows(UserSession.objects.filter(user=user), "created_at", "last_seen_at", "ip", "user_agent"),
        "linked_accounts": _rows(SocialAccount.objects.filter(user=user), "provider", "date_joined", "last_login"),
        "second_factors": _rows(Authenticator.objects.filter(user=user), "type", "created_at", "last_used_at"),
    }


def _profile(user: User) -> dict[str, Any]:
    plain = (
        "email title given_name family_name position position_level is_km_officer is_executive is_staff theme"
        " mail_frequency unread_notifications date_joined last_login"
    )
    return {name: getattr(user, name) for name in plain.split()} | {"has_photo": bool(user.photo)}


def _agency(user: User) -> dict[str, Any] | None:
    if user.agency is None:
        return None
    return {name: getattr(user.agency, name) for name in ("code", "name", "level", "province", "region")}


def _rows(queryset: Any, *names: str) -> list[dict[str, Any]]:
    return list(queryset.values(*names))
