"""Keyset pagination: a page begins after a row, not after a count, so page 500 costs what page 1 costs.

The cursor is signed together with the model and the order. One that was changed, or made for another list, is no
error: it leads to the first page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.signing import BadSignature, Signer
from django.db.models import F, Field, Model, Q, QuerySet
from django.http import QueryDict

Row = TypeVar("Row", bound=Model)
PARAMETER = "page"
AFTER, BEFORE = "after", "before"


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Queries are whole query strings ("?q=x&page=..."), other parameters kept; None where there is no such page."""

    items: list[Row]
    next_query: str | None = None
    previous_query: str | None = None
    first_query: str | None = None
    total: int | None = field(default=None)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True)
class _Column:
    """One field of the order: the path to it, the field, and where its empty values stand (last)."""

    path: str
    field: Field
    descending: bool
    nullable: bool

    def value_of(self, row: Model) -> Any:
        value: Any = row
        for name in self.path.split("__"):
            value = None if value is None else getattr(value, name)
        value = value.pk if isinstance(value, Model) else value
        return value if value is None or isinstance(value, int | str) else str(value)

    def ordering(self, *, backward: bool) -> Any:
        expression = F(self.path)
        options = {"nulls_first" if backward else "nulls_last": True} if self.nullable else {}
        return expression.desc(**options) if self.descending != backward else expression.asc(**options)

    def equal(self, value: Any) -> Q:
        return Q(**{f"{self.path}__isnull": True}) if value is None else Q(**{self.path: value})

    def beyond(self, value: Any, *, backward: bool) -> Q | None:
        """Rows that come later, or when going backward earlier, by this field alone; None: there can be none."""
        if value is None:
            return Q(**{f"{self.path}__isnull": False}) if backward else None
        later = Q(**{f"{self.path}__{'lt' if self.descending != backward else 'gt'}": value})
        if self.nullable and not backward:
            later |= Q(**{f"{self.path}__isnull": True})
        return later

    def bound(self, value: Any, *, backward: bool) -> Q:
        return Q(**{f"{self.path}__{'lte' if self.descending != backward else 'gte'}": value})


def paginate(
    queryset: QuerySet[Row],
    *,
    order: Sequence[str],
    request_params: QueryDict,
    size: int,
    parameter: str = PARAMETER,
    count: bool = False,
) -> Page[Row]:
    """One query (two with `count`).

    `order` names fields, "-" for descending; together they must be unique within the queryset, so end with "pk".
    Where a field may be empty, such rows come last.
    """
    columns = [_column(queryset.model, name) for name in order]
    signer = _signer(queryset.model, order)
    cursor = _read(signer, request_params.get(parameter, ""), columns)
    direction, values = cursor or (AFTER, [])
    backward = direction == BEFORE
    rows = queryset.order_by(*(column.ordering(backward=backward) for column in columns))
    if cursor:
        rows = rows.filter(_beyond(columns, values, backward=backward))
    found = list(rows[: size + 1])
    items, more = found[:size], len(found) > size
    if backward:
        items.reverse()

    def query(direction: str, row: Row) -> str:
        return _query(request_params, parameter, _cursor(signer, direction, columns, row))

    has_next, has_previous = (bool(items), more) if backward else (more, bool(cursor and items))
    return Page(
        items=items,
        next_query=query(AFTER, items[-1]) if has_next else None,
        previous_query=query(BEFORE, items[0]) if has_previous else None,
        first_query=_query(request_params, parameter, None) if cursor and (has_previous or not items) else None,
        total=queryset.count() if count else None,
    )


def query_after(row: Model, *, order: Sequence[str], request_params: QueryDict, parameter: str = PARAMETER) -> str:
    """Of the page that goes on after the row, for a list whose beginning was fetched without `paginate`."""
    columns = [_column(type(row), name) for name in order]
    return _query(request_params, parameter, _cursor(_signer(type(row), order), AFTER, columns, row))


def _signer(model: type[Model], order: Sequence[str]) -> Signer:
    return Signer(salt=f"core.paging:{model._meta.label}:{','.join(order)}")


def _cursor(signer: Signer, direction: str, columns: Sequence[_Column], row: Model) -> str:
    return signer.sign_object([direction, [column.value_of(row) for column in columns]])


def _column(model: type[Model], name: str) -> _Column:
    path = name.removeprefix("-")
    nullable = False
    owner: Any = model
    for part in path.split("__"):
        found = owner._meta.pk if part == "pk" else owner._meta.get_field(part)
        if not isinstance(found, Field):
            raise FieldDoesNotExist(f"{model._meta.label} cannot be ordered by {path!r}")
        nullable = nullable or found.null
        owner = found.related_model
    return _Column(path=path, field=found, descending=name.startswith("-"), nullable=nullable)


def _read(signer: Signer, text: str, columns: Sequence[_Column]) -> tuple[str, list[Any]] | None:
    if not text:
        return None
    try:
        direction, values = signer.unsign_object(text)
        pairs = zip(columns, values, strict=True)
        return direction, [None if value is None else column.field.to_python(value) for column, value in pairs]
    except (BadSignature, ValidationError, ValueError, TypeError):
        return None


def _beyond(columns: Sequence[_Column], values: Sequence[Any], *, backward: bool) -> Q:
    """Lexicographic comparison: later by the first field, or equal there and later by the second, and so on."""
    ways, same = [], Q()
    for column, value in zip(columns, values, strict=True):
        if (later := column.beyond(value, backward=backward)) is not None:
            ways.append(same & later)
        same &= column.equal(value)
    beyond = reduce(or_, ways, Q(pk__in=[]))
    # Implied by the rest, but only this can be looked up in an index.
    return beyond if columns[0].nullable else columns[0].bound(values[0], backward=backward) & beyond


def _query(params: QueryDict, parameter: str, cursor: str | None) -> str:
    params = params.copy()
    params.pop(parameter, None)
    if cursor:
        params[parameter] = cursor
    return f"?{params.urlencode()}"
