from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from groups.models import Group, Stage, State
from tests.factories import make_agency, make_event, make_group, make_membership, make_question, make_user

pytestmark = pytest.mark.django_db


def results(client: Client, query: str) -> tuple[list[str], list[str], list[str]]:
    """Names of groups, given names of people, names of pages."""
    found = client.get("/search/", {"q": query}).context["results"]
    return (
        [hit.name for hit in found.groups],
        [person.given_name for person in found.people],
        [page.name for page in found.pages],
    )


@pytest.fixture
def records(group: Group) -> Group:
    records = make_group(number=6, name="สารบรรณ", purpose="รับส่งหนังสือ", about="<p>ระเบียบ พ.ศ. <b>2526</b> ที่ทำน้ำ</p>")
    records.tags.add("e-Saraban")
    return records


@pytest.mark.parametrize(
    "query",
    [
        "สารบรรณ",
        "รับส่ง",
        "๒๕๒๖",  # Thai digits
        "ทํานํ้า",  # am typed in two parts, tone first
        "E-SARABAN",
        "  สาร   หนังสือ ",  # every word, in any order
        "\u200bสาร\u200bบรรณ",
    ],
)
def test_finds_a_group_however_it_is_typed(visitor: Client, records: Group, query: str) -> None:
    assert results(visitor, query)[0] == ["สารบรรณ"]


def test_every_word_must_occur(visitor: Client, records: Group) -> None:
    assert results(visitor, "สารบรรณ พัสดุ") == ([], [], [])


def test_finds_standing_pages(visitor: Client, db: None) -> None:
    assert results(visitor, "คุกกี้")[2] == ["cookies", "counter"]


def test_drafts_are_not_found_and_ended_groups_are(visitor: Client, as_: Callable, officer: User) -> None:
    make_group(name="ร่างลับ", stage=Stage.DRAFT)
    make_group(name="ยุติแล้ว", stage=Stage.CLOSED)
    assert results(visitor, "ร่างลับ")[0] == []
    assert results(as_(officer), "ร่างลับ")[0] == []
    assert results(visitor, "ยุติแล้ว")[0] == ["ยุติแล้ว"]


def test_people_are_found_where_their_directory_is_open(
    visitor: Client, as_: Callable, group: Group, member: User, outsider: User, officer: User
) -> None:
    somchai = make_user(given_name="สมชาย", position="นักวิชาการพัสดุ", agency=make_agency(name="กองคลัง"))
    make_membership(group=group, user=somchai)
    assert results(visitor, "สมชาย")[1] == []
    assert results(as_(outsider), "สมชาย")[1] == []
    assert results(as_(member), "สมชาย")[1] == ["สมชาย"]
    assert results(as_(member), "พัสดุ กองคลัง")[1] == ["สมชาย"]
    assert results(as_(officer), "สมชาย")[1] == ["สมชาย"]


@pytest.mark.parametrize(
    "fields",
    [{"is_listed": False}, {"state": State.LEFT}, {"state": State.REQUESTED}],
    ids=["unlisted", "left", "asked"],
)
def test_who_is_not_in_the_directory_is_not_found(as_: Callable, group: Group, member: User, fields: dict) -> None:
    make_membership(group=group, user=make_user(given_name="สมชาย"), **fields)
    assert results(as_(member), "สมชาย")[1] == []


@pytest.mark.parametrize(
    "query",
    [
        "", " ", '"', "*", "%", "_", "\\", "'; DROP TABLE x;--", "<script>alert(1)</script>", "😀🇹🇭👨‍👩‍👧",
        "ะาิีึืุู", "เแโใไ", "่้๊๋", "ๆ", "ก", "ก" * 5000, "คำ " * 3000, "\x00", "ก\x00ข", "\x1b[0m\r\n", "\u202eกขค",
        "\ud800", "\ufdd0", "NULL",
    ],
    ids=ascii,
)  # fmt: skip
@pytest.mark.parametrize("signed_in", [False, True])
def test_odd_input_is_never_an_error(visitor: Client, as_: Callable, member: User, query: str, signed_in: bool) -> None:
    client = as_(member) if signed_in else visitor
    response = client.get("/search/", {"q": query.encode("utf-8", "surrogatepass")})
    assert response.status_code == 200
    page = response.content.decode()
    assert "<script>alert" not in page
    assert "\x00" not in page
    assert len(response.context["query"]) <= 100


@pytest.mark.parametrize("parameters", ["?q=%ff%fe", "?q=%E0%B8", "?q=a&q=b", "?x=1", ""])
def test_odd_addresses_are_never_an_error(visitor: Client, db: None, parameters: str) -> None:
    assert visitor.get(f"/search/{parameters}").status_code == 200


def test_nothing_found_says_what_to_try(visitor: Client, db: None) -> None:
    page = visitor.get("/search/", {"q": "ไม่มีคำนี้แน่นอน"}).content.decode()
    assert "ไม่พบข้อมูลที่ตรงกับ “ไม่มีคำนี้แน่นอน”" in page
    assert "ใช้คำสั้นลง" in page


@pytest.mark.parametrize("rows", [1, 30])
def test_queries(as_: Callable, member: User, group: Group, rows: int, cold_queries: Callable) -> None:
    for _ in range(rows):
        make_group(name=f"พัสดุ {_}").tags.add("พัสดุ")
        make_event(group=group, title="พัสดุ")
        make_membership(group=group, user=make_user(position="นักวิชาการพัสดุ"))
        make_question(group=group, text="ตรวจรับพัสดุ")
    # session, person, version, groups, their tags, people, events, questions
    assert len(cold_queries(as_(member), "/search/?q=พัสดุ")) == 8


def test_questions_are_found_by_whoever_may_read_them(
    visitor: Client, as_: Callable, member: User, group: Group
) -> None:
    inside = make_event(group=group, visibility="group")
    make_question(group=group, text="ตรวจรับพัสดุ", answer="ตั้งกรรมการสำรอง", state="answered", asker=make_user())
    make_question(event=inside, text="ตรวจรับพัสดุเฉพาะกลุ่ม")
    make_question(group=group, text="ตรวจรับพัสดุที่ยังไม่ตรวจ", state="pending")
    found = [client.get("/search/", {"q": "ตรวจรับ"}).context["results"].questions for client in (visitor, as_(member))]
    assert [[question.text for question in rows] for rows in found] == [
        ["ตรวจรับพัสดุ"],
        ["ตรวจรับพัสดุเฉพาะกลุ่ม", "ตรวจรับพัสดุ"],
    ]
    by_answer = visitor.get("/search/", {"q": "กรรมการสำรอง"}).context["results"].questions
    assert [question.text for question in by_answer] == ["ตรวจรับพัสดุ"]


def test_events_are_found_by_whoever_may_see_them(
    visitor: Client, as_: Callable, member: User, outsider: User, group: Group
) -> None:
    make_event(group=group, title="ตรวจสอบพัสดุประจำปี")
    make_event(group=group, title="พัสดุเฉพาะกลุ่ม", visibility="group")
    make_event(group=group, title="ร่างเรื่องพัสดุ", state="draft")
    titles = ("ตรวจสอบพัสดุประจำปี", "พัสดุเฉพาะกลุ่ม", "ร่างเรื่องพัสดุ")
    pages = [client.get("/search/?q=พัสดุ").content.decode() for client in (visitor, as_(outsider), as_(member))]
    assert [[title in page for title in titles] for page in pages] == [
        [True, False, False],
        [True, False, False],
        [True, True, False],
    ]
