"""The administrators' tool for people, agencies and inboxes."""

import csv
import io

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_tasks_db.models import DBTaskResult

from accounts.models import Agency, Level, User
from accounts.services import notify
from core.spreadsheets import write_xlsx
from tests.factories import make_agency, make_user

pytestmark = pytest.mark.django_db
PEOPLE = "/admin/accounts/user/"
AGENCIES = "/admin/accounts/agency/"
INBOXES = "/admin/accounts/notification/"
PERSON = {
    "email": "new@example.go.th",
    "title": "นาย",
    "given_name": "ใหม่",
    "family_name": "มาก",
    "is_active": "on",
    "memberships-TOTAL_FORMS": "0",
    "memberships-INITIAL_FORMS": "0",
}


@pytest.fixture(autouse=True)
def _without_second_factor(settings) -> None:
    settings.REQUIRE_STAFF_MFA = False


@pytest.fixture
def desk(as_, admin: User) -> Client:
    return as_(admin)


@pytest.fixture
def clerk(as_, officer: User) -> Client:
    """A KM officer who may enter the admin, and is no superuser."""
    officer.is_staff = True
    officer.save()
    return as_(officer)


def act(client: Client, address: str, action: str, *rows: User) -> list[str]:
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return [str(message) for message in client.post(address, data, follow=True).context["messages"]]


def upload(client: Client, address: str, headers, *rows):
    file = SimpleUploadedFile("a.xlsx", write_xlsx(headers, rows))
    return client.post(f"{address}import/", {"import_file": file, "resource": "0", "format": ""})


def confirm(client: Client, address: str, shown):
    return client.post(f"{address}process_import/", shown.context["confirm_form"].initial, follow=True)


def exported(client: Client, address: str) -> list[dict[str, str]]:
    response = client.post(f"{address}export/", {"format": "1", "resource": "0"})
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("address", [PEOPLE, AGENCIES, INBOXES, f"{PEOPLE}import/", f"{PEOPLE}export/"])
def test_only_staff(as_, visitor: Client, outsider, address) -> None:
    assert [client.get(address).status_code for client in (visitor, as_(outsider))] == [302, 302]


def test_staff_must_have_a_second_factor_unless_told_otherwise(desk, settings) -> None:
    settings.REQUIRE_STAFF_MFA = True
    assert desk.get(PEOPLE)["Location"] == "/accounts/2fa/"


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(("address", "queries"), [(PEOPLE, 5), (AGENCIES, 5), (INBOXES, 5)])
def test_lists_cost_the_same_however_long(desk, address, queries, rows, django_assert_num_queries) -> None:
    parent = make_agency()
    for number in range(rows):
        person = make_user(agency=make_agency(name=f"กอง {number}", parent=parent))
        notify(recipients=[person], text="ข่าว")
    desk.get(address)
    with django_assert_num_queries(queries):
        desk.get(address)


def test_no_page_about_a_person_shows_the_password(desk, outsider) -> None:
    html = desk.get(f"{PEOPLE}{outsider.pk}/change/").content.decode()
    assert [outsider.password in html, "md5" in html, 'name="password"' in html] == [False, False, False]


# --- A person ---
def test_a_new_person_gets_a_link_to_set_a_password(desk) -> None:
    desk.post(f"{PEOPLE}add/", PERSON | {"email": "New@Example.go.th"})
    person = User.objects.get(email="new@example.go.th")
    address = EmailAddress.objects.get(user=person)
    letters = [task.args_kwargs["kwargs"]["to"] for task in DBTaskResult.objects.all()]
    assert (person.has_usable_password(), address.verified, address.primary, letters) == (
        False, True, True, ["new@example.go.th"],
    )  # fmt: skip


def test_a_changed_address_is_the_one_to_sign_in_with(desk, outsider) -> None:
    desk.post(f"{PEOPLE}{outsider.pk}/change/", PERSON)
    outsider.refresh_from_db()
    addresses = EmailAddress.objects.filter(user=outsider).values_list("email", "verified", "primary")
    assert (outsider.email, list(addresses)) == ("new@example.go.th", [("new@example.go.th", True, True)])


