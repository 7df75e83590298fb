"""The inbox: what is in it, reading it, and stopping the mail."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.mail import unsubscribe_token
from accounts.models import MailFrequency, Notification, User
from accounts.services import notify
from accounts.tasks import recount_unread

pytestmark = pytest.mark.django_db


def told(user: User, text: str = "คำขอของท่านได้รับอนุมัติ", **fields: str) -> Notification:
    [line] = notify(recipients=[user], text=text, **fields)
    return line


def unread(user: User) -> int:
    return User.objects.get(pk=user.pk).unread_notifications


def test_an_empty_inbox(as_: Callable, outsider: User) -> None:
    page = as_(outsider).get("/notifications/").content.decode()
    assert "ยังไม่มีการแจ้งเตือน" in page
    assert "ทำเครื่องหมายว่าอ่านแล้วทั้งหมด" not in page


def test_opening_a_line_reads_it_and_leads_to_what_it_is_about(as_: Callable, outsider: User) -> None:
    line = told(outsider, url="/groups/finance/?a=1", source="กลุ่มการเงิน")
    told(outsider, "เรื่องที่สอง")
    client = as_(outsider)
    page = client.get("/notifications/").content.decode()
    assert (page.count(">ใหม่</span>"), "ยังไม่ได้อ่าน 2 เรื่อง" in page) == (2, True)
    assert '<span class="count">2</span>' in page
    assert client.get(f"/notifications/{line.pk}/").headers["Location"] == "/groups/finance/?a=1"
    assert unread(outsider) == 1
    client.get(f"/notifications/{line.pk}/")
    assert unread(outsider) == 1


@pytest.mark.parametrize(
    "url", ["", "https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_a_line_never_leads_away_from_the_portal(as_: Callable, outsider: User, url: str) -> None:
    line = told(outsider, url=url)
    assert as_(outsider).get(f"/notifications/{line.pk}/").headers["Location"] == "/notifications/"


def test_a_line_of_somebody_else_is_not_found(as_: Callable, outsider: User, member: User) -> None:
    line = told(outsider, "ความลับ")
    client = as_(member)
    assert client.get(f"/notifications/{line.pk}/").status_code == 404
    assert "ความลับ" not in client.get("/notifications/").content.decode()
    client.post("/notifications/read/")
    assert unread(outsider) == 1


def test_reading_all(as_: Callable, outsider: User) -> None:
    for number in range(3):
        told(outsider, f"เรื่องที่ {number}")
    client = as_(outsider)
    assert client.get("/notifications/read/").status_code == 405
    assert client.post("/notifications/read/").headers["Location"] == "/notifications/"
    client.post("/notifications/read/")
    assert unread(outsider) == 0
    assert "อ่านครบทุกเรื่องแล้ว" in client.get("/notifications/").content.decode()


@pytest.mark.parametrize("lines", [1, 30])
def test_one_and_thirty_lines_cost_the_same(
    as_: Callable, outsider: User, lines: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(lines):
        told(outsider, f"เรื่องที่ {number}")
    client = as_(outsider)
    client.get("/notifications/")  # the footer's figures are cached
    with django_assert_num_queries(3):  # session, person, lines
        client.get("/notifications/")


def test_older_lines_are_on_the_next_page(as_: Callable, outsider: User) -> None:
    for number in range(31):
        told(outsider, f"เรื่องที่ {number:02}")
    client = as_(outsider)
    first = client.get("/notifications/")
    assert ("เรื่องที่ 30" in first.content.decode(), "เรื่องที่ 00" in first.content.decode()) == (True, False)
    second = client.get("/notifications/" + first.context["page"].next_query)
    assert "เรื่องที่ 00" in second.content.decode()
    assert client.get("/notifications/?page=nonsense\x00").status_code == 200


def test_text_of_people_is_escaped(as_: Callable, outsider: User) -> None:
    told(outsider, "<script>alert(1)</script>", detail="<b>x</b>", source="<i>y</i>")
    page = as_(outsider).get("/notifications/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<b>x</b>" not in page


def test_the_nightly_recount(outsider: User, member: User) -> None:
    told(outsider)
    told(outsider)
    User.objects.filter(pk=outsider.pk).update(unread_notifications=7)
    User.objects.filter(pk=member.pk).update(unread_notifications=1)
    assert recount_unread.call() == 2
    assert (unread(outsider), unread(member)) == (2, 0)
    assert recount_unread.call() == 0


# --- Stopping the mail ------------------------------------------------------------------------------------
def test_looking_at_the_link_changes_nothing(visitor: Client, outsider: User) -> None:
    address = f"/notifications/unsubscribe/{unsubscribe_token(outsider)}/"
    assert "หยุดรับอีเมล</button>" in visitor.get(address).content.decode()
    outsider.refresh_from_db()
    assert outsider.mail_frequency == MailFrequency.INSTANT


def test_one_click_of_the_mail_program_stops_the_mail(outsider: User, member: User) -> None:
    """RFC 8058: no cookie, no CSRF token, no page seen before."""
    client = Client(enforce_csrf_checks=True)
    address = f"/notifications/unsubscribe/{unsubscribe_token(outsider)}/"
    response = client.post(address, {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert "หยุดส่งอีเมลข่าวสารถึงท่านแล้ว" in response.content.decode()
    outsider.refresh_from_db()
    member.refresh_from_db()
    assert (outsider.mail_frequency, member.mail_frequency) == (MailFrequency.NONE, MailFrequency.INSTANT)
    [line] = notify(recipients=[outsider], text="x", frequencies={outsider.pk: MailFrequency.WEEKLY})
    assert line.frequency == MailFrequency.NONE  # not even from a group that was chosen apart


@pytest.mark.parametrize("token", ["x", "MQ:1x:forged", "a" * 5000, "%00"])
def test_a_forged_token(visitor: Client, db: None, token: str) -> None:
    address = f"/notifications/unsubscribe/{token}/"
    assert (visitor.get(address).status_code, visitor.post(address).status_code) == (404, 404)


def test_a_token_of_somebody_who_left(visitor: Client, outsider: User) -> None:
    User.objects.update(is_active=False)
    assert visitor.post(f"/notifications/unsubscribe/{unsubscribe_token(outsider)}/").status_code == 404
