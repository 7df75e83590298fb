"""People, who belongs where, the groups' stories, requests and notifications, from groups/data/demo.json."""

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Agency, MailFrequency, Notification, User
from core import pagecache
from groups.models import FormerSlug, Group, Lineage, Membership, Milestone, Role, State
from groups.reference import found
from groups.tasks import correct_counts

CONTENT = Path(settings.BASE_DIR) / "groups" / "data" / "demo.json"
PASSWORD = "cops-demo-2570"  # noqa: S105  every demonstration account's; README prints it
ADMIN = "admin@example.go.th"
FREQUENCIES = [MailFrequency.WEEKLY, MailFrequency.WEEKLY, MailFrequency.DAILY, MailFrequency.INSTANT]


@transaction.atomic
def load_community(path: Path = CONTENT) -> int:
    if User.objects.filter(email=ADMIN).exists():
        return 0
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    people = add_people(content["people"])
    groups = {group.slug: group for group in Group.objects.all()}
    for row in content["groups"]:
        group = groups[row["slug"]]
        add_story(group, row["milestones"])
        add_members(group, row["members"], people)
        set_stage(group, row)
    for row in content["former_groups"]:
        groups[row["slug"]] = add_former_group(row, people)
    for row in content["former_groups"]:
        add_lineage(row["lineage"], groups)
    for row in content["former_memberships"]:
        add_past(groups[row["group"]], people[row["email"]], row)
    for row in content["requests"]:
        add_request(groups[row["group"]], people[row["email"]], row)
    add_notifications(content["notifications"], people)
    correct_counts()
    pagecache.changed()
    return len(people) + Membership.objects.count()


def add_people(rows: list[dict[str, Any]]) -> dict[str, User]:
    agencies = dict(Agency.objects.values_list("code", "pk"))
    password = make_password(PASSWORD)
    people = {}
    for row in rows:
        email = row["email"]
        user = User.objects.create(
            email=email,
            password=password,
            title=row["title"],
            given_name=row["given_name"],
            family_name=row["family_name"],
            position=row["position"],
            position_level=row["position_level"],
            agency_id=agencies[row["agency"]],
            date_joined=noon(date.fromisoformat(row["joined_on"])),
            is_km_officer=row.get("is_km_officer", False),
            is_executive=row.get("is_executive", False),
            is_staff=row.get("is_staff", False),
            is_superuser=row.get("is_superuser", False),
        )
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        people[email] = user
    return people


def add_story(group: Group, rows: list[dict[str, Any]]) -> None:
    group.milestones.filter(kind=Milestone.Kind.FOUNDED).delete()  # the demonstration tells it in more detail
    Milestone.objects.bulk_create(
        Milestone(
            group=group,
            kind=row["kind"],
            happened_on=day_of(row),
            title=row["title"],
            detail=row["detail"],
            is_planned=row.get("planned", False),
        )
        for row in rows
    )


def set_stage(group: Group, row: dict[str, Any]) -> None:
    for slug in row.get("former_slugs", []):
        FormerSlug.objects.get_or_create(slug=slug, defaults={"group": group})
    if "stage" in row:
        Group.objects.filter(pk=group.pk).update(
            stage=row["stage"], stage_since=date.fromisoformat(row["stage_since"]), stage_reason=row["stage_reason"]
        )


def add_members(group: Group, rows: list[dict[str, Any]], people: dict[str, User]) -> None:
    for place, row in enumerate(rows):
        joined_at = noon(date.fromisoformat(row["joined_on"]))
        Membership.objects.create(
            group=group,
            user=people[row["email"]],
            role=row["role"],
            state=State.ACTIVE,
            mail_frequency=FREQUENCIES[place % len(FREQUENCIES)],
            is_listed=row["role"] != Role.MEMBER or place % 9 != 8,
            created_at=joined_at,
            joined_at=joined_at,
        )
    latest = max(row["joined_on"] for row in rows)
    told = group.milestones.filter(is_planned=False).latest("happened_on").happened_on
    Group.objects.filter(pk=group.pk).update(last_activity_at=noon(max(told, date.fromisoformat(latest))))


def add_former_group(row: dict[str, Any], people: dict[str, User]) -> Group:
    group = found(row)
    group.stage_since = date.fromisoformat(row["stage_since"])
    group.stage_reason = row["stage_reason"]
    group.ended_on = date.fromisoformat(row["ended_on"]) if row["ended_on"] else None
    group.last_activity_at = noon(group.stage_since)
    group.save()
    add_story(group, row["milestones"])
    for member in row["former_members"]:
        left_on = row["ended_on"] or row["stage_since"]
        add_past(group, people[member["email"]], member | {"left_on": left_on, "reason": row["stage_reason"]})
    return group


def add_lineage(rows: list[dict[str, Any]], groups: dict[str, Group]) -> None:
    for row in rows:
        Lineage.objects.create(
            predecessor=groups[row["predecessor"]],
            successor=groups[row["successor"]],
            kind=row["kind"],
            happened_on=date.fromisoformat(row["on"]),
        )


def add_past(group: Group, person: User, row: dict[str, Any]) -> None:
    joined_at = noon(date.fromisoformat(row["joined_on"]))
    Membership.objects.create(
        group=group,
        user=person,
        state=State.LEFT,
        created_at=joined_at,
        joined_at=joined_at,
        left_at=noon(date.fromisoformat(row["left_on"])),
        reason=row["reason"],
    )


def add_request(group: Group, person: User, row: dict[str, Any]) -> None:
    Membership.objects.create(
        group=group,
        user=person,
        state=State.REQUESTED,
        note=row["note"],
        created_at=timezone.now() - timedelta(days=row["days_ago"]),
    )


def add_notifications(rows: list[dict[str, Any]], people: dict[str, User]) -> None:
    for row in rows:
        when = timezone.now() - timedelta(days=row["days_ago"])
        Notification.objects.create(
            recipient=people[row["email"]],
            text=row["text"],
            detail=row["detail"],
            url=row["url"],
            source=row["source"],
            frequency=MailFrequency.NONE,
            created_at=when,
            read_at=when if row["read"] else None,
        )
        if not row["read"]:
            User.objects.filter(pk=people[row["email"]].pk).update(unread_notifications=F("unread_notifications") + 1)


def day_of(row: dict[str, Any]) -> date:
    """A fixed day, or one counted back from today so that the demonstration stays fresh."""
    if "days_ago" in row:
        return timezone.localdate() - timedelta(days=row["days_ago"])
    return date.fromisoformat(row["on"])


def noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))
