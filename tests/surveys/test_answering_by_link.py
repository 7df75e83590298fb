"""A survey for everybody who has the link: one answer for a person, or for a browser of somebody unknown."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from surveys.models import Receipt, Response, Survey
from surveys.services.answering import hashed
from surveys.views import answering as views
from tests.factories import make_event, make_survey

from .answers import SMALL, full, names

pytestmark = pytest.mark.django_db
SENT = "ส่งแบบประเมินเรียบร้อยแล้ว"


@pytest.fixture
def survey(db: None) -> Survey:
    return make_survey(sections=SMALL, audience="link")


def address(survey: Survey) -> str:
    return f"/surveys/link/{survey.key}/"


def answered(client: Client, survey: Survey, **changes: Any) -> Any:
    client.get(address(survey))
    return client.post(address(survey), full(survey) | changes, follow=True)


def test_a_visitor_answers_once(visitor: Client, survey: Survey) -> None:
    page = visitor.get(address(survey))
    assert "เบราว์เซอร์นี้ได้รับรหัสสุ่มเพื่อไม่ให้ตอบซ้ำ ระบบไม่บันทึกว่าท่านเป็นใคร" in page.content.decode()
    cookie = page.cookies["cops_answer"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (address(survey), True, "Lax")
    answer = answered(visitor, survey)
    assert answer.redirect_chain == [(address(survey), 302)]
    assert SENT in answer.content.decode()
    answered(visitor, survey, **{names(survey)[1]: "1"})
    receipt = Receipt.objects.get()
    token = cookie.value.rsplit(":", 2)[0]
    assert (receipt.user, receipt.token) == (None, hashed(token))
    assert Response.objects.count() == 1
    assert SENT in visitor.get(address(survey)).content.decode()


def test_two_browsers_are_two_people(survey: Survey) -> None:
    for _ in range(2):
        answered(Client(), survey)
    assert (Receipt.objects.count(), Response.objects.count()) == (2, 2)


def test_somebody_signed_in_answers_once_from_anywhere(as_, member: User, survey: Survey) -> None:
    for _ in range(2):
        assert SENT in answered(as_(member), survey).content.decode()
    assert list(Receipt.objects.values_list("user", "token")) == [(member.pk, "")]
    assert Response.objects.count() == 1


def test_without_the_cookie_nothing_is_taken_and_nothing_lost(visitor: Client, survey: Survey) -> None:
    answer = visitor.post(address(survey), full(survey) | {names(survey)[5]: "ยังอยู่"})
    assert (answer.status_code, Response.objects.count()) == (422, 0)
    assert "กรุณาส่งอีกครั้ง" in answer.content.decode()
    assert "ยังอยู่" in answer.content.decode()
    assert visitor.post(address(survey), full(survey)).status_code == 302


def test_a_cookie_of_one_s_own_making_counts_for_nothing(visitor: Client, survey: Survey) -> None:
    visitor.cookies["cops_answer"] = "invented"
    assert visitor.post(address(survey), full(survey)).status_code == 422
    other = make_survey(sections=SMALL, audience="link")
    visitor.cookies["cops_answer"] = Client().get(address(other)).cookies["cops_answer"].value
    assert visitor.post(address(survey), full(survey)).status_code == 422
    assert Response.objects.count() == 0


def test_named_for_those_who_sign_in(as_, member: User, visitor: Client) -> None:
    survey = make_survey(sections=SMALL, audience="link", is_anonymous=False)
    assert "ท่านตอบโดยไม่ได้เข้าสู่ระบบ" in visitor.get(address(survey)).content.decode()
    answered(visitor, survey)
    answered(as_(member), survey)
    assert {row.user for row in Response.objects.all()} == {None, member}


def test_a_key_that_is_none(visitor: Client, survey: Survey) -> None:
    closed_to_links = make_survey(sections=SMALL)
    unpublished = make_survey(sections=SMALL, audience="link", state="draft")
    for key in ("x", closed_to_links.key, unpublished.key, survey.key[:-1]):
        assert visitor.get(f"/surveys/link/{key}/").status_code == 404
        assert visitor.post(f"/surveys/link/{key}/", {}).status_code == 404


def test_a_closed_survey_says_so(visitor: Client, survey: Survey) -> None:
    Survey.objects.update(state="closed")
    page = visitor.get(address(survey))
    assert "แบบประเมินนี้ปิดรับคำตอบแล้ว" in page.content.decode()
    assert 'name="version"' not in page.content.decode()
    assert visitor.post(address(survey), full(survey)).status_code == 422
    assert Response.objects.count() == 0


def test_the_link_does_not_tell_of_an_event_that_is_not_for_everybody(visitor: Client) -> None:
    event = make_event(visibility="group", title="เรื่องภายในของกลุ่ม")
    survey = make_survey(event=event, kind="other", sections=SMALL, audience="link", title="แบบสอบถาม")
    for page in (visitor.get(address(survey)), answered(visitor, survey)):
        assert "เรื่องภายในของกลุ่ม" not in page.content.decode()
    assert Response.objects.count() == 1


def test_a_flood_from_one_address_waits(visitor: Client, survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_AN_HOUR", 1)
    cache.clear()
    answered(Client(), survey)
    answer = answered(visitor, survey, **{names(survey)[5]: "ยังอยู่"})
    assert (answer.status_code, Response.objects.count()) == (429, 1)
    assert "ยังอยู่" in answer.content.decode()


def test_the_page_is_kept_by_nobody(visitor: Client, survey: Survey) -> None:
    page = visitor.get(address(survey))
    assert (page["Cache-Control"], page["X-Robots-Tag"]) == ("private, no-cache", "noindex")
