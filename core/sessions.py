"""Django's sessions in the database, read by hand: every page of a signed-in person begins with this row."""

import re
from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

KEY = re.compile("[a-z0-9]{8,40}")


class SessionStore(db.SessionStore):
    def load(self) -> dict[str, Any]:
        if not KEY.fullmatch(self.session_key or ""):  # PostgreSQL refuses some of what a cookie may hold
            self._session_key = None
            return {}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s",
                [self.session_key, connection.ops.adapt_datetimefield_value(timezone.now())],
            )
            row = cursor.fetchone()
        if row is None:
            self._session_key = None  # as Django does: an unknown key is never taken over
            return {}
        return self.decode(row[0])
