"""Access rules that look at the person alone."""

from django.http import HttpRequest

from core.access import rule

from .models import User

officers_only = rule("officers_only", lambda user: user.is_officer)


class SignedInRequest(HttpRequest):
    """What a view behind `signed_in` is given (for the type checker)."""

    user: User
