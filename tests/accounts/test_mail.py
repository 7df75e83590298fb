"""Mail through a real SMTP server: letters, notifications, digests; each line once, whatever breaks."""

import re
import smtplib
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import LazySettings
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from accounts import mail
from accounts.models import MailFrequency, Notification, User
from accounts.models.notification import MAILING_LEASE
from accounts.services import notify
from accounts.tasks import (
    BeingMailedError,
    people_waiting,
    send_daily_digests,
    send_notification_mail,
    send_weekly_digests,
)
from tests.factories import make_user
from tests.portal import free_port

pytestmark = pytest.mark.django_db


def header(message: EmailMessage, name: str) -> str:
    return str(message[name]).strip()  # a folded line leaves its space


class Mailbox:
    """What arrived. Addresses in `refused` are turned away at the door."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refused: set[str] = set()

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list) -> str:  # noqa: N802
        if address in self.refused:
            return "450 mailbox busy"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def subjects(self) -> list[str]:
        return [header(message, "Subject") for message in self.messages]


@pytest.fixture
def smtp(settings: LazySettings) -> Iterator[Mailbox]:
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield mailbox
    controller.stop()


def parts(message: EmailMessage) -> tuple[str, str]:
    return message.get_body(("plain",)).get_content(), message.get_body(("html",)).get_content()


def line_for(user: User, text: str = "คำขอได้รับอนุมัติ", **fields: object) -> Notification:
    [line] = notify(recipients=[user], text=text, **fields)
    return line


# --- Letters ----------------------------------------------------------------------------------------------
def test_a_letter_arrives_as_text_and_as_html(
    visitor: Client, outsider: User, smtp: Mailbox, run_tasks: Callable
) -> None:
    visitor.post("/accounts/password/reset/", {"email": outsider.email})
    assert smtp.messages == []  # the page does not wait for the mail server
    run_tasks()
    [message] = smtp.messages
    assert (header(message, "To"), header(message, "Subject")) == (outsider.email, "ตั้งรหัสผ่านใหม่")
    assert message["From"].addresses[0].display_name.split() == ["ชุมชนนักปฏิบัติ", "สป.มท."]
    text, html = parts(message)
    [link] = [word for word in text.split() if word.startswith("http://testserver/accounts/password/reset/key/")]
    assert f'<a href="{link}"' in html
    assert "ชุมชนนักปฏิบัติ สำนักงานปลัดกระทรวงมหาดไทย" in text
    assert '<html lang="th">' in html
    assert "List-Unsubscribe" not in message  # such letters cannot be switched off


def test_the_verification_mail_arrives_and_its_link_works(visitor: Client, smtp: Mailbox, run_tasks: Callable) -> None:
    answers = {"title": "นาง", "given_name": "พิกุล", "family_name": "ทอง", "email": "p@moi.go.th", "privacy": "on"}
    visitor.post("/accounts/signup/", answers | {"password1": "a-long-test-password-2570"})
    run_tasks()
    [message] = smtp.messages
    assert (header(message, "To"), header(message, "Subject")) == ("p@moi.go.th", "ยืนยันอีเมลเพื่อเริ่มใช้งาน")
    text, html = parts(message)
    [link] = [word for word in text.split() if word.startswith("http://testserver/accounts/confirm-email/")]
    assert f'<a href="{link}"' in html
    visitor.post(link.removeprefix("http://testserver"))
    assert User.objects.get().emailaddress_set.get().verified


def test_every_letter_of_allauth_is_in_thai(outsider: User, settings: LazySettings) -> None:
    """Each template, with what allauth gives it; only addresses, names of browsers and of LINE are not Thai."""
    context = {
        "email": "a@go.th",
        "activate_url": "http://testserver/a/",
        "password_reset_url": "http://testserver/b/",
        "from_email": "a@go.th",
        "to_email": "b@go.th",
        "deleted_email": "a@go.th",
        "provider": "ไลน์",
        "ip": "10.0.0.1",
        "user_agent": "เบราว์เซอร์",
        "timestamp": timezone.now(),
        "site_url": settings.SITE_URL,
        "contact_email": "km@go.th",
    }
    folders = Path(settings.BASE_DIR, "templates").glob("*/email/*_subject.txt")
    names = sorted(f"{path.parent.parent.name}/email/{path.name.removesuffix('_subject.txt')}" for path in folders)
    assert len(names) == 18
    for name in names:
        subject = render_to_string(f"{name}_subject.txt", context)
        text = render_to_string(f"{name}_message.txt", context)
        assert not re.search("[A-Za-z]{2}", re.sub(r"\S+@\S+|http://\S+", "", subject + text)), name


def test_what_people_typed_cannot_break_out_of_a_letter() -> None:
    message = mail.letter(
        to="a@go.th",
        subject="เรื่อง\r\nBcc: evil@example.com",
        text="<script>alert(1)</script>\n\nกดที่นี่: https://evil.example/x\n\nยืนยัน: http://testserver/a?b=1&c=2",
    )
    assert message.subject == "เรื่อง Bcc: evil@example.com"
    html = message.alternatives[0].content
    assert "&lt;script&gt;" in html
    assert 'href="https://evil.example' not in html
    assert 'href="http://testserver/a?b=1&amp;c=2"' in html
    assert message.message()["Bcc"] is None


@pytest.mark.parametrize("path", ["", "//evil.example", "https://evil.example", "/\\evil.example", "javascript:x"])
def test_a_mail_links_to_this_portal_only(path: str) -> None:
    assert mail.absolute(path) == "http://testserver/"


# --- At once ----------------------------------------------------------------------------------------------
def test_a_notification_at_once(outsider: User, smtp: Mailbox, run_tasks: Callable) -> None:
    line_for(outsider, url="/groups/finance/", detail="ยินดีต้อนรับ <ทุกคน>", source="กลุ่มการเงิน")
    run_tasks()
    [message] = smtp.messages
    text, html = parts(message)
    assert (header(message, "To"), header(message, "Subject")) == (outsider.email, "คำขอได้รับอนุมัติ")
    assert "เปิดดูในเว็บไซต์: http://testserver/groups/finance/" in text
    assert "ยินดีต้อนรับ <ทุกคน>" in text
    assert "ยินดีต้อนรับ &lt;ทุกคน&gt;" in html
    stop = f"http://testserver/notifications/unsubscribe/{mail.unsubscribe_token(outsider).split(':')[0]}"
    assert header(message, "List-Unsubscribe").startswith(f"<{stop}")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert Notification.objects.get().mailed_at


def test_the_link_in_the_header_works_for_a_mail_program(outsider: User, smtp: Mailbox, run_tasks: Callable) -> None:
    line_for(outsider)
    run_tasks()
    address = header(smtp.messages[0], "List-Unsubscribe").strip("<>").removeprefix("http://testserver")
    assert Client(enforce_csrf_checks=True).post(address).status_code == 200
    outsider.refresh_from_db()
    assert outsider.mail_frequency == MailFrequency.NONE


def test_a_line_is_mailed_once(outsider: User, smtp: Mailbox, run_tasks: Callable) -> None:
    line = line_for(outsider)
    run_tasks()
    send_notification_mail.call(line.pk)
    send_notification_mail.call(999_999)
    assert len(smtp.messages) == 1


def test_a_mail_server_that_is_down_delays_the_mail(outsider: User, smtp: Mailbox) -> None:
    line = line_for(outsider)
    smtp.refused.add(outsider.email)
    for _ in range(2):
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send_notification_mail.call(line.pk)
    assert Notification.objects.get().mailed_at is None
    smtp.refused.clear()
    send_notification_mail.call(line.pk)
    assert len(smtp.messages) == 1
    assert Notification.objects.get().mailed_at


def test_a_line_that_another_worker_is_mailing_is_left_to_it(outsider: User, smtp: Mailbox) -> None:
    line = line_for(outsider)
    Notification.objects.update(mail_claimed_at=timezone.now())
    with pytest.raises(BeingMailedError):
        send_notification_mail.call(line.pk)
    assert smtp.messages == []
    Notification.objects.update(mail_claimed_at=timezone.now() - MAILING_LEASE - timedelta(seconds=1))
    send_notification_mail.call(line.pk)  # the other one died over it
    assert len(smtp.messages) == 1


def test_header_injection_through_a_group_or_a_name(outsider: User, smtp: Mailbox, run_tasks: Callable) -> None:
    line_for(outsider, "ข่าว\r\nBcc: evil@example.com\r\n\r\nx\x00\u2028y")
    run_tasks()
    [message] = smtp.messages
    assert header(message, "Subject") == "ข่าว Bcc: evil@example.com x y"
    assert message["Bcc"] is None


def test_nobody_who_wants_no_mail_gets_any(smtp: Mailbox, run_tasks: Callable) -> None:
    silent = make_user(mail_frequency=MailFrequency.NONE)
    changed = make_user()
    suspended = make_user()
    for person in (silent, changed, suspended):
        line_for(person, frequencies={person.pk: MailFrequency.INSTANT})
    User.objects.filter(pk=changed.pk).update(mail_frequency=MailFrequency.NONE)
    User.objects.filter(pk=suspended.pk).update(is_active=False)
    run_tasks()
    assert smtp.messages == []


# --- Digests ----------------------------------------------------------------------------------------------
def test_one_digest_each_with_all_lines(smtp: Mailbox) -> None:
    daily, weekly, quiet = (make_user(mail_frequency=frequency) for frequency in ("daily", "weekly", "daily"))
    for number in range(3):
        line_for(daily, f"เรื่องที่ {number}", url=f"/groups/{number}/")
    line_for(weekly, "เรื่องของสัปดาห์")
    assert send_daily_digests.call() == 1
    [message] = smtp.messages
    assert (header(message, "To"), header(message, "Subject")) == (daily.email, "สรุปประจำวัน: 3 เรื่องถึงท่าน")
    text, html = parts(message)
    assert text.index("เรื่องที่ 2") < text.index("เรื่องที่ 0")
    assert 'href="http://testserver/groups/1/"' in html
    assert "List-Unsubscribe" in message
    assert send_daily_digests.call() == 0  # nothing new, no mail
    assert send_weekly_digests.call() == 1
    assert smtp.subjects()[1:] == ["สรุปรายสัปดาห์: 1 เรื่องถึงท่าน"]
    assert quiet.notifications.count() == 0


def test_a_group_may_be_followed_otherwise_than_the_rest(outsider: User, smtp: Mailbox, run_tasks: Callable) -> None:
    line_for(outsider, "ข่าวกลุ่ม", frequencies={outsider.pk: MailFrequency.DAILY})
    run_tasks()
    assert smtp.messages == []
    send_daily_digests.call()
    assert smtp.subjects() == ["สรุปประจำวัน: 1 เรื่องถึงท่าน"]


def test_one_refused_address_holds_up_nobody_and_is_tried_again(smtp: Mailbox) -> None:
    people = [make_user(mail_frequency="daily") for _ in range(3)]
    for person in people:
        line_for(person)
    smtp.refused.add(people[1].email)
    with pytest.raises(RuntimeError, match="1 digests not sent, 2 sent"):
        send_daily_digests.call()
    smtp.refused.clear()
    assert send_daily_digests.call() == 1
    assert [header(message, "To") for message in smtp.messages] == [people[0].email, people[2].email, people[1].email]


def test_a_digest_that_was_cut_off_goes_on_where_it_stopped(smtp: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """kill -9 after the first person: the claim on the second outlives the process, and runs out."""
    people = [make_user(mail_frequency="daily") for _ in range(2)]
    for person in people:
        line_for(person)
    Notification.objects.filter(recipient=people[1]).update(mail_claimed_at=timezone.now())
    with pytest.raises(RuntimeError):
        send_daily_digests.call()
    Notification.objects.update(mail_claimed_at=timezone.now() - MAILING_LEASE)
    send_daily_digests.call()
    assert sorted(header(message, "To") for message in smtp.messages) == sorted(person.email for person in people)


def test_very_many_lines(smtp: Mailbox) -> None:
    person = make_user(mail_frequency="daily")
    Notification.objects.bulk_create(
        Notification(recipient=person, text=f"เรื่องที่ {number}", frequency="daily") for number in range(1000)
    )
    send_daily_digests.call()
    text, _ = parts(smtp.messages[0])
    assert text.count("- เรื่องที่ ") == mail.DIGEST_LINES
    assert "และอีก 840 เรื่อง" in text
    send_daily_digests.call()
    assert smtp.subjects() == ["สรุปประจำวัน: 900 เรื่องถึงท่าน", "สรุปประจำวัน: 100 เรื่องถึงท่าน"]


def test_people_are_gone_through_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.tasks.PEOPLE_PER_BATCH", 2)
    people = [make_user(mail_frequency="daily") for _ in range(5)]
    for person in people:
        line_for(person)
        line_for(person)
    assert list(people_waiting(MailFrequency.DAILY)) == sorted(person.pk for person in people)


def test_the_same_lines_have_the_same_message_id(outsider: User) -> None:
    line = line_for(outsider)
    first, second = mail.notification([line]), mail.notification([line])
    assert first.message()["Message-ID"] == second.message()["Message-ID"]
    assert first.message()["Message-ID"].endswith("@testserver>")
