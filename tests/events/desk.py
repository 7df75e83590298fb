"""The administrators' screens of events, as tests use them."""

from django.test import Client

from accounts.models import Level
from events.models import (
    Event,
    ViewingSite,
)
from tests.factories import (
    make_agency,
    make_user,
)

KINDS = ("event", "registration", "attendance", "viewingsite", "certificate", "mailing", "logline")
EVENTS, REGISTRATIONS, ATTENDANCES, SITES, CERTIFICATES, MAILINGS, LOG = (f"/admin/events/{kind}/" for kind in KINDS)


def act(desk: Client, address: str, action: str, *rows, **answer: str):
    return desk.post(address, {"action": action, "_selected_action": [row.pk for row in rows]} | answer, follow=True)


def told(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def make_site(event: Event, **fields) -> ViewingSite:
    return ViewingSite.objects.create(
        event=event,
        **{
            "agency": make_agency(name="สำนักงานจังหวัดน่าน", level=Level.PROVINCE),
            "level": Level.PROVINCE,
            "place": "ห้องประชุมน่าน",
            "officer": make_user(),
            "expected": 20,
            **fields,
        },
    )
