"""The replay: posted by those who run the event, told once, watched by whoever sees the event, counted honestly."""

import re
from datetime import date, timedelta

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from accounts.models import Notification
from core import pagecache
from events import tasks
from events.models import Audience, Chapter, CoHost, Event, Interest, LogLine, Mailing, ReplayDay, Seat, State
from events.replays import live_player, player
from events.services import replays
from groups.visibility import Visibility
from tests.factories import (
    make_attendance,
    make_event,
    make_group,
    make_membership,
    make_registration,
    make_user,
)

pytestmark = pytest.mark.django_db
ID, OTHER = "dQw4w9_gX-Q", "aBcDeFgHiJ0"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
CHROME = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36"


@pytest.fixture
def event(group):
    return make_event(group=group, starts_at=timezone.now() - timedelta(days=2), state=State.ENDED)


@pytest.fixture
def shown(event):
    Event.objects.filter(pk=event.pk).update(video_id=ID, video_seconds=8659, video_announced_at=timezone.now())
    event.refresh_from_db()
    return event


@pytest.fixture
def browser() -> Client:
    return Client(headers={"user-agent": FIREFOX})


def edit_address(event: Event) -> str:
    return f"/events/{event.pk}/replay/edit/"


def address(event: Event) -> str:
    return f"/events/{event.pk}/replay/"


def typed(**fields: str) -> dict[str, str]:
    return {"video_id": f"https://youtu.be/{ID}", "length": "2:24:19", "is_shown": "on"} | fields


def stored(event: Event) -> tuple:
    event.refresh_from_db()
    chapters = list(event.chapters.values_list("second", "title"))
    return event.video_id, event.video_seconds, event.video_is_shown, event.video_absence, chapters


def views(event: Event) -> tuple[int, list[int]]:
    event.refresh_from_db()
    return event.video_views, list(ReplayDay.objects.filter(event=event).values_list("views", flat=True))


# --- Posting it -------------------------------------------------------------------------------------------
def test_a_replay_is_posted_with_its_chapters(as_, facilitator, event, told) -> None:
    before = pagecache.read().number
    form = typed(chapters="1:02:10 ถาม–ตอบ\r\n0:00 เปิดเวที", absence="")
    response = as_(facilitator).post(edit_address(event), form)
    assert told(response) == ["เผยแพร่คลิปย้อนหลังแล้ว ระบบทยอยแจ้งผู้ลงทะเบียน ผู้สนใจ และผู้เข้าร่วม"]
    assert response["Location"] == edit_address(event)
    assert stored(event) == (ID, 8659, True, "", [(0, "เปิดเวที"), (3730, "ถาม–ตอบ")])
    line = LogLine.objects.get()
    assert (line.text, line.by) == (f"แสดงคลิปย้อนหลัง https://www.youtube.com/watch?v={ID}", facilitator)
    assert pagecache.read().number > before
    page = as_(facilitator).get(edit_address(event)).content.decode()
    assert f'value="https://www.youtube.com/watch?v={ID}"' in page
    assert 'value="2:24:19"' in page
    assert "0:00 เปิดเวที\n1:02:10 ถาม–ตอบ</textarea>" in page


def test_everybody_concerned_is_told_once(as_, facilitator, event) -> None:
    seated, attended, interested, gone = (make_user(given_name=name) for name in ("ก", "ข", "ค", "ง"))
    make_registration(event=event, user=seated)
    make_registration(event=event, user=gone, seat=Seat.CANCELLED)
    make_attendance(event=event, user=seated)
    make_attendance(event=event, user=attended)
    Interest.objects.create(event=event, user=interested)
    client = as_(facilitator)
    for fields in ({}, {"is_shown": ""}, {}, {"video_id": OTHER}):
        assert client.post(edit_address(event), typed(chapters="0:00 เปิดเวที", **fields)).status_code == 302
    mailing = Mailing.objects.get()
    assert (mailing.audience, mailing.is_automatic) == (Audience.FOLLOWING, True)
    assert mailing.subject == f"รับชมย้อนหลังได้แล้ว: {event.title}"
    assert mailing.body == (
        f"คลิปย้อนหลังของกิจกรรม “{event.title}” ครั้งที่ {event.serial} พร้อมให้รับชมที่หน้ากิจกรรมแล้ว\n\n"
        "ความยาว 2 ชั่วโมง 24 นาที มีสารบัญเวลา 1 ช่วง"
    )
    assert tasks.deliver.call(mailing.pk) == 3
    assert set(Notification.objects.values_list("recipient", flat=True)) == {seated.pk, attended.pk, interested.pk}


