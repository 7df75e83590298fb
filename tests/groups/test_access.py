"""Every page below a group's address: who gets in, with which method, and what an unknown group answers."""

import pytest
from django.test import Client

from groups.models import State
from tests.factories import make_membership

pytestmark = pytest.mark.django_db

FOR_ANYBODY = ["share/", "qr.svg"]
FOR_THE_SIGNED_IN = ["membership/"]
FOR_MEMBERS = ["members/"]
FOR_FACILITATORS = ["requests/", "edit/", "stage/", "members/import/", "members/import/template.xlsx"]
FOR_FACILITATORS_ON_A_ROW = ["members/{row}/"]
TO_POST = ["members/{row}/removal/", "requests/{row}/"]
EVERYTHING = [
    *FOR_ANYBODY, *FOR_THE_SIGNED_IN, *FOR_MEMBERS, *FOR_FACILITATORS, *FOR_FACILITATORS_ON_A_ROW, *TO_POST,
]  # fmt: skip
READ_ONLY = [*FOR_ANYBODY, *FOR_MEMBERS, "requests/", "members/import/template.xlsx"]


@pytest.fixture
def addresses(group):
    row = make_membership(group=group).pk

    def below(*pages: str, slug: str = "finance") -> list[str]:
        return [f"/groups/{slug}/{page.format(row=row)}" for page in pages]

    return below


def test_anybody_reads_what_is_public(visitor: Client, addresses) -> None:
    answers = [visitor.get(address) for address in addresses(*FOR_ANYBODY)]
    assert [(answer.status_code, answer["Cache-Control"]) for answer in answers] == [
        (200, "public, max-age=0, s-maxage=1")
    ] * 2


def test_a_visitor_is_asked_to_sign_in_everywhere_else(visitor: Client, addresses) -> None:
    for address in addresses(*EVERYTHING[len(FOR_ANYBODY) :]):
        response = visitor.get(address)
        assert (address, response.status_code, response["Location"].split("?")[0]) == (address, 302, "/accounts/login/")


@pytest.mark.parametrize("who", ["outsider", "member"])
def test_others_find_nothing(as_, addresses, request, who) -> None:
    client = as_(request.getfixturevalue(who))
    closed = [*FOR_FACILITATORS, *FOR_FACILITATORS_ON_A_ROW]
    assert [client.get(address).status_code for address in addresses(*closed)] == [404] * len(closed)
    assert [client.post(address).status_code for address in addresses(*TO_POST)] == [404] * len(TO_POST)


@pytest.mark.parametrize("who", ["facilitator", "officer", "admin"])
def test_those_who_run_the_group_reach_every_page(as_, addresses, request, who) -> None:
    client = as_(request.getfixturevalue(who))
    pages = [*FOR_ANYBODY, *FOR_THE_SIGNED_IN, *FOR_MEMBERS, *FOR_FACILITATORS, *FOR_FACILITATORS_ON_A_ROW]
    assert [(page, client.get(page).status_code) for page in addresses(*pages)] == [
        (page, 200) for page in addresses(*pages)
    ]


def test_wrong_methods(as_, facilitator, addresses) -> None:
    client = as_(facilitator)
    assert [client.get(address).status_code for address in addresses(*TO_POST)] == [405] * len(TO_POST)
    assert [client.post(address).status_code for address in addresses(*READ_ONLY)] == [405] * len(READ_ONLY)
    assert [client.delete(address).status_code for address in addresses(*EVERYTHING)] == [405] * len(EVERYTHING)
    assert client.post("/groups/").status_code == 405


@pytest.mark.parametrize("slug", ["nothing-here", "a" * 300, "FINANCE"])
def test_an_unknown_group_is_a_friendly_404(as_, officer, addresses, slug) -> None:
    client = as_(officer)
    for address in addresses(*EVERYTHING, slug=slug):
        response = (
            client.post(address) if "removal" in address or address.endswith(("/requests/1/",)) else client.get(address)
        )
        assert response.status_code in (404, 405)
    assert "404.html" in [template.name for template in client.get(f"/groups/{slug}/share/").templates]


def test_a_row_of_another_group_is_not_found_here(as_, officer, group) -> None:
    row = make_membership(group=group)
    assert as_(officer).get(f"/groups/other/members/{row.pk}/").status_code == 404
    assert as_(officer).get(f"/groups/finance/members/{10**18}/").status_code == 404


def test_a_forged_token_is_refused_in_thai(member) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    response = client.post("/groups/finance/membership/", {"action": "leave"})
    member.memberships.get(state=State.ACTIVE)
    assert (response.status_code, response.templates[0].name) == (403, "403_csrf.html")


def test_share_shows_the_full_address_and_a_code_that_holds_it(visitor: Client, group) -> None:
    response = visitor.get("/groups/finance/share/")
    assert response.context["address"] == "http://testserver/groups/finance/"
    image = visitor.get("/groups/finance/qr.svg")
    assert (image["Content-Type"], b"style=" in image.content, b"<script" in image.content) == (
        "image/svg+xml", False, False,
    )  # fmt: skip
