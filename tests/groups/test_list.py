from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from core import pagecache
from groups.models import Group, Role, Stage, State
from tests.factories import make_agency, make_group, make_membership, make_user

pytestmark = pytest.mark.django_db
ADDRESS = "/groups/"


def slugs(response) -> list[str]:
    return [entry.slug for entry in response.context["entries"]]


@pytest.fixture
def three() -> list[Group]:
    finance = make_group(
        number=1, slug="finance", name="การเงิน การคลัง และพัสดุ", purpose="เบิกจ่ายให้ถูกระเบียบ", member_count=3,
        last_activity_at=datetime(2026, 11, 1, tzinfo=UTC),
    )  # fmt: skip
    records = make_group(
        number=6, slug="records", name="สารบรรณ", purpose="รับส่งหนังสือ", stage=Stage.PAUSED, member_count=9,
        last_activity_at=datetime(2026, 11, 9, tzinfo=UTC),
    )  # fmt: skip
    closed = make_group(number=9, slug="planning", name="การจัดทำแผน", purpose="แผนพัฒนาจังหวัด", stage=Stage.CLOSED)
    finance.tags.add("เบิกจ่าย", "พัสดุ")
    records.tags.add("งานสารบรรณ")
    return [finance, records, closed]


def test_the_default_list_holds_groups_that_go_on_or_rest(visitor: Client, three: list[Group]) -> None:
    make_group(number=20, slug="draft", stage=Stage.DRAFT)
    assert slugs(visitor.get(ADDRESS)) == ["finance", "records"]


def test_every_stage_can_be_asked_for_but_a_draft_stays_hidden(
    visitor: Client, three: list[Group], as_, officer
) -> None:
    make_group(number=20, slug="draft", stage=Stage.DRAFT)
    assert slugs(visitor.get(ADDRESS, {"stage": "all"})) == ["finance", "records", "planning"]
    assert slugs(visitor.get(ADDRESS, {"stage": "closed"})) == ["planning"]
    assert slugs(as_(officer).get(ADDRESS, {"stage": "all"})) == ["finance", "records", "planning", "draft"]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("พัสดุ", ["finance"]),
        ("เบิกจ่าย", ["finance"]),
        ("เเละพัสดุ", ["finance"]),  # two sara e for one sara ae
        ("กลุ่มที่ ๖", []),
        ("๖", ["records"]),
        ("หนังสือ สารบรรณ", ["records"]),
        ("หนังสือ พัสดุ", []),
        ("ไม่มีคำนี้", []),
    ],
)
def test_text_is_found_in_any_spelling(visitor: Client, three: list[Group], q: str, found: list[str]) -> None:
    assert slugs(visitor.get(ADDRESS, {"q": q})) == found


def test_filters_by_tag_and_offers_the_tags_in_thai_order(visitor: Client, three: list[Group]) -> None:
    tag = three[0].tags.get(name="พัสดุ")
    response = visitor.get(tag.get_absolute_url())
    assert slugs(response) == ["finance"]
    offered = [label for _, label in response.context["form"].fields["tag"].choices]
    assert offered == ["ทุกแท็ก", "งานสารบรรณ", "เบิกจ่าย", "พัสดุ"]


def test_orders(visitor: Client, three: list[Group]) -> None:
    assert slugs(visitor.get(ADDRESS, {"order": "members"})) == ["records", "finance"]
    assert slugs(visitor.get(ADDRESS, {"order": "activity", "stage": "all"})) == ["records", "finance", "planning"]


def test_my_groups(visitor: Client, three: list[Group], as_, outsider) -> None:
    make_membership(group=three[1], user=outsider)
    make_membership(group=three[0], user=outsider, state=State.REQUESTED)
    response = as_(outsider).get(ADDRESS, {"mine": "1"})
    assert slugs(response) == ["records"]
    assert slugs(visitor.get(ADDRESS, {"mine": "1"})) == ["finance", "records"]


def test_marks_membership_and_request(three: list[Group], as_, outsider) -> None:
    make_membership(group=three[1], user=outsider)
    make_membership(group=three[0], user=outsider, state=State.REQUESTED)
    response = as_(outsider).get(ADDRESS)
    assert (response.context["mine"], response.context["asked"]) == ({three[1].pk}, {three[0].pk})
    assert response.content.decode().count("ท่านเป็นสมาชิก</span>") == 1


