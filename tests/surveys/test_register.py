"""The register: what whom is shown of which questions, in which order, at what cost."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core import pagecache
from core.paging import Page
from events.models import CoHost
from groups.models import FormerSlug, Group, Role, Stage
from surveys import register
from surveys.models import OWED, PUBLISHED, Question, QuestionState, Vote, Way
from tests.factories import make_agency, make_event, make_group, make_membership, make_question, make_user
from tests.pages.conftest import cold_queries

__all__ = ["cold_queries"]
pytestmark = pytest.mark.django_db
LIST, TAB = "/questions/", "/groups/finance/questions/"


def shown(response) -> list[str]:
    page = response.context["page"]
    return [question.text for question in page] if isinstance(page, Page) else [row.button.text for row in page.rows]


def texts(client: Client, address: str = LIST) -> list[str]:
    return shown(client.get(address))


def rows_of(client: Client, address: str) -> str:
    return client.get(address).context["rows"]


def voted(question: Question, votes: int) -> Question:
    question.vote_count = votes
    question.save(update_fields=["vote_count"])
    return question


# --- Which questions --------------------------------------------------------------------------------------
def test_what_is_published_by_who_looks(visitor: Client, as_, outsider, member, officer, group: Group) -> None:
    make_question(group=group, text="open")
    make_question(event=make_event(group=group, visibility="internal"), text="internal")
    make_question(event=make_event(group=group, visibility="group"), text="members")
    make_question(group=make_group(stage=Stage.DRAFT), text="draft group")
    for state in set(QuestionState) - {*PUBLISHED, QuestionState.MERGED}:
        make_question(group=group, text=state.value, state=state, asker=member)
    expected = {
        None: ["open"],
        outsider: ["internal", "open"],
        member: ["members", "internal", "open"],
        officer: ["members", "internal", "open"],
    }
    for person, found in expected.items():
        client = as_(person) if person else visitor
        response = client.get(LIST)
        assert shown(response) == found
        assert f"{len(found)} คำถาม ตอบแล้ว 0" in response.content.decode()
        assert texts(client, TAB) == found


def test_state_group_and_words(visitor: Client, group: Group) -> None:
    other = make_group()
    answered = make_question(
        group=other, text="กันเงินเหลื่อมปี", state=QuestionState.ANSWERED, answer="ใช้เอกสารแบบ ข", answered_how=Way.WRITTEN
    )
    make_question(group=group, text="ลงรับหนังสือ", detail="ทางไปรษณีย์")
    shared = make_event(group=other)
    CoHost.objects.create(event=shared, group=group)
    make_question(event=shared, text="ร่วมจัด", state=QuestionState.CONSIDERING)
    cases = {
        "": ["ร่วมจัด", "ลงรับหนังสือ", "กันเงินเหลื่อมปี"],
        f"?group={other.slug}": ["ร่วมจัด", "กันเงินเหลื่อมปี"],
        f"?group={group.slug}": ["ร่วมจัด", "ลงรับหนังสือ"],
        "?state=answered": ["กันเงินเหลื่อมปี"],
        "?state=considering": ["ร่วมจัด"],
        "?q=ไปรษณีย์": ["ลงรับหนังสือ"],
        "?q=เอกสาร กันเงิน": ["กันเงินเหลื่อมปี"],
        "?q=เอกสาร ลงรับ": [],
        f"?state=answered&group={group.slug}": [],
        "?order=waiting&state=answered": [],
    }
    for query, found in cases.items():
        assert texts(visitor, LIST + query) == found, query
    assert "1 คำถาม ตอบแล้ว 1" in visitor.get(f"{LIST}?q=กันเงิน").content.decode()
    assert "ได้คำตอบแล้ว 0 จาก 2 ข้อ" in visitor.get(TAB).content.decode()
    assert answered.answer in visitor.get(LIST).content.decode()


@pytest.mark.parametrize(
    "query", ["group=nowhere", "state=pending", "state=x", "order=x", "q=" + "ก" * 101, "q=%00", "page=x", "page=%00"]
)
def test_what_cannot_be_understood_does_not_count(visitor: Client, group: Group, query: str) -> None:
    make_question(group=group, text="คำถาม")
    make_question(group=group, text="รอตรวจ", state=QuestionState.PENDING)
    assert texts(visitor, f"{LIST}?{query}") == ["คำถาม"]


def test_by_votes_by_age_and_by_waiting(visitor: Client, group: Group) -> None:
    now = timezone.now()
    for days, (text, votes) in enumerate([("a", 3), ("b", 9), ("c", 3), ("d", 1)]):
        voted(make_question(group=group, text=text, owed_since=now - timedelta(days=days)), votes)
    voted(make_question(group=group, text="done", state=QuestionState.ANSWERED, answered_how=Way.LIVE), 20)
    assert texts(visitor) == ["done", "b", "c", "a", "d"]
    assert texts(visitor, f"{LIST}?order=new") == ["done", "d", "c", "b", "a"]
    assert texts(visitor, f"{LIST}?order=waiting") == ["d", "c", "b", "a"]


@pytest.mark.parametrize("order", ["", "new", "waiting"])
def test_pages_show_each_question_once(visitor: Client, group: Group, order: str) -> None:
    for number in range(2 * register.SIZE + 1):
        voted(make_question(group=group, text=str(number)), number % 4)
    for address in (f"{LIST}?group=finance&order={order}", TAB):
        found, response = [], visitor.get(address)
        while True:
            found += shown(response)
            query = response.context["page"].next_query
            if query is None:
                break
            response = visitor.get(address.partition("?")[0] + query)
        assert sorted(map(int, found)) == list(range(2 * register.SIZE + 1))


def test_the_results_alone_for_htmx(visitor: Client, group: Group) -> None:
    make_question(group=group)
    html = visitor.get(f"{LIST}?state=waiting", headers={"HX-Request": "true"}).content.decode()
    assert (html.count('id="results"'), html.count("<h1"), html.count('class="vote"')) == (1, 0, 1)


def test_nothing_there_yet(visitor: Client, as_, member: User, group: Group) -> None:
    assert "ยังไม่มีคำถาม" in visitor.get(LIST).content.decode()
    assert "ยังไม่มีคำถาม" in visitor.get(TAB).content.decode()
    assert "ไม่พบข้อมูลที่ตรงกับเงื่อนไข" in visitor.get(f"{LIST}?q=x").content.decode()
    assert "ท่านยังไม่ได้ส่งคำถาม" in as_(member).get("/questions/mine/").content.decode()


# --- What a row says --------------------------------------------------------------------------------------
def test_the_badge_says_how_far_it_is(group: Group) -> None:
    agency = make_agency()
    cases = [
        ({"state": QuestionState.PENDING}, ("รอตรวจสอบ", "warn")),
        ({"state": QuestionState.WAITING}, ("รอคำตอบ", "warn")),
        ({"state": QuestionState.WAITING, "is_being_answered": True}, ("กำลังตอบ", "now")),
        ({"state": QuestionState.CONSIDERING}, ("อยู่ระหว่างพิจารณา", "info")),
        ({"state": QuestionState.CONSIDERING, "agency": agency}, ("ส่งต่อหน่วยงานเจ้าของเรื่อง", "info")),
        ({"state": QuestionState.ANSWERED, "answered_how": Way.LIVE}, ("ตอบในเวทีแล้ว", "ok")),
        ({"state": QuestionState.ANSWERED, "answered_how": Way.REFERRED}, ("ตอบแล้ว", "ok")),
        ({"state": QuestionState.REFUSED}, ("ไม่รับ", "")),
    ]
    for fields, expected in cases:
        assert register.badge_of(Question(group=group, **fields)) == expected


def test_who_owes_the_answer_and_who_gave_it(visitor: Client, facilitator: User, group: Group) -> None:
    agency, since = (
        make_agency(name="กองคลัง"),
        datetime(2026, 11, 20, 5, tzinfo=UTC),
    )
    make_question(group=group, text="a", owed_since=since)
    make_question(group=group, text="b", owed_since=since, agency=agency, state=QuestionState.CONSIDERING)
    done = {"state": QuestionState.ANSWERED, "answered_by": facilitator, "answered_at": since, "answer": "ได้"}
    make_question(group=group, text="c", answered_how=Way.WRITTEN, **done)
    make_question(group=group, text="d", answered_how=Way.REFERRED, agency=agency, **done)
    assert visitor.get(LIST).context["page"].rows[3].owed == "ผู้ดำเนินกลุ่ม ตั้งแต่ 20 พ.ย. 2569"
    rows = Question.objects.order_by("-pk")
    assert [register.owed_by(row) for row in rows] == [
        "",
        "",
        "กองคลัง ตั้งแต่ 20 พ.ย. 2569",
        "ผู้ดำเนินกลุ่มการเงิน การคลัง และพัสดุ ตั้งแต่ 20 พ.ย. 2569",
    ]
    assert [register.answered_by(row) for row in rows][:2] == [
        "กองคลัง · หน่วยงานเจ้าของเรื่องตอบ · 20 พ.ย. 2569",
        f"{facilitator.get_full_name()} · ตอบเป็นลายลักษณ์อักษร · 20 พ.ย. 2569",
    ]


def test_a_long_answer_is_cut_in_lists_only(visitor: Client) -> None:
    answer = "ก" * register.LONGEST_ANSWER + "ข้อสรุป"
    question = make_question(state=QuestionState.ANSWERED, answered_how=Way.WRITTEN, answer=answer)
    html = visitor.get(LIST).content.decode()
    assert ("ข้อสรุป" in html, "อ่านคำตอบทั้งหมด" in html) == (False, True)
    assert answer in visitor.get(question.get_absolute_url()).content.decode()


def test_what_is_typed_is_escaped(visitor: Client) -> None:
    question = make_question(
        text="<script>a</script>",
        detail="<b>b</b>",
        answer="<i>c</i>",
        state=QuestionState.ANSWERED,
        answered_how="written",
    )
    for address in (LIST, question.get_absolute_url()):
        html = visitor.get(address).content.decode()
        assert [tag in html for tag in ("<script>a", "<b>b", "<i>c")] == [False] * 3


# --- Names ------------------------------------------------------------------------------------------------
def test_who_wishes_to_stay_unnamed_is_named_to_moderators_only(
    visitor: Client, as_, outsider, member, facilitator, officer, group: Group
) -> None:
    recorder = make_membership(group=group, role=Role.RECORDER).user
    elsewhere = make_membership(group=make_group(), role=Role.FACILITATOR).user
    asker = make_user(given_name="บังเอิญ", family_name="ซ่อนนาม")
    question = make_question(group=group, asker=asker, is_anonymous=True)
    question.steps.create(kind="asked", by=asker)
    Vote.objects.create(question=question, user=outsider, is_asker=True)  # joined by a merge: reads the steps
    for person in (None, outsider, member, elsewhere, asker, facilitator, recorder, officer):
        client = as_(person) if person else visitor
        pages = {address: client.get(address).content.decode() for address in (question.get_absolute_url(), LIST, TAB)}
        own_page = pages.pop(question.get_absolute_url())
        assert "ไม่ประสงค์ออกนาม" in own_page
        if person != asker:  # whose own name stands in the page's head
            assert ("ซ่อนนาม" in own_page) == (person in (facilitator, recorder, officer))
            assert ["ซ่อนนาม" in html for html in pages.values()] == [False, False]
    assert "ลำดับของคำถาม" in as_(outsider).get(question.get_absolute_url()).content.decode()


def test_a_name_that_is_given_is_shown(visitor: Client) -> None:
    question = make_question(asker=make_user(given_name="เมฆา", family_name="พรหมรุ่ง", title="นาย"))
    for address in (LIST, question.get_absolute_url()):
        html = visitor.get(address).content.decode()
        assert ("นายเมฆา พรหมรุ่ง" in html, "(ผู้อ่านทั่วไปไม่เห็นชื่อ" in html) == (True, False)


def test_the_words_of_others_are_told_to_moderators_only(as_, facilitator, member, outsider, group: Group) -> None:
    question = make_question(group=group, asker=member)
    Vote.objects.create(question=question, user=outsider, is_asker=True)
    for kind, text in (("reworded", "ถ้อยคำเดิม"), ("merged", "รวมจากที่อื่น")):
        question.steps.create(kind=kind, text=text, by=facilitator)
    found = {}
    for person in (facilitator, member, outsider, make_user()):
        html = as_(person).get(question.get_absolute_url()).content.decode()
        found[person] = ("แก้ถ้อยคำ" in html, "ถ้อยคำเดิม" in html, "รวมจากที่อื่น" in html)
    assert list(found.values()) == [
        (True, True, True),
        (True, True, False),
        (True, False, False),
        (False, False, False),
    ]


# --- One question -----------------------------------------------------------------------------------------
def test_a_question_not_published_is_its_askers_and_moderators(
    visitor: Client, as_, outsider, member, facilitator, officer, group: Group
) -> None:
    for state in (QuestionState.PENDING, QuestionState.REFUSED, QuestionState.WITHDRAWN):
        address = make_question(group=group, asker=member, state=state).get_absolute_url()
        people = [as_(person) for person in (member, facilitator, officer, outsider)]
        assert [client.get(address).status_code for client in (*people, visitor)] == [200, 200, 200, 404, 404]


def test_what_each_may_do_on_its_page(as_, outsider, member, facilitator, group: Group) -> None:
    question = make_question(group=group, asker=member, state=QuestionState.PENDING)
    page = as_(member).get(question.get_absolute_url()).content.decode()
    assert ("ถอนคำถาม</button>" in page, "/manage/" in page) == (True, False)
    page = as_(facilitator).get(question.get_absolute_url()).content.decode()
    assert ("ถอนคำถาม</button>" in page, f"/questions/{question.pk}/manage/" in page) == (False, True)
    Question.objects.update(state=QuestionState.REFUSED, reason="ถามซ้ำกับระเบียบข้อ 5")
    page = as_(member).get(question.get_absolute_url()).content.decode()
    assert ("ถอนคำถาม</button>" in page, "ถามซ้ำกับระเบียบข้อ 5" in page, 'class="vote' in page) == (False, True, False)


def test_a_merged_question_leads_to_where_it_lives_on(visitor: Client, as_, outsider, member, group: Group) -> None:
    def merged(goal: Question) -> str:
        return make_question(group=group, asker=member, state=QuestionState.MERGED, merged_into=goal).get_absolute_url()

    goal = make_question(group=group)
    closed = make_question(event=make_event(group=group, visibility="group"))
    for client in (visitor, as_(outsider), as_(member)):
        response = client.get(merged(goal))
        assert (response.status_code, response.headers["Location"]) == (301, goal.get_absolute_url())
    address = merged(closed)
    statuses = [client.get(address).status_code for client in (visitor, as_(outsider), as_(member))]
    assert statuses == [404, 404, 301]


def test_a_vote_shows_to_visitors_without_a_new_version(visitor: Client) -> None:
    response = visitor.get(make_question().get_absolute_url())
    assert (response.is_public_page, visitor.get("/questions/999/").status_code) == (True, 404)
    assert 'class="vote" id="vote-' in response.content.decode()
    assert "/accounts/login/?next=/questions/" in response.content.decode()


def test_a_count_is_never_the_one_that_was_kept(as_, outsider: User, member: User) -> None:
    first, second = make_question(text="a"), make_question(text="b")
    pages = (LIST, first.get_absolute_url())
    clients = [as_(outsider), as_(member)]
    for client in clients:
        assert texts(client) == ["b", "a"]
        assert ["</svg>1<" in client.get(page).content.decode() for page in pages] == [True, True]
    clients[0].post(f"/questions/{first.pk}/vote/", {"wants": "1"})
    for client in clients:
        assert texts(client) == ["a", "b"]
        assert ["</svg>2<" in client.get(page).content.decode() for page in pages] == [True, True]
    assert second.vote_count == 1


# --- Own questions ----------------------------------------------------------------------------------------
def test_my_questions_are_mine(visitor: Client, as_, outsider: User, member: User, group: Group) -> None:
    for state in set(QuestionState) - {QuestionState.MERGED}:
        make_question(group=group, asker=member, text=state.value, state=state)
    make_question(group=group, asker=outsider, text="other")
    assert sorted(texts(as_(member), "/questions/mine/")) == sorted(set(QuestionState) - {QuestionState.MERGED})
    assert texts(as_(outsider), "/questions/mine/") == ["other"]
    assert visitor.get("/questions/mine/").headers["Location"] == "/accounts/login/?next=%2Fquestions%2Fmine%2F"


# --- A group's tab ----------------------------------------------------------------------------------------
def test_the_tab_asks_where_the_group_takes_questions(visitor: Client, as_, outsider: User, group: Group) -> None:
    html = as_(outsider).get(TAB).content.decode()
    assert ('name="of_group" value="finance"' in html, 'name="group"' in html) == (True, False)
    make_question(group=group)
    assert (group.name in rows_of(visitor, TAB), group.name in rows_of(visitor, LIST)) == (False, True)
    html = visitor.get(TAB).content.decode()
    assert ("เข้าสู่ระบบเพื่อส่งคำถาม" in html, 'action="/questions/new/"' in html) == (True, False)
    Group.objects.update(stage=Stage.CLOSED)
    pagecache.changed()
    html = as_(outsider).get(TAB).content.decode()
    assert ("ปิดรับคำถามแล้ว" in html, 'name="of_group"' in html) == (True, False)


def test_a_draft_group_and_a_former_address(visitor: Client, as_, outsider, facilitator, group: Group) -> None:
    FormerSlug.objects.create(slug="money", group=group)
    assert visitor.get("/groups/money/questions/").headers["Location"] == TAB
    Group.objects.update(stage=Stage.DRAFT)
    clients = (visitor, as_(outsider), as_(facilitator))
    assert [client.get(TAB).status_code for client in clients] == [404, 404, 200]


# --- Search -----------------------------------------------------------------------------------------------
def test_the_search_finds_what_the_viewer_may_read(member: User, outsider: User, group: Group) -> None:
    make_question(group=group, text="เบี้ยเลี้ยง", answer="นับเวลาเดินทาง", state=QuestionState.ANSWERED)
    make_question(event=make_event(group=group, visibility="group"), text="เบี้ยเลี้ยงของกลุ่ม")
    make_question(group=group, text="เบี้ยเลี้ยงรอตรวจ", state=QuestionState.PENDING, asker=member)
    hidden = make_user(family_name="เบี้ยเลี้ยง")
    make_question(group=group, text="อื่น", asker=hidden, is_anonymous=True)
    found = {
        who: [row.text for row in register.search(who, ["เบี้ยเลี้ยง"])] for who in (AnonymousUser(), outsider, member)
    }
    assert list(found.values()) == [["เบี้ยเลี้ยง"], ["เบี้ยเลี้ยง"], ["เบี้ยเลี้ยงของกลุ่ม", "เบี้ยเลี้ยง"]]
    assert [row.text for row in register.search(outsider, ["เบี้ย", "เดินทาง"])] == ["เบี้ยเลี้ยง"]
    assert register.search(outsider, []) == []


# --- Cost -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("questions", [1, 30])
def test_the_number_of_queries_is_constant(
    visitor: Client, as_, member: User, group: Group, questions: int, cold_queries
) -> None:
    event = make_event(group=group)
    for number in range(questions):
        answered = {"state": QuestionState.ANSWERED, "answered_how": Way.LIVE, "answered_by": member}
        make_question(
            event=event, asker=member, agency=make_agency(), **(answered if number % 2 else {"state": OWED[0]})
        )
    one = Question.objects.latest("pk")
    for _ in range(questions):
        one.steps.create(kind="reworded", by=member)
    addresses = [LIST, f"{LIST}?order=waiting", TAB, one.get_absolute_url()]
    # A list: version, groups, questions, counts. For people also session, person, own groups, own votes.
    assert [len(cold_queries(visitor, address)) for address in addresses] == [5, 4, 6, 3]
    assert [len(cold_queries(as_(member), address)) for address in (*addresses, "/questions/mine/")] == [9, 8, 11, 8, 4]
