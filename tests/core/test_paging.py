import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from urllib.parse import parse_qs

import pytest
from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.asserts import assertNumQueries

from accounts.models import Agency
from core.paging import Page, paginate
from groups.models import Group

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 22, 2, 30, 0, 123456, tzinfo=UTC)
ORDERS: list[list[str]] = [
    ["pk"],
    ["-pk"],
    ["number"],
    ["stage", "-number"],
    ["-member_count", "stage", "pk"],
    ["last_activity_at", "pk"],
    ["-last_activity_at", "-pk"],
    ["-last_activity_at", "stage", "-pk"],
    ["sort_key", "pk"],
    ["founded_on", "-last_activity_at", "pk"],
]


@pytest.fixture
def groups() -> None:
    """Twenty-three, with ties in every field and with empty dates."""
    Group.objects.bulk_create(
        Group(
            number=1000 + n,
            slug=f"paged-{n}",
            name=f"กลุ่ม {n % 5} {n}",
            purpose="ก",
            stage=["active", "paused", "closed"][n % 3],
            member_count=n % 4,
            last_activity_at=None if n % 5 == 0 else START + timedelta(microseconds=n // 3),
        )
        for n in range(23)
    )


def page_of(order: Sequence[str], query: str | None = "", size: int = 4) -> Page[Group]:
    params = QueryDict((query or "").removeprefix("?"))
    return paginate(Group.objects.all(), order=order, request_params=params, size=size)


def numbers(page: Page[Group]) -> list[int]:
    return [group.number for group in page]


def expected(order: Sequence[str]) -> list[int]:
    """Sorted here, field by field from the last, with what is empty at the end."""
    rows = list(Group.objects.all())
    for name in reversed(order):
        field = name.removeprefix("-")
        filled = sorted(
            (row for row in rows if getattr(row, field) is not None),
            key=attrgetter(field),
            reverse=name.startswith("-"),
        )
        rows = filled + [row for row in rows if getattr(row, field) is None]
    return [row.number for row in rows]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 4, 22, 23, 50])
@pytest.mark.usefixtures("groups")
def test_walking_there_and_back_shows_every_row_once(order: list[str], size: int) -> None:
    forward = [page_of(order, size=size)]
    while forward[-1].next_query:
        forward.append(page_of(order, forward[-1].next_query, size))
    assert [number for page in forward for number in numbers(page)] == expected(order)
    assert forward[0].previous_query is None
    assert [len(page) for page in forward[:-1]] == [size] * (len(forward) - 1)

    backward = [forward[-1]]
    while backward[-1].previous_query:
        backward.append(page_of(order, backward[-1].previous_query, size))
    assert [numbers(page) for page in reversed(backward)] == [numbers(page) for page in forward]
    assert page_of(order, backward[-1].next_query or "?", size).items == forward[1 % len(forward)].items


@pytest.mark.usefixtures("groups")
def test_a_page_costs_one_query_wherever_it_is() -> None:
    page = page_of(["-last_activity_at", "pk"])
    for _ in range(3):
        with assertNumQueries(1):
            page = page_of(["-last_activity_at", "pk"], page.next_query)
        with assertNumQueries(1):
            page_of(["-last_activity_at", "pk"], page.previous_query)


@pytest.mark.usefixtures("groups")
def test_a_row_added_meanwhile_moves_nothing() -> None:
    first = page_of(["-number"])
    Group.objects.create(number=5000, slug="late", name="มาใหม่", purpose="ก")
    assert numbers(page_of(["-number"], first.next_query)) == [1018, 1017, 1016, 1015]


@pytest.mark.usefixtures("groups")
def test_a_row_deleted_meanwhile_moves_nothing() -> None:
    first = page_of(["number"])
    Group.objects.filter(number=1003).delete()
    second = page_of(["number"], first.next_query)
    assert numbers(second) == [1004, 1005, 1006, 1007]
    assert numbers(page_of(["number"], second.previous_query)) == [1000, 1001, 1002]


@pytest.mark.usefixtures("groups")
def test_when_all_rows_after_are_gone_the_first_page_is_offered() -> None:
    first = page_of(["number"])
    Group.objects.filter(number__gt=1003).delete()
    beyond = page_of(["number"], first.next_query)
    assert (beyond.items, beyond.next_query, beyond.previous_query, beyond.first_query) == ([], None, None, "?")