def test_hiding_loses_nothing(as_, facilitator, shown, told) -> None:
    Chapter.objects.create(event=shown, second=0, title="เปิดเวที")
    Event.objects.filter(pk=shown.pk).update(video_views=612)
    client = as_(facilitator)
    client.post(edit_address(shown), typed(chapters="0:00 เปิดเวที", is_shown=""))
    assert stored(shown) == (ID, 8659, False, "", [(0, "เปิดเวที")])
    assert shown.video_views == 612
    client.post(edit_address(shown), typed(chapters="0:00 เปิดเวที"))
    assert stored(shown) == (ID, 8659, True, "", [(0, "เปิดเวที")])
    texts = list(LogLine.objects.values_list("text", flat=True))
    assert texts == [f"แสดงคลิปย้อนหลัง https://www.youtube.com/watch?v={ID}", "ซ่อนคลิปย้อนหลัง"]


def test_why_there_is_none(as_, facilitator, event) -> None:
    as_(facilitator).post(edit_address(event), {"absence": "วิทยากรไม่อนุญาตให้เผยแพร่", "is_shown": "on"})
    assert stored(event) == ("", None, True, "วิทยากรไม่อนุญาตให้เผยแพร่", [])
    assert Mailing.objects.count() == 0


def test_another_video_has_no_known_problem(as_, facilitator, shown) -> None:
    Event.objects.update(video_problem="คลิปถูกลบ", video_checked_at=timezone.now())
    client = as_(facilitator)
    client.post(edit_address(shown), typed())
    shown.refresh_from_db()
    assert shown.video_problem == "คลิปถูกลบ"
    assert "คลิปถูกลบ" in client.get(edit_address(shown)).content.decode()
    client.post(edit_address(shown), typed(video_id=OTHER))
    shown.refresh_from_db()
    assert (shown.video_id, shown.video_problem, shown.video_checked_at) == (OTHER, "", None)


def test_before_the_end_it_is_kept_but_not_shown(as_, facilitator, group) -> None:
    event = make_event(group=group)
    client = as_(facilitator)
    response = client.post(edit_address(event), typed())
    assert response.context["form"].errors == {
        "is_shown": ["กิจกรรมยังไม่เสร็จสิ้น กรุณาบันทึกโดยยังไม่แสดง แล้วกลับมาเลือกแสดงภายหลัง"]
    }
    client.post(edit_address(event), typed(is_shown=""))
    assert stored(event) == (ID, 8659, False, "", [])
    Event.objects.update(state=State.ENDED)  # by hand, before its time
    client.post(edit_address(event), typed())
    assert (stored(event)[2], Mailing.objects.count()) == (True, 1)


def test_what_was_to_be_seen_already_is_no_news(as_, facilitator, event) -> None:
    Event.objects.update(video_id=ID)  # from before the portal
    as_(facilitator).post(edit_address(event), typed(chapters="0:00 เปิดเวที"))
    assert (len(stored(event)[4]), Mailing.objects.count()) == (1, 0)


def test_of_a_draft_nobody_is_told(as_, facilitator, event) -> None:
    Event.objects.update(state=State.DRAFT)
    as_(facilitator).post(edit_address(event), typed())
    event.refresh_from_db()
    assert (event.has_video, event.video_announced_at, Mailing.objects.count()) == (True, None, 0)


