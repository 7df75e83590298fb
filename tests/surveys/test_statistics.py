"""Figures as Thai offices print them: against published ones, and against an independent library."""

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.bands import EQUAL, STANDARD, WIDE
from surveys.statistics import (
    LEVELS,
    Figures,
    figures,
    half_up,
    half_up_root,
    level_of,
    percent,
    pooled,
    ranges,
    ranks,
    word_of,
)

BOUNDS = {name: tuple(map(Decimal, bounds)) for name, (_, bounds) in STANDARD.items()}


def test_the_published_example() -> None:
    """169/90/45/8/6 of 318 people: 4.28, 0.93."""
    got = figures({5: 169, 4: 90, 3: 45, 2: 8, 1: 6})
    assert (got.n, got.mean, got.sd) == (318, Decimal("4.28"), Decimal("0.93"))
    assert [str(got.percent(level)) for level in LEVELS] == ["53.14", "28.30", "14.15", "2.52", "1.89"]


def test_the_deviation_is_that_of_a_sample() -> None:
    """1, 2, 3, 4, 5: the root of 2.5; of a population it would be the root of 2, 1.41."""
    assert figures(dict.fromkeys(range(1, 6), 1)).sd == Decimal("1.58")


def test_nobody_one_and_everybody_alike() -> None:
    one, alike = figures({4: 1}), figures({5: 200})
    assert figures({}) == figures({5: 0, 4: 0}) == Figures()
    assert (one.n, one.mean, one.sd, one.percent(4)) == (1, Decimal("4.00"), None, Decimal("100.00"))
    assert (alike.mean, alike.sd, alike.percent(5), alike.percent(1)) == (5, 0, 100, 0)
    assert Figures().percent(5) == Decimal("0.00")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=2, max_size=400))
def test_against_numpy(answers: list[int]) -> None:
    got = figures(Counter(answers))
    assert float(got.mean) == pytest.approx(np.mean(answers), abs=0.005001)
    assert float(got.sd) == pytest.approx(np.std(answers, ddof=1), abs=0.005001)
    assert [got.counts.get(level, 0) for level in range(1, 6)] == np.bincount(answers, minlength=6)[1:].tolist()


def test_against_numpy_on_many_and_large() -> None:
    chance = np.random.default_rng(2570)
    for size in (2, 5, 318, 100_000):
        for low, high in ((1, 6), (-500, 90_000)):
            answers = chance.integers(low, high, size)
            got = figures(Counter(answers.tolist()))
            assert float(got.mean) == pytest.approx(answers.mean(), abs=0.005001)
            assert float(got.sd) == pytest.approx(answers.std(ddof=1), abs=0.005001)


@given(st.integers(-10_000, 10_000), st.integers(1, 3_000))
def test_rounding_half_up_is_exact(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator) * 100
    got = Fraction(half_up(numerator, denominator)) * 100
    assert abs(exact - got) <= Fraction(1, 2)
    if abs(exact - got) == Fraction(1, 2):
        assert abs(got) > abs(exact)


@given(st.integers(0, 100_000), st.integers(1, 5_000))
def test_the_root_is_rounded_exactly(numerator: int, denominator: int) -> None:
    """Half a hundredth below the answer is not above the root, half a hundredth above it is."""
    value, got = Fraction(numerator, denominator), Fraction(half_up_root(numerator, denominator))
    half = Fraction(1, 200)
    assert got == 0 or (got - half) ** 2 <= value
    assert value < (got + half) ** 2


@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"), [(901, 200, "4.51"), (1, 200, "0.01"), (-1, 200, "-0.01"), (2, 3, "0.67")]
)
def test_a_half_goes_up(numerator: int, denominator: int, shown: str) -> None:
    """4.505 is 4.51: the float 4.505 lies below, and would be rounded down."""
    assert str(half_up(numerator, denominator)) == shown
    exact = Decimal(numerator) / Decimal(denominator)
    assert exact.quantize(Decimal("0.01"), ROUND_HALF_UP) == half_up(numerator, denominator)


def test_rounded_before_the_band() -> None:
    """4.505 is very high by the first set, though it is less than 4.51."""
    got = figures({5: 101, 4: 99})
    assert (got.mean, word_of(got.mean, BOUNDS[WIDE])) == (Decimal("4.51"), "มากที่สุด")
    assert word_of(figures({5: 1009, 4: 991}).mean, BOUNDS[WIDE]) == "มาก"  # 4.5045


@pytest.mark.parametrize(
    ("name", "edges"),
    [
        (WIDE, {"5.00": 5, "4.51": 5, "4.50": 4, "3.51": 4, "3.50": 3, "2.51": 3, "2.50": 2, "1.51": 2, "1.50": 1}),
        (EQUAL, {"4.21": 5, "4.20": 4, "3.41": 4, "3.40": 3, "2.61": 3, "2.60": 2, "1.81": 2, "1.80": 1, "1.00": 1}),
    ],
)
def test_edges_of_the_bands(name: str, edges: dict[str, int]) -> None:
    assert {mean: level_of(Decimal(mean), BOUNDS[name]) for mean in edges} == edges
    assert (level_of(None, BOUNDS[name]), word_of(None, BOUNDS[name])) == (None, "")


def test_ranges_in_words() -> None:
    printed = [f"{low}–{high} {word}" for low, high, word in ranges(BOUNDS[WIDE])]
    assert printed == [
        "4.51–5.00 มากที่สุด", "3.51–4.50 มาก", "2.51–3.50 ปานกลาง", "1.51–2.50 น้อย", "1.00–1.50 น้อยที่สุด",
    ]  # fmt: skip


def test_equal_means_share_a_rank() -> None:
    means = [Decimal("4.20"), Decimal("4.50"), None, Decimal("4.20"), Decimal("3.00")]
    assert ranks(means) == [2, 1, None, 2, 4]
    assert ranks([]) == []


def test_an_aspect_pools_the_answers() -> None:
    """Not the mean of means: items need not have been answered by equally many."""
    parts = [figures({5: 10}), figures({1: 1, 2: 1})]
    assert pooled(parts) == figures({5: 10, 1: 1, 2: 1})
    assert pooled([]) == Figures()


def test_percentages_of_nothing_and_of_all() -> None:
    assert (percent(0, 0), percent(7, 7), str(percent(214, 341))) == (0, 100, "62.76")
