"""Answering a survey over the web: what is shown, what is refused, what stays of what was typed."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core import pagecache
from events.models import Attendance
from groups.models import Group
from surveys.models import AnswerDraft, Receipt, Response, Survey, SurveyVersion
from surveys.standard import fill
from tests.factories import make_attendance, make_event, make_survey

from .answers import SMALL, form_for, full, names

pytestmark = pytest.mark.django_db
SENT = "ส่งแบบประเมินเรียบร้อยแล้ว"


def posts(client: Client, survey: Survey, **changes: Any) -> Any:
    """A full form, with changes by name; None leaves an item out."""
    given = {name: value for name, value in (full(survey) | changes).items() if value is not None}
    return client.post(survey.get_absolute_url(), given)


def text(answer: Any) -> str:
    return answer.content.decode()


# --- Sending ----------------------------------------------------------------------------------------------
def test_an_answer_is_kept_apart_from_who_gave_it(as_, member: User) -> None:
    survey = make_survey(sections=SMALL)
    answer = posts(as_(member), survey)
    assert (answer.status_code, answer.url) == (302, f"/surveys/{survey.pk}/done/")
    assert list(Receipt.objects.values_list("survey", "user", "token")) == [(survey.pk, member.pk, "")]
    level, likert, several, number, short, long = (str(item.pk) for item in form_for(survey).items)
    row = Response.objects.get()
    assert row.answers == {
        level: 0, likert: 5, several: [0, 2], number: 12, short: "ขอเวลาถามตอบมากขึ้น", long: "ขอเวลาถามตอบมากขึ้น",
    }  # fmt: skip
    assert (row.version_id, row.user, row.answered_on, row.is_counted) == (survey.current_id, None, None, False)


def test_nothing_joins_receipts_and_responses() -> None:
    """No column of one points to the other, or says when: whoever adds one has to think about this test."""
    assert {field.name for field in Receipt._meta.get_fields()} == {"id", "survey", "user", "token"}
    columns = {"id", "version", "answers", "user", "answered_on", "is_counted"}
    assert {field.name for field in Response._meta.get_fields()} == columns


def test_a_named_survey_keeps_the_name_and_the_day(as_, member: User) -> None:
    survey = make_survey(sections=SMALL, is_anonymous=False)
    page = text(as_(member).get(survey.get_absolute_url()))
    assert "แบบประเมินนี้ระบุชื่อผู้ตอบ" in page
    assert "คำตอบไม่เชื่อมกับชื่อผู้ตอบ" not in page
    posts(as_(member), survey)
    row = Response.objects.get()
    assert (row.user, row.answered_on) == (member, timezone.localdate())


def test_the_statement_stands_before_the_first_question(as_, member: User) -> None:
    survey = make_survey()
    page = text(as_(member).get(survey.get_absolute_url()))
    assert page.index("คำตอบไม่เชื่อมกับชื่อผู้ตอบ") < page.index("ตอนที่ 1 ข้อมูลทั่วไป")


def test_a_second_answer_is_not_taken(as_, member: User) -> None:
    survey, client = make_survey(sections=SMALL), as_(member)
    posts(client, survey)
    answer = client.post(survey.get_absolute_url(), full(survey, level=1), follow=True)
    assert answer.redirect_chain == [(f"/surveys/{survey.pk}/done/", 302)]
    assert "ท่านตอบแบบประเมินนี้แล้ว" in text(answer)
    assert SENT in text(answer)
    assert (Receipt.objects.count(), Response.objects.count()) == (1, 1)
    assert Response.objects.get().answers[str(form_for(survey).items[1].pk)] == 5
    assert client.get(survey.get_absolute_url()).url == f"/surveys/{survey.pk}/done/"


def test_who_has_not_answered_is_not_thanked(as_, member: User, visitor: Client) -> None:
    survey = make_survey()
    for client in (as_(member), visitor):
        assert client.get(f"/surveys/{survey.pk}/done/").url == survey.get_absolute_url()


def test_evaluating_an_event_leads_to_the_certificate(as_, member: User) -> None:
    event = make_event(needs_evaluation=True, state="ended", starts_at=timezone.now() - timedelta(days=2))
    make_attendance(event=event, user=member)
    survey = make_survey(event=event, audience="attendees", follows_event=True)
    client = as_(member)
    assert "เพื่อออกเกียรติบัตร" in text(client.get(survey.get_absolute_url()))
    posts(client, survey)
    assert Attendance.objects.get().has_evaluated
    assert "ระบบออกเกียรติบัตรให้ท่านเมื่อกิจกรรมเสร็จสิ้น" in text(client.get(f"/surveys/{survey.pk}/done/"))


def test_a_follow_up_is_no_evaluation(as_, member: User) -> None:
    event = make_event(needs_evaluation=True)
    make_attendance(event=event, user=member)
    survey = make_survey(event=event, kind="follow_up", sections=SMALL)
    posts(as_(member), survey)
    assert (Receipt.objects.count(), Attendance.objects.get().has_evaluated) == (1, False)


# --- Not now, not you -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"opens_at": timezone.now() + timedelta(days=1)}, "แบบประเมินนี้ยังไม่เปิดรับคำตอบ จะเปิดวันที่"),
        ({"closes_at": timezone.now() - timedelta(minutes=1)}, "แบบประเมินนี้ปิดรับคำตอบแล้ว"),
        ({"state": "closed"}, "แบบประเมินนี้ปิดรับคำตอบแล้ว"),
        ({"audience": "members"}, "แบบประเมินนี้สำหรับสมาชิกกลุ่ม"),
        ({"audience": "link"}, "แบบประเมินนี้ตอบได้จากลิงก์ที่ได้รับเท่านั้น"),
    ],
)
def test_too_early_too_late_without_the_right(as_, outsider: User, fields: dict[str, Any], message: str) -> None:
    survey, client = make_survey(sections=SMALL, **fields), as_(outsider)
    page = text(client.get(survey.get_absolute_url()))
    assert message in page
    assert 'name="version"' not in page
    answer = posts(client, survey, **{names(survey)[5]: "ที่พิมพ์ไว้ยังอยู่"})
    assert answer.status_code == 422
    assert message in text(answer)
    assert "ที่พิมพ์ไว้ยังอยู่" in text(answer)
    assert (Receipt.objects.count(), Response.objects.count()) == (0, 0)


@pytest.mark.parametrize("audience", ["attendees", "registered"])
def test_an_event_s_survey_is_for_its_people(as_, outsider: User, audience: str) -> None:
    survey = make_survey(event=make_event(), audience=audience, sections=SMALL)
    assert posts(as_(outsider), survey).status_code == 422
    assert Receipt.objects.count() == 0


def test_outsiders_do_not_find_a_survey_of_a_closed_event(as_, outsider: User, member: User, group: Group) -> None:
    survey = make_survey(event=make_event(group=group, visibility="group"), sections=SMALL)
    client = as_(outsider)
    for path in ("", "done/"):
        assert client.get(f"{survey.get_absolute_url()}{path}").status_code == 404
    assert posts(client, survey).status_code == 404
    assert client.post(f"/surveys/{survey.pk}/draft/", full(survey)).status_code == 404
    assert posts(as_(member), survey).status_code == 302


def test_a_draft_of_a_survey_is_for_its_makers(as_, outsider: User, facilitator: User, group: Group) -> None:
    survey = make_survey(group=group, state="draft")
    assert as_(outsider).get(survey.get_absolute_url()).status_code == 404
    assert "แบบประเมินนี้ยังไม่เปิดรับคำตอบ" in text(as_(facilitator).get(survey.get_absolute_url()))


def test_a_visitor_is_asked_to_sign_in(visitor: Client) -> None:
    survey = make_survey()
    page = visitor.get(survey.get_absolute_url())
    assert "เข้าสู่ระบบเพื่อตอบ" in text(page)
    assert page.cookies == {}
    answer = visitor.post(survey.get_absolute_url(), full(survey))
    assert answer.url == f"/accounts/login/?next={quote(survey.get_absolute_url(), safe='')}"
    assert Response.objects.count() == 0


def test_a_survey_closed_meanwhile_takes_no_answer(as_, member: User) -> None:
    """Whatever a process remembers of the survey: the row is read anew when the answer comes."""
    survey, client = make_survey(sections=SMALL), as_(member)
    client.get(survey.get_absolute_url())
    Survey.objects.filter(pk=survey.pk).update(state="closed")
    assert posts(client, survey).status_code == 422
    assert Response.objects.count() == 0


# --- Bad input --------------------------------------------------------------------------------------------
def test_errors_keep_everything_that_was_typed(as_, member: User) -> None:
    survey = make_survey(sections=SMALL)
    level, likert, several, number, short, long = names(survey)
    answer = posts(as_(member), survey, **{likert: "6", number: "61", level: None, long: "ก" * 3001, short: "เจ้าหน้าที่"})
    page = text(answer)
    assert answer.status_code == 422
    for name in (level, likert, number, long):
        assert f'<a href="#{name}">' in page
        assert f'id="{name}-error"' in page
    for name in (several, short):
        assert f'id="{name}-error"' not in page
    assert ("ก" * 3001 in page, 'value="เจ้าหน้าที่"' in page, 'value="61"' in page) == (True, True, True)
    assert f'name="{several}" value="2" checked' in page
    assert (Receipt.objects.count(), Response.objects.count()) == (0, 0)


def test_a_text_of_100_kilobytes_comes_back_whole(as_, member: User) -> None:
    survey = make_survey(sections=SMALL)
    answer = posts(as_(member), survey, **{names(survey)[5]: "อ" * 34_000})
    assert answer.status_code == 422
    assert "ยาว 34,000 ตัวอักษร กรุณาตัดให้เหลือ 3,000" in text(answer)
    assert "อ" * 34_000 in text(answer)


def test_unknown_items_and_versions_are_refused(as_, member: User) -> None:
    survey, other = make_survey(sections=SMALL), make_survey(sections=SMALL)
    client = as_(member)
    for changes in (
        {"i999999999": "5"},
        {names(other)[1]: "5"},
        {"version": "999"},
        {"version": str(other.current_id)},
    ):
        answer = posts(client, survey, **{names(survey)[5]: "ยังอยู่"} | changes)
        assert answer.status_code == 422
        assert "ยังอยู่" in text(answer)
    assert Response.objects.count() == 0


@pytest.mark.parametrize("version", ["", "0", "-1", "x", "9" * 30, "๑"])
def test_a_version_that_is_none(as_, member: User, version: str) -> None:
    survey = make_survey(sections=SMALL)
    assert posts(as_(member), survey, version=version).status_code == 422


def test_a_version_that_is_still_being_written_is_refused(as_, member: User) -> None:
    survey = make_survey(sections=SMALL)
    draft = SurveyVersion.objects.create(survey=survey, number=2)
    fill(draft, SMALL)
    assert posts(as_(member), survey, version=str(draft.pk)).status_code == 422


def test_an_answer_to_the_wording_that_was_seen(as_, member: User) -> None:
    """The survey was edited while somebody was answering."""
    survey = make_survey(sections=SMALL)
    seen = full(survey)
    new = SurveyVersion.objects.create(survey=survey, number=2, published_at=timezone.now())
    fill(new, SMALL)
    Survey.objects.filter(pk=survey.pk).update(current=new)
    pagecache.changed()
    assert as_(member).post(survey.get_absolute_url(), seen).status_code == 302
    assert Response.objects.get().version_id == int(seen["version"])
    assert f'name="version" value="{new.pk}"' in text(
        as_(survey.created_by or make_person()).get(survey.get_absolute_url())
    )


def make_person() -> User:
    return User.objects.create_user("reader@example.go.th", "a-long-test-password-2570")


# --- Drafts -----------------------------------------------------------------------------------------------
def test_a_half_filled_form_is_kept_and_shown_again(as_, member: User) -> None:
    survey, client = make_survey(sections=SMALL), as_(member)
    likert, long = names(survey)[1], names(survey)[5]
    half = {"version": survey.current_id, likert: "4", long: "ขอสไลด์"}
    answer = client.post(f"/surveys/{survey.pk}/draft/", half, follow=True)
    assert "บันทึกไว้แล้ว กลับมาตอบต่อได้" in text(answer)
    assert f'name="{likert}" value="4" required checked' in text(answer)
    assert "ขอสไลด์" in text(answer)
    assert "ขอสไลด์" not in AnswerDraft.objects.get().sealed
    posts(client, survey)
    assert AnswerDraft.objects.count() == 0


def test_a_draft_saved_in_silence(as_, member: User, visitor: Client) -> None:
    survey, client = make_survey(sections=SMALL), as_(member)
    address, headers = f"/surveys/{survey.pk}/draft/", {"HX-Request": "true"}
    for level in ("1", "2"):
        half = {"version": survey.current_id, names(survey)[1]: level}
        assert client.post(address, half, headers=headers).status_code == 204
    assert AnswerDraft.objects.count() == 1
    assert visitor.post(address, half, headers=headers).status_code == 401
    posts(client, survey)
    assert client.post(address, half, headers=headers).status_code == 409
    assert client.post(address, half).url == f"/surveys/{survey.pk}/done/"
    assert AnswerDraft.objects.count() == 0


@pytest.mark.parametrize("fields", [{"state": "closed"}, {"audience": "members"}])
def test_no_draft_where_no_answer_is_taken(as_, outsider: User, fields: dict[str, Any]) -> None:
    survey = make_survey(sections=SMALL, **fields)
    answer = as_(outsider).post(f"/surveys/{survey.pk}/draft/", full(survey))
    assert answer.status_code == 422
    assert "ขอเวลาถามตอบมากขึ้น" in text(answer)
    assert AnswerDraft.objects.count() == 0


def test_a_draft_that_is_too_long(as_, member: User) -> None:
    survey = make_survey(sections=SMALL)
    half = {"version": survey.current_id, names(survey)[5]: "อ" * 50_001}
    answer = as_(member).post(f"/surveys/{survey.pk}/draft/", half)
    assert answer.status_code == 422
    assert "อ" * 50_001 in text(answer)


def test_a_draft_is_the_person_s_own(as_, member: User, outsider: User) -> None:
    survey = make_survey(sections=SMALL)
    half = {"version": survey.current_id, names(survey)[5]: "ของฉันคนเดียว"}
    as_(member).post(f"/surveys/{survey.pk}/draft/", half)
    assert "ของฉันคนเดียว" not in text(as_(outsider).get(survey.get_absolute_url()))


def test_a_draft_of_a_former_version_fills_what_asks_the_same(as_, member: User) -> None:
    survey, client = make_survey(sections=SMALL), as_(member)
    client.post(f"/surveys/{survey.pk}/draft/", full(survey, level=2))
    new = SurveyVersion.objects.create(survey=survey, number=2, published_at=timezone.now())
    changed = [SMALL[0] | {"items": [*SMALL[0]["items"][:2], SMALL[0]["items"][5] | {"text": "ข้อใหม่"}]}]
    fill(new, changed)
    survey.current = new
    survey.save()
    pagecache.changed()
    page = text(client.get(survey.get_absolute_url()))
    assert f'name="{names(survey)[1]}" value="2" required checked' in page
    assert "ขอเวลาถามตอบมากขึ้น" not in page


@pytest.mark.parametrize("path", ["", "draft/"])
def test_a_form_sent_after_the_session_ended_comes_back_filled(visitor: Client, member: User, path: str) -> None:
    survey = make_survey(sections=SMALL)
    address = survey.get_absolute_url()
    visitor.force_login(member)
    mark = text(visitor.get(address)).split('name="form_of" value="')[1].split('"')[0]
    visitor.logout()
    given = full(survey) | {"form_of": mark, names(survey)[5]: "ที่พิมพ์ไว้ก่อนหมดเวลา"}
    answer = visitor.post(address + path, given, headers={"Referer": f"http://testserver{address}"})
    assert answer.url == f"/accounts/login/?next={quote(address, safe='')}"
    visitor.post("/accounts/login/", {"login": member.email, "password": "a-long-test-password-2570"})
    assert "ที่พิมพ์ไว้ก่อนหมดเวลา" in text(visitor.get(address))
    assert Response.objects.count() == 0


# --- Long forms -------------------------------------------------------------------------------------------
def many(count: int) -> list[dict[str, Any]]:
    items = [{"kind": "likert", "aspect": f"ด้าน {n // 10}", "text": f"ข้อ {n}"} for n in range(count)]
    return [{"title": "ตอนที่ 1", "items": items}]


@pytest.mark.parametrize("count", [1, 30, 200])
def test_as_many_queries_for_one_item_as_for_200(
    as_, member: User, outsider: User, count: int, steady: None, django_assert_num_queries: Any
) -> None:
    survey = make_survey(sections=many(count))
    client, warm = as_(member), as_(outsider)
    warm.get(survey.get_absolute_url())
    with django_assert_num_queries(PAGE_QUERIES):
        assert text(client.get(survey.get_absolute_url())).count("<fieldset") == count
    with django_assert_num_queries(SENT_QUERIES[connection.vendor]):
        assert posts(client, survey).status_code == 302
    assert len(Response.objects.get().answers) == count


PAGE_QUERIES = 6
SENT_QUERIES = {"sqlite": 10, "postgresql": 7}  # there, what is written goes in one message