@pytest.mark.parametrize(
    ("fields", "field", "messages"),
    [
        (
            {"video_id": f"https://vimeo.com/{ID}"},
            "video_id",
            ["ที่อยู่นี้ไม่ใช่ที่อยู่วิดีโอของ YouTube กรุณาคัดลอกจากปุ่ม “แชร์” ใต้วิดีโอ เช่น https://youtu.be/ ตามด้วยรหัส 11 ตัว"],
        ),
        ({"length": "สองชั่วโมง"}, "length", ["กรุณาพิมพ์ความยาวเป็นชั่วโมง:นาที:วินาที เช่น 2:24:10"]),
        ({"length": "0:00"}, "length", ["กรุณาพิมพ์ความยาวเป็นชั่วโมง:นาที:วินาที เช่น 2:24:10"]),
        ({"length": "24:00:01"}, "length", ["ความยาวต้องไม่เกิน 24 ชั่วโมง"]),
        ({"chapters": "3:00:00 ถาม–ตอบ"}, "chapters", ["บรรทัดที่ 1: เวลา 3:00:00 อยู่หลังคลิปจบ ซึ่งยาว 2:24:19"]),
        ({"chapters": "ก\x00"}, "chapters", ["มีอักขระควบคุมที่มองไม่เห็น กรุณาลบข้อความแล้วพิมพ์ใหม่"]),
        ({"absence": "ก" * 301}, "absence", ["ยาว 301 ตัวอักษร กรุณาตัดให้เหลือ 300"]),
    ],
)
def test_what_cannot_be_kept_is_shown_as_it_was_typed(as_, facilitator, event, fields, field, messages) -> None:
    form = as_(facilitator).post(edit_address(event), typed(**fields)).context["form"]
    assert (dict(form.errors), form[field].value()) == ({field: messages}, fields[field])
    assert stored(event) == ("", None, True, "", [])


def test_a_length_that_cannot_be_read_hides_no_other_problem(as_, facilitator, event) -> None:
    form = as_(facilitator).post(edit_address(event), typed(length="x", chapters="ก")).context["form"]
    assert set(form.errors) == {"length", "chapters"}


def test_who_may_post_it(as_, visitor, outsider, member, facilitator, officer, shown, group) -> None:
    cohost = make_group()
    CoHost.objects.create(event=shown, group=cohost)
    colleague = make_user()
    make_membership(group=cohost, user=colleague, role="facilitator")
    people = {
        "outsider": outsider,
        "member": member,
        "facilitator": facilitator,
        "officer": officer,
        "cohost": colleague,
    }
    got = {name: as_(person).get(edit_address(shown)).status_code for name, person in people.items()}
    assert got == {"outsider": 404, "member": 404, "facilitator": 200, "officer": 200, "cohost": 200}
    assert as_(member).post(edit_address(shown), typed(video_id=OTHER)).status_code == 404
    assert visitor.get(edit_address(shown))["Location"].startswith("/accounts/login/?next=")
    assert stored(shown)[0] == ID


def test_a_form_that_outlived_the_session_comes_back(as_, facilitator, event) -> None:
    page = as_(facilitator).get(edit_address(event)).content.decode()
    mark = re.search(r'name="form_of" value="([^"]+)"', page)[1]
    client = Client()
    client.post(edit_address(event), typed(chapters="0:00 เปิดเวที", form_of=mark))
    client.force_login(facilitator)
    form = client.get(edit_address(event)).context["form"]
    assert (form["video_id"].value(), form["chapters"].value()) == (f"https://youtu.be/{ID}", "0:00 เปิดเวที")


def test_queries_do_not_grow_with_chapters(as_, facilitator, shown, steady, django_assert_num_queries) -> None:
    client = as_(facilitator)
    client.get(edit_address(shown))
    for chapters in (1, 30):
        Chapter.objects.all().delete()
        Chapter.objects.bulk_create(Chapter(event=shown, second=second, title="ก") for second in range(chapters))
        with django_assert_num_queries(4):
            client.get(edit_address(shown))


# --- Watching it ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "start"),
    [
        ("", ""),
        ("?t=123", "&t=123s"),
        ("?t=0", ""),
        ("?t=-5", ""),
        ("?t=x", ""),
        ("?t=๑๒", ""),
        ("?t=99999999", ""),
        (f"?t={'9' * 5000}", ""),
    ],
)
def test_a_plain_link_leads_to_the_video(visitor, shown, query, start) -> None:
    response = visitor.get(address(shown) + query)
    assert (response.status_code, response["Location"]) == (302, f"https://www.youtube.com/watch?v={ID}{start}")
    assert response["Cache-Control"] == "private, no-cache"


def test_a_browser_counts_once_in_half_an_hour(browser, shown) -> None:
    version = pagecache.read().number
    browser.get(address(shown))
    browser.get(f"{address(shown)}?t=60")
    assert browser.post(address(shown)).status_code == 204
    assert views(shown) == (1, [1])
    Client(headers={"user-agent": CHROME}).post(address(shown))
    Client(headers={"user-agent": FIREFOX}, REMOTE_ADDR="203.0.113.9").get(address(shown))
    assert views(shown) == (3, [3])
    assert ReplayDay.objects.get().day == timezone.localdate()
    assert pagecache.read().number == version


