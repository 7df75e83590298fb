"""Nightly proof of what groups count in their own row."""

import logging
from typing import Any

from django.db.models import Count, Q
from django_tasks import task

from core import pagecache

from .models import Group, State

logger = logging.getLogger(__name__)


def correct_counts() -> list[Any]:
    """Put right each member count that differs from the rows; answer the groups as they were."""
    counted = Group.objects.annotate(counted=Count("memberships", filter=Q(memberships__state=State.ACTIVE)))
    wrong = [group for group in counted if group.member_count != group.counted]
    for group in wrong:
        Group.objects.filter(pk=group.pk).update(member_count=group.counted)
    return wrong


@task()
def recount_groups() -> int:
    """Nightly: a difference is a bug somewhere, so it is reported; answer how many there were."""
    wrong = correct_counts()
    for group in wrong:
        logger.error("group %s counted %d members, has %d", group.slug, group.member_count, group.counted)
    if wrong:
        pagecache.changed()
    return len(wrong)