@pytest.mark.usefixtures("groups")
def test_other_parameters_are_kept() -> None:
    page = page_of(["number"], "?q=%E0%B8%81+%26&tag=1&tag=2&page=nonsense")
    assert numbers(page) == [1000, 1001, 1002, 1003]
    assert page.next_query is not None
    query = parse_qs(page.next_query.removeprefix("?"))
    assert {name: values for name, values in query.items() if name != "page"} == {"q": ["ก &"], "tag": ["1", "2"]}
    second = page_of(["number"], page.next_query)
    assert second.first_query == "?q=%E0%B8%81+%26&tag=1&tag=2"


@pytest.mark.usefixtures("groups")
def test_the_same_page_has_the_same_address_every_time() -> None:
    assert page_of(["number"]).next_query == page_of(["number"]).next_query


@pytest.mark.usefixtures("groups")
def test_two_lists_on_a_page_have_a_parameter_each() -> None:
    params = QueryDict("page=x")
    page = paginate(Group.objects.all(), order=["pk"], request_params=params, size=4, parameter="archive")
    assert set(parse_qs((page.next_query or "").removeprefix("?"))) == {"page", "archive"}


@pytest.mark.usefixtures("groups")
def test_the_total_is_counted_when_asked_for() -> None:
    assert page_of(["pk"]).total is None
    with assertNumQueries(2):
        page = paginate(Group.objects.all(), order=["pk"], request_params=QueryDict(), size=4, count=True)
    assert page.total == 23


def test_an_empty_list() -> None:
    assert page_of(["number"]) == Page(items=[])


def test_a_path_through_a_relation() -> None:
    ministry = Agency.objects.create(code="t-0", name="กระทรวง")
    Agency.objects.bulk_create(
        Agency(code=f"t-{n}", name=f"หน่วย {n}", parent=ministry if n % 2 else None) for n in range(1, 8)
    )
    shown: list[str] = []
    query: str | None = ""
    while query is not None:
        params = QueryDict(query.removeprefix("?"))
        page = paginate(
            Agency.objects.filter(code__startswith="t-"),
            order=["parent__name", "parent", "-pk"],
            request_params=params,
            size=3,
        )
        shown += [agency.code for agency in page]
        query = page.next_query
    assert shown == ["t-7", "t-5", "t-3", "t-1", "t-6", "t-4", "t-2", "t-0"]


def forged(value: object, order: str = "number") -> str:
    return signing.Signer(salt=f"core.paging:groups.Group:{order}").sign_object(value)


BAD = [
    "x",
    "",
    "0",
    "-1",
    "null",
    "[]",
    "::",
    "a:b",
    "\x00",
    "\ufffd",
    "ก" * 5000,
    "9" * 400,
    "eyJhIjoxfQ:",
    "%00",
    "../",
]
FORGED = [[], {}, None, "after", ["after", []], ["after", [1, 2]], ["after", ["x"]], ["after", [[1]]], ["after", [{}]]]


@pytest.mark.parametrize(
    "cursor", [*BAD, json.dumps(["after", [3]]), forged(["after", [3]], "pk"), *map(forged, FORGED)]
)
@pytest.mark.usefixtures("groups")
def test_a_bad_cursor_leads_to_the_first_page(cursor: str) -> None:
    params = QueryDict(mutable=True)
    params["page"] = cursor
    page = paginate(Group.objects.all(), order=["number"], request_params=params, size=4)
    assert numbers(page) == [1000, 1001, 1002, 1003]


@pytest.mark.usefixtures("groups")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, 200), st.integers(0, 127))
def test_a_cursor_with_one_character_changed_leads_to_the_first_page(place: int, code: int) -> None:
    cursor = QueryDict((page_of(["number"]).next_query or "").removeprefix("?"))["page"]
    place %= len(cursor)
    if cursor[place] == chr(code):
        return
    params = QueryDict(mutable=True)
    params["page"] = cursor[:place] + chr(code) + cursor[place + 1 :]
    page = paginate(Group.objects.all(), order=["number"], request_params=params, size=4)
    assert numbers(page) == [1000, 1001, 1002, 1003]


def test_an_unknown_field_is_the_programmers_error() -> None:
    with pytest.raises(FieldDoesNotExist):
        page_of(["nonsense"])
