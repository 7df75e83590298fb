"""One question in its moderators' hands: what the page offers, what it keeps, who may not open it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from events.models import CoHost
from groups.models import Group, Role
from surveys.models import Question, QuestionState, Way
from surveys.services import moderating
from tests.factories import make_agency, make_event, make_group, make_membership, make_question, make_user

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
ACTS = ["publication", "wording", "merge", "routing", "consideration", "answer", "refusal", "reopening"]
ANSWER = {"how": Way.WRITTEN, "answer": "แต่งตั้งกรรมการสำรองไว้ล่วงหน้า"}


@pytest.fixture
def question(group: Group) -> Question:
    return make_question(group=group)


def address(question: Question, act: str = "manage") -> str:
    return f"/questions/{question.pk}/{act}/"


def offered(response: Any) -> set[str]:
    return set(response.context["acts"])


# --- Who --------------------------------------------------------------------------------------------------
def test_nobody_else_finds_it(visitor: Client, as_: SignIn, question: Question, outsider: User, member: User) -> None:
    foreign = make_user()
    make_membership(group=make_group(slug="planning"), user=foreign, role=Role.FACILITATOR)
    people = (outsider, member, foreign, question.asker)
    assert [as_(person).get(address(question)).status_code for person in people] == [404] * 4
    client = as_(member)
    assert [client.post(address(question, act), {"revision": 0}).status_code for act in ACTS] == [404] * len(ACTS)
    assert visitor.get(address(question))["Location"].startswith("/accounts/login/")
    question.refresh_from_db()
    assert (question.state, question.revision) == (QuestionState.WAITING, 0)


def test_recorders_cohosts_and_officers_moderate(as_: SignIn, group: Group, officer: User) -> None:
    question, other = make_question(event=make_event(group=group)), make_group(slug="planning")
    CoHost.objects.create(event=question.event, group=other)
    recorder, cohost = make_user(), make_user()
    make_membership(group=group, user=recorder, role=Role.RECORDER)
    make_membership(group=other, user=cohost, role=Role.FACILITATOR)
    for person in (recorder, cohost, officer):
        assert as_(person).get(address(question)).context["question"] == question


@pytest.mark.parametrize("act", ACTS)
def test_acts_are_posted(act: str, as_: SignIn, question: Question, facilitator: User) -> None:
    assert as_(facilitator).get(address(question, act)).status_code == 405


# --- What is offered --------------------------------------------------------------------------------------
def test_what_each_state_offers(as_: SignIn, group: Group, facilitator: User) -> None:
    client = as_(facilitator)
    owed = {"answer", "routing", "wording", "merge", "refusal"}
    expected = {
        QuestionState.PENDING: {"publication", "wording", "merge", "refusal"},
        QuestionState.WAITING: owed | {"consideration"},
        QuestionState.CONSIDERING: owed,
        QuestionState.ANSWERED: {"answer", "wording", "reopening"},
        QuestionState.REFUSED: {"reopening"},
        QuestionState.WITHDRAWN: set(),
    }
    found = {}
    for state in expected:
        given = {"answered_how": Way.LIVE} if state == QuestionState.ANSWERED else {}
        found[state] = offered(client.get(address(make_question(group=group, state=state, **given))))
    assert found == expected


def test_the_asker_is_named_with_a_note(as_: SignIn, group: Group, facilitator: User) -> None:
    question = make_question(group=group, is_anonymous=True, asker=make_user(given_name="ขวัญ", family_name="ใจดี"))
    page = as_(facilitator).get(address(question)).content.decode()
    assert question.asker.get_full_name() in page
    assert "ผู้อ่านทั่วไปไม่เห็นชื่อ" in page


def test_a_merged_question_leads_on(as_: SignIn, group: Group, facilitator: User, question: Question) -> None:
    duplicate = make_question(group=group, text="ข้อซ้ำ", is_anonymous=True)
    moderating.merge(question=duplicate, target=question, by=facilitator, revision=0)
    client = as_(facilitator)
    page = client.get(address(duplicate))
    assert (offered(page), f'href="{address(question)}"' in page.content.decode()) == (set(), True)
    assert [row.text for row in client.get(address(question)).context["merged"]] == ["ข้อซ้ำ"]


# --- Acts -------------------------------------------------------------------------------------------------
def test_every_act_from_the_page(as_: SignIn, group: Group, facilitator: User) -> None:
    client, agency = as_(facilitator), make_agency(name="กองคลัง")
    question = make_question(group=group, state=QuestionState.PENDING)
    acts: list[tuple[str, dict[str, Any], QuestionState]] = [
        ("publication", {}, QuestionState.WAITING),
        ("wording", {"text": "ถ้อยคำใหม่", "detail": ""}, QuestionState.WAITING),
        ("consideration", {}, QuestionState.CONSIDERING),
        ("routing", {"agency": agency.pk, "district": ""}, QuestionState.CONSIDERING),
        ("answer", ANSWER | {"how": Way.REFERRED}, QuestionState.ANSWERED),
        ("answer", ANSWER | {"corrects": "1", "answer": "คำตอบที่แก้แล้ว"}, QuestionState.ANSWERED),
        ("reopening", {}, QuestionState.CONSIDERING),
        ("refusal", {"reason": "อยู่นอกเรื่องของกลุ่ม"}, QuestionState.REFUSED),
        ("reopening", {}, QuestionState.CONSIDERING),
    ]
    for revision, (act, words, state) in enumerate(acts):
        response = client.post(address(question, act), {"revision": revision} | words)
        assert (response.status_code, response["Location"]) == (302, address(question))
        question.refresh_from_db()
        assert (question.state, question.revision) == (state, revision + 1)
    kinds = "published reworded considered routed answered corrected reopened refused reopened"
    assert list(question.steps.values_list("kind", flat=True)) == kinds.split()
    page = client.get(address(question)).content.decode()
    assert "เดิม: หน่วยงานเจ้าของเรื่องตอบ" in page


def test_merging_from_the_page_leads_to_the_target(as_: SignIn, group: Group, facilitator: User) -> None:
    question, target = make_question(group=group, state=QuestionState.PENDING), make_question(group=group)
    client = as_(facilitator)
    page = client.get(address(question), {"q": "กรรมการตรวจรับ"})
    assert [row.pk for row in page.context["merge"]["rows"]] == [target.pk]
    response = client.post(address(question, "merge"), {"revision": 0, "target": target.pk})
    assert response["Location"] == address(target)
    target.refresh_from_db()
    assert target.vote_count == 2


def test_htmx_gets_what_was_found_alone(as_: SignIn, question: Question, facilitator: User) -> None:
    target = make_question(group=question.group, text="ครุภัณฑ์")
    page = as_(facilitator).get(address(question), {"q": "ครุภัณฑ์"}, HTTP_HX_REQUEST="true").content.decode()
    assert page.strip().startswith('<div class="stack tight" id="found"')
    assert f'value="{target.pk}"' in page


def test_the_chosen_target_stays_chosen(as_: SignIn, question: Question, facilitator: User, officer: User) -> None:
    target = make_question(group=question.group, text="ครุภัณฑ์")
    moderating.reword(question=question, by=facilitator, revision=0, text="ถ้อยคำใหม่", detail="")
    page = as_(officer).post(address(question, "merge"), {"revision": 0, "target": target.pk}).content.decode()
    assert f'value="{target.pk}" checked' in page


# --- What cannot be taken as it is ------------------------------------------------------------------------
BAD = [
    ("wording", {"text": "", "detail": "คงอยู่"}, "กรุณากรอกคำถาม"),
    ("wording", {"text": "ก" * 601, "detail": "คงอยู่"}, "กรุณาตัดให้เหลือ 600"),
    ("wording", {"text": "คงอยู่", "detail": "ก" * 100_000}, "กรุณาตัดให้เหลือ 3000"),
    ("refusal", {"reason": "  "}, "กรุณากรอกเหตุผล"),
    ("refusal", {"reason": "ก" * 301}, "กรุณาตัดให้เหลือ 300"),
    ("answer", {"how": "written", "answer": ""}, "กรุณากรอกคำตอบ"),
    ("answer", {"answer": "คงอยู่"}, "กรุณาเลือกวิธีตอบ"),
    ("answer", {"how": "shouted", "answer": "คงอยู่"}, "กรุณาเลือกวิธีตอบจากรายการ"),
    ("answer", {"how": "referred", "answer": "คงอยู่"}, "กรุณาเลือกวิธีตอบจากรายการ"),
    ("answer", {"how": "written", "answer": "คงอยู่\x07"}, "อักขระควบคุม"),
    ("routing", {"agency": ""}, "กรุณาเลือกหน่วยงานที่รับผิดชอบ"),
    ("routing", {"agency": "9" * 30}, "กรุณาเลือกสังกัด/หน่วยงานจากรายการ"),
    ("merge", {}, "กรุณาเลือกคำถามที่จะรวมเข้าด้วย"),
    ("merge", {"target": "x"}, "ไม่พบคำถามที่จะรวมเข้าด้วย"),
]


@pytest.mark.parametrize(("act", "words", "message"), BAD)
def test_bad_input_is_said_and_kept(
    act: str, words: dict[str, str], message: str, as_: SignIn, question: Question, facilitator: User
) -> None:
    response = as_(facilitator).post(address(question, act), {"revision": 0} | words)
    page = response.content.decode()
    assert (response.status_code, message in page) == (200, True)
    assert "คงอยู่" not in words.values() or "คงอยู่" in page
    question.refresh_from_db()
    assert (question.revision, question.state) == (0, QuestionState.WAITING)


def test_merging_into_itself_or_what_others_moderate(as_: SignIn, question: Question, facilitator: User) -> None:
    client, foreign = as_(facilitator), make_question()
    for target, message in ((question, "รวมคำถามเข้ากับตัวเองไม่ได้"), (foreign, "ในคำถามที่ท่านดูแล")):
        page = client.post(address(question, "merge"), {"revision": 0, "target": target.pk}).content.decode()
        assert message in page
    question.refresh_from_db()
    assert question.state == QuestionState.WAITING


def test_a_district_is_named_beside_its_province(as_: SignIn, question: Question, facilitator: User) -> None:
    office = make_agency(name="สำนักงานจังหวัดเชียงใหม่", level="province", province="เชียงใหม่", region="north")
    kind = {"level": "district", "province": "เชียงใหม่", "parent": office}
    district = make_agency(name="ที่ทำการปกครองอำเภอแม่ริม", **kind)
    as_(facilitator).post(address(question, "routing"), {"revision": 0, "agency": office.pk, "district": "แม่ริม"})
    question.refresh_from_db()
    assert question.agency == district


# --- Two moderators ---------------------------------------------------------------------------------------
def test_the_second_answer_is_kept_beside_the_first(
    as_: SignIn, question: Question, facilitator: User, officer: User
) -> None:
    moderating.answer(question=question, by=facilitator, revision=0, how=Way.WRITTEN, answer="ของคนแรก")
    client = as_(officer)
    words = {"how": Way.WRITTEN, "answer": "ของคนที่สอง"}
    response = client.post(address(question, "answer"), {"revision": 0} | words)
    page = response.content.decode()
    assert f"มีผู้อื่นแก้ไขข้อมูลนี้แล้ว: {facilitator.get_full_name()} “ตอบ”" in page
    assert ("ของคนแรก" in page, "ของคนที่สอง</textarea>" in page) == (True, True)
    assert response.context["revision"] == 1
    # Pressed again, it corrects the answer that is there now.
    assert 'name="corrects" value="1"' in page
    client.post(address(question, "answer"), {"revision": 1, "corrects": "1"} | words)
    question.refresh_from_db()
    assert (question.answer, question.answered_by) == ("ของคนที่สอง", facilitator)


def test_what_was_typed_for_an_act_that_is_over_is_shown(
    as_: SignIn, question: Question, facilitator: User, officer: User
) -> None:
    moderating.refuse(question=question, by=facilitator, revision=0, reason="นอกเรื่อง")
    response = as_(officer).post(address(question, "answer"), {"revision": 0} | ANSWER)
    page = response.content.decode()
    assert (response.context["lost"], ANSWER["answer"] in page, "นอกเรื่อง" in page) == ([ANSWER["answer"]], True, True)


def test_a_mistake_does_not_hide_that_somebody_was_faster(
    as_: SignIn, question: Question, facilitator: User, officer: User
) -> None:
    client = as_(officer)
    moderating.reword(question=question, by=facilitator, revision=0, text="ถ้อยคำใหม่", detail="")
    response = client.post(address(question, "refusal"), {"revision": 0, "reason": ""})
    assert response.context["revision"] == 0
    page = client.post(address(question, "refusal"), {"revision": 0, "reason": "นอกเรื่อง"}).content.decode()
    assert "“แก้ถ้อยคำ”" in page
    question.refresh_from_db()
    assert question.state == QuestionState.WAITING


def test_a_button_pressed_too_late_says_so(as_: SignIn, group: Group, facilitator: User, officer: User) -> None:
    question = make_question(group=group, state=QuestionState.PENDING)
    moderating.refuse(question=question, by=facilitator, revision=0, reason="นอกเรื่อง")
    page = as_(officer).post(address(question, "publication"), {"revision": 0}, follow=True).content.decode()
    assert f"{facilitator.get_full_name()} “ไม่รับ”" in page
    question.refresh_from_db()
    assert question.state == QuestionState.REFUSED


def test_what_was_typed_survives_the_session(as_: SignIn, question: Question, facilitator: User) -> None:
    client = as_(facilitator)
    mark = client.get(address(question)).content.decode().split('name="form_of" value="')[1].split('"')[0]
    client.logout()
    client.post(address(question, "answer"), {"revision": 0, "form_of": mark} | ANSWER)
    client.force_login(facilitator)
    response = client.get(address(question))
    assert f"{ANSWER['answer']}</textarea>" in response.content.decode()
    question.refresh_from_db()
    assert question.state == QuestionState.WAITING


@pytest.mark.parametrize("count", [1, 30])
def test_queries_do_not_grow(
    count: int, as_: SignIn, question: Question, facilitator: User, cold_queries: Callable
) -> None:
    for _ in range(count):
        row = make_question(group=question.group)
        moderating.merge(question=row, target=question, by=facilitator, revision=0)
        make_question(group=question.group)
    # Session, person, question; agencies, the chosen one; merged, steps; texts to compare, the likeliest; the asker's
    # standing in the menu.
    assert len(cold_queries(as_(facilitator), address(question))) == 10