def test_nothing_found_offers_a_way_back(visitor: Client, three: list[Group]) -> None:
    response = visitor.get(ADDRESS, {"q": "ไม่มีคำนี้"})
    assert "ไม่พบกลุ่มที่ตรงกับเงื่อนไข" in response.content.decode()


def test_suggests_groups_of_colleagues_then_of_shared_tags(as_, outsider) -> None:
    joined, of_colleagues, alike, other = (make_group(number=number, slug=f"g{number}") for number in range(1, 5))
    joined.tags.add("เบิกจ่าย")
    alike.tags.add("เบิกจ่าย", "พัสดุ")
    other.tags.add("ภาษา")
    agency = make_agency()
    outsider.agency = agency
    outsider.save()
    make_membership(group=joined, user=outsider)
    for _ in range(2):
        make_membership(group=of_colleagues, user=make_user(agency=agency))
    make_membership(group=other, user=make_user(agency=agency), is_listed=False)
    found = as_(outsider).get(ADDRESS).context["suggestions"]
    assert [(one.entry.slug, one.colleagues, one.shared) for one in found] == [
        ("g2", 2, []),
        ("g3", 0, ["เบิกจ่าย"]),
    ]
    assert "กลุ่มที่น่าจะตรงกับงานของท่าน" not in as_(outsider).get(ADDRESS, {"q": "g"}).content.decode()


def test_a_visitors_page_is_the_same_for_all_and_may_be_kept(visitor: Client, three: list[Group]) -> None:
    response = visitor.get(ADDRESS)
    assert response["Cache-Control"].startswith("public")
    assert (response.cookies, "csrfmiddlewaretoken" in response.content.decode()) == ({}, False)


@pytest.mark.parametrize("rows", [1, 30])
def test_queries(steady, visitor: Client, as_, outsider, rows: int, django_assert_num_queries) -> None:
    for number in range(1, rows + 1):
        group = make_group(number=number)
        group.tags.add(f"แท็ก {number}", "ร่วมกัน")
        make_membership(group=group, user=make_user())
    outsider.agency = make_agency()
    outsider.save()
    make_membership(group=group, user=outsider)
    signed_in = as_(outsider)
    visitor.get("/faq/")
    pagecache.forget()
    with django_assert_num_queries(3):  # version of the public pages, groups, tags
        visitor.get(ADDRESS)
    pagecache.forget()
    with django_assert_num_queries(5):  # version, session, person, own memberships, colleagues
        signed_in.get(ADDRESS)


def test_htmx_gets_the_whole_page_where_it_restores_the_history(as_, outsider, three: list[Group]) -> None:
    headers = {"HTTP_HX_REQUEST": "true", "HTTP_HX_HISTORY_RESTORE_REQUEST": "true"}
    assert "<html" in as_(outsider).get(ADDRESS, **headers).content.decode()


def test_a_fragment_for_htmx_holds_the_results_alone(as_, outsider, three: list[Group]) -> None:
    response = as_(outsider).get(ADDRESS, {"q": "พัสดุ"}, HTTP_HX_REQUEST="true")
    html = response.content.decode()
    assert ("<html" in html, html.strip().startswith('<section class="section" id="results"')) == (False, True)


@pytest.mark.parametrize("bad", [{"q": "ก\x00ข"}, {"q": "ก" * 5000}, {"stage": "x"}, {"tag": "x"}, {"tag": "9" * 400}])
def test_bad_filters_are_said_and_do_no_harm(as_, outsider, three: list[Group], bad: dict[str, str]) -> None:
    response = as_(outsider).get(ADDRESS, bad)
    assert (response.status_code, slugs(response)) == (200, ["finance", "records"])
    assert list(response.context["form"].errors) == list(bad)
    assert 'class="error"' in response.content.decode()


def test_a_role_is_no_second_membership(three: list[Group], as_, outsider) -> None:
    make_membership(group=three[0], user=outsider, role=Role.FACILITATOR)
    assert as_(outsider).get(reverse("groups:group_list")).context["mine"] == {three[0].pk}
