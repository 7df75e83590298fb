"""The ministry's units, provinces and districts, from data/agencies.csv. Administrators may edit them afterwards."""

import csv
from pathlib import Path

from django.db import transaction

from .models import Agency

AGENCIES = Path(__file__).parent / "data" / "agencies.csv"


@transaction.atomic
def load_agencies(path: Path = AGENCIES) -> int:
    """Add the agencies whose code is not there yet, parents first; answer how many. Existing rows stay untouched."""
    known = dict(Agency.objects.values_list("code", "pk"))
    added = 0
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["code"] in known:
                continue
            agency = Agency.objects.create(
                code=row["code"],
                parent_id=known[row["parent_code"]] if row["parent_code"] else None,
                level=row["level"],
                kind=row["kind"],
                name=row["name"],
                short_name=row["short_name"],
                english_name=row["english_name"],
                province=row["province"],
                region=row["region"],
                order=int(row["order"]),
            )
            known[agency.code] = agency.pk
            added += 1
    return added
