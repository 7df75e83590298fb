"""Tags are few and shared: what was written in two ways is made one."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import ManyToOneRel

from . import pagecache
from .models import Tag


@transaction.atomic
def merge(others: Iterable[Tag], *, into: Tag) -> None:
    """Give `into` whatever the others are tied to, then delete them."""
    for tag in others:
        if tag.pk != into.pk:
            move_links(tag, into)
            tag.delete()
    pagecache.changed()


def links() -> list[ManyToOneRel]:
    """The tables that tie something to a tag, whichever app they belong to."""
    return [link for link in Tag._meta.related_objects if link.one_to_many]


def move_links(tag: Tag, into: Tag) -> None:
    for link in links():
        name = link.field.name
        for row in link.related_model._default_manager.filter(**{name: tag}):
            setattr(row, name, into)
            try:
                with transaction.atomic():
                    row.save(update_fields=[name])
            except IntegrityError:  # tied to both
                row.delete()
