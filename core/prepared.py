"""Queries that nearly every page asks, compiled once per process.

Building a small query takes the ORM several times as long as the database needs to answer it. Rows come as the
driver gives them: ask for numbers and text, and have dates cast to text (SQLite answers those as text anyway).
"""

from collections.abc import Callable

from django.db import connection
from django.db.models import QuerySet

MARK = -1_000_001  # stands for the first value while the query is compiled; the next ones count down


class Prepared:
    def __init__(self, build: Callable[..., QuerySet]) -> None:
        """`build` answers a `values_list` for numbers, such as a person's id; they are all that changes."""
        self.build = build
        self.compiled: tuple[str, tuple] | None = None

    def rows(self, *values: int) -> list[tuple]:
        marks = {MARK - place: value for place, value in enumerate(values)}
        if self.compiled is None:
            self.compiled = self.build(*marks).query.sql_with_params()
        sql, params = self.compiled
        with connection.cursor() as cursor:
            cursor.execute(sql, [marks.get(param, param) for param in params])
            return cursor.fetchall()
