"""The pages on which an event is planned and edited."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from core import thai
from core.thai import BUDDHIST_ERA
from events.details import Details
from events.models import CoHost, Event, Mailing, Seat, State
from events.services import planning
from groups.models import Group, Role, Stage
from tests.events.planning_form import NEW, UID, errors, shown, typed
from tests.events.plans import LINK, at, day, moment, planned_event
from tests.factories import make_event, make_group, make_membership, make_registration

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(group: Group) -> Event:
    return planned_event(group)


@pytest.fixture
def cohost_facilitator(event: Event) -> Any:
    other = make_group()
    CoHost.objects.create(event=event, group=other)
    return make_membership(group=other, role=Role.FACILITATOR).user


# --- A new event ------------------------------------------------------------------------------------------
def test_a_facilitator_saves_a_draft(as_, facilitator, group, told) -> None:
    cohost = make_group()
    full = {
        "lead": "ตัวอย่างจากห้าจังหวัด", "agenda": "<p>13.30 น. เปิด</p><script>x</script>",
        "capacity": "๑๒๐", "target": "1,000",
        "cohosts": [cohost.pk], "levels": ["province"], "visibility": "internal", "needs_evaluation": "on",
        "signatory_name": "นายอรุณ ศิลาขาว", "signatory_position": "ปลัดกระทรวงมหาดไทย",
        "room": "on", "room_note": "ชั้น 2", "speaker0_name": "นางสาวปัญจพร ญาณกุล", "speaker0_position": "กรมบัญชีกลาง",
        "speaker2_name": "นายกู้เกียรติ ฐานะดี",
        **moment("registration_opens_at", at(1)), **moment("registration_closes_at", at(6, 16, 30)),
    }  # fmt: skip
    response = as_(facilitator).post(NEW, typed(**full))
    event = Event.objects.get()
    assert (response["Location"], told(response)) == (
        f"/events/{event.pk}/manage/", [f"บันทึกร่างครั้งที่ 1/{event.fiscal_year} แล้ว"],
    )  # fmt: skip
    assert (event.state, event.group, event.created_by, event.uid) == (State.DRAFT, group, facilitator, UID)
    assert (event.starts_at, event.ends_at, event.hours) == (at(7), at(7, 16, 0), Decimal("2.5"))
    assert (event.lead, event.agenda, event.capacity, event.target, [level.value for level in event.levels]) == (
        "ตัวอย่างจากห้าจังหวัด", "<p>13.30 น. เปิด</p>", 120, 1000, ["province"],
    )  # fmt: skip
    assert (event.registration_opens_at, event.registration_closes_at) == (at(1), at(6, 16, 30))
    assert (event.visibility, event.gives_certificates, event.needs_evaluation) == ("internal", True, True)
    assert list(event.channels.values_list("kind", "note", "link")) == [
        ("room", "ชั้น 2", ""), ("vcs", "จังหวัดเข้าจากห้องประชุม", LINK),
    ]  # fmt: skip
    assert list(event.speakers.values_list("name", "position")) == [
        ("นางสาวปัญจพร ญาณกุล", "กรมบัญชีกลาง"), ("นายกู้เกียรติ ฐานะดี", ""),
    ]  # fmt: skip
    assert list(event.cohosting.values_list("group", flat=True)) == [cohost.pk]


def test_save_and_announce(as_, facilitator, group, outsider, told) -> None:
    response = as_(facilitator).post(NEW, typed(action="announce"))
    event = Event.objects.get()
    assert (response["Location"], event.state, told(response)) == (
        event.get_absolute_url(), State.OPEN, [f"เปิดรับลงทะเบียนครั้งที่ {event.serial} แล้ว"],
    )  # fmt: skip
    assert Event.objects.visible_to(outsider).get() == event


def test_the_form_sent_twice_makes_one_event(as_, facilitator, group, told) -> None:
    client = as_(facilitator)
    first, second = (client.post(NEW, typed(action="announce")) for _ in range(2))
    event = Event.objects.get()
    assert (second["Location"], told(second)[-1]) == (f"/events/{event.pk}/manage/", "กิจกรรมนี้บันทึกไว้แล้ว")
    assert (first["Location"], event.number) == (event.get_absolute_url(), 1)
    third = client.post(NEW, typed(title="แก้ชื่อแล้วกดย้อนกลับ"))
    assert (Event.objects.count(), third.context["form"]["title"].value()) == (1, "แก้ชื่อแล้วกดย้อนกลับ")
    assert errors(third)["__all__"] == ["แบบฟอร์มนี้บันทึกเป็นกิจกรรมไปแล้ว กรุณาแก้ไขต่อที่หน้าแก้ไขของกิจกรรมนั้น"]


@pytest.mark.parametrize("uid", ["", "x", "\x00", "0" * 500])
def test_a_form_without_a_good_uid_gets_another(as_, facilitator, group, uid) -> None:
    as_(facilitator).post(NEW, typed(uid=uid))
    assert len(Event.objects.get().uid) == 36


def test_a_new_form_offers_plain_values(as_, facilitator, group) -> None:
    make_group(stage=Stage.CLOSED)
    other = make_group()
    form = as_(facilitator).get(NEW).context["form"]
    assert (form["levels"].value(), form["visibility"].value(), form["gives_certificates"].value()) == (
        ["central", "province", "district"], "public", True,
    )  # fmt: skip
    assert (form.fields["cohosts"].choices, len(list(form.speaker_rows()))) == ([(other.pk, str(other))], 3)


BAD = [
    ({"title": ""}, "title", "กรุณากรอกเรื่อง"),
    ({"title": "ก" * 100_000}, "title", "ยาว 100000 ตัวอักษร กรุณาตัดให้เหลือ 200"),
    ({"lead": "ก" * 401}, "lead", "ยาว 401 ตัวอักษร กรุณาตัดให้เหลือ 400"),
    ({"agenda": "ก" * 100_000}, "agenda", "เนื้อหารวมการจัดรูปแบบยาว 100,000 ตัวอักษร กรุณาตัดให้เหลือ 50,000"),
    ({"title": "ก\x00ข"}, "title", "มีอักขระควบคุมที่มองไม่เห็น กรุณาลบข้อความแล้วพิมพ์ใหม่"),
    (moment("starts_at", at(-1)), "starts_at", "เวลานี้ผ่านไปแล้ว กรุณาระบุวันและเวลาในอนาคต"),
    ({"starts_at_year": ""}, "starts_at", "กรุณาระบุวัน เดือน และปี พ.ศ. ให้ครบ"),
    ({"starts_at_time": "25.00"}, "starts_at", "ไม่มีเวลานี้ กรุณาพิมพ์เวลาระหว่าง 00.00 ถึง 23.59"),
    ({"ends_time": ""}, "ends_time", "กรุณากรอกเวลาสิ้นสุด"),
    ({"ends_time": "บ่าย"}, "ends_time", "กรุณาพิมพ์เวลาเป็นชั่วโมงและนาที เช่น 09.30"),
    ({"ends_time": "13.30"}, "ends_time", f"ต้องอยู่หลังเวลาเริ่ม ({thai.format_date(at(7))} 13.30 น.)"),
    (day("ends_on", at(6)), "ends_on", f"ต้องอยู่หลังเวลาเริ่ม ({thai.format_date(at(7))} 13.30 น.)"),
    (day("ends_on", at(60)), "ends_on", "กิจกรรมยาวได้ไม่เกิน 31 วัน"),
    ({"capacity": "0"}, "capacity", "ต้องไม่น้อยกว่า 1"),
    ({"capacity": "-3"}, "capacity", "ต้องไม่น้อยกว่า 1"),
    ({"capacity": "100001"}, "capacity", "ต้องไม่เกิน 100000"),
    ({"target": "มาก"}, "target", "กรุณาพิมพ์เป็นตัวเลข เช่น 120"),
    ({"levels": []}, "levels", "กรุณาเลือกอย่างน้อยหนึ่งระดับ"),
    ({"levels": ["village"]}, "levels", "กรุณาเลือกจากรายการ"),
    ({"visibility": "secret"}, "visibility", "กรุณาเลือกจากรายการ"),
    ({"cohosts": ["x"]}, "cohosts", "กรุณาเลือกกลุ่มจากรายการ"),
    ({"cohosts": ["987654"]}, "cohosts", "กรุณาเลือกกลุ่มจากรายการ"),
    ({"cohosts": ["9" * 30]}, "cohosts", "กรุณาเลือกกลุ่มจากรายการ"),
    ({"cohosts": ["1\x00"]}, "cohosts", "กรุณาเลือกกลุ่มจากรายการ"),
    ({"hours": "สอง"}, "hours", "กรุณาพิมพ์เป็นตัวเลข เช่น 2.5"),
    ({"hours": "NaN"}, "hours", "กรุณาพิมพ์เป็นตัวเลข เช่น 2.5"),
    ({"hours": "2.25"}, "hours", "ใช้ทศนิยมได้หนึ่งตำแหน่ง เช่น 2.5"),
    ({"hours": "201"}, "hours", "ต้องไม่เกิน 200 ชั่วโมง"),
    ({"hours": "0"}, "hours", "ต้องไม่น้อยกว่า 0.5 ชั่วโมง"),
    ({"vcs_note": "เข้าที่ https://vcs.example.go.th/7"}, "vcs_note", "ทุกคนเห็นคำอธิบายนี้ กรุณาวางลิงก์ในช่องลิงก์"),
    (
        {"dopa_note": "ที่ว่าการอำเภอ"}, "dopa",
        "กรุณาทำเครื่องหมายหน้าช่องทางนี้หากต้องการใช้ หรือลบคำอธิบายและลิงก์ออก",
    ),
    ({"speaker1_position": "อธิบดี"}, "speaker1_name", "กรุณากรอกชื่อวิทยากร หรือลบตำแหน่งออก"),
    (moment("registration_closes_at", at(8)), "registration_closes_at", "ต้องไม่เกินเวลาสิ้นสุดกิจกรรม"),
    (moment("registration_opens_at", at(7, 16, 0)), "registration_opens_at", "ต้องอยู่ก่อนเวลาสิ้นสุดกิจกรรม"),
    (
        moment("registration_opens_at", at(5)) | moment("registration_closes_at", at(4)), "registration_closes_at",
        "ต้องอยู่หลังเวลาเปิดรับลงทะเบียน",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("bad", "name", "error"), BAD)
def test_bad_input_is_said_beside_its_field_and_kept(as_, facilitator, group, bad, name, error) -> None:
    response = as_(facilitator).post(NEW, typed(**bad))
    assert (response.status_code, errors(response), Event.objects.count()) == (200, {name: [error]}, 0)
    assert response.context["form"]["vcs_link"].value() == LINK


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "data:text/html,x", "vcs.example.go.th", "https://", "//x.go.th", "https://a b.go.th"],
)
def test_what_is_no_web_address_is_no_link(as_, facilitator, group, link) -> None:
    assert errors(as_(facilitator).post(NEW, typed(vcs_link=link))) == {
        "vcs_link": ["กรุณาวางที่อยู่ทั้งบรรทัด ขึ้นต้นด้วย https://"]
    }


@pytest.mark.parametrize("year", ["2400", "2548", "2700", "1900", "2100"])
def test_an_odd_year_is_questioned(as_, facilitator, group, year) -> None:
    last = thai.now_local().year + BUDDHIST_ERA + 5
    response = as_(facilitator).post(NEW, typed(starts_at_year=year))
    assert errors(response) == {"starts_at": [f"กรุณาตรวจสอบปี พ.ศ. ต้องอยู่ระหว่าง 2549 ถึง {last}"]}


def test_a_draft_may_do_without_channels_but_an_announcement_may_not(as_, facilitator, group) -> None:
    bare = {"vcs": "", "vcs_note": "", "vcs_link": ""}
    response = as_(facilitator).post(NEW, typed(action="announce", **bare))
    assert errors(response) == {"room": ["กรุณาเลือกอย่างน้อยหนึ่งช่องทางก่อนเปิดรับลงทะเบียน"]}
    as_(facilitator).post(NEW, typed(**bare))
    assert Event.objects.get().state == State.DRAFT


def test_an_event_of_several_days(as_, facilitator, group) -> None:
    as_(facilitator).post(NEW, typed(**day("ends_on", at(8))))
    event = Event.objects.get()
    assert (event.ends_at, event.hours) == (at(8, 16, 0), Decimal("5.0"))


def test_typed_hours_win(as_, facilitator, group) -> None:
    as_(facilitator).post(NEW, typed(hours="6.5"))
    assert Event.objects.get().hours == Decimal("6.5")


def test_a_group_that_has_ended_plans_nothing(as_, facilitator, group, told) -> None:
    Group.objects.filter(pk=group.pk).update(stage=Stage.CLOSED)
    response = as_(facilitator).post(NEW, typed())
    assert (response["Location"], told(response), Event.objects.count()) == (
        "/groups/finance/", [planning.ENDED_GROUP], 0,
    )  # fmt: skip


# --- Editing ----------------------------------------------------------------------------------------------
def test_saving_without_a_change_changes_nothing(as_, facilitator, event) -> None:
    Event.objects.filter(pk=event.pk).update(starts_at=event.starts_at + timedelta(seconds=25))  # not from a form
    client, before = as_(facilitator), Details.of(Event.objects.get())
    response = client.post(f"/events/{event.pk}/edit/", shown(client.get(f"/events/{event.pk}/edit/")))
    assert response["Location"] == f"/events/{event.pk}/manage/"
    assert (Details.of(Event.objects.get()), event.log_lines.count(), Mailing.objects.count()) == (before, 0, 0)


def test_registrants_are_told_and_the_editor_is_told_so(as_, facilitator, event, told) -> None:
    make_registration(event=event)
    client = as_(facilitator)
    data = shown(client.get(f"/events/{event.pk}/edit/")) | {"title": "ชื่อใหม่", "ends_time": "17:00", "target": "80"}
    response = client.post(f"/events/{event.pk}/edit/", data)
    event.refresh_from_db()
    assert (event.title, event.ends_at, event.hours, event.target) == ("ชื่อใหม่", at(7, 17, 0), Decimal("3.5"), 80)
    assert told(response) == ["บันทึกข้อมูลเรียบร้อยแล้ว ระบบแจ้งผู้ลงทะเบียนแล้ว (เรื่อง, วันและเวลา)"]
    assert event.history.first().history_user == facilitator


def test_a_channel_goes_when_its_tick_goes(as_, facilitator, event) -> None:
    client = as_(facilitator)
    data = shown(client.get(f"/events/{event.pk}/edit/"))
    del data["vcs"]
    client.post(f"/events/{event.pk}/edit/", data | {"room": "on"})
    assert list(event.channels.values_list("kind", flat=True)) == ["room"]


def test_more_rows_for_speakers_each_time(as_, facilitator, event) -> None:
    event.speakers.create(name="หนึ่ง")
    client = as_(facilitator)
    data = shown(client.get(f"/events/{event.pk}/edit/")) | {"speaker3_name": "สอง"}
    client.post(f"/events/{event.pk}/edit/", data)
    form = client.get(f"/events/{event.pk}/edit/").context["form"]
    assert [name.value() or "" for name, _ in form.speaker_rows()] == ["หนึ่ง", "สอง", "", "", ""]


def test_a_higher_capacity_is_filled_from_the_queue(as_, facilitator, event, told) -> None:
    Event.objects.filter(pk=event.pk).update(capacity=1)
    make_registration(event=event)
    make_registration(event=event, seat=Seat.WAITING)
    client = as_(facilitator)
    data = shown(client.get(f"/events/{event.pk}/edit/"))
    assert errors(client.post(f"/events/{event.pk}/edit/", data | {"capacity": "0"})) == {"capacity": ["ต้องไม่น้อยกว่า 1"]}
    response = client.post(f"/events/{event.pk}/edit/", data | {"capacity": "2"})
    assert told(response) == ["บันทึกข้อมูลเรียบร้อยแล้ว เลื่อนรายชื่อสำรองเป็นผู้ลงทะเบียน 1 คน"]
    assert errors(client.post(f"/events/{event.pk}/edit/", data | {"capacity": "1"})) == {
        "capacity": ["มีผู้ลงทะเบียนแล้ว 2 คน กรุณาระบุไม่น้อยกว่านั้น"]
    }


def test_a_draft_is_announced_from_its_form(as_, facilitator, group) -> None:
    client = as_(facilitator)
    client.post(NEW, typed())
    draft = Event.objects.get()
    data = shown(client.get(f"/events/{draft.pk}/edit/"))
    response = client.post(f"/events/{draft.pk}/edit/", data | {"action": "announce", "title": "ชื่อสุดท้าย"})
    draft.refresh_from_db()
    assert (response["Location"], draft.state, draft.title) == (draft.get_absolute_url(), State.OPEN, "ชื่อสุดท้าย")


def test_what_cannot_be_announced_is_not_saved_either(as_, facilitator, group) -> None:
    client = as_(facilitator)
    client.post(NEW, typed())
    draft = Event.objects.get()
    Group.objects.filter(pk=group.pk).update(stage=Stage.CLOSED)
    data = shown(client.get(f"/events/{draft.pk}/edit/"))
    response = client.post(f"/events/{draft.pk}/edit/", data | {"action": "announce", "title": "ชื่อสุดท้าย"})
    draft.refresh_from_db()
    assert errors(response)["__all__"] == ["กลุ่มนี้ยังไม่เปิดหรือสิ้นสุดแล้ว จึงเปิดรับลงทะเบียนไม่ได้"]
    assert (draft.title, response.context["form"]["title"].value()) == ("ตรวจรับพัสดุให้ถูกต้อง", "ชื่อสุดท้าย")


def test_a_draft_whose_time_has_passed_can_be_corrected(as_, facilitator, group) -> None:
    draft = make_event(group=group, state=State.DRAFT, starts_at=at(-3))
    client = as_(facilitator)
    data = shown(client.get(f"/events/{draft.pk}/edit/")) | {"title": "แก้ชื่อ"}
    client.post(f"/events/{draft.pk}/edit/", data)
    draft.refresh_from_db()
    assert draft.title == "แก้ชื่อ"
    response = client.post(f"/events/{draft.pk}/edit/", data | {"action": "announce"})
    assert errors(response)["starts_at"] == ["เวลานี้ผ่านไปแล้ว กรุณาระบุวันและเวลาในอนาคต"]


def test_the_past_is_corrected_without_telling_anybody(as_, facilitator, group) -> None:
    event = make_event(group=group, starts_at=at(-5), ends_at=at(-5, 16, 0), state=State.ENDED)
    make_registration(event=event)
    client = as_(facilitator)
    data = shown(client.get(f"/events/{event.pk}/edit/"))
    client.post(
        f"/events/{event.pk}/edit/", data | {"title": "ชื่อที่ถูก", "hours": "3", **moment("starts_at", at(-5, 13, 0))}
    )
    event.refresh_from_db()
    assert (event.title, event.hours, event.starts_at, Mailing.objects.count()) == (
        "ชื่อที่ถูก", Decimal("3.0"), at(-5, 13, 0), 0,
    )  # fmt: skip
    response = client.post(f"/events/{event.pk}/edit/", data | moment("starts_at", at(2)))
    assert errors(response)["starts_at"] == ["กิจกรรมนี้เสร็จสิ้นแล้ว เวลาเริ่มต้องไม่อยู่ในอนาคต"]


def test_the_time_of_a_postponed_event_is_not_edited_here(as_, facilitator, event) -> None:
    Event.objects.filter(pk=event.pk).update(state=State.POSTPONED)
    client = as_(facilitator)
    data = shown(client.get(f"/events/{event.pk}/edit/"))
    client.post(f"/events/{event.pk}/edit/", data | {"title": "ใหม่", **moment("starts_at", at(20))})
    event.refresh_from_db()
    assert (event.title, event.starts_at, event.ends_at, event.state) == ("ใหม่", at(7), at(7, 16, 0), State.POSTPONED)


@pytest.mark.parametrize("state", [State.COMPLETE, State.CANCELLED])
def test_what_is_closed_is_opened_again_first(as_, facilitator, event, state) -> None:
    Event.objects.filter(pk=event.pk).update(state=state)
    response = as_(facilitator).post(f"/events/{event.pk}/edit/", typed(title="ใหม่"))
    event.refresh_from_db()
    assert (response["Location"], event.title) == (f"/events/{event.pk}/state/", "ตรวจสอบพัสดุประจำปี")


# --- Who may ----------------------------------------------------------------------------------------------
def test_a_facilitator_of_a_cohosting_group_edits_too(as_, cohost_facilitator, event) -> None:
    client = as_(cohost_facilitator)
    data = shown(client.get(f"/events/{event.pk}/edit/")) | {"title": "ของกลุ่มร่วม"}
    assert client.post(f"/events/{event.pk}/edit/", data).status_code == 302
    assert client.get(f"/events/{event.pk}/state/").status_code == 200
    assert client.post(f"/events/{event.pk}/copy/").status_code == 302
    assert client.get(NEW).status_code == 404  # that is the other group's
    event.refresh_from_db()
    assert event.title == "ของกลุ่มร่วม"


@pytest.mark.parametrize("address", [NEW, "/events/{}/edit/", "/events/{}/state/", "/events/{}/copy/"])
def test_nobody_else_plans_or_changes_anything(as_, visitor: Client, member, outsider, event, address) -> None:
    make_membership(group=make_group(), user=outsider, role=Role.FACILITATOR)
    address = address.format(event.pk)
    data = typed(title="ของคนนอก", move="cancel") | {"cancel-reason": "ก"}
    answers = [as_(person).post(address, data).status_code for person in (member, outsider)]
    assert (answers, visitor.post(address, data)["Location"].startswith("/accounts/login/")) == ([404, 404], True)
    assert [as_(person).get(address).status_code for person in (member, outsider) if "copy" not in address] in (
        [404, 404], [],
    )  # fmt: skip
    event.refresh_from_db()
    assert (event.title, event.state, Event.objects.count()) == ("ตรวจสอบพัสดุประจำปี", State.OPEN, 1)


@pytest.mark.parametrize(("address", "queries"), [(NEW, 6), ("/events/{}/edit/", 10), ("/events/{}/state/", 4)])
def test_queries_do_not_grow_with_speakers_and_groups(
    as_, facilitator, event, address, queries, steady, django_assert_num_queries
) -> None:
    client, address = as_(facilitator), address.format(event.pk)
    client.get(address)
    for _ in range(2):
        with django_assert_num_queries(queries):
            client.get(address)
        for place in range(15):
            event.speakers.create(name=f"คนที่ {place}", order=place)
            CoHost.objects.create(event=event, group=make_group())