def test_editing_keeps_the_unread_count_and_the_order_in_step(desk, outsider) -> None:
    User.objects.filter(pk=outsider.pk).update(unread_notifications=3)
    before = outsider.sort_key
    desk.post(f"{PEOPLE}{outsider.pk}/change/", PERSON)
    outsider.refresh_from_db()
    assert (outsider.given_name, outsider.unread_notifications, outsider.sort_key != before) == ("ใหม่", 3, True)


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"email": "outsider@example.go.th"}, "email"),
        ({"email": "ไม่ใช่อีเมล"}, "email"),
        ({"given_name": "ก\x00"}, "given_name"),
        ({"family_name": "ก" * 101}, "family_name"),
    ],
)
def test_bad_input_is_a_form_error(desk, outsider, bad, field) -> None:
    response = desk.post(f"{PEOPLE}add/", PERSON | bad)
    assert (list(response.context["adminform"].form.errors), User.objects.count()) == ([field], 2)


def test_a_person_is_never_deleted_here(desk, outsider) -> None:
    assert desk.post(f"{PEOPLE}{outsider.pk}/delete/", {"post": "yes"}).status_code == 403
    assert act(desk, PEOPLE, "delete_selected", outsider) == ["ไม่มีคำสั่งที่ถูกเลือก"]
    outsider.refresh_from_db()


# --- Rights ---
def test_only_a_superuser_hands_out_rights(desk, clerk, outsider) -> None:
    rights = {"is_km_officer": "on", "is_staff": "on", "is_superuser": "on"}
    clerk.post(f"{PEOPLE}{outsider.pk}/change/", PERSON | rights)
    outsider.refresh_from_db()
    assert (outsider.given_name, outsider.is_km_officer, outsider.is_staff, outsider.is_superuser) == (
        "ใหม่", False, False, False,
    )  # fmt: skip
    act(clerk, PEOPLE, "make_officer", outsider)
    outsider.refresh_from_db()
    assert outsider.is_km_officer is False
    assert act(desk, PEOPLE, "make_officer", outsider) == ["มอบสิทธิ์เจ้าหน้าที่จัดการความรู้แล้ว 1 คน"]
    outsider.refresh_from_db()
    assert outsider.is_km_officer is True


def test_a_clerk_cannot_take_over_or_lock_out_an_administrator(clerk, admin, outsider) -> None:
    other = make_user(is_km_officer=True)
    for person in (admin, other):
        assert clerk.post(f"{PEOPLE}{person.pk}/change/", PERSON).status_code == 403
    assert act(clerk, PEOPLE, "deactivate", admin, other, outsider) == ["ระงับบัญชีแล้ว 1 คน"]
    assert list(User.objects.filter(is_active=False)) == [outsider]


def test_suspending_and_restoring(desk, admin, outsider) -> None:
    assert act(desk, PEOPLE, "deactivate", outsider, admin) == ["ระงับบัญชีแล้ว 1 คน"]
    admin.refresh_from_db()
    assert admin.is_active
    assert act(desk, PEOPLE, "activate", outsider) == ["เปิดใช้งานบัญชีแล้ว 1 คน"]
    assert list(LogEntry.objects.order_by("pk").values_list("object_repr", "change_message")) == [
        ("นางสาวนอก วง", "ระงับบัญชี"), ("นางสาวนอก วง", "เปิดใช้งานบัญชี"),
    ]  # fmt: skip


def test_a_suspended_person_is_out_at_once(as_, desk, outsider) -> None:
    client = as_(outsider)
    act(desk, PEOPLE, "deactivate", outsider)
    assert client.get("/my/").status_code == 302


