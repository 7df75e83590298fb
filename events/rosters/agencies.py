"""Agencies by the names that people write: in full, in short, or only what a district or province is called."""

from collections import defaultdict
from collections.abc import Iterable

from accounts.agency_field import bare_district
from accounts.models import Agency, Level
from core import thai


class Directory:
    """Every active agency under each of its names. One query."""

    def __init__(self) -> None:
        self.by_name: dict[str, list[Agency]] = defaultdict(list)
        for agency in Agency.objects.active().order_by("pk"):
            for name in {simplified(name) for name in names_of(agency)}:
                self.by_name[name].append(agency)

    def find(self, text: str, *, near: Agency) -> list[Agency]:
        """None, the one that is meant, or several: of districts of one name, rather the one in the same province."""
        found = self.by_name.get(simplified(text), [])
        here = [agency for agency in found if near.province and agency.province == near.province]
        return here if len(found) > 1 and len(here) == 1 else found


def names_of(agency: Agency) -> Iterable[str]:
    yield from filter(None, [agency.name, agency.short_name, str(agency), agency.code])
    if agency.level == Level.DISTRICT:
        district, province = bare_district(agency.name), agency.province
        for name in (
            district,
            f"อำเภอ{district}",
            f"อ.{district}",
            f"ที่ว่าการอำเภอ{district}",
            f"ที่ทำการปกครองอำเภอ{district}",
        ):
            yield from (name, f"{name} {province}", f"{name} จังหวัด{province}", f"{name} จ.{province}")
    elif agency.level == Level.PROVINCE and agency.province:
        province = agency.province
        yield from (province, f"จังหวัด{province}", f"จ.{province}", f"สำนักงานจังหวัด{province}", f"สนจ.{province}")


def simplified(text: str) -> str:
    """Blanks and full stops do not part two names."""
    return "".join(thai.normalise(text).lower().split()).replace(".", "")
