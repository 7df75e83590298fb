"""Every address of events, asked by everybody: who reaches it, and that the join link goes to nobody without a seat."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from events.access import readers_of
from events.models import CoHost, Document, Event, Mailing, RosterEntry, ViewingSite
from events.urls import urlpatterns
from groups.models import Group, Role, Stage
from groups.visibility import Visibility
from tests.factories import (
    make_attendance,
    make_certificate,
    make_event,
    make_group,
    make_membership,
    make_registration,
)

from .places import make_province, make_running_event, make_site

LINK = "https://vcs.example.go.th/room-7?pwd=hidden"
LIVE = "https://youtu.be/hiddenvid01"
SECRETS = ("pwd=hidden", "hiddenvid01")

# Whoever sees the event; signed in besides; who runs it; also a site's officer; also who brings a team.
READ = {"event_detail", "event_ics", "document", "replay", "site_list"}
SEEN = {"registration", "interest", "sign_in", "site_new"}
SITE = {
    "site_roster_removal",
    "site",
    "site_edit",
    "site_opening",
    "head_count",
    "site_sheet",
    "site_roster",
    "site_roster_template",
}
TEAM = {"team", "team_template"}
RUNS = {"facilitator", "cohost", "officer"}
SEES = {
    "draft": RUNS,
    "group": RUNS | {"member", "coordinator", "cohost member"},
    "internal": RUNS | {"member", "coordinator", "cohost member", "outsider", "stranger", "site officer"},
    "public": RUNS | {"member", "coordinator", "cohost member", "outsider", "stranger", "site officer"}
    | {"visitor", "suspended"},
}  # fmt: skip


@pytest.fixture(params=["public", "internal", "group", "draft"])
def level(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def ids(group: Group, level: str) -> dict[str, int]:
    """Of an event that has something of each kind. It is over, so that there are a replay and certificates."""
    return make_all(group, level)


def make_all(group: Group, level: str) -> dict[str, int]:
    event = make_running_event(
        group=group,
        state="draft" if level == "draft" else "open",
        visibility="public" if level == "draft" else level,
        video_id="dQw4w9WgXcQ",
    )
    event.channels.create(kind="vcs", link=LINK)
    event.channels.create(kind="youtube", link=LIVE)
    document = Document(event=event, title="คู่มือ", original_name="คู่มือ.pdf", kind="PDF", size=8)
    document.file.save("a.pdf", ContentFile(b"%PDF-1.7"))
    site = make_site(event=event, agency=make_province())
    entry = RosterEntry.objects.create(site=site, attendance=make_attendance(event=event, full_name="ประยุทธ์ ใจงาม"))
    mailing = Mailing.objects.create(event=event, audience="seated", subject="เรื่อง", body="ข้อความ")
    return {
        "row": entry.attendance_id,
        "event_id": event.pk,
        "document_id": document.pk,
        "site_id": site.pk,
        "entry_id": entry.pk,
        "message_id": mailing.pk,
        "registration_id": make_registration(event=event).pk,
        "certificate_id": make_certificate(event=event).pk,
    }


@pytest.fixture
def cast(
    group: Group, member: User, facilitator: User, officer: User, outsider: User, ids: dict[str, int],
    as_: Callable[[User], Client],
) -> dict[str, Client]:  # fmt: skip
    cohost = make_group()
    CoHost.objects.create(event_id=ids["event_id"], group=cohost)
    people = {
        "outsider": outsider,
        "stranger": make_membership(group=make_group(), role=Role.FACILITATOR).user,
        "member": member,
        "coordinator": make_membership(group=group, role=Role.COORDINATOR).user,
        "cohost member": make_membership(group=cohost).user,
        "site officer": ViewingSite.objects.get(pk=ids["site_id"]).officer,
        "facilitator": facilitator,
        "cohost": make_membership(group=cohost, role=Role.FACILITATOR).user,
        "officer": officer,
        "suspended": make_membership(group=group, role=Role.FACILITATOR).user,
    }
    clients = {name: as_(person) for name, person in people.items()}
    User.objects.filter(pk=people["suspended"].pk).update(is_active=False)
    return clients | {"visitor": Client()}


def addresses(ids: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Name and path of each address that names an event."""
    for pattern in urlpatterns:
        wanted = pattern.pattern.converters
        if "event_id" in wanted:
            path = reverse(f"events:{pattern.name}", kwargs={key: ids[key] for key in wanted})
            yield str(pattern.name), f"{path}?row={ids['row']}" if pattern.name == "attendance_mark" else path


