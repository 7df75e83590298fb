"""A small survey to build on, and what of it tests ask for."""

from django.urls import reverse

from surveys.models import Item, Section, Survey
from surveys.services import wording

TWO_PARTS = [
    {"title": "ก", "items": [{"kind": "likert", "text": text} for text in ("1", "2")]},
    {"title": "ข", "items": [{"kind": "single", "text": "3", "options": ["ใช่", "ไม่ใช่"]}]},
]


def at(survey: Survey, name: str, *more: int) -> str:
    return reverse(f"surveys:{name}", args=[survey.pk, *more])


def section(survey: Survey, place: int = 0) -> Section:
    return wording.contents(wording.latest(survey))[place]


def item(survey: Survey, text: str) -> Item:
    return Item.objects.get(section__version=wording.latest(survey), text=text)


def shape(survey: Survey) -> str:
    """As "ก12ข3": titles and texts in their order."""
    parts = wording.contents(wording.latest(survey))
    return "".join(part.title + "".join(item.text for item in part.items.all()) for part in parts)