def test_after_half_an_hour_it_counts_again(browser, shown, monkeypatch) -> None:
    assert timedelta(minutes=30) == replays.WATCHED_AGAIN_AFTER
    monkeypatch.setattr(replays, "WATCHED_AGAIN_AFTER", timedelta(0))
    browser.get(address(shown))
    browser.get(address(shown))
    assert views(shown) == (2, [2])


def test_a_person_counts_once_on_every_device(as_, member, shown) -> None:
    for agent in (FIREFOX, CHROME):
        client = as_(member)
        client.post(address(shown), headers={"user-agent": agent})
    assert views(shown) == (1, [1])


def test_programs_do_not_count(visitor, browser, shown) -> None:
    visitor.get(address(shown))
    visitor.post(address(shown), headers={"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"})
    browser.head(address(shown))
    browser.get(address(shown), headers={"sec-purpose": "prefetch"})
    assert views(shown) == (0, [])


def test_days_are_counted_apart(browser, shown) -> None:
    ReplayDay.objects.create(event=shown, day=date(2026, 10, 1), views=7)
    Event.objects.update(video_views=7)
    browser.get(address(shown))
    assert views(shown) == (8, [7, 1])


@pytest.mark.parametrize("fields", [{"video_id": ""}, {"video_is_shown": False}, {"state": State.DRAFT}])
def test_what_is_not_shown_is_not_found(browser, shown, fields) -> None:
    Event.objects.update(**fields)
    assert (browser.get(address(shown)).status_code, browser.post(address(shown)).status_code) == (404, 404)
    assert views(shown) == (0, [])


@pytest.mark.parametrize(
    ("level", "seen"),
    [(Visibility.INTERNAL, {"outsider": 302, "member": 302}), (Visibility.GROUP, {"outsider": 404, "member": 302})],
)
def test_it_is_for_those_who_see_the_event(as_, browser, outsider, member, shown, level, seen) -> None:
    Event.objects.update(visibility=level)
    assert (browser.get(address(shown)).status_code, browser.post(address(shown)).status_code) == (404, 404)
    assert {"outsider": as_(outsider).get(address(shown)).status_code} | {
        "member": as_(member).get(address(shown)).status_code
    } == seen


# --- The player -------------------------------------------------------------------------------------------
def test_the_player_names_youtube_only_where_a_click_leads(shown) -> None:
    Chapter.objects.create(event=shown, second=3730, title="ถาม–ตอบ <สด>")
    html = render_to_string("events/replay_player.html", player(shown, shown.chapters.all()))
    assert "รับชมย้อนหลัง 2 ชั่วโมง 24 นาที</b><br>เมื่อกดจะเชื่อมต่อกับ YouTube" in html
    assert f'data-embed="https://www.youtube-nocookie.com/embed/{ID}"' in html
    assert f'data-count="{address(shown)}"' in html
    assert re.findall('href="([^"]+)" rel="nofollow" data-second="([0-9]+)"', html) == [
        (address(shown), "0"),
        (f"{address(shown)}?t=3730", "3730"),
    ]
    assert "<span>1:02:10</span><span>ถาม–ตอบ &lt;สด&gt;</span>" in html
    assert re.findall(r'\b(?:src|srcset|style|onclick)="', html) == []


def test_without_a_video_there_is_no_player(event) -> None:
    assert render_to_string("events/replay_player.html", player(event, [])).strip() == ""


def test_a_live_broadcast_has_the_same_player_and_counts_nothing(event) -> None:
    html = render_to_string("events/replay_player.html", live_player(event, f"https://www.youtube.com/live/{ID}?si=x"))
    assert f'href="https://www.youtube.com/watch?v={ID}"' in html
    assert ("data-count" in html, "สารบัญเวลา" in html, "ชมถ่ายทอดสด" in html) == (False, False, True)
    assert live_player(event, "https://www.youtube.com/@moi/live") == {"player": None}


def test_the_policy_lets_the_player_in_and_nothing_else(visitor) -> None:
    policy = visitor.get("/groups/")["Content-Security-Policy"]
    assert "frame-src https://www.youtube-nocookie.com;" in f"{policy};"
    assert [part for part in policy.split("; ") if "youtube" in part] == ["frame-src https://www.youtube-nocookie.com"]
