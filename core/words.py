"""Lists narrowed by the words that somebody types."""

from typing import Any

from django.db.models import Q, QuerySet

from . import thai


def with_words(rows: QuerySet[Any], q: str, *fields: str) -> QuerySet[Any]:
    """Rows in which every word of `q` occurs, each in any of the fields. No text holds control characters, and
    PostgreSQL takes none."""
    for word in thai.normalise(thai.CONTROL_CHARACTERS.sub(" ", q)).split():
        found = Q()
        for field in fields:
            found |= Q(**{f"{field}__icontains": word})
        rows = rows.filter(found)
    return rows
