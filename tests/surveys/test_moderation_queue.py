"""The moderators' queue: whose questions are in it, how it is narrowed and ordered, and what it says of each."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from events.models import CoHost
from groups.models import Group, Role
from surveys.models import Question, QuestionState
from tests.factories import make_agency, make_event, make_group, make_membership, make_question, make_user

pytestmark = pytest.mark.django_db
ADDRESS = "/questions/queue/"
SignIn = Callable[[User], Client]


def shown(response: Any) -> list[str]:
    return [question.text for question in response.context["queue"].page]


def counts(response: Any) -> dict[str, int | None]:
    return {tab.label: tab.count for tab in response.context["queue"].tabs}


# --- Whose ------------------------------------------------------------------------------------------------
def test_only_moderators_have_a_queue(visitor: Client, as_: SignIn, outsider: User, member: User) -> None:
    response = visitor.get(ADDRESS)
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=%2Fquestions%2Fqueue%2F")
    assert [as_(person).get(ADDRESS).status_code for person in (outsider, member)] == [403, 403]


def test_of_all_groups_that_one_moderates(as_: SignIn, group: Group, facilitator: User, officer: User) -> None:
    other, third = make_group(slug="planning"), make_group(slug="english")
    make_membership(group=other, user=facilitator, role=Role.RECORDER)
    make_membership(group=third, user=facilitator)
    held_together = make_event(group=third)
    CoHost.objects.create(event=held_together, group=group)
    for text, place in (("ก", {"group": group}), ("ข", {"group": other}), ("ค", {"event": held_together})):
        make_question(text=text, **place)
    make_question(group=third, text="ง")
    client = as_(facilitator)
    assert shown(client.get(ADDRESS)) == ["ก", "ข", "ค"]
    assert shown(client.get(ADDRESS, {"group": group.pk})) == ["ก", "ค"]
    assert shown(client.get(ADDRESS, {"event": held_together.pk})) == ["ค"]
    assert shown(as_(officer).get(ADDRESS)) == ["ก", "ข", "ค", "ง"]


# --- Narrowed and ordered ---------------------------------------------------------------------------------
def test_each_state_has_its_tab(as_: SignIn, group: Group, facilitator: User) -> None:
    for state in QuestionState:
        if state != QuestionState.MERGED:
            make_question(group=group, text=state.value, state=state)
    client = as_(facilitator)
    names = ["", "pending", "waiting", "considering", "answered", "refused", "nonsense"]
    found = {name: shown(client.get(ADDRESS, {"state": name})) for name in names}
    work = ["pending", "waiting", "considering"]
    assert found == {name: [name] for name in names[1:-1]} | {"": work, "nonsense": work}
    assert counts(client.get(ADDRESS)) == {
        "ที่ต้องดำเนินการ": 3, "รอตรวจสอบ": 1, "รอคำตอบ": 1, "อยู่ระหว่างพิจารณา": 1, "ตอบแล้ว": None, "ไม่รับ": None,
    }  # fmt: skip


def test_by_votes_by_time_and_by_how_long_an_answer_is_owed(as_: SignIn, group: Group, facilitator: User) -> None:
    now = timezone.now()
    for text, votes, days in (("ก", 1, 1), ("ข", 5, 9), ("ค", 3, 4)):
        row = make_question(group=group, text=text, owed_since=now - timedelta(days=days))
        Question.objects.filter(pk=row.pk).update(vote_count=votes)
    client = as_(facilitator)
    orders = {order: shown(client.get(ADDRESS, {"order": order})) for order in ("votes", "newest", "", "nonsense")}
    assert orders == {
        "votes": ["ข", "ค", "ก"], "newest": ["ค", "ข", "ก"], "": ["ก", "ข", "ค"], "nonsense": ["ก", "ข", "ค"],
    }  # fmt: skip
    assert shown(client.get(ADDRESS, {"state": "waiting"})) == ["ข", "ค", "ก"]


def test_by_words_of_text_and_detail(as_: SignIn, group: Group, facilitator: User) -> None:
    make_question(group=group, text="ครุภัณฑ์ที่ไม่มีในเกณฑ์", detail="ราคากลาง")
    client = as_(facilitator)
    assert shown(client.get(ADDRESS, {"q": "ราคากลาง ครุภัณฑ์"})) == ["ครุภัณฑ์ที่ไม่มีในเกณฑ์"]
    empty = client.get(ADDRESS, {"q": "ไม่มีคำนี้"})
    assert (shown(empty), "ล้างเงื่อนไข" in empty.content.decode()) == ([], True)


def test_an_event_of_others_is_no_choice(as_: SignIn, group: Group, facilitator: User) -> None:
    own, foreign = make_question(event=make_event(group=group, title="ของกลุ่ม")), make_question(event=make_event())
    response = as_(facilitator).get(ADDRESS, {"event": foreign.event_id})
    choices = response.context["queue"].form.fields["event"].choices
    assert [value for value, _ in choices] == ["", own.event_id]
    assert shown(response) == [own.text]


def test_pages_by_key_keep_the_choice(as_: SignIn, group: Group, facilitator: User) -> None:
    rows = [make_question(group=group, text=f"ข้อ {n}") for n in range(21)]
    client = as_(facilitator)
    first = client.get(ADDRESS, {"q": "ข้อ", "order": "newest"}).context["queue"].page
    second = client.get(ADDRESS + first.next_query).context["queue"].page
    assert [row.pk for row in [*first, *second]] == [row.pk for row in reversed(rows)]


# --- What it says -----------------------------------------------------------------------------------------
def test_who_owes_the_answer_and_for_how_long(as_: SignIn, group: Group, facilitator: User) -> None:
    since = timezone.now() - timedelta(days=9)
    make_question(group=group, owed_since=since)
    state = {"state": QuestionState.CONSIDERING, "agency": make_agency(name="กองคลัง")}
    make_question(group=group, owed_since=timezone.now(), **state)
    page = as_(facilitator).get(ADDRESS).content.decode()
    assert "กลุ่มต้องตอบ รอ 9 วัน" in page
    assert "กองคลังต้องตอบ รอไม่ถึง 1 วัน" in page


def test_who_asks_without_a_name_is_known_to_moderators(as_: SignIn, group: Group, facilitator: User) -> None:
    question = make_question(group=group, is_anonymous=True, asker=make_user(given_name="ขวัญ", family_name="ใจดี"))
    page = as_(facilitator).get(ADDRESS).content.decode()
    assert f"{question.asker.get_full_name()} (ไม่ประสงค์ออกนาม)" in page


def test_htmx_gets_the_list_alone(as_: SignIn, group: Group, facilitator: User) -> None:
    make_question(group=group)
    page = as_(facilitator).get(ADDRESS, HTTP_HX_REQUEST="true").content.decode()
    assert page.strip().startswith('<div id="results">')


def test_publishing_from_the_queue_comes_back_to_it(as_: SignIn, group: Group, facilitator: User) -> None:
    question = make_question(group=group, state=QuestionState.PENDING)
    address, back = f"/questions/{question.pk}/publication/", "/questions/queue/?state=pending&order=votes"
    response = as_(facilitator).post(address, {"revision": 0, "back": back})
    assert (response.status_code, response["Location"]) == (302, back)
    question.refresh_from_db()
    assert question.state == QuestionState.WAITING
    for elsewhere in ("https://example.com/questions/queue/", "//example.com", "/admin/"):
        response = as_(facilitator).post(address, {"revision": 0, "back": elsewhere})
        assert response["Location"] == f"/questions/{question.pk}/manage/"


@pytest.mark.parametrize("count", [1, 30])
def test_queries_do_not_grow(count: int, as_: SignIn, group: Group, facilitator: User, cold_queries: Callable) -> None:
    event = make_event(group=group)
    for _ in range(count):
        make_question(event=event, agency=make_agency(), state=QuestionState.CONSIDERING)
    assert len(cold_queries(as_(facilitator), ADDRESS)) == 8
