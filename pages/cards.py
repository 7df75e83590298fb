"""What lists show of each group: read once per process and version, so that pages need not ask for groups again."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse

from core.fragments import shared
from groups.models import Group, Stage


@dataclass(frozen=True)
class GroupCard:
    pk: int
    number: int
    slug: str
    name: str
    url: str
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
    return shared(request, "group-cards", all_cards)


def all_cards() -> dict[int, GroupCard]:
    address = reverse("groups:group_detail", args=["-"])  # once: it takes longer than all the rest of a card
    groups = Group.objects.in_order().defer("about", "agreements")
    return {group.pk: card(group, address.replace("/-/", f"/{group.slug}/")) for group in groups}


def card(group: Group, url: str) -> GroupCard:
    return GroupCard(
        pk=group.pk,
        number=group.number,
        slug=group.slug,
        name=group.name,
        url=url,
        member_count=group.member_count,
        last_activity_at=group.last_activity_at,
        stage=group.stage,
        remark="" if group.takes_members else group.get_stage_display(),
        tone=group.stage_tone,
    )
