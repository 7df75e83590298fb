"""Results on the portal: who sees them when, what the page says, releasing them, reading what people wrote."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from core import pagecache
from groups.services import Refused
from surveys.models import Remark, Response, Survey, SurveyState, Theme
from surveys.services import releasing, remarks
from tests.at_once import at_once
from tests.factories import make_group, make_user

from .tallied import CLEAR, LEVEL, USED, WISH, answer, past_survey, tally

pytestmark = pytest.mark.django_db
PAGES = ["results/", "results.csv", "results/report/"]
OWN = ["results.xlsx", "release/", "remarks/"]
SECRET = "ห้องประชุมร้อนมาก"


@pytest.fixture
def survey(group) -> Survey:
    survey = past_survey(group, LEVEL, CLEAR, USED, WISH)
    answer(survey, *[[0, 5, 0, "ดีมาก"]] * 9, *[[1, 4, 1, SECRET]] * 3)
    return survey


def at(survey: Survey, page: str) -> str:
    return f"/surveys/{survey.pk}/{page}"


def statuses(client: Client, survey: Survey, pages: list[str]) -> list[int]:
    return [client.get(at(survey, page)).status_code for page in pages]


def text(response) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode().split("<main", 1)[1].split("</main")[0]).split())


def release(survey: Survey, by, note: str = "") -> Survey:
    return releasing.release(survey=survey, by=by, note=note)


# --- Who ----------------------------------------------------------------------------------------------------
def test_before_release(visitor, as_, outsider, member, facilitator, officer, survey) -> None:
    executive = make_user(is_executive=True)
    everything = [*PAGES, "results.docx", *OWN]
    assert [statuses(client, survey, PAGES) for client in (visitor, as_(outsider), as_(member))] == [[404] * 3] * 3
    assert [statuses(as_(one), survey, everything) for one in (outsider, member)] == [[404] * 7] * 2
    assert [statuses(as_(one), survey, everything) for one in (facilitator, officer)] == [[200] * 7] * 2
    assert statuses(as_(executive), survey, everything) == [200] * 4 + [404] * 3


def test_after_release(visitor, as_, outsider, facilitator, survey) -> None:
    release(survey, facilitator)
    assert statuses(visitor, survey, PAGES) == [200] * 3
    assert [visitor.get(at(survey, page)).status_code for page in ["results.docx", *OWN]] == [302] * 4
    assert statuses(as_(outsider), survey, [*PAGES, "results.docx", *OWN]) == [200] * 4 + [404] * 3


def test_what_a_group_keeps_to_itself(visitor, as_, outsider, member, facilitator, survey) -> None:
    survey.event.visibility = "group"
    survey.event.save()
    release(survey, facilitator)
    assert [statuses(client, survey, PAGES) for client in (visitor, as_(outsider), as_(member))] == [
        [404] * 3, [404] * 3, [200] * 3,
    ]  # fmt: skip


def test_another_groups_facilitator_acts_on_nothing(as_, outsider, survey) -> None:
    remark, theme = Remark.objects.all()[0], Theme.objects.create(survey=survey, title="เวลา")
    pages = [f"remarks/{remark.pk}/", "themes/new/", f"themes/{theme.pk}/", "release/", "remarks/"]
    assert [as_(outsider).post(at(survey, page), {"state": "shown"}).status_code for page in pages] == [404] * 5


def test_a_remark_of_another_survey_is_not_found(as_, facilitator, survey) -> None:
    other = past_survey(make_group(), WISH)
    answer(other, *[["ลับ"]] * 5)
    remark = Remark.objects.filter(version__survey=other)[0]
    theme = Theme.objects.create(survey=other, title="เวลา")
    pages = [f"remarks/{remark.pk}/", f"remarks/{uuid4()}/", f"themes/{theme.pk}/"]
    assert [as_(facilitator).post(at(survey, page), {"state": "shown"}).status_code for page in pages] == [404] * 3


# --- The page -----------------------------------------------------------------------------------------------
def test_what_the_page_says(visitor, facilitator, survey) -> None:
    release(survey, facilitator, "ครั้งหน้าขยายเวลาถามตอบ")
    shown = text(visitor.get(at(survey, "results/")))
    wanted = ["4.75 มากที่สุด", "0.45", "12 คน", "75.00", "25.00", "S.D. คำนวณแบบกลุ่มตัวอย่าง (n−1)", "ครั้งหน้าขยายเวลาถามตอบ"]
    assert {part: part in shown for part in wanted} == dict.fromkeys(wanted, True)
    assert (SECRET in shown, "ดีมาก" in shown, "XLSX" in shown) == (False, False, False)
    assert "ไม่แสดงผลจำแนกตามระดับ" in shown  # 9 and 3: the total less one is the other


def test_too_few(as_, visitor, facilitator, group) -> None:
    survey = past_survey(group, CLEAR, WISH)
    answer(survey, *[[2, SECRET]] * 4)
    release(survey, facilitator)
    pages = [client.get(at(survey, "results/")) for client in (visitor, as_(facilitator))]
    assert ["มีผู้ตอบน้อยกว่า 5 คน จึงยังไม่แสดงผล" in text(page) for page in pages] == [True] * 2
    assert [SECRET in as_(facilitator).get(at(survey, page)).content.decode() for page in ("results/", "remarks/")] == [
        False
    ] * 2
    survey.refresh_from_db()
    assert (survey.released_mean, survey.released_sd, survey.released_answers) == (None, None, 4)


@pytest.mark.parametrize(("people", "shown"), [(0, "0 คน"), (1, "4.00 มาก")])
def test_a_named_survey_of_nobody_and_of_one(as_, visitor, facilitator, group, people, shown) -> None:
    survey = past_survey(group, CLEAR, is_anonymous=False)
    answer(survey, *[[4]] * people, user=facilitator)
    assert shown in text(as_(facilitator).get(at(survey, "results/")))
    release(survey, facilitator)
    assert "น้อยกว่า 5 คน" in text(visitor.get(at(survey, "results/")))


def test_where_nothing_is_on_a_scale(visitor, facilitator, group) -> None:
    survey = past_survey(group, USED)
    answer(survey, *[[0]] * 6)
    release(survey, facilitator)
    shown = text(visitor.get(at(survey, "results/")))
    assert ("นำไปใช้แล้วหรือไม่" in shown, "ตารางผล" in shown) == (True, False)


@pytest.mark.parametrize("asked", ["?version=2", "?version=x", "?version=99999999999999", "?remarks=x"])
def test_an_odd_address_shows_the_page(visitor, facilitator, survey, asked) -> None:
    release(survey, facilitator)
    assert "4.75" in text(visitor.get(at(survey, "results/") + asked))


def test_the_report_is_the_page_on_paper(visitor, facilitator, survey) -> None:
    release(survey, facilitator)
    shown = text(visitor.get(at(survey, "results/report/")))
    assert ["ตารางที่ 1 พื้นที่ปฏิบัติงาน" in shown, "9 75.00" in shown, "หมายเหตุ จำนวนผู้ตอบ 12 คน" in shown] == [True] * 3


def test_a_change_shows_to_visitors_at_once(visitor, as_, facilitator, survey) -> None:
    release(survey, facilitator)
    assert SECRET not in text(visitor.get(at(survey, "results/")))
    remark = Remark.objects.filter(text=SECRET)[0]
    as_(facilitator).post(at(survey, f"remarks/{remark.pk}/"), {"state": "shown", "theme": ""})
    pagecache.forget()  # as on commit, which a test has not
    assert SECRET in text(visitor.get(at(survey, "results/")))
    releasing.withdraw(survey=survey)
    pagecache.forget()
    assert visitor.get(at(survey, "results/")).status_code == 404


# --- Releasing ----------------------------------------------------------------------------------------------
def test_releasing(as_, facilitator, survey) -> None:
    client = as_(facilitator)
    response = client.post(at(survey, "release/"), {"note": "ขยายเวลา", "seen": ""})
    survey.refresh_from_db()
    assert (response["Location"], survey.released_by) == (at(survey, "results/"), facilitator)
    assert (str(survey.released_mean), str(survey.released_sd), survey.released_answers) == ("4.75", "0.45", 12)
    assert survey.released_participants is None
    client.post(at(survey, "release/"), {"action": "withdraw"})
    survey.refresh_from_db()
    assert (survey.released_at, survey.released_mean, survey.released_answers) == (None, None, None)
    again = client.post(at(survey, "release/"), {"action": "withdraw"}, follow=True)
    assert "ผลนี้ยังไม่ได้เผยแพร่" in text(again)


def test_not_while_it_takes_answers(as_, facilitator, survey) -> None:
    Survey.objects.update(state=SurveyState.PUBLISHED)
    response = as_(facilitator).post(at(survey, "release/"), {"note": "ร่างไว้ก่อน", "seen": ""})
    assert [part in text(response) for part in (releasing.STILL_OPEN, "ร่างไว้ก่อน")] == [True, True]
    assert Survey.objects.get().released_at is None


def test_not_before_everything_is_counted(facilitator, survey) -> None:
    Response.objects.create(version=survey.current, answers={})
    with pytest.raises(Refused, match="กำลังนับคำตอบชุดสุดท้าย"):
        release(survey, facilitator)


def test_closed_by_the_clock(group, facilitator) -> None:
    survey = past_survey(group, CLEAR, state=SurveyState.PUBLISHED, closes_at=timezone.now() - timedelta(minutes=1))
    answer(survey, *[[5]] * 5)
    assert release(survey, facilitator).released_mean == 5


def test_the_second_editor_of_the_note_is_told(as_, facilitator, officer, survey) -> None:
    release(survey, facilitator, "ข้อความแรก")
    client = as_(officer)
    response = client.post(at(survey, "release/"), {"note": "ข้อความของอีกคน", "seen": ""})
    shown = text(response)
    assert [part in shown for part in (releasing.OVERTAKEN, "ข้อความแรก", "ข้อความของอีกคน")] == [True] * 3
    assert 'name="seen" value="ข้อความแรก"' in response.content.decode()
    client.post(at(survey, "release/"), {"note": "ข้อความรวม", "seen": "ข้อความแรก"})
    assert Survey.objects.get().release_note == "ข้อความรวม"


def test_line_ends_are_no_difference(as_, facilitator, survey) -> None:
    release(survey, facilitator, "หนึ่ง\nสอง")
    as_(facilitator).post(at(survey, "release/"), {"note": "หนึ่ง\r\nสอง\r\nสาม", "seen": "หนึ่ง\r\nสอง"})
    assert Survey.objects.get().release_note == "หนึ่ง\nสอง\nสาม"


def test_a_note_that_is_too_long_is_kept_for_correction(as_, facilitator, survey) -> None:
    response = as_(facilitator).post(at(survey, "release/"), {"note": "ก" * 1001})
    assert "ยาว 1001 ตัวอักษร กรุณาตัดให้เหลือ 1000" in text(response)
    assert "ก" * 1001 in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_release_at_once(facilitator, officer, survey) -> None:
    acts = [
        lambda by=by: releasing.release(survey=survey, by=by, note=by.given_name, seen="")
        for by in (facilitator, officer)
    ]
    outcomes = at_once(*acts)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Refused", "Survey"]


# --- What people wrote --------------------------------------------------------------------------------------
def test_showing_and_hiding(as_, facilitator, survey) -> None:
    client, theme = as_(facilitator), Theme.objects.create(survey=survey, title="ห้องประชุม")
    first, second = Remark.objects.filter(text=SECRET)[:2]
    response = client.post(
        at(survey, f"remarks/{first.pk}/"), {"state": "shown", "theme": theme.pk, "listed": "hidden"}
    )
    client.post(at(survey, f"remarks/{second.pk}/"), {"state": "hidden", "theme": ""})
    assert response["Location"] == at(survey, "remarks/?state=hidden")
    assert set(Remark.objects.filter(pk__in=[first.pk, second.pk]).values_list("state", "theme")) == {
        ("shown", theme.pk), ("hidden", None),
    }  # fmt: skip
    shown = text(client.get(at(survey, "results/")))
    assert "ห้องประชุม 1 ความเห็น" in shown


def test_a_fragment_is_the_row_alone(as_, facilitator, survey) -> None:
    remark = Remark.objects.all()[0]
    response = as_(facilitator).post(at(survey, f"remarks/{remark.pk}/"), {"state": "shown"}, HTTP_HX_REQUEST="true")
    assert response.content.decode().strip().startswith(f'<li class="item" id="remark-{remark.pk}">')


@pytest.mark.parametrize(
    "given", [{}, {"state": "x"}, {"state": "shown", "theme": "9999"}, {"state": "shown", "theme": "x"}]
)
def test_what_is_not_offered_changes_nothing(as_, facilitator, survey, given) -> None:
    remark = Remark.objects.all()[0]
    response = as_(facilitator).post(at(survey, f"remarks/{remark.pk}/"), given, follow=True)
    assert "กรุณาเลือกใหม่" in text(response)
    assert Remark.objects.get(pk=remark.pk).state == "new"


def test_the_page_as_a_whole(as_, facilitator, survey) -> None:
    """Of the remarks that were on it; what somebody has decided meanwhile stays."""
    listed = list(Remark.objects.all()[:4])
    remarks.moderate(remark=listed[0], state="hidden", theme=None)
    ids = [str(remark.pk) for remark in listed]
    response = as_(facilitator).post(at(survey, "remarks/"), {"remark": [*ids, "x"]}, follow=True)
    assert "เผยแพร่ข้อเสนอแนะ 3 ข้อความแล้ว" in text(response)
    assert Remark.objects.filter(state="shown").count() == 3


def test_themes(as_, facilitator, survey) -> None:
    client = as_(facilitator)
    client.post(at(survey, "themes/new/"), {"title": "ขอเวลาถามตอบเพิ่ม", "reply": ""})
    theme = Theme.objects.get()
    twice = client.post(at(survey, "themes/new/"), {"title": "ขอเวลาถามตอบเพิ่ม", "reply": "ได้"})
    assert ("มีประเด็น “ขอเวลาถามตอบเพิ่ม” แล้ว" in text(twice), Theme.objects.count()) == (True, 1)
    client.post(at(survey, f"themes/{theme.pk}/"), {"title": "ขอเวลา", "reply": "ครั้งหน้า 40 นาที"})
    theme.refresh_from_db()
    assert (theme.title, theme.reply) == ("ขอเวลา", "ครั้งหน้า 40 นาที")
    remark = Remark.objects.all()[0]
    remarks.moderate(remark=remark, state="shown", theme=theme)
    client.post(at(survey, f"themes/{theme.pk}/"), {"action": "remove"})
    remark.refresh_from_db()
    assert (Theme.objects.count(), remark.state, remark.theme) == (0, "shown", None)


@pytest.mark.parametrize(
    ("title", "said"), [("", "กรุณากรอกประเด็น"), ("ก" * 151, "กรุณาตัดให้เหลือ 150"), ("\x00", "อักขระควบคุม")]
)
def test_a_theme_that_cannot_be(as_, facilitator, survey, title, said) -> None:
    response = as_(facilitator).post(at(survey, "themes/new/"), {"title": title, "reply": "คำตอบที่พิมพ์ไว้"})
    assert [part in response.content.decode() for part in (said, "คำตอบที่พิมพ์ไว้")] == [True, True]


def test_there_are_not_endless_themes(facilitator, survey) -> None:
    Theme.objects.bulk_create(Theme(survey=survey, title=f"ประเด็น {n}") for n in range(remarks.MOST_THEMES))
    with pytest.raises(Refused, match="ครบ 30"):
        remarks.add_theme(survey=survey, title="อีกหนึ่ง", reply="")


# --- Cost ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("rows", [1, 30])
def test_queries(visitor, as_, facilitator, outsider, group, rows, cold_queries: Callable) -> None:
    survey = past_survey(group, LEVEL, CLEAR, WISH)
    tally(survey, 50)
    item = survey.current.sections.get().items.get(kind="long")
    for number in range(rows):
        theme = Theme.objects.create(survey=survey, title=f"ประเด็น {number}") if number < 20 else None
        Remark.objects.create(version=survey.current, item=item, text="ดี", state="shown", theme=theme)
        past = past_survey(group, CLEAR, days=40 + number)
        Survey.objects.filter(pk=past.pk).update(released_at=timezone.now(), released_mean=4, released_answers=9)
    release(survey, facilitator)
    address = at(survey, "results/")
    # version; survey, versions, uncounted; wording, sections, items; tallies, earlier ones, themes, remarks
    assert len(cold_queries(visitor, address)) == 11
    assert len(cold_queries(as_(outsider), address)) == 14  # also session, person, whether the survey is theirs
    assert len(cold_queries(as_(facilitator), at(survey, "remarks/?state=shown"))) == 8
