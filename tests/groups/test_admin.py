"""The administrators' tool for groups, memberships and tags."""

import csv
import io

import openpyxl
import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification, User
from core.models import PageVersion, Tag
from core.spreadsheets import write_xlsx
from core.thai import BUDDHIST_ERA
from groups.models import FormerSlug, Group, Membership, Milestone, Role, Stage, State
from tests.factories import make_group, make_membership, make_user

pytestmark = pytest.mark.django_db
GROUPS = "/admin/groups/group/"
MEMBERSHIPS = "/admin/groups/membership/"


@pytest.fixture(autouse=True)
def _without_second_factor(settings) -> None:
    settings.REQUIRE_STAFF_MFA = False


@pytest.fixture
def desk(as_, admin: User) -> Client:
    return as_(admin)


def today() -> dict[str, str]:
    day = timezone.localdate()
    return {"on_day": str(day.day), "on_month": str(day.month), "on_year": str(day.year + BUDDHIST_ERA)}


def act(desk: Client, address: str, action: str, *rows, **answer: str):
    return desk.post(address, {"action": action, "_selected_action": [row.pk for row in rows]} | answer, follow=True)


def upload(desk: Client, address: str, headers, *rows):
    file = SimpleUploadedFile("a.xlsx", write_xlsx(headers, rows))
    return desk.post(f"{address}import/", {"import_file": file, "resource": "0", "format": ""})


def confirm(desk: Client, address: str, shown):
    return desk.post(f"{address}process_import/", shown.context["confirm_form"].initial, follow=True)


def problems(shown) -> list[tuple[int, dict[str, list[str]]]]:
    return [(row.number, row.error_dict) for row in shown.context["result"].invalid_rows]