def test_a_lost_second_factor_is_reset_by_a_superuser_and_the_person_told(desk, clerk, outsider) -> None:
    Authenticator.objects.create(user=outsider, type=Authenticator.Type.TOTP, data={})
    act(clerk, PEOPLE, "reset_second_factor", outsider)
    assert Authenticator.objects.count() == 1
    assert act(desk, PEOPLE, "reset_second_factor", outsider) == ["ยกเลิกการยืนยันตัวตนสองขั้นแล้ว 1 คน"]
    assert (Authenticator.objects.count(), outsider.notifications.get().text) == (
        0, "ผู้ดูแลระบบยกเลิกการยืนยันตัวตนสองขั้นของท่านแล้ว กรุณาตั้งใหม่",
    )  # fmt: skip


# --- Tables ---
HEADERS = ["อีเมล", "คำนำหน้าชื่อ", "ชื่อ", "นามสกุล", "ตำแหน่ง", "ระดับ", "รหัสหน่วยงาน"]


def test_people_from_a_file(desk, outsider) -> None:
    agency = make_agency(code="finance")
    rows = [
        ["A@example.go.th", "นาย", "เก่ง", "กล้า", "นักวิชาการพัสดุ", "วิชาการ: ชำนาญการ", "finance"],
        [outsider.email, "นาง", "นอก", "วง", "", "", ""],
    ]
    shown = upload(desk, PEOPLE, HEADERS, *rows)
    assert (dict(shown.context["result"].totals)["new"], User.objects.count()) == (1, 2)
    confirm(desk, PEOPLE, shown)
    person = User.objects.get(email="a@example.go.th")
    outsider.refresh_from_db()
    assert (person.agency, person.full_position, person.has_usable_password(), outsider.title) == (
        agency, "นักวิชาการพัสดุชำนาญการ", False, "นาง",
    )  # fmt: skip
    assert EmailAddress.objects.get(user=person).verified
    assert outsider.check_password("a-long-test-password-2570")


def test_rights_do_not_travel_in_files(desk, outsider) -> None:
    headers = ["อีเมล", "ชื่อ", "เจ้าหน้าที่จัดการความรู้", "is_superuser", "is_staff", "password"]
    shown = upload(desk, PEOPLE, headers, [outsider.email, "ใหม่", "ใช่", "1", "1", "x"])
    confirm(desk, PEOPLE, shown)
    outsider.refresh_from_db()
    assert (outsider.given_name, outsider.is_km_officer, outsider.is_superuser, outsider.is_staff) == (
        "ใหม่", False, False, False,
    )  # fmt: skip


def test_a_broken_row_stops_the_file(desk) -> None:
    rows = [
        ["good@example.go.th", "", "ดี", "งาม", "", "", ""],
        ["not an address", "", "ก", "ข", "", "", ""],
        ["b@example.go.th", "", "", "ข", "", "", ""],
        ["c@example.go.th", "", "ก", "ข", "", "ซีแปด", "nowhere"],
    ]
    shown = upload(desk, PEOPLE, HEADERS, *rows)
    found = {row.number: sorted(row.error_dict) for row in shown.context["result"].invalid_rows}
    assert (found, User.objects.count()) == ({3: ["อีเมล"], 4: ["ชื่อ"], 5: ["รหัสหน่วยงาน", "ระดับ"]}, 1)
    html = shown.content.decode()
    assert ["แถวที่ 5 รหัสหน่วยงาน: ไม่พบหน่วยงาน “nowhere”" in html, "ยืนยันการนำเข้า" in html] == [True, False]


def test_people_are_exported_without_secrets_and_formulas(desk, admin, outsider) -> None:
    outsider.position = "=cmd|' /C calc'!A0"
    outsider.save()
    (row,) = [row for row in exported(desk, PEOPLE) if row["อีเมล"] == outsider.email]
    assert row == {
        "อีเมล": outsider.email, "คำนำหน้าชื่อ": "นางสาว", "ชื่อ": "นอก", "นามสกุล": "วง",
        "ตำแหน่ง": "'=cmd|' /C calc'!A0", "ระดับ": "", "รหัสหน่วยงาน": "", "หน่วยงาน": "", "ผู้บริหาร": "ไม่ใช่",
        "เจ้าหน้าที่จัดการความรู้": "ไม่ใช่", "ใช้งานได้": "ใช่",
    }  # fmt: skip


