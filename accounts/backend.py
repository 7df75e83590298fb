"""Sign-in by allauth; the person of a session is read with a query that was compiled once."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend

from core.prepared import PreparedObject

from .models import User

people = PreparedObject(User)


class AuthenticationBackend(AllauthBackend):
    def get_user(self, user_id: Any) -> User | None:
        user = people.get(user_id)
        return user if user and self.user_can_authenticate(user) else None
