"""Queries that nearly every page asks, compiled once per process.

Building a small query takes the ORM several times as long as the database needs to answer it. Rows come as the
driver gives them: ask for numbers and text, and have dates cast to text (SQLite answers those as text anyway).
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import AutoField, Field, Model, QuerySet
from django.db.models.fields import NOT_PROVIDED

Row = TypeVar("Row", bound=Model)
Statement = tuple[str, list[Any]]

MARK = -1_000_001  # stands for the first value while the query is compiled; the next ones count down


class Prepared:
    def __init__(self, build: Callable[..., QuerySet]) -> None:
        """`build` answers a `values_list` for numbers, such as a person's id; they are all that changes.

        Only ids: Django drops a comparison with what a field cannot hold, such as MARK in a positive number.
        """
        self.build = build
        self.compiled: tuple[str, tuple] | None = None

    def rows(self, *values: int) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(*self.statement(*values))
            return cursor.fetchall()

    def statement(self, *values: int) -> Statement:
        marks = {MARK - place: value for place, value in enumerate(values)}
        if self.compiled is None:
            self.compiled = self.build(*marks).query.sql_with_params()
        sql, params = self.compiled
        return sql, [marks.get(param, param) for param in params]


class PreparedObject(Generic[Row]):
    """One whole row of a model, dates and all, by its id."""

    def __init__(self, model: type[Row]) -> None:
        self.model = model
        self.sql = ""
        self.names: list[str] = []
        self.converters: list[tuple[int, list[Any], Any]] = []

    def get(self, pk: int) -> Row | None:
        if not self.sql:
            self.compile()
        with connection.cursor() as cursor:
            cursor.execute(self.sql, [pk])
            found = cursor.fetchone()
        if found is None:
            return None
        values = list(found)
        for place, converters, expression in self.converters:
            for convert in converters:
                values[place] = convert(values[place], expression, connection)
        return self.model.from_db(connection.alias, self.names, values)

    def compile(self) -> None:
        compiler = self.model._default_manager.filter(pk=MARK).order_by().query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        assert params == (MARK,)
        columns = [column for column, _, _ in compiler.select]
        converters = compiler.get_converters(columns)
        self.names = [column.target.attname for column in columns]
        self.converters = [(place, *converters[place]) for place in converters]
        self.sql = sql


class PreparedInsert:
    """One new row, whose id nobody asks for."""

    def __init__(self, model: type[Model]) -> None:
        self.model = model
        self.sql = ""
        self.fields: list[Field] = []

    def statement(self, **values: Any) -> Statement:
        """By column; a column that is left out has its default."""
        if not self.sql:
            self.compile()
        given = [values.get(field.attname, NOT_PROVIDED) for field in self.fields]
        return self.sql, [
            field.get_db_prep_save(field.get_default() if value is NOT_PROVIDED else value, connection)
            for field, value in zip(self.fields, given, strict=True)
        ]

    def compile(self) -> None:
        self.fields = [field for field in self.model._meta.concrete_fields if not isinstance(field, AutoField)]
        quote = connection.ops.quote_name
        columns = ", ".join(quote(str(field.column)) for field in self.fields)
        places = ", ".join("%s" for _ in self.fields)
        self.sql = f"INSERT INTO {quote(self.model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608  names of ours


def run(statements: Sequence[Statement]) -> None:
    """One after the other. PostgreSQL gets them in one message: each message costs more than most statements."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            together = "; ".join(sql for sql, _ in statements)
            cursor.execute(together, [param for _, params in statements for param in params])
            return
        for sql, params in statements:
            cursor.execute(sql, params)