def may_reach(name: str, who: str, level: str) -> bool:
    sees = who in SEES[level]
    if name in READ | SEEN:
        return sees
    if name in TEAM:
        return who in RUNS or (sees and who in ("coordinator", "site officer"))
    return who in RUNS or (who == "site officer" and name in SITE)


def ask(client: Client, method: str, path: str) -> tuple[Any, str]:
    """The answer, and all that was in it. What a form has changed is as before for the next who asks."""
    with transaction.atomic():
        response = (
            client.post(path, {"action": "none", "row": path.partition("?row=")[2]})
            if method == "post"
            else client.get(path)
        )
        content = b"".join(response.streaming_content) if response.streaming else response.content
        transaction.set_rollback(True)
    return response, content.decode(errors="replace") + str(response.headers)


def leads_to_sign_in(response: Any) -> bool:
    return response.status_code == 302 and response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_reaches_what(cast: dict[str, Client], ids: dict[str, int], level: str, method: str) -> None:
    wrong = []
    for name, path in addresses(ids):
        for who, client in cast.items():
            response, body = ask(client, method, path)
            if response.status_code == 405:  # an address that only reads, or only takes forms
                continue
            is_nobody = who in ("visitor", "suspended")
            if is_nobody and name not in READ and not (name == "replay" and method == "post"):
                right = leads_to_sign_in(response)
            else:
                reached = response.status_code != 404 and not leads_to_sign_in(response)
                if name == "event_ics" and level == "draft":
                    right = response.status_code == 404  # a draft is in nobody's calendar
                else:
                    right = reached == may_reach(name, who, level)
            if not right or response.status_code >= 500:
                wrong.append((method, path, who, response.status_code))
            elif who not in RUNS and any(secret in body for secret in SECRETS):
                wrong.append((method, path, who, "the join link"))
    assert wrong == []


@pytest.mark.parametrize("level", ["public"], indirect=True)
def test_what_belongs_to_another_event_is_not_found(cast: dict[str, Client], ids: dict[str, int], group: Group) -> None:
    """Even by those who run both."""
    other = make_all(group, "public")
    wrong = []
    for part in ids.keys() - {"event_id", "row"}:
        mixed = ids | {part: other[part]}
        for name, path in addresses(mixed):
            if f"/{other[part]}/" not in path.removeprefix(f"/events/{ids['event_id']}"):
                continue
            for who in ("facilitator", "officer", "site officer"):
                for method in ("get", "post"):
                    status = ask(cast[who], method, path)[0].status_code
                    if status not in (404, 405):
                        wrong.append((method, path, who, name, status))
    assert wrong == []


@pytest.mark.parametrize("level", ["public"], indirect=True)
@pytest.mark.parametrize("number", [2**63, 10**30])
def test_numbers_that_no_row_can_have(cast: dict[str, Client], ids: dict[str, int], number: int) -> None:
    for part in ids.keys() - {"row"}:
        for name, path in addresses(ids | {part: number}):
            if str(number) in path:
                statuses = {ask(cast["officer"], method, path)[0].status_code for method in ("get", "post")}
                assert statuses <= {404, 405}, name


@pytest.mark.parametrize("visibility", Visibility.values)
@pytest.mark.parametrize("stage", [Stage.ACTIVE, Stage.DRAFT, Stage.CLOSED])
def test_readers_are_those_who_see_the_page(
    group, member, facilitator, officer, admin, outsider, visibility, stage
) -> None:
    cohost = make_group(stage=stage)
    guest, helper = make_membership(group=cohost).user, make_membership(group=cohost, role=Role.FACILITATOR).user
    group.stage = stage
    group.save()
    event = make_event(group=group, visibility=visibility)
    event.cohosting.create(group=cohost)
    people = [member, facilitator, officer, admin, outsider, guest, helper]
    seeing = {person for person in people if Event.objects.visible_to(person).filter(pk=event.pk).exists()}
    assert set(readers_of(event).filter(pk__in=[person.pk for person in people])) == seeing
