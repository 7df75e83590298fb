"""Messages to an event's people: preview, one sending, withdrawal, the log of each copy."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import MailFrequency, Notification
from accounts.tasks import send_notification_mail
from core import thai
from events import audiences, tasks
from events.models import Audience, Delivery, Event, Interest, LogLine, Mailing, Seat, State
from events.services import mailing as services
from groups.models import Group, Role
from groups.services import Refused
from tests.at_once import at_once
from tests.factories import make_event, make_group, make_membership, make_registration, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(group: Group) -> Event:
    event = make_event(group=group)
    make_registration(event=event, user=make_user(given_name="ผู้ลงทะเบียน"))
    return event


@pytest.fixture
def address(event: Event) -> str:
    return f"/events/{event.pk}/messages/"


def typed(**fields: str) -> dict[str, str]:
    return {"audience": "seated", "subject": "เอกสารก่อนเข้าร่วม", "body": "โปรดอ่านล่วงหน้า\nสองหน้า", **fields}


def moment_parts(moment) -> dict[str, str]:
    local = moment.astimezone(thai.BANGKOK)
    parts = {"day": local.day, "month": local.month, "year": local.year + 543, "time": f"{local:%H.%M}"}
    return {f"send_at_{name}": str(part) for name, part in parts.items()}


def errors(response) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)


def without_token(text: str) -> str:
    """The address by which one stops mail is signed with the time."""
    return re.sub(r"/unsubscribe/\S+", "/unsubscribe/", text)


# --- Writing ----------------------------------------------------------------------------------------------
def test_preview_counts_and_shows_the_mail_word_for_word_then_sends_it_once(
    as_, facilitator, event, address, told
) -> None:
    make_registration(event=event, user=facilitator)
    client = as_(facilitator)
    shown = client.post(f"{address}new/", typed())
    assert (shown.status_code, shown.context["people"], shown.context["without_mail"]) == (200, 2, 0)
    assert Mailing.objects.count() == 0
    sent = client.post(f"{address}new/", {"shown": shown.context["sealed"], "action": "send"})
    row = Mailing.objects.get()
    assert sent["Location"] == f"{address}{row.pk}/"
    assert told(sent) == ["สั่งส่งข้อความแล้ว ระบบทยอยส่งให้ผู้รับ"]
    assert tasks.deliver.call(row.pk) == 2
    send_notification_mail.call(Notification.objects.get(recipient=facilitator).pk)
    (letter,) = mail.outbox
    previewed = shown.context["letter"]
    assert (letter.subject, without_token(letter.body)) == (previewed.subject, without_token(previewed.body))
    assert LogLine.objects.get(event=event).text == "ส่งข้อความถึงผู้ลงทะเบียนแล้ว: เอกสารก่อนเข้าร่วม"


def test_two_clicks_send_one_message(as_, facilitator, event, address, told) -> None:
    client = as_(facilitator)
    shown = client.post(f"{address}new/", typed()).context["sealed"]
    answers = [client.post(f"{address}new/", {"shown": shown}) for _ in range(2)]
    assert [answer["Location"] for answer in answers] == [f"{address}{Mailing.objects.get().pk}/"] * 2
    assert told(answers[1])[-1] == "ข้อความนี้สั่งส่งไปแล้วเมื่อสักครู่ จึงไม่ส่งซ้ำ"
    assert DBTaskResult.objects.filter(task_path="events.tasks.deliver").count() == 1
    Mailing.objects.update(created_at=timezone.now() - timedelta(minutes=3))
    client.post(f"{address}new/", {"shown": shown})
    assert Mailing.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_send_one_message(event, facilitator) -> None:
    def send() -> bool:
        return services.send_once(event=event, audience="seated", subject="เรื่อง", body="ข้อความ", by=facilitator)[1]

    assert sorted(at_once(*[send] * 4)) == [False, False, False, True]
    assert Mailing.objects.count() == 1


def test_another_audience_is_another_message(event, facilitator) -> None:
    for audience in (Audience.SEATED, Audience.WAITING):
        services.send_once(event=event, audience=audience, subject="เรื่อง", body="ข้อความ", by=facilitator)
    assert Mailing.objects.count() == 2


def test_back_to_the_form_with_what_was_typed(as_, facilitator, event, address) -> None:
    client = as_(facilitator)
    shown = client.post(f"{address}new/", typed(**moment_parts(timezone.now() + timedelta(days=1)))).context
    back = client.post(f"{address}new/", {"shown": shown["sealed"], "action": "edit"})
    form = back.context["form"]
    assert [form[name].value() for name in ("audience", "subject", "body", "send_at")] == list(
        vars(shown["draft"]).values()
    )
    assert Mailing.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"audience": ""}, "audience", "กรุณาเลือกผู้รับ"),
        ({"audience": "following"}, "audience", "กรุณาเลือกผู้รับจากรายการ"),
        ({"audience": "waiting"}, "audience", "ขณะนี้ไม่มีผู้รับในกลุ่มนี้ กรุณาเลือกผู้รับอื่น หรือกำหนดเวลาส่งภายหลัง"),
        ({"subject": ""}, "subject", "กรุณากรอกเรื่อง"),
        ({"subject": "ก" * 151}, "subject", "ยาว 151 ตัวอักษร กรุณาตัดให้เหลือ 150"),
        ({"subject": "เรื่อง\x00"}, "subject", "มีอักขระควบคุมที่มองไม่เห็น กรุณาลบข้อความแล้วพิมพ์ใหม่"),
        ({"body": "ก" * 100_000}, "body", "ยาว 100000 ตัวอักษร กรุณาตัดให้เหลือ 4000"),
        (
            {"send_at_day": "31", "send_at_month": "2", "send_at_year": "2570"},
            "send_at",
            "เดือนกุมภาพันธ์ 2570 มี 28 วัน กรุณาเลือกวันใหม่",
        ),
        (
            {"send_at_day": "1", "send_at_month": "1", "send_at_year": "2569", "send_at_time": "09.00"},
            "send_at",
            "เวลานี้ผ่านไปแล้ว กรุณาระบุเวลาข้างหน้า หรือเว้นว่างเพื่อส่งทันที",
        ),
        (
            {"send_at_day": "1", "send_at_month": "1", "send_at_year": "2599", "send_at_time": "09.00"},
            "send_at",
            "กรุณาระบุเวลาภายในหนึ่งปี",
        ),
    ],
)
def test_what_cannot_be_sent_says_why_and_stays_typed(as_, facilitator, event, address, fields, field, message) -> None:
    response = as_(facilitator).post(f"{address}new/", typed(**fields))
    assert (response.status_code, errors(response)) == (200, {field: [message]})
    assert response.context["form"]["body"].value() == typed(**fields)["body"]
    assert Mailing.objects.count() == 0


def test_a_line_break_in_the_subject_makes_no_header(as_, facilitator, event, address) -> None:
    client = as_(facilitator)
    shown = client.post(f"{address}new/", typed(subject="เรื่อง\r\nBcc: everybody@example.com")).context["sealed"]
    client.post(f"{address}new/", {"shown": shown})
    tasks.deliver.call(Mailing.objects.get().pk)
    send_notification_mail.call(Notification.objects.get().pk)
    (letter,) = mail.outbox
    assert letter.subject == "เรื่อง Bcc: everybody@example.com"
    assert (letter.to, letter.bcc) == ([Notification.objects.get().recipient.email], [])
    assert letter.message()["Bcc"] is None


def test_what_was_shown_is_bound_to_event_and_author(as_, facilitator, officer, event, address, told) -> None:
    other = make_event(group=event.group)
    shown = as_(facilitator).post(f"{address}new/", typed()).context["sealed"]
    for author, number, sealed in (
        (officer, event.pk, shown),
        (facilitator, other.pk, shown),
        (facilitator, event.pk, f"{shown}x"),
    ):
        response = as_(author).post(f"/events/{number}/messages/new/", {"shown": sealed})
        assert told(response) == ["ตัวอย่างที่ตรวจไว้หมดอายุแล้ว กรุณาเขียนและตรวจอีกครั้ง"]
    assert Mailing.objects.count() == 0


def test_of_a_draft_nobody_is_told(as_, facilitator, group, told) -> None:
    draft = make_event(group=group, state=State.DRAFT)
    response = as_(facilitator).get(f"/events/{draft.pk}/messages/new/")
    assert (response.status_code, told(response)) == (302, ["กิจกรรมนี้ยังเป็นร่าง ผู้รับเปิดดูไม่ได้ กรุณาเปิดรับลงทะเบียนก่อนส่งข้อความ"])


def test_a_message_of_before_can_be_written_anew(as_, facilitator, event, address) -> None:
    row, _ = services.send_once(event=event, audience="seated", subject="เรื่องเดิม", body="ข้อความเดิม", by=facilitator)
    client = as_(facilitator)
    assert client.get(f"{address}new/?from={row.pk}").context["form"]["subject"].value() == "เรื่องเดิม"
    elsewhere = make_event(group=event.group)
    for query in (f"from={row.pk}", "from=x", "from=9999999999999999999", "audience=nobody"):
        form = client.get(f"/events/{elsewhere.pk}/messages/new/?{query}").context["form"]
        assert (form["subject"].value(), form["audience"].value()) == (None, "seated")


def test_each_audience_has_its_people_and_no_other(as_, event, group, facilitator, member, address) -> None:
    make_registration(event=event, seat=Seat.WAITING)
    make_registration(event=event, seat=Seat.CANCELLED)
    make_registration(event=event, user=make_user(is_active=False))
    Interest.objects.create(event=event, user=make_user())
    counts = as_(facilitator).get(f"{address}new/").context["form"].counts
    assert {audience.value: count for audience, count in counts.items()} == {
        "seated": 1, "held": 2, "waiting": 1, "interested": 1, "members": 2, "attended": 0,
    }  # fmt: skip


def test_interest_in_what_is_for_the_group_by_now_tells_members_only(event, member, officer) -> None:
    for person in (member, officer, make_user()):
        Interest.objects.create(event=event, user=person)
    assert audiences.recipients_of(event, "interested").count() == 3
    event.visibility = "group"
    assert set(audiences.recipients_of(event, "interested")) == {member, officer}
    seated = event.registrations.get().user
    assert set(audiences.recipients_of(event, "following")) == {member, officer, seated}


# --- Later, and withdrawn ---------------------------------------------------------------------------------
def test_at_a_chosen_moment_to_nobody_yet_and_withdrawn_in_time(as_, facilitator, event, address, told) -> None:
    client = as_(facilitator)
    later = timezone.now() + timedelta(days=1)
    shown = client.post(f"{address}new/", typed(audience="attended", **moment_parts(later))).context
    assert shown["people"] == 0
    response = client.post(f"{address}new/", {"shown": shown["sealed"]})
    row = Mailing.objects.get()
    assert told(response) == ["ตั้งเวลาส่งข้อความแล้ว ถอนได้จนกว่าจะถึงเวลา"]
    assert row.send_at == DBTaskResult.objects.get(task_path="events.tasks.deliver").run_after
    assert row.send_at == later.replace(second=0, microsecond=0)
    withdrawn = client.post(f"{address}{row.pk}/withdrawal/")
    assert (withdrawn["Location"], told(withdrawn)[-1]) == (address, "ถอนข้อความแล้ว ไม่มีผู้ใดได้รับ")
    assert (Mailing.objects.count(), tasks.deliver.call(row.pk)) == (0, 0)
    assert LogLine.objects.first().text == "ถอนข้อความที่รอส่ง: เอกสารก่อนเข้าร่วม"
    services.withdraw(mailing=row, by=facilitator)
    assert client.post(f"{address}{row.pk}/withdrawal/").status_code == 404


def test_what_was_sent_or_begun_cannot_be_withdrawn(as_, facilitator, event, address, told) -> None:
    row, _ = services.send_once(event=event, audience="seated", subject="เรื่อง", body="ข้อความ", by=facilitator)
    Delivery.objects.create(mailing=row, user=make_user())
    with pytest.raises(Refused, match="ข้อความนี้เริ่มส่งแล้ว จึงถอนไม่ได้"):
        services.withdraw(mailing=row, by=facilitator)
    tasks.deliver.call(row.pk)
    assert told(as_(facilitator).post(f"{address}{row.pk}/withdrawal/")) == ["ข้อความนี้เริ่มส่งแล้ว จึงถอนไม่ได้"]
    automatic = services.send(event=event, audience="held", subject="เลื่อนกำหนด", body="ข้อความ")
    with pytest.raises(Refused, match="ข้อความที่ระบบแจ้งเอง ถอนไม่ได้"):
        services.withdraw(mailing=automatic, by=facilitator)
    assert Mailing.objects.count() == 2


def test_a_moment_that_passed_while_its_author_read_means_at_once(
    as_, facilitator, event, address, monkeypatch
) -> None:
    client = as_(facilitator)
    soon = timezone.now() + timedelta(minutes=10)
    shown = client.post(f"{address}new/", typed(**moment_parts(soon))).context["sealed"]
    now = timezone.now() + timedelta(minutes=20)
    monkeypatch.setattr(timezone, "now", lambda: now)
    client.post(f"{address}new/", {"shown": shown})
    assert Mailing.objects.get().send_at == now


def test_what_is_sent_is_sent_once_for_all(event, facilitator) -> None:
    row, _ = services.send_once(event=event, audience="seated", subject="เรื่อง", body="ข้อความ", by=facilitator)
    assert tasks.deliver.call(row.pk) == 1
    make_registration(event=event)
    assert (tasks.deliver.call(row.pk), Delivery.objects.count()) == (1, 1)


# --- The log of deliveries --------------------------------------------------------------------------------
def test_each_copy_says_what_became_of_it(as_, facilitator, event, address) -> None:
    people = {
        name: make_user(given_name=name, mail_frequency=frequency)
        for name, frequency in (
            ("ก", MailFrequency.INSTANT),
            ("ข", MailFrequency.NONE),
            ("ค", MailFrequency.INSTANT),
            ("ง", MailFrequency.INSTANT),
            ("จ", MailFrequency.WEEKLY),
            ("ฉ", MailFrequency.INSTANT),
        )
    }
    event.registrations.all().delete()
    for person in people.values():
        make_registration(event=event, user=person)
    row, _ = services.send_once(event=event, audience="seated", subject="เรื่อง", body="ข้อความ", by=facilitator)
    tasks.deliver.call(row.pk)
    lines = {line.recipient.given_name: line for line in Notification.objects.select_related("recipient")}
    send_notification_mail.call(lines["ก"].pk)
    Notification.objects.filter(pk=lines["จ"].pk).update(frequency=MailFrequency.WEEKLY)
    lines["ง"].delete()
    people["ฉ"].is_active = False
    people["ฉ"].save()
    response = as_(facilitator).get(f"{address}{row.pk}/")
    assert [(copy.user.given_name, label) for copy, label, _ in response.context["copies"]] == [
        ("ก", "ส่งอีเมลแล้ว"),
        ("ข", "ไม่รับทางอีเมล (อ่านได้ในหน้าการแจ้งเตือน)"),
        ("ค", "รอส่งอีเมล"),
        ("ง", "บัญชีปิดหรือระงับแล้ว"),
        ("จ", "รวมในอีเมลสรุป"),
        ("ฉ", "บัญชีปิดหรือระงับแล้ว"),
    ]
    assert response.context["totals"] == [
        ("ส่งอีเมลแล้ว", 1),
        ("รอส่งอีเมล", 1),
        ("รวมในอีเมลสรุป", 1),
        ("ไม่รับทางอีเมล (อ่านได้ในหน้าการแจ้งเตือน)", 1),
        ("บัญชีปิดหรือระงับแล้ว", 2),
    ]


def test_automatic_messages_are_marked(as_, facilitator, event, address) -> None:
    services.send(event=event, audience="held", subject="เลื่อนกำหนด", body="ข้อความ")
    page = as_(facilitator).get(address).content.decode()
    assert "ระบบแจ้งเอง" in page
    assert "รอส่ง" in page


def test_pages_of_a_long_list(as_, facilitator, event, address) -> None:
    rows = [services.send(event=event, audience="held", subject=f"เรื่อง {n}", body="ข้อความ") for n in range(21)]
    client = as_(facilitator)
    first = client.get(address).context["page"]
    second = client.get(address + first.next_query).context["page"]
    assert [row.pk for row in [*first, *second]] == [row.pk for row in reversed(rows)]


@pytest.mark.parametrize("people", [1, 30])
def test_queries_do_not_grow_with_recipients(
    as_, facilitator, event, address, steady, django_assert_num_queries, people
) -> None:
    for _ in range(people - 1):
        make_registration(event=event)
    for number in range(people):
        row = services.send(event=event, audience="seated", subject=f"เรื่อง {number}", body="ข้อความ", by=facilitator)
    tasks.deliver.call(row.pk)
    client = as_(facilitator)
    for path in (address, f"{address}{row.pk}/"):
        client.get(path)
    with django_assert_num_queries(4):
        client.get(address)
    with django_assert_num_queries(6):
        assert len(client.get(f"{address}{row.pk}/").context["copies"]) == people


# --- Who ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["", "new/", "{}/", "{}/withdrawal/"])
def test_only_those_who_run_the_event(
    as_, visitor, outsider, member, facilitator, officer, event, address, path
) -> None:
    row = services.send(event=event, audience="held", subject="เรื่อง", body="ข้อความ")
    path = address + path.format(row.pk)
    method = "post" if "withdrawal" in path else "get"
    assert getattr(visitor, method)(path)["Location"].startswith("/accounts/login/")
    assert [getattr(as_(who), method)(path).status_code for who in (outsider, member)] == [404, 404]
    allowed = 302 if method == "post" else 200
    assert [getattr(as_(who), method)(path).status_code for who in (facilitator, officer)] == [allowed, allowed]


def test_a_message_is_read_at_its_own_event_only(as_, facilitator, event) -> None:
    row = services.send(event=event, audience="held", subject="เรื่อง", body="ข้อความ")
    other = make_event(group=event.group)
    assert as_(facilitator).get(f"/events/{other.pk}/messages/{row.pk}/").status_code == 404


def test_a_facilitator_of_a_cohosting_group_may_write(as_, event, address) -> None:
    cohost = make_group()
    event.cohosting.create(group=cohost)
    person = make_membership(group=cohost, role=Role.FACILITATOR).user
    assert as_(person).get(address).status_code == 200
