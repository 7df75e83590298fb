"""What facilitators and KM officers change about a group, and its way through life."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core.models import Tag
from core.thai import BUDDHIST_ERA
from groups import services
from groups.models import FormerSlug, Group, Lineage, Membership, Milestone, Role, Stage, State
from tests.factories import make_group, make_membership

pytestmark = pytest.mark.django_db
EDIT = "/groups/finance/edit/"
STAGE = "/groups/finance/stage/"
FIELDS = {
    "action": "save", "purpose": "ความมุ่งหมายใหม่", "about": "<p>เกี่ยวกับ</p><script>alert(1)</script>",
    "agreements": "ข้อหนึ่ง\r\nข้อสอง", "joining": "request", "tags": "เบิกจ่าย, พัสดุ",
}  # fmt: skip


def on(day: date) -> dict[str, str]:
    return {"on_day": str(day.day), "on_month": str(day.month), "on_year": str(day.year + BUDDHIST_ERA)}


def tags_of(group: Group) -> list[str]:
    return sorted(group.tags.names())


def test_a_facilitator_edits_the_group(as_, facilitator, group) -> None:
    Group.objects.filter(pk=group.pk).update(member_count=7)  # moves while the form is open
    response = as_(facilitator).post(EDIT, FIELDS)
    group.refresh_from_db()
    assert response["Location"] == "/groups/finance/"
    assert (group.purpose, group.about, group.agreement_lines, group.joining, tags_of(group), group.member_count) == (
        "ความมุ่งหมายใหม่", "<p>เกี่ยวกับ</p>", ["ข้อหนึ่ง", "ข้อสอง"], "request", ["พัสดุ", "เบิกจ่าย"], 7,
    )  # fmt: skip
    assert group.history.first().history_user == facilitator


def test_a_visitor_sees_the_change_at_once(
    as_, facilitator, visitor: Client, group, django_capture_on_commit_callbacks
) -> None:
    visitor.get("/groups/finance/")
    with django_capture_on_commit_callbacks(execute=True):
        as_(facilitator).post(EDIT, FIELDS)
    assert "ความมุ่งหมายใหม่" in visitor.get("/groups/finance/").content.decode()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("เบิกจ่าย,เบิกจ่าย ,  เบิกจ่าย", ["เบิกจ่าย"]),
        ("เเผนงาน，แผนงาน、แผนงาน", ["แผนงาน"]),
        ("e-GP; E-gp", ["e-GP"]),
        ("น\u0e4dา,นำ\u200b", ["นำ"]),
        ("", []),
        (" , ,", []),
    ],
)
def test_a_thai_tag_exists_once_however_it_was_typed(as_, facilitator, group, typed, kept) -> None:
    as_(facilitator).post(EDIT, FIELDS | {"tags": typed})
    as_(facilitator).post(EDIT, FIELDS | {"tags": typed})
    assert (tags_of(group), list(Tag.objects.values_list("name", flat=True))) == (kept, kept)


def test_another_groups_tag_is_the_same_tag(as_, facilitator, group) -> None:
    other = make_group()
    other.tags.add("e-GP")
    as_(facilitator).post(EDIT, FIELDS | {"tags": "E-GP"})
    assert (tags_of(group), Tag.objects.count()) == (["e-GP"], 1)


@pytest.mark.parametrize(
    ("bad", "field", "error"),
    [
        ({"purpose": ""}, "purpose", "กรุณากรอกความมุ่งหมาย"),
        ({"purpose": "ก" * 401}, "purpose", "ยาว 401 ตัวอักษร กรุณาตัดให้เหลือ 400"),
        ({"agreements": "ก\x00"}, "agreements", "มีอักขระควบคุมที่มองไม่เห็น กรุณาลบข้อความแล้วพิมพ์ใหม่"),
        ({"tags": ",".join(f"แท็ก{n}" for n in range(9))}, "tags", "มี 9 แท็ก กรุณาเลือกไว้ไม่เกิน 8 แท็ก"),
        ({"tags": "ก" * 41}, "tags", "แท็ก “กกกกกกกกกกกกกกกกกกกก…” ยาวเกินไป กรุณาตัดให้เหลือไม่เกิน 40 ตัวอักษร"),
    ],
)
def test_bad_input_is_a_form_error(as_, facilitator, group, bad, field, error) -> None:
    response = as_(facilitator).post(EDIT, FIELDS | bad)
    assert dict(response.context["form"].errors) == {field: [error]}
    assert (response.context["group"].purpose, Group.objects.get().purpose) == (group.purpose, group.purpose)


def test_an_unknown_way_of_joining_is_a_form_error(as_, facilitator) -> None:
    response = as_(facilitator).post(EDIT, FIELDS | {"joining": "lottery"})
    assert list(response.context["form"].errors) == ["joining"]


# --- Name and address ---
RENAME = {"action": "rename", "rename-name": "การคลัง", "rename-slug": "treasury", "rename-reason": "ปรับภารกิจ"}


def test_an_officer_renames_and_old_addresses_lead_on(as_, officer, visitor: Client, group) -> None:
    response = as_(officer).post(EDIT, RENAME)
    group.refresh_from_db()
    assert (response["Location"], group.name, group.slug) == ("/groups/treasury/", "การคลัง", "treasury")
    milestone = Milestone.objects.get()
    assert (milestone.title, milestone.detail) == ("เปลี่ยนชื่อจาก “การเงิน การคลัง และพัสดุ”", "ปรับภารกิจ")
    for old, new in [
        ("/groups/finance/", "/groups/treasury/"),
        ("/groups/finance/share/?a=1", "/groups/treasury/share/?a=1"),
        ("/groups/finance/qr.svg", "/groups/treasury/qr.svg"),
    ]:
        moved = visitor.get(old)
        assert (moved.status_code, moved["Location"], moved["Cache-Control"]) == (301, new, "private, no-cache")


def test_an_old_address_of_a_page_for_some_leads_on_too(as_, officer, group) -> None:
    services.rename(group=group, name=group.name, slug="treasury")
    moved = as_(officer).get("/groups/finance/members/?q=%E0%B8%81")
    assert (moved.status_code, moved["Location"]) == (301, "/groups/treasury/members/?q=%E0%B8%81")
    assert as_(officer).post("/groups/finance/stage/", {}).status_code == 404


def test_renaming_back_and_forth_never_loops(visitor: Client, group) -> None:
    services.rename(group=group, name="ข", slug="b")
    services.rename(group=group, name="ก", slug="finance")
    assert list(FormerSlug.objects.values_list("slug", flat=True)) == ["b"]
    assert (visitor.get("/groups/finance/").status_code, visitor.get("/groups/b/")["Location"]) == (
        200,
        "/groups/finance/",
    )


def test_a_facilitator_does_not_rename(as_, facilitator, group) -> None:
    response = as_(facilitator).post(EDIT, RENAME)
    group.refresh_from_db()
    assert (response.context["rename"], group.slug) == (None, "finance")


@pytest.mark.parametrize(
    ("bad", "field", "error"),
    [
        ({"rename-slug": "taken"}, "slug", "ที่อยู่นี้เคยเป็นของกลุ่มอื่นหรือมีผู้ใช้แล้ว"),
        ({"rename-slug": "once"}, "slug", "ที่อยู่นี้เคยเป็นของกลุ่มอื่นหรือมีผู้ใช้แล้ว"),
        ({"rename-slug": "การเงิน"}, "slug", "ใช้อักษรอังกฤษตัวเล็ก ตัวเลข และขีดกลางเท่านั้น"),
        ({"rename-slug": "a--b"}, "slug", "ใช้อักษรอังกฤษตัวเล็ก ตัวเลข และขีดกลางเท่านั้น"),
        ({"rename-name": "กลุ่มอื่น"}, "name", "มีกลุ่มที่ใช้ชื่อนี้แล้ว"),
        ({"rename-name": ""}, "name", "กรุณากรอกชื่อกลุ่ม"),
    ],
)
def test_names_and_addresses_that_cannot_be(as_, officer, group, bad, field, error) -> None:
    other = make_group(slug="taken", name="กลุ่มอื่น")
    FormerSlug.objects.create(slug="once", group=other)
    response = as_(officer).post(EDIT, RENAME | bad)
    group.refresh_from_db()
    assert (dict(response.context["rename"].errors), group.slug) == ({field: [error]}, "finance")


# --- Stages ---
def test_closing_with_reason_and_date(as_, facilitator, group) -> None:
    day = timezone.localdate()
    response = as_(facilitator).post(STAGE, {"stage": "closed", "reason": "ครบกำหนด"} | on(day))
    group.refresh_from_db()
    assert (response["Location"], group.stage, group.stage_reason, group.stage_since, group.ended_on) == (
        "/groups/finance/", Stage.CLOSED, "ครบกำหนด", day, day,
    )  # fmt: skip
    milestone = Milestone.objects.get()
    assert (milestone.title, milestone.detail, milestone.happened_on) == ("ยุติกลุ่ม", "ครบกำหนด", day)


def test_only_possible_stages_are_offered(as_, facilitator, group) -> None:
    def offered() -> list[str]:
        return [value for value, _ in as_(facilitator).get(STAGE).context["form"].fields["stage"].choices]

    assert offered() == ["paused", "fulfilled", "closed"]
    services.change_stage(group=group, stage=Stage.CLOSED, reason="x")
    assert offered() == ["active"]


def test_reopening_needs_no_reason(as_, facilitator, group) -> None:
    services.change_stage(group=group, stage=Stage.CLOSED, reason="x")
    as_(facilitator).post(STAGE, {"stage": "active"} | on(timezone.localdate()))
    group.refresh_from_db()
    assert (group.stage, group.ended_on) == (Stage.ACTIVE, None)


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"stage": "draft"}, "stage"),
        ({"reason": ""}, "reason"),
        ({"reason": "ก\x00"}, "reason"),
        ({"on_year": "สองห้า"}, "on"),
        (on(date.today() + timedelta(days=2)), "on"),
        (on(date(1999, 1, 1)), "on"),
    ],
)
def test_bad_stages_are_form_errors(as_, facilitator, group, bad, field) -> None:
    response = as_(facilitator).post(STAGE, {"stage": "paused", "reason": "พัก"} | on(timezone.localdate()) | bad)
    group.refresh_from_db()
    assert (list(response.context["form"].errors), group.stage) == ([field], Stage.ACTIVE)


def test_pausing_twice_tells_the_story_once(group) -> None:
    for _ in range(2):
        services.change_stage(group=group, stage=Stage.PAUSED, reason="พัก")
    assert Milestone.objects.count() == 1


# --- Merging and splitting ---
def test_a_merger_moves_members_and_keeps_pages(group, officer, member, visitor: Client) -> None:
    into = make_group(slug="treasury", name="คลัง")
    both = make_membership(group=into, user=member).user
    only_source = make_membership(group=group).user
    waiting = make_membership(group=group, state=State.REQUESTED).user
    services.merge(sources=[group], into=into, by=officer, reason="งานเดียวกัน")
    group.refresh_from_db()
    into.refresh_from_db()
    people = Membership.objects.active().filter(group=into).values_list("user", flat=True)
    assert (set(people), into.member_count, group.member_count, group.stage) == (
        {both.pk, only_source.pk}, 2, 0, Stage.CLOSED,
    )  # fmt: skip
    assert Membership.objects.get(group=group, user=waiting).state == State.WITHDRAWN
    assert list(Lineage.objects.values_list("predecessor", "successor", "kind")) == [(group.pk, into.pk, "merge")]
    assert visitor.get("/groups/finance/").context["frame"].successors == [into]


def test_a_group_is_not_merged_with_itself(group, officer) -> None:
    with pytest.raises(services.Refused):
        services.merge(sources=[group], into=group, by=officer)
    group.refresh_from_db()
    assert group.stage == Stage.ACTIVE


def test_nothing_is_merged_into_a_group_that_has_ended(group, officer, member) -> None:
    ended = make_group(stage=Stage.FULFILLED)
    with pytest.raises(services.Refused):
        services.merge(sources=[group], into=ended, by=officer)
    assert Membership.objects.get(user=member).group == group


def test_a_split_founds_a_draft_and_moves_nobody(group, member) -> None:
    new = services.split(group=group, name="พัสดุ", slug="supplies", purpose="งานพัสดุ", reason="สมาชิกมาก")
    titles = list(Milestone.objects.order_by("pk").values_list("group", "title"))
    assert (new.number, new.stage, new.member_count) == (group.number + 1, Stage.DRAFT, 0)
    assert titles == [(group.pk, "แยกเป็นกลุ่มพัสดุ"), (new.pk, "แยกจากกลุ่มการเงิน การคลัง และพัสดุ")]
    assert Membership.objects.get(user=member).group == group


# --- After the session has ended ---
def test_what_was_typed_comes_back(as_, officer, visitor: Client, group) -> None:
    visitor.post(EDIT, FIELDS | {"purpose": "พิมพ์ไว้นาน"}, HTTP_REFERER=f"http://testserver{EDIT}")
    visitor.force_login(officer)
    context = visitor.get(EDIT).context
    assert (context["form"]["purpose"].value(), context["rename"].is_bound) == ("พิมพ์ไว้นาน", False)


def test_a_new_name_that_was_typed_comes_back(officer, visitor: Client, group) -> None:
    visitor.post(EDIT, RENAME, HTTP_REFERER=f"http://testserver{EDIT}")
    visitor.force_login(officer)
    context = visitor.get(EDIT).context
    assert (context["form"].is_bound, context["rename"]["name"].value()) == (False, "การคลัง")
    assert Group.objects.get().slug == "finance"


# --- Who may ---
@pytest.mark.parametrize("address", [EDIT, STAGE])
def test_members_and_strangers_edit_nothing(as_, visitor: Client, member, outsider, group, address) -> None:
    make_membership(group=make_group(), user=outsider, role=Role.FACILITATOR)
    answers = [as_(person).post(address, FIELDS).status_code for person in (member, outsider)]
    assert (answers, visitor.get(address).status_code, Group.objects.get(pk=group.pk).purpose) == (
        [404, 404], 302, group.purpose,
    )  # fmt: skip
