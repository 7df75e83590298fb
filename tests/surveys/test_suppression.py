"""No group that is hidden can be worked out from what is shown, even by who knows the rule."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import permutations, product
from random import Random

import pytest

from surveys.suppression import hidden

Table = tuple[tuple[int, ...], ...]


def shown(table: Table, smallest: int) -> tuple[object, ...]:
    """All that the page says: the totals, and the groups that are not hidden. Also which are hidden."""
    names = hidden(dict(enumerate(table)), smallest=smallest)
    totals = tuple(map(sum, zip(*table, strict=True)))
    return totals, tuple(None if name in names else counts for name, counts in enumerate(table))


def alike(tables: Iterable[Table], smallest: int) -> dict[object, list[Table]]:
    found: dict[object, list[Table]] = defaultdict(list)
    for table in tables:
        found[shown(table, smallest)].append(table)
    return found


def undetermined(pages: dict[object, list[Table]]) -> list[tuple[object, int]]:
    """Pages on which the number of people of a hidden group can have one value only."""
    return [
        (page, place)
        for page, tables in pages.items()
        for place, counts in enumerate(page[1])
        if counts is None and len({table[place][0] for table in tables}) < 2
    ]


@pytest.mark.parametrize(("places", "most", "smallest"), [(2, 25, 5), (3, 14, 5), (4, 7, 3), (5, 5, 3), (6, 4, 3)])
def test_no_count_can_be_worked_out(places: int, most: int, smallest: int) -> None:
    """Every table of that size, grouped by what is shown of it: the rule itself is part of what is known."""
    tables = [
        tuple((count,) for count in counts)
        for counts in product(range(most + 1), repeat=places)
        if smallest <= sum(counts) <= most  # fewer answers are not shown at all; all tables of a total are tried
    ]
    assert undetermined(alike(tables, smallest)) == []


def test_no_answers_can_be_worked_out() -> None:
    """With an item that not everybody answered: two people of a large group are as few as two of a small one."""
    cells = [(people, answers) for people in range(9) for answers in range(people + 1)]
    tables = [table for table in product(cells, repeat=3) if 3 <= sum(people for people, _ in table) <= 8]
    pages = alike(tables, 3)
    assert undetermined(pages) == []
    for page in pages:
        whole = [sum(column) for column in zip(*(counts for counts in page[1] if counts), strict=True)] or [0, 0]
        left_over = [total - part for total, part in zip(page[0], whole, strict=True)]
        if None in page[1] and any(page[1]):
            assert all(count == 0 or count >= 3 for count in left_over), page


def test_hidden_groups_may_change_places() -> None:
    """The page stays the same, so nobody can tell which of them is small."""
    chance = Random(2570)
    for _ in range(400):
        table = tuple(
            (n := chance.choice([0, 1, 2, 4, 5, 5, 7, 40]), min(n, chance.choice([0, 3, 40]))) for _ in range(6)
        )
        page = shown(table, 5)
        places = [place for place, counts in enumerate(page[1]) if counts is None]
        for order in list(permutations(places))[:30]:
            moved = list(table)
            for place, source in zip(places, order, strict=True):
                moved[place] = table[source]
            assert shown(tuple(moved), 5) == page


@pytest.mark.parametrize(
    ("groups", "names"),
    [
        ({"ก": [50], "ข": [20]}, ""),
        ({"ก": [50], "ข": [0]}, ""),  # that nobody came from there tells of nobody
        ({"ก": [50], "ข": [20], "ค": [3]}, "ขค"),  # 73 − 50 − 20 would tell
        ({"ก": [50], "ข": [20], "ค": [3], "ง": [4]}, "ขคง"),  # 4 and 4 of 8 would tell
        ({"ก": [50], "ข": [20], "ค": [20], "ง": [3]}, "ขคง"),  # of two alike, neither is chosen by its place
        ({"ก": [50], "ข": [3]}, "กข"),
        ({"ก": [4], "ข": [4]}, "กข"),
        ({"ก": [4], "ข": [4], "ค": [0]}, "กขค"),
        ({"ก": [50, 50], "ข": [30, 2], "ค": [20, 20]}, "ขค"),  # few answers to an item
        ({"ก": [50, 50], "ข": [30, 0], "ค": [20, 20]}, ""),
        ({"ก": [50, 50], "ข": [3, 2], "ค": [20, 0], "ง": [30, 30]}, "ขคง"),  # 2 would be left over with ค alone
        ({}, ""),
    ],
)
def test_what_is_hidden(groups: dict[str, list[int]], names: str) -> None:
    assert "".join(sorted(hidden(groups))) == names


def test_what_is_left_over_was_said_by_five_or_by_nobody() -> None:
    chance = Random(7)
    rule: Callable[[int], bool] = lambda count: count == 0 or count >= 5  # noqa: E731
    for _ in range(2000):
        groups = {name: [n := chance.randint(0, 12), chance.randint(0, n)] for name in range(6)}
        names = hidden(groups)
        if names and len(names) < len(groups):
            assert all(rule(sum(groups[name][column] for name in names)) for column in (0, 1))
            assert all(rule(count) for name, counts in groups.items() if name not in names for count in counts)