def told(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def version() -> int:
    return sum(PageVersion.objects.values_list("number", flat=True))


# --- Who gets in ---
@pytest.mark.parametrize("address", [GROUPS, MEMBERSHIPS, f"{GROUPS}import/", f"{MEMBERSHIPS}export/"])
def test_only_staff(as_, visitor: Client, member, officer, address) -> None:
    assert [client.get(address).status_code for client in (visitor, as_(member), as_(officer))] == [302] * 3


def test_a_km_officer_who_is_staff_needs_no_single_permission(as_, officer, group) -> None:
    officer.is_staff = True
    officer.save()
    client = as_(officer)
    pages = [GROUPS, f"{GROUPS}{group.pk}/change/", MEMBERSHIPS, "/admin/core/tag/", f"{MEMBERSHIPS}import/"]
    assert [client.get(page).status_code for page in pages] == [200] * len(pages)


def test_staff_without_permission_see_nothing(as_, group) -> None:
    client = as_(make_user(is_staff=True))
    pages = [GROUPS, f"{GROUPS}import/", f"{GROUPS}export/", f"{GROUPS}process_import/", f"{GROUPS}{group.pk}/rename/"]
    assert [client.post(page).status_code for page in pages] == [403] * len(pages)


def test_signing_out_ends_well(desk) -> None:
    assert desk.post("/admin/logout/")["Location"] == "/"


# --- Lists ---
@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(("address", "queries"), [(GROUPS, 6), (MEMBERSHIPS, 6), ("/admin/core/tag/", 5)])
def test_lists_cost_the_same_however_long(desk, address, queries, rows, django_assert_num_queries) -> None:
    for number in range(rows):
        group = make_group()
        make_membership(group=group, role=Role.FACILITATOR)
        group.tags.add(f"แท็ก {number}")
    desk.get(address)
    with django_assert_num_queries(queries):
        desk.get(address)


def test_search_is_forgiving_about_spelling_and_bad_characters(desk, group) -> None:
    make_group()
    assert [row.pk for row in desk.get(GROUPS, {"q": "การเงิน เเละ"}).context["cl"].result_list] == [group.pk]
    address = reverse("admin:autocomplete")
    query = {"app_label": "groups", "model_name": "membership", "field_name": "group", "term": "การ\x00เงิน"}
    assert [row["id"] for row in desk.get(address, query).json()["results"]] == [str(group.pk)]


# --- A group ---
GROUP_FORM = {
    "purpose": "ใหม่", "about": "", "agreements": "", "tags": "พัสดุ", "joining": "open",
    "founded_on_day": "1", "founded_on_month": "3", "founded_on_year": "2550",
    "milestones-TOTAL_FORMS": "0", "milestones-INITIAL_FORMS": "0",
    "former_slugs-TOTAL_FORMS": "0", "former_slugs-INITIAL_FORMS": "0",
}  # fmt: skip


def test_adding_a_group(desk) -> None:
    desk.post(f"{GROUPS}add/", GROUP_FORM | {"number": "15", "name": "ใหม่", "slug": "new"})
    group = Group.objects.get()
    assert (group.number, group.slug, group.stage, str(group.founded_on), list(group.tags.names())) == (
        15, "new", Stage.DRAFT, "2007-03-01", ["พัสดุ"],
    )  # fmt: skip
    assert list(Milestone.objects.values_list("title", flat=True)) == ["ก่อตั้งกลุ่ม"]


def test_editing_a_group_leaves_its_counters_and_names_alone(desk, admin, group) -> None:
    before = version()
    Group.objects.filter(pk=group.pk).update(member_count=9)
    desk.post(f"{GROUPS}{group.pk}/change/", GROUP_FORM | {"name": "ชื่ออื่น", "slug": "other", "stage": "closed"})
    group.refresh_from_db()
    assert (group.purpose, group.member_count, group.slug, group.stage) == ("ใหม่", 9, "finance", Stage.ACTIVE)
    assert (group.history.first().history_user, version() > before) == (admin, True)


def test_bad_input_is_a_form_error(desk, group) -> None:
    response = desk.post(f"{GROUPS}{group.pk}/change/", GROUP_FORM | {"purpose": "ก\x00", "founded_on_year": "ปี"})
    assert sorted(response.context["adminform"].form.errors) == ["founded_on", "purpose"]


def test_history_shows_who_changed_what_in_thai_and_takes_nothing_back(desk, admin, group) -> None:
    desk.post(f"{GROUPS}{group.pk}/change/", GROUP_FORM)
    html = desk.get(f"{GROUPS}{group.pk}/history/").content.decode()
    wanted = (f"<td>{admin}</td>", "<strong>ความมุ่งหมาย</strong>: แลกเปลี่ยนวิธีทำงาน → ใหม่", "style=")
    assert [text in html for text in wanted] == [True, True, False]
    assert desk.get(f"{GROUPS}{group.pk}/history/{group.history.last().pk}/").status_code == 302


def test_a_group_that_was_seen_is_not_deleted(desk, group) -> None:
    draft = make_group(stage=Stage.DRAFT)
    assert [desk.get(f"{GROUPS}{row.pk}/delete/").status_code for row in (group, draft)] == [403, 200]
    assert "delete_selected" not in dict(desk.get(GROUPS).context["action_form"].fields["action"].choices)


# --- Actions ---
def test_closing_asks_for_a_reason_first(desk, group) -> None:
    asked = act(desk, GROUPS, "close_groups", group)
    assert (asked.templates[0].name, Group.objects.get().stage) == ("admin/ask.html", Stage.ACTIVE)
    assert list(act(desk, GROUPS, "close_groups", group, answered="1").context["form"].errors) == ["reason", "on"]
    done = act(desk, GROUPS, "close_groups", group, answered="1", reason="ครบกำหนด", **today())
    group.refresh_from_db()
    assert (group.stage, group.stage_reason, told(done)) == (
        Stage.CLOSED, "ครบกำหนด", ["เปลี่ยนสถานะเป็น “ยุติกลุ่ม” แล้ว 1 กลุ่ม"],
    )  # fmt: skip


def test_opening_pausing_and_what_cannot_be(desk, group) -> None:
    draft = make_group(stage=Stage.DRAFT, name="ร่าง")
    assert told(act(desk, GROUPS, "open_groups", group, draft)) == ["เปลี่ยนสถานะเป็น “ดำเนินการอยู่” แล้ว 2 กลุ่ม"]
    closed = make_group(stage=Stage.CLOSED, name="ปิด")
    response = act(desk, GROUPS, "pause_groups", group, closed, answered="1", reason="พัก", **today())
    assert told(response) == [
        "กลุ่มปิด: เปลี่ยนจากสถานะ “ยุติกลุ่ม” เป็น “พักกิจกรรม” ไม่ได้",
        "เปลี่ยนสถานะเป็น “พักกิจกรรม” แล้ว 1 กลุ่ม",
    ]


def test_merging(desk, group, member) -> None:
    into = make_group(name="คลัง")
    response = act(desk, GROUPS, "merge_groups", group, into, answered="1", into=str(into.pk), reason="งานเดียวกัน")
    group.refresh_from_db()
    into.refresh_from_db()
    assert (told(response), group.stage, into.member_count) == (["รวมเข้ากับกลุ่มคลังแล้ว"], Stage.CLOSED, 1)
    assert told(act(desk, GROUPS, "merge_groups", into)) == ["กรุณาเลือกอย่างน้อยสองกลุ่ม"]


def test_renaming_and_splitting(desk, group) -> None:
    assert desk.get(f"{GROUPS}{group.pk}/rename/").context["form"].initial == {"name": group.name, "slug": group.slug}
    answer = {"answered": "1", "name": "การคลัง", "slug": "treasury", "reason": ""}
    assert desk.post(f"{GROUPS}{group.pk}/rename/", answer)["Location"] == f"{GROUPS}{group.pk}/change/"
    assert FormerSlug.objects.get().slug == "finance"
    answer |= {"name": "พัสดุ", "purpose": "งานพัสดุ"}
    refused = desk.post(f"{GROUPS}{group.pk}/split/", answer)
    assert dict(refused.context["form"].errors) == {"slug": ["ที่อยู่นี้เคยเป็นของกลุ่มอื่นหรือมีผู้ใช้แล้ว"]}
    desk.post(f"{GROUPS}{group.pk}/split/", answer | {"slug": "supplies"})
    assert Group.objects.get(slug="supplies").stage == Stage.DRAFT
    assert list(LogEntry.objects.values_list("change_message", flat=True)) == [
        "แยกจากกลุ่มการคลัง", "เปลี่ยนชื่อหรือที่อยู่",
    ]  # fmt: skip


def test_tags_written_in_two_ways_become_one(desk, group) -> None:
    other = make_group()
    group.tags.add("e-GP", "อีจีพี")
    other.tags.add("อีจีพี")
    kept, gone = Tag.objects.get(name="e-GP"), Tag.objects.get(name="อีจีพี")
    before = version()
    act(desk, "/admin/core/tag/", "merge", kept, gone, answered="1", into=str(kept.pk))
    assert (list(Tag.objects.all()), list(group.tags.all()), list(other.tags.all())) == ([kept], [kept], [kept])
    assert version() > before


# --- Memberships ---
def test_adding_a_membership_counts_and_tells(desk, admin, group, outsider) -> None:
    form = {"group": group.pk, "user": outsider.pk, "role": "recorder", "mail_frequency": "none", "is_listed": "on"}
    desk.post(f"{MEMBERSHIPS}add/", form)
    row = Membership.objects.get()
    group.refresh_from_db()
    assert (row.user, row.role, row.state, row.decided_by, row.mail_frequency, group.member_count) == (
        outsider, Role.RECORDER, State.ACTIVE, admin, "none", 1,
    )  # fmt: skip
    again = desk.post(f"{MEMBERSHIPS}add/", form)
    assert dict(again.context["adminform"].form.errors) == {"user": ["บุคคลนี้เป็นสมาชิกของกลุ่มนี้อยู่แล้ว"]}


def test_adding_who_has_asked_approves(desk, group, outsider) -> None:
    row = make_membership(group=group, user=outsider, state=State.REQUESTED, joined_at=None)
    desk.post(
        f"{MEMBERSHIPS}add/", {"group": group.pk, "user": outsider.pk, "role": "member", "mail_frequency": "weekly"}
    )
    row.refresh_from_db()
    assert (row.state, Membership.objects.count()) == (State.ACTIVE, 1)


def test_changing_a_role_goes_through_the_services(desk, officer, facilitator) -> None:
    row = Membership.objects.get(user=facilitator)
    desk.post(f"{MEMBERSHIPS}{row.pk}/change/", {"role": "member", "mail_frequency": "weekly", "is_listed": "on"})
    row.refresh_from_db()
    assert row.role == Role.MEMBER
    assert Notification.objects.filter(recipient=officer).count() == 1  # the group lost its last facilitator


def test_actions_on_memberships(desk, group) -> None:
    rows = [make_membership(group=group) for _ in range(2)]
    ended = make_membership(group=group, state=State.LEFT)
    response = act(desk, MEMBERSHIPS, "change_role", *rows, ended, answered="1", role="recorder")
    assert told(response) == [f"{ended}: บุคคลนี้ไม่ได้เป็นสมาชิกของกลุ่มแล้ว", "เปลี่ยนบทบาทแล้ว 2 รายการ"]
    assert told(act(desk, MEMBERSHIPS, "end", *rows, ended, answered="1", reason="ย้าย")) == [
        "ให้พ้นจากการเป็นสมาชิกแล้ว 2 รายการ"
    ]
    group.refresh_from_db()
    assert (set(group.memberships.values_list("state", flat=True)), group.member_count) == ({State.LEFT}, 0)


def test_suspending_who_runs_a_group_warns_the_officers(desk, facilitator, officer, group) -> None:
    page = desk.get(f"/admin/accounts/user/{facilitator.pk}/change/").content.decode()
    assert ["กลุ่มที่เข้าร่วม" in page, str(group) in page] == [True, True]
    act(desk, "/admin/accounts/user/", "deactivate", facilitator)
    facilitator.refresh_from_db()
    warned = Notification.objects.values_list("recipient", "text")
    assert (facilitator.is_active, list(warned)) == (False, [(officer.pk, f"{group}ไม่มีผู้ดำเนินกลุ่มแล้ว")])


def test_suspending_one_of_two_warns_nobody(desk, facilitator, officer, group) -> None:
    make_membership(group=group, role=Role.FACILITATOR)
    act(desk, "/admin/accounts/user/", "deactivate", facilitator)
    assert Notification.objects.count() == 0


# --- Tables ---
def test_memberships_from_a_file_after_a_dry_run(desk, group, outsider, member) -> None:
    rows = [[1, "OUTSIDER@example.go.th", "ผู้บันทึกความรู้ (คุณลิขิต)"], [1, member.email, ""]]
    shown = upload(desk, MEMBERSHIPS, ["ลำดับกลุ่ม", "อีเมล", "บทบาท"], *rows)
    assert (shown.context["result"].totals["new"], Membership.objects.count()) == (1, 1)
    first = confirm(desk, MEMBERSHIPS, shown)
    assert told(first) == ["นำเข้าแล้ว: เพิ่ม 1 แก้ไข 0 ไม่เปลี่ยนแปลง 1 รายการ"]
    assert told(confirm(desk, MEMBERSHIPS, shown)) == ["ไฟล์นี้นำเข้าไปแล้วหรือหมดอายุ กรุณาตรวจสอบรายการ หรือเลือกไฟล์อีกครั้ง"]
    group.refresh_from_db()
    assert (group.member_count, outsider.memberships.get().role) == (2, Role.RECORDER)


def test_a_file_with_a_broken_row_writes_nothing(desk, group, outsider) -> None:
    ended = make_group(number=2, stage=Stage.CLOSED)
    rows = [
        [1, outsider.email, ""], [99, outsider.email, ""], ["หนึ่ง", outsider.email, ""], [1, "nobody@example.go.th", ""],
        [1, outsider.email, "ราชา"], [ended.number, outsider.email, ""],
    ]  # fmt: skip
    shown = upload(desk, MEMBERSHIPS, ["ลำดับกลุ่ม", "อีเมล", "บทบาท"], *rows)
    roles = ", ".join(Role.labels)
    assert problems(shown) == [
        (3, {"ลำดับกลุ่ม": ["ไม่พบกลุ่ม “99”"]}),
        (4, {"ลำดับกลุ่ม": ["ไม่พบกลุ่ม “หนึ่ง”"]}),
        (5, {"อีเมล": ["ไม่พบบุคคล “nobody@example.go.th”"]}),
        (6, {"บทบาท": [f"ไม่รู้จัก “ราชา” ใช้ได้: {roles}"]}),
        (7, {"ลำดับกลุ่ม": ["กลุ่มนี้สิ้นสุดแล้ว จึงรับสมาชิกเพิ่มไม่ได้"]}),
    ]
    assert ("confirm_form" in shown.context, Membership.objects.count()) == (False, 0)


def test_groups_from_a_file(desk, group) -> None:
    shown = upload(desk, GROUPS, ["ลำดับกลุ่ม", "ความมุ่งหมาย", "การเข้าร่วม"], [1, "ใหม่", "ผู้ดำเนินกลุ่มพิจารณาคำขอ"])
    confirm(desk, GROUPS, shown)
    group.refresh_from_db()
    assert (group.purpose, group.joining) == ("ใหม่", "request")
    unknown = upload(desk, GROUPS, ["ลำดับกลุ่ม", "ความมุ่งหมาย"], [50, "ใหม่"])
    assert problems(unknown) == [(2, {"__all__": ["ไม่พบกลุ่มลำดับที่ 50 กรุณาเพิ่มกลุ่มใหม่ที่หน้ากลุ่ม"]})]


def test_a_file_without_its_columns_says_so(desk) -> None:
    shown = upload(desk, MEMBERSHIPS, ["ชื่อ"], ["ก"])
    assert shown.context["form"].errors["import_file"] == [
        "ไม่พบคอลัมน์ “ลำดับกลุ่ม” “อีเมล” กรุณาตั้งชื่อหัวคอลัมน์ในแถวแรกให้ตรงตามนี้"
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_exported_cell_is_a_formula(desk, group, start) -> None:
    group.purpose = f"{start}HYPERLINK(1)"
    group.save()
    xlsx = desk.post(f"{GROUPS}export/", {"format": "0", "resource": "0"})
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx.content)).active
    assert [(cell.value, cell.data_type) for cell in sheet["D"]] == [("ความมุ่งหมาย", "s"), (group.purpose, "s")]
    text = desk.post(f"{GROUPS}export/", {"format": "1", "resource": "0"}).content.decode("utf-8-sig")
    assert next(iter(csv.DictReader(io.StringIO(text))))["ความมุ่งหมาย"] == f"'{start}HYPERLINK(1)"


def test_memberships_are_exported_as_filtered(desk, group, member) -> None:
    make_membership(group=make_group())
    response = desk.post(f"{MEMBERSHIPS}export/?group__id__exact={group.pk}", {"format": "1", "resource": "0"})
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [(row["อีเมล"], row["ชื่อ นามสกุล"], row["บทบาท"], row["สถานะ"]) for row in rows] == [
        (member.email, "นางสาวมะลิวัลย์ ทิพย์อักษร", "สมาชิก (คุณกิจ)", "เป็นสมาชิก")
    ]
    assert "attachment" in response["Content-Disposition"]
