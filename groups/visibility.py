"""Who may read what a group publishes: events, and whatever else carries a level of publication."""

from typing import Any

from django.db import models
from django.db.models import Q

from .models import Stage
from .models.group import joined_by


class Visibility(models.TextChoices):
    PUBLIC = "public", "เปิดเผยสาธารณะ"
    INTERNAL = "internal", "เผยแพร่ภายใน"
    GROUP = "group", "เฉพาะกลุ่ม"


def readable(viewer: Any, *, groups: tuple[str, ...] = ("group",)) -> Q:
    """Published rows that the viewer may read. `groups` are the paths to the row's own group (first) and others
    whose members may read it, too."""
    of_open_group = ~Q(**{f"{groups[0]}__stage": Stage.DRAFT})
    if not viewer.is_authenticated:
        return Q(visibility=Visibility.PUBLIC) & of_open_group
    if viewer.is_officer:
        return Q()
    mine = Q()
    for path in groups:
        mine |= Q(**{f"{path}__in": joined_by(viewer)})
    return (~Q(visibility=Visibility.GROUP) | mine) & of_open_group