def test_agencies_from_a_file_and_back(desk) -> None:
    headers = ["รหัส", "รหัสต้นสังกัด", "ระดับ", "ประเภท", "ชื่อหน่วยงาน", "ภาค", "ลำดับ"]
    rows = [["m", "", "ส่วนกลาง", "กระทรวง", "กระทรวง", "", "๑"], ["u", "m", "ส่วนกลาง", "กรม", "กรมหนึ่ง", "", 2]]
    confirm(desk, AGENCIES, upload(desk, AGENCIES, headers, *rows))
    assert list(Agency.objects.values_list("code", "parent__code", "order")) == [("m", None, 1), ("u", "m", 2)]
    assert [(row["รหัส"], row["รหัสต้นสังกัด"], row["ประเภท"]) for row in exported(desk, AGENCIES)] == [
        ("m", "", "กระทรวง"), ("u", "m", "กรม"),
    ]  # fmt: skip


@pytest.mark.parametrize("way", ["file", "form"])
def test_a_sign_up_that_nobody_proved_is_not_vouched_for_with_its_password(desk, outsider, way) -> None:
    EmailAddress.objects.update(verified=False)
    SocialAccount.objects.create(user=outsider, provider="line", uid="x")
    UserSession.objects.create(user=outsider, ip="127.0.0.1", session_key="k", user_agent="x")
    if way == "file":
        confirm(desk, PEOPLE, upload(desk, PEOPLE, HEADERS, [outsider.email, "นาง", "นอก", "วง", "", "", ""]))
    else:
        desk.post(f"{PEOPLE}{outsider.pk}/change/", PERSON)
    outsider.refresh_from_db()
    left = [model.objects.filter(user=outsider).count() for model in (SocialAccount, UserSession)]
    assert (outsider.has_usable_password(), left, EmailAddress.objects.get(user=outsider).verified) == (
        False, [0, 0], True,
    )  # fmt: skip


def test_a_clerk_cannot_rewrite_an_administrator_by_file(clerk, desk, admin, officer, outsider) -> None:
    headers = ["อีเมล", "ชื่อ"]
    rows = [[outsider.email, "ใหม่"], [admin.email, "ยึด"], [officer.email, officer.given_name]]
    shown = upload(clerk, PEOPLE, headers, *rows)
    found = [(row.number, list(row.error_dict)) for row in shown.context["result"].invalid_rows]
    assert (found, "ท่านไม่มีสิทธิ์แก้ไขข้อมูลของบุคคลนี้" in shown.content.decode()) == ([(3, ["อีเมล"])], True)
    confirm(desk, PEOPLE, upload(desk, PEOPLE, headers, *rows))
    admin.refresh_from_db()
    assert admin.given_name == "ยึด"


# --- Addresses and forms that no page of ours makes ---
NONSENSE = ["abc", "\x00", "9" * 30, "-1"]


@pytest.mark.parametrize("value", NONSENSE)
@pytest.mark.parametrize(
    ("address", "field"),
    [
        (PEOPLE, "agency"),
        (AGENCIES, "parent"),
        ("/admin/groups/membership/", "group"),
        ("/admin/groups/membership/", "user"),
    ],
)
def test_a_choice_that_is_no_row_is_a_form_error(desk, address, field, value) -> None:
    response = desk.post(f"{address}add/", {field: value, **PERSON})
    assert (response.status_code, field in response.context["adminform"].form.errors) == (200, True)
    assert desk.get(f"{address}add/", {field: value}).status_code == 200


def test_a_choice_that_is_no_row_when_changing(desk, outsider) -> None:
    response = desk.post(f"{PEOPLE}{outsider.pk}/change/", PERSON | {"agency": "9" * 30})
    assert list(response.context["adminform"].form.errors) == ["agency"]


TABLES = [PEOPLE, AGENCIES, "/admin/groups/group/", "/admin/groups/membership/"]


