"""What somebody with bad intentions, or with bad luck, tries: nothing is told, joined, doubled or broken."""

from collections.abc import Callable
from urllib.parse import unquote

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import User
from core import pagecache
from groups.models import Group
from groups.services import Refused
from surveys.models import Question, Receipt, Remark, Response, Survey, Theme
from surveys.services import remarks
from tests.factories import make_question, make_survey

from .answers import SMALL, full, send, stored

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


# --- What joins an answer with who gave it ----------------------------------------------------------------
def test_who_was_promised_no_name_is_not_named_by_a_change_meanwhile(as_: As, member: User) -> None:
    survey = make_survey(sections=SMALL)
    client, sent = as_(member), full(survey)
    page = client.get(survey.get_absolute_url()).content.decode()
    assert '<input type="hidden" name="promise" value="unnamed">' in page
    Survey.objects.filter(pk=survey.pk).update(is_anonymous=False)
    pagecache.changed()
    response = client.post(survey.get_absolute_url(), sent | {"promise": "unnamed"})
    assert (response.status_code, Response.objects.count(), Receipt.objects.count()) == (422, 0, 0)
    text = response.content.decode()
    assert ("เปลี่ยนเป็นระบุชื่อผู้ตอบ" in text, "ขอเวลาถามตอบมากขึ้น" in text, 'name="promise"' in text) == (True, True, False)
    client.post(survey.get_absolute_url(), sent)
    assert Response.objects.get().user == member


def test_a_form_kept_over_signing_in_does_not_stay_beside_the_name(member: User) -> None:
    survey, client = make_survey(sections=SMALL), Client()
    client.post(survey.get_absolute_url(), full(survey))
    send(survey, member)  # from another computer
    client.force_login(member)
    assert "pending_form" in client.session
    client.get(survey.get_absolute_url())
    assert ["pending_form" in row.get_decoded() for row in Session.objects.all()] == [False]


# --- Two at once ------------------------------------------------------------------------------------------
def test_a_theme_that_is_removed_meanwhile() -> None:
    survey = make_survey(sections=SMALL, state="closed")
    assert survey.current is not None
    item = int(next(iter(stored(survey))))
    remark = Remark.objects.create(version=survey.current, item_id=item, text="ขอเวลาถาม")
    theme = Theme.objects.create(survey=survey, title="เวลา")
    stale = Theme.objects.get()
    remarks.remove_theme(theme=theme)
    remarks.remove_theme(theme=stale)
    moderated = remarks.moderate(remark=remark, state=Remark.State.SHOWN, theme=stale)
    assert (moderated.state, moderated.theme) == ("shown", None)
    with pytest.raises(Refused, match="ถูกลบไปแล้ว"):
        remarks.change_theme(theme=stale, title="เวลาถามตอบ", reply="")


# --- Nonsense ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("key", ["a%00b", "%E0%B8%81" * 300, "x", "-" * 500])
def test_a_link_that_is_none(visitor: Client, key: str) -> None:
    assert visitor.get(f"/surveys/link/{key}/").status_code == 404


@pytest.mark.parametrize("typed", ["%00", "a%00b", "%EF%BF%BF", "%ED%A0%80", "9" * 30])
def test_what_no_database_takes_in_an_address(as_: As, facilitator: User, group: Group, typed: str) -> None:
    client, question = as_(facilitator), make_question(group=group)
    for address in ("/questions/", "/questions/queue/", f"/questions/{question.pk}/manage/"):
        for headers in ({}, {"HX-Request": "true"}):
            assert client.get(f"{address}?q={typed}&page={typed}", headers=headers).status_code == 200
    assert [client.get(f"/questions/new/?{name}={typed}").status_code for name in ("of_group", "event")] == [404, 404]
    sent = {"of_group": unquote(typed), "text": "ถามเรื่องพัสดุ"}
    assert (client.post("/questions/new/", sent).status_code, Question.objects.count()) == (404, 1)
