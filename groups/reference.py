"""The 14 groups, from data/groups.json. Administrators and facilitators may edit them afterwards."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from core import pagecache

from .models import FormerSlug, Group, Milestone

GROUPS = Path(__file__).parent / "data" / "groups.json"


@transaction.atomic
def load_groups(path: Path = GROUPS) -> int:
    """Add the groups whose number is not there yet; answer how many. Existing rows stay untouched."""
    known = set(Group.objects.values_list("number", flat=True))
    taken = set(FormerSlug.objects.values_list("slug", flat=True))
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    missing = [row for row in rows if row["number"] not in known and row["slug"] not in taken]
    for row in missing:
        found(row)
    if missing:
        pagecache.changed()
    return len(missing)


def found(row: dict[str, Any]) -> Group:
    founded_on = date.fromisoformat(row["founded_on"])
    group = Group.objects.create(
        number=row["number"],
        slug=row["slug"],
        name=row["name"],
        purpose=row["purpose"],
        about=row["about_html"],
        agreements="\n".join(row["agreements"]),
        stage=row["stage"],
        stage_since=founded_on,
        founded_on=founded_on,
        joining=row["joining"],
    )
    group.tags.add(*row["tags"])
    Milestone.objects.create(group=group, kind=Milestone.Kind.FOUNDED, happened_on=founded_on, title="ก่อตั้งกลุ่ม")
    return group
