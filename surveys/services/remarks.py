"""Free-text answers are read by those who run the survey before anybody else sees them, and gathered under themes."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from core import pagecache
from groups.services import Refused

from ..models import Remark, Survey, Theme

MOST_THEMES = 30


@transaction.atomic
def moderate(*, remark: Remark, state: str, theme: Theme | None) -> Remark:
    """The last word holds: showing and hiding can both be taken back. A theme that was removed meanwhile is none."""
    theme = held(theme) if theme else None
    row = Remark.objects.select_for_update().get(pk=remark.pk)
    row.state, row.theme = state, theme
    row.save(update_fields=["state", "theme"])
    pagecache.changed()
    return row


@transaction.atomic
def show_all(*, survey: Survey, ids: Sequence[UUID]) -> int:
    """Of those that were on the page and that nobody has decided meanwhile; answers how many."""
    rows = Remark.objects.filter(version__survey=survey, pk__in=ids, state=Remark.State.NEW)
    shown = rows.update(state=Remark.State.SHOWN)
    pagecache.changed()
    return shown


@transaction.atomic
def add_theme(*, survey: Survey, title: str, reply: str) -> Theme:
    Survey.objects.select_for_update().get(pk=survey.pk)
    themes = Theme.objects.filter(survey=survey)
    if (same := themes.filter(title=title).first()) is not None:
        raise Refused(f"มีประเด็น “{same.title}” แล้ว")
    if themes.count() >= MOST_THEMES:
        raise Refused(f"มีประเด็นครบ {MOST_THEMES} ประเด็นแล้ว กรุณารวมประเด็นที่ใกล้กัน")
    theme = Theme.objects.create(survey=survey, title=title, reply=reply)
    pagecache.changed()
    return theme


@transaction.atomic
def change_theme(*, theme: Theme, title: str, reply: str) -> Theme:
    row = held(theme)
    if row is None:
        raise Refused("ประเด็นนี้ถูกลบไปแล้ว")
    if Theme.objects.filter(survey=row.survey_id, title=title).exclude(pk=row.pk).exists():
        raise Refused(f"มีประเด็น “{title}” แล้ว")
    row.title, row.reply = title, reply
    row.save()
    pagecache.changed()
    return row


@transaction.atomic
def remove_theme(*, theme: Theme) -> None:
    """Its remarks stay, under no theme."""
    if (row := held(theme)) is not None:
        row.delete()
        pagecache.changed()


def held(theme: Theme) -> Theme | None:
    """Locked before its remarks are, so that none is put under it while it is removed."""
    return Theme.objects.select_for_update().filter(pk=theme.pk).first()