@pytest.mark.parametrize("address", TABLES)
@pytest.mark.parametrize("query", ["page=1", "nothing=x", "pk__in=a", "id=" + "9" * 30, "is_active__exact=%00"])
def test_an_export_or_a_list_with_a_query_of_ones_own(desk, address, query) -> None:
    for response in (
        desk.get(f"{address}export/?{query}", follow=True),
        desk.post(f"{address}export/?{query}", {"format": "1", "resource": "0"}, follow=True),
        desk.get(f"{address}?{query}", follow=True),
    ):
        assert response.status_code in (200, 400)


@pytest.mark.parametrize(
    ("address", "query"),
    [
        *[(PEOPLE, f"agency__level={value}") for value in NONSENSE],
        *[(PEOPLE, f"agency__{how}={'9' * 30}") for how in ("id__exact", "in", "gt")],
        ("/admin/groups/membership/", f"group__id__exact={'9' * 30}"),
        ("/admin/groups/membership/", "group__id__exact=%00"),
        (INBOXES, "read_at__isempty=x"),
        *[("/admin/pages/visitday/", f"day__{part}={'9' * 12}") for part in ("year", "month", "day")],
        ("/admin/pages/visitday/", "day__year=2026&day__month=99"),
        ("/admin/pages/visitday/", "day__year=99999"),
    ],
)
def test_a_list_with_filters_of_ones_own(desk, address, query) -> None:
    assert desk.get(f"{address}?{query}", follow=True).status_code in (200, 400)


@pytest.mark.parametrize("address", [AGENCIES, "/admin/groups/group/", "/admin/groups/membership/"])
@pytest.mark.parametrize("row", ["abc", "9" * 30, "%00"])
def test_the_history_of_what_is_no_row(desk, address, row) -> None:
    assert desk.get(f"{address}{row}/history/").status_code == 404


@pytest.mark.parametrize("changed", [{"format": "x"}, {"format": "99"}, {"resource": "99"}, {"import_file_name": ""}])
def test_a_confirmation_that_was_tampered_with(desk, changed) -> None:
    shown = upload(desk, PEOPLE, ["อีเมล", "ชื่อ", "นามสกุล"], ["a@example.go.th", "ก", "ข"])
    sent = shown.context["confirm_form"].initial | changed
    assert desk.post(f"{PEOPLE}process_import/", sent)["Location"] == f"{PEOPLE}import/"
    assert not User.objects.filter(email="a@example.go.th").exists()


# --- Agencies ---
def test_an_agency_never_stands_under_itself(desk) -> None:
    top = make_agency(name="กระทรวง")
    below = make_agency(name="กรม", parent=top)
    form = {
        "code": top.code,
        "name": "กระทรวง",
        "level": "central",
        "kind": "ministry",
        "order": "1",
        "parent": below.pk,
    }
    response = desk.post(f"{AGENCIES}{top.pk}/change/", form)
    assert dict(response.context["adminform"].form.errors) == {"parent": ["หน่วยงานจะสังกัดตัวเองหรือหน่วยงานใต้ตัวเองไม่ได้"]}


def test_an_agencys_page_shows_where_it_stands(desk) -> None:
    top = make_agency(name="จังหวัดน่าน", level=Level.PROVINCE, province="น่าน")
    below = make_agency(name="อำเภอปัว", parent=top, level=Level.DISTRICT, province="น่าน")
    html = desk.get(f"{AGENCIES}{below.pk}/change/").content.decode()
    assert "จังหวัดน่าน › อำเภอปัว จังหวัดน่าน" in html
    assert "<div>อำเภอปัว จังหวัดน่าน</div>" in desk.get(f"{AGENCIES}{top.pk}/change/").content.decode()


def test_inboxes_are_only_looked_at(desk, outsider) -> None:
    (line,) = notify(recipients=[outsider], text="ข่าว")
    assert [
        desk.get(f"{INBOXES}{line.pk}/change/").status_code,
        desk.post(f"{INBOXES}{line.pk}/change/", {"text": "อื่น"}).status_code,
        desk.get(f"{INBOXES}add/").status_code,
    ] == [200, 403, 403]
