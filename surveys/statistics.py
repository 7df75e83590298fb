"""Frequencies, mean, standard deviation, band and rank, as Thai offices print them.

Everything is counted in whole numbers and rounded half up to two decimals once, at the end; the band and the rank
are those of the rounded mean, so that a table never contradicts itself. The standard deviation is that of a sample
(n−1), as Excel's STDEV and SPSS give it. Knows no model.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import isqrt

LEVELS = {5: "มากที่สุด", 4: "มาก", 3: "ปานกลาง", 2: "น้อย", 1: "น้อยที่สุด"}
Bounds = tuple[Decimal, Decimal, Decimal, Decimal]  # from which levels 5, 4, 3, 2 begin


@dataclass(frozen=True)
class Figures:
    """Of whole numbers: the levels of a scale, or numbers that people typed. Mean and S.D. are rounded."""

    counts: Mapping[int, int] = field(default_factory=dict)
    n: int = 0
    mean: Decimal | None = None  # nobody answered
    sd: Decimal | None = None  # fewer than two did

    def percent(self, value: int) -> Decimal:
        return percent(self.counts.get(value, 0), self.n)


def figures(counts: Mapping[int, int]) -> Figures:
    n = sum(counts.values())
    if not n:
        return Figures()
    total = sum(value * count for value, count in counts.items())
    squares = sum(value * value * count for value, count in counts.items())
    sd = half_up_root(n * squares - total * total, n * (n - 1)) if n > 1 else None
    return Figures(counts=counts, n=n, mean=half_up(total, n), sd=sd)


def pooled(parts: Iterable[Figures]) -> Figures:
    """All answers to several items taken together: of an aspect, or overall."""
    counts: Counter[int] = Counter()
    for part in parts:
        counts.update(part.counts)
    return figures(counts)


def percent(part: int, whole: int) -> Decimal:
    return half_up(100 * part, whole) if whole else Decimal("0.00")


def half_up(numerator: int, denominator: int) -> Decimal:
    """The fraction to two decimals; a half goes away from zero, as on paper."""
    sign = -1 if numerator < 0 else 1
    hundredths = (200 * abs(numerator) + denominator) // (2 * denominator)
    return Decimal(sign * hundredths).scaleb(-2)


def half_up_root(numerator: int, denominator: int) -> Decimal:
    """The square root of the fraction to two decimals: no float comes between, so a half is a half."""
    hundredths = (isqrt(40_000 * numerator // denominator) + 1) // 2
    return Decimal(hundredths).scaleb(-2)


def level_of(mean: Decimal | None, bounds: Bounds) -> int | None:
    """Of a mean that was rounded before."""
    if mean is None:
        return None
    return next((level for level, bound in zip((5, 4, 3, 2), bounds, strict=True) if mean >= bound), 1)


def word_of(mean: Decimal | None, bounds: Bounds) -> str:
    level = level_of(mean, bounds)
    return LEVELS[level] if level else ""


def ranges(bounds: Bounds) -> list[tuple[Decimal, Decimal, str]]:
    """From, to and word of each level, the highest first."""
    tops = [Decimal("5.00"), *(bound - Decimal("0.01") for bound in bounds)]
    bottoms = [*bounds, Decimal("1.00")]
    return [(bottom, top, word) for bottom, top, word in zip(bottoms, tops, LEVELS.values(), strict=True)]


def ranks(means: Sequence[Decimal | None]) -> list[int | None]:
    """1 for the highest; equal ones share a rank, and the next one counts them all."""
    ordered = sorted((mean for mean in means if mean is not None), reverse=True)
    return [None if mean is None else ordered.index(mean) + 1 for mean in means]
