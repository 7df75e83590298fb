"""What lists show of each group: read once per process and version, so that pages need not ask for groups again."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse

from groups.models import Group, Stage

from .fragments import shared


@dataclass(frozen=True)
class GroupCard:
    pk: int
    number: int
    name: str
    url: str
    requests_url: str
    member_count: int
    last_activity_at: datetime | None
    stage: str
    remark: str  # the stage in words, where it is not simply active
    tone: str

    @property
    def is_published(self) -> bool:
        return self.stage != Stage.DRAFT

    @property
    def is_listed(self) -> bool:
        return self.stage in (Stage.ACTIVE, Stage.PAUSED)


def group_cards(request: HttpRequest) -> dict[int, GroupCard]:
    """Of all groups, in their order. Drafts are among them: whoever lists cards leaves those out."""
    return shared(request, "group-cards", lambda: {group.pk: card(group) for group in Group.objects.in_order()})


def card(group: Group) -> GroupCard:
    return GroupCard(
        pk=group.pk,
        number=group.number,
        name=group.name,
        url=group.get_absolute_url(),
        requests_url=reverse("groups:request_list", args=[group.slug]),
        member_count=group.member_count,
        last_activity_at=group.last_activity_at,
        stage=group.stage,
        remark="" if group.takes_members else group.get_stage_display(),
        tone=group.stage_tone,
    )
