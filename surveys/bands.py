"""The sets of bands that Thai offices use; administrators may add others."""

from decimal import Decimal

from .models import BandSet

WIDE = "เกณฑ์ของบุญชม ศรีสะอาด (2545)"
EQUAL = "ช่วงกว้างเท่ากัน 0.80"
STANDARD: dict[str, tuple[str, tuple[str, str, str, str]]] = {
    WIDE: ("บุญชม ศรีสะอาด. 2545", ("4.51", "3.51", "2.51", "1.51")),
    EQUAL: ("(5 − 1) ÷ 5 = 0.80", ("4.21", "3.41", "2.61", "1.81")),
}


def band_set(name: str = WIDE) -> BandSet:
    """A standard set, added where it is not there yet."""
    source, bounds = STANDARD[name]
    fields = {f"from_{level}": Decimal(bound) for level, bound in zip((5, 4, 3, 2), bounds, strict=True)}
    return BandSet.objects.get_or_create(name=name, defaults={"source": source, **fields})[0]


def load_band_sets() -> int:
    """Answer how many were added."""
    before = BandSet.objects.count()
    for name in STANDARD:
        band_set(name)
    return BandSet.objects.count() - before
