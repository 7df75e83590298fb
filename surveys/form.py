"""A survey's wording as it is asked: one version, read once per process. A published version never changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, Literal

from core.fragments import lasting

from .models import CHOICES, TEXTS, Item, ItemKind, Section, SurveyVersion
from .statistics import LEVELS

LONG_LIST = 7  # options; longer lists are a menu, whatever they are about


@dataclass(frozen=True)
class FormItem:
    pk: int
    kind: str
    text: str
    hint: str
    aspect: str
    options: tuple[str, ...]
    about: str
    is_required: bool
    least: int | None
    most: int | None

    @cached_property
    def name(self) -> str:
        """Of the field in the posted form."""
        return f"i{self.pk}"

    @property
    def is_menu(self) -> bool:
        """A fact about the person is found in a menu; an opinion is chosen with all answers in view."""
        return self.kind == ItemKind.SINGLE and (bool(self.about) or len(self.options) > LONG_LIST)

    @property
    def is_text(self) -> bool:
        return self.kind in TEXTS

    @property
    def look(self) -> Literal["likert", "menu", "field"]:
        if self.kind == ItemKind.LIKERT:
            return "likert"
        return "menu" if self.is_menu else "field"

    @cached_property
    def places(self) -> tuple[tuple[str, str], ...]:
        """The posted value of each option, and the option."""
        return tuple((str(place), option) for place, option in enumerate(self.options))

    def in_words(self, answer: Any) -> Any:
        """An answer as it is stored, with the wording of the options in place of their places."""
        if answer is None or self.kind not in CHOICES:
            return answer
        return [self.options[place] for place in answer] if isinstance(answer, list) else self.options[answer]


@dataclass(frozen=True)
class Block:
    """Items that follow each other and are drawn together: a matrix, menus side by side, single fields."""

    look: str
    items: tuple[FormItem, ...]

    @property
    def aspects(self) -> list[tuple[str, list[FormItem]]]:
        return [(aspect, list(items)) for aspect, items in groupby(self.items, lambda item: item.aspect)]


@dataclass(frozen=True)
class FormSection:
    pk: int
    title: str
    intro: str
    items: tuple[FormItem, ...]

    @property
    def blocks(self) -> list[Block]:
        return [Block(look, tuple(items)) for look, items in groupby(self.items, lambda item: item.look)]


@dataclass(frozen=True)
class Form:
    version: int
    survey: int
    number: int
    is_published: bool
    sections: tuple[FormSection, ...]

    @cached_property
    def items(self) -> tuple[FormItem, ...]:
        return tuple(item for section in self.sections for item in section.items)

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(item.name for item in self.items)

    @cached_property
    def by_pk(self) -> dict[int, FormItem]:
        return {item.pk: item for item in self.items}

    @property
    def levels(self) -> tuple[tuple[int, str], ...]:
        return tuple(LEVELS.items())


def form_of(version_id: int) -> Form:
    """Of a published version, kept; of a draft, read anew. Raises SurveyVersion.DoesNotExist."""
    if (kept := lasting(f"survey-form:{version_id}", lambda: published(version_id))) is not None:
        return kept
    return read(SurveyVersion.objects.get(pk=version_id))


def published(version_id: int) -> Form | None:
    version = SurveyVersion.objects.filter(pk=version_id, published_at__isnull=False).first()
    return read(version) if version else None


def read(version: SurveyVersion) -> Form:
    """Two queries, however long it is."""
    items: dict[int, list[FormItem]] = {}
    for item in Item.objects.filter(section__version=version).order_by("position", "pk"):
        items.setdefault(item.section_id, []).append(described(item))
    sections = tuple(
        FormSection(section.pk, section.title, section.intro, tuple(items.get(section.pk, ())))
        for section in Section.objects.filter(version=version).order_by("position", "pk")
    )
    return Form(
        version=version.pk,
        survey=version.survey_id,
        number=version.number,
        is_published=version.published_at is not None,
        sections=sections,
    )


def described(item: Item) -> FormItem:
    return FormItem(
        pk=item.pk,
        kind=item.kind,
        text=item.text,
        hint=item.hint,
        aspect=item.aspect,
        options=tuple(item.options),
        about=item.about,
        is_required=item.is_required,
        least=item.least,
        most=item.most,
    )


def grouping(form: Form, by: tuple[str, ...]) -> Iterator[tuple[str, FormItem]]:
    """The first item about each of these: by its answers, results are broken down."""
    for about in by:
        item = next((item for item in form.items if item.about == about and item.kind == ItemKind.SINGLE), None)
        if item is not None:
            yield about, item
