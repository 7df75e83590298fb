"""Rows for tests. Keyword-only; whatever a test does not name gets a plain value."""

from itertools import count
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import F
from django.utils import timezone

from accounts.models import Agency, User
from groups.models import Group, Membership, Stage, State

_serial = count(1)


def make_agency(*, name: str = "กองคลัง", **fields: Any) -> Agency:
    return Agency.objects.create(code=fields.pop("code", f"test-{next(_serial)}"), name=name, **fields)


def make_user(
    *,
    email: str = "",
    password: str = "a-long-test-password-2570",
    given_name: str = "สมาชิก",
    family_name: str = "ตัวอย่าง",
    title: str = "นางสาว",
    **fields: Any,
) -> User:
    """A person whose e-mail address is verified."""
    email = email or f"person{next(_serial)}@example.go.th"
    user = User.objects.create_user(
        email, password, title=title, given_name=given_name, family_name=family_name, **fields
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_group(*, number: int | None = None, slug: str = "", name: str = "", **fields: Any) -> Group:
    serial = next(_serial)
    return Group.objects.create(
        number=number if number is not None else 100 + serial,
        slug=slug or f"group-{serial}",
        name=name or f"ทดสอบ {serial}",
        **{"purpose": "แลกเปลี่ยนวิธีทำงาน", "stage": Stage.ACTIVE, **fields},
    )


def make_membership(*, group: Group, user: User | None = None, **fields: Any) -> Membership:
    """An active membership unless told otherwise; the group's count is kept in step."""
    row = Membership.objects.create(
        group=group,
        user=user or make_user(),
        **{"state": State.ACTIVE, "joined_at": timezone.now(), **fields},
    )
    if row.is_active:
        Group.objects.filter(pk=group.pk).update(member_count=F("member_count") + 1)
        group.refresh_from_db(fields=["member_count"])
    return row
