"""The forms that are attached in one click, from data/standard.json: satisfaction, and use of what was learned."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from .models import Item, Section, SurveyVersion

# What people know is no satisfaction: this aspect is reported, and left out of the overall mean.
BEFORE_AND_AFTER = "ด้านความรู้ก่อนและหลัง"
FORMS = Path(__file__).parent / "data" / "standard.json"


@lru_cache(maxsize=1)
def standard_forms() -> dict[str, dict[str, Any]]:
    """By Kind: title, intro, sections with items."""
    return json.loads(FORMS.read_text(encoding="utf-8"))


def fill(version: SurveyVersion, sections: list[dict[str, Any]]) -> None:
    """Write sections and items, as data/standard.json describes them, into an empty version."""
    for place, described in enumerate(sections):
        section = Section.objects.create(
            version=version, position=place, title=described["title"], intro=described.get("intro", "")
        )
        Item.objects.bulk_create(
            Item(section=section, position=position, **item) for position, item in enumerate(described["items"])
        )
