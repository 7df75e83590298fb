"""Signing in on the day by code: only around the event, only with a code of that event, and never by guessing."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.utils import timezone
from django.utils.html import escape

from events import sign_in
from events.models import Attendance, Channel, Event, LogLine, Mode, Source, State
from events.models.keys import ALPHABET
from events.services import attendance
from groups.services import Refused
from groups.visibility import Visibility
from tests.events.places import at, make_district, make_province, make_running_event, make_site, reached
from tests.factories import make_event, make_registration

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(group) -> Event:
    return make_running_event(group=group)


@pytest.fixture
def address(event: Event) -> str:
    return f"/events/{event.pk}/sign-in/"


def codes(event: Event, now: datetime | None = None) -> sign_in.Code:
    return sign_in.screen_code(event, now or timezone.now())


def refusal(act) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return str(caught.value)


def wrong(code: str) -> str:
    """Another code of the same form."""
    return "".join(ALPHABET[ALPHABET.index(char) - 1] for char in code)


# --- The codes themselves ---------------------------------------------------------------------------------
def test_the_forms_of_a_code(event) -> None:
    code = codes(event)
    assert re.fullmatch(f"[{ALPHABET}]{{6}}", code.short)
    assert re.fullmatch(r"0\.[0-9]+\.[\w-]{22}", code.token)
    assert code.spaced == f"{code.short[:3]} {code.short[3:]}"
    assert sign_in.address(event, code) == f"http://testserver/events/{event.pk}/sign-in/?t={code.token}"


def test_every_event_site_and_time_has_its_own(event, group) -> None:
    other, now = make_running_event(group=group), timezone.now()
    site, another = make_site(event=event), make_site(event=event, agency=make_province("น่าน"))
    made = [
        *(codes(event, now), codes(other, now), codes(event, now + timedelta(minutes=5))),
        *(sign_in.sheet_code(site), sign_in.sheet_code(another)),
    ]
    assert (len({code.short for code in made}), len({code.token for code in made})) == (5, 5)
    assert sign_in.sheet_code(site) == sign_in.sheet_code(site)


@pytest.mark.parametrize(("slots_later", "problem"), [(0, ""), (1, ""), (2, sign_in.EXPIRED), (-1, sign_in.EXPIRED)])
def test_the_screens_code_is_good_for_its_slot_and_the_next(event, member, slots_later, problem) -> None:
    shown_at = at(event, 30)
    code, now = codes(event, shown_at), shown_at + slots_later * timedelta(minutes=5)
    readings = [
        lambda: sign_in.read_token(event, code.token, now),
        lambda: sign_in.read_short(event, code.short, now, person=member.pk),
    ]
    for read in readings:
        if not problem:
            assert read() is None
        elif slots_later > 0:
            assert refusal(read) == problem
        else:  # not shown yet: as a code, it is nothing known
            assert refusal(read) in (sign_in.EXPIRED, sign_in.WRONG)


@pytest.mark.parametrize(
    ("minutes_after_start", "start_of_problem"),
    [(-31, "ลงชื่อเข้าร่วมได้ตั้งแต่ "), (-30, ""), (0, ""), (150 + 59, ""), (150 + 60, "หมดเวลาลงชื่อเข้าร่วมแล้ว")],
)
def test_the_window_around_the_event(event, member, minutes_after_start, start_of_problem) -> None:
    now, site = at(event, minutes_after_start), make_site(event=event)
    screen, sheet = codes(event, now), sign_in.sheet_code(site)
    for code, place in ((screen, None), (sheet, site)):
        readings = [
            lambda code=code: sign_in.read_token(event, code.token, now),
            lambda code=code: sign_in.read_short(event, code.short, now, person=member.pk),
        ]
        for read in readings:
            if start_of_problem:
                assert refusal(read).startswith(start_of_problem)
            else:
                assert read() == place


@pytest.mark.parametrize("state", [State.DRAFT, State.CANCELLED, State.POSTPONED])
def test_no_code_of_an_event_that_does_not_take_place(event, state) -> None:
    event.state = state
    text = refusal(lambda: sign_in.read_token(event, codes(event).token, timezone.now()))
    assert text == f"กิจกรรมนี้{event.get_state_display()} จึงลงชื่อเข้าร่วมไม่ได้"


def test_forged_tokens(event, group) -> None:
    now, site = timezone.now(), make_site(event=event)
    elsewhere = make_site(event=make_running_event(group=group), agency=site.agency)
    good, sheet = codes(event, now).token, sign_in.sheet_code(site).token
    place, slot, signature = good.split(".")
    forged = [
        *("", "x", ".", "0..", good[:-1], good + "A", good.replace(".", "-"), "๐.1.ก", "0.sheet." + signature),
        *(f"{place}.{int(slot) + 1}.{signature}", f"{site.pk}.{slot}.{signature}", f"{place}.{slot}.{'A' * 22}"),
        sheet.replace(f"{site.pk}.", f"{elsewhere.pk}.", 1),
        sign_in.sheet_code(elsewhere).token,
        codes(elsewhere.event, now).token,
        f"{10**30}.sheet.{'A' * 22}",
    ]
    assert {refusal(lambda text=text: sign_in.read_token(event, text, now)) for text in forged} == {sign_in.FORGED}


def test_a_code_of_another_event_or_of_a_closed_site(event, group, member) -> None:
    now, site = timezone.now(), make_site(event=event, is_open=False)
    other = make_running_event(group=group)
    short = codes(other, now).short
    assert refusal(lambda: sign_in.read_short(event, short, now, person=member.pk)) == sign_in.WRONG
    token = sign_in.sheet_code(site).token
    assert refusal(lambda: sign_in.read_token(event, token, now)) == sign_in.SITE_CLOSED


@pytest.mark.parametrize("typed", ["{0}", "{1}", " {0} ", "{2}"])
def test_a_code_as_people_type_it(event, member, typed) -> None:
    code = codes(event)
    text = typed.format(code.short, code.spaced.lower(), "-".join(code.short))
    assert sign_in.read_short(event, text, timezone.now(), person=member.pk) is None


def test_a_new_secret_makes_every_code_worthless(event, facilitator) -> None:
    now, site = timezone.now(), make_site(event=event)
    old = [codes(event, now).token, sign_in.sheet_code(site).token]
    attendance.renew_codes(event=event, by=facilitator)
    event.refresh_from_db()
    assert {refusal(lambda text=text: sign_in.read_token(event, text, now)) for text in old} == {sign_in.FORGED}
    assert sign_in.read_token(event, codes(event, now).token, now) is None


def test_a_printed_code_outlives_a_change_of_the_portals_secret(event, member, settings) -> None:
    code, now = sign_in.sheet_code(site := make_site(event=event)), timezone.now()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-another-secret-another-secret"
    assert sign_in.read_token(event, code.token, now) == site
    assert sign_in.read_short(event, code.short, now, person=member.pk) == site
    settings.SECRET_KEY_FALLBACKS = []
    assert refusal(lambda: sign_in.read_token(event, code.token, now)) == sign_in.FORGED


# --- Guessing ---------------------------------------------------------------------------------------------
def test_guessing_is_not_answered_after_ten_tries(event, group, member, outsider) -> None:
    now, code = at(event, 30), codes(event, at(event, 30)).short
    read = sign_in.read_short
    for _ in range(10):
        assert refusal(lambda: read(event, wrong(code), now, person=member.pk)) == sign_in.WRONG
    # Not even the right code, or guessing would go on.
    assert refusal(lambda: read(event, code, now, person=member.pk)) == sign_in.TOO_MANY
    assert read(event, code, now, person=outsider.pk) is None
    other = make_running_event(group=group)
    assert read(other, codes(other, now).short, now, person=member.pk) is None
    later = now + timedelta(minutes=10)
    assert read(event, codes(event, later).short, later, person=member.pk) is None


def test_guessing_by_many_is_not_answered_either(event, member, monkeypatch) -> None:
    monkeypatch.setattr(sign_in, "TRIES_OF_ALL", 5)
    now, code = at(event, 30), codes(event, at(event, 30)).short
    for person in range(1000, 1005):
        refusal(lambda person=person: sign_in.read_short(event, wrong(code), now, person=person))
    assert refusal(lambda: sign_in.read_short(event, code, now, person=member.pk)) == sign_in.TOO_MANY_OF_ALL
    assert sign_in.read_token(event, codes(event, now).token, now) is None


def test_the_page_counts_tries(as_, member, event, address) -> None:
    client = as_(member)
    answers = [client.post(address, {"code": "AAAAAA"}).status_code for _ in range(11)]
    assert answers == [403] * 10 + [429]
    response = client.post(address, {"code": codes(event).short})
    assert (response.status_code, response.context["problem"]) == (429, sign_in.TOO_MANY)
    assert Attendance.objects.count() == 0


# --- The page ---------------------------------------------------------------------------------------------
def test_scanning_shows_who_and_what_and_one_button(as_, member, event, address) -> None:
    client, token = as_(member), codes(event).token
    html = client.get(address, {"t": token}).content.decode()
    assert [text in html for text in (member.get_full_name(), event.title, token)] == [True] * 3
    assert Attendance.objects.count() == 0
    response = client.post(address, {"t": token})
    row = Attendance.objects.get()
    assert (response.status_code, response["Location"], row.user, row.source) == (302, address, member, Source.QR)
    html = client.get(address).content.decode()
    assert "ลงชื่อเข้าร่วมแล้ว" in html
    assert client.post(address, {"t": token})["Location"] == address
    assert Attendance.objects.count() == 1


def test_typing_the_code_of_a_site(as_, member, event, address) -> None:
    site = make_site(event=event)
    as_(member).post(address, {"code": sign_in.sheet_code(site).spaced.lower()})
    row = Attendance.objects.get()
    assert (row.site, row.mode, row.source) == (site, Mode.SITE, Source.CODE)


def test_the_sign_in_page_leads_back_with_the_code(visitor, event, address) -> None:
    token = codes(event).token
    response = visitor.get(address, {"t": token})
    assert response["Location"] == f"/accounts/login/?next=%2Fevents%2F{event.pk}%2Fsign-in%2F%3Ft%3D{token}"


def test_no_code_is_in_nginxs_log(visitor, event, address) -> None:
    token = codes(event).token
    asked = f"{address}?t={token}"
    configuration = Path("deploy/nginx.conf").read_text()
    block = configuration.partition("map $request_uri $cops_logged_uri {")[2].partition("}")[0]
    masked = [re.compile(found.replace("(?<", "(?P<")) for found in re.findall(r'^\s*"~(.+?)"\s', block, re.M)]
    sign_in_page = visitor.get(asked)["Location"]
    sign_up_page = re.search(r'"(/accounts/signup/[^"]*)"', visitor.get(sign_in_page).content.decode())
    for path in (asked, sign_in_page, sign_up_page and sign_up_page[1]):
        assert quote(token) in path or token in path
        assert any(one.search(path) for one in masked), path


def test_who_did_not_register_says_how_they_take_part(as_, member, event, address) -> None:
    for kind in ("room", "youtube"):
        Channel.objects.create(event=event, kind=kind)
    client, token = as_(member), codes(event).token
    assert [value for value, _ in client.get(address, {"t": token}).context["mode_form"].fields["mode"].choices] == [
        "room", "youtube",
    ]  # fmt: skip
    response = client.post(address, {"t": token})
    assert response.context["mode_form"].errors == {"mode": ["กรุณาเลือกช่องทางที่ท่านเข้าร่วม"]}
    response = client.post(address, {"code": codes(event).short})
    assert (response.status_code, response.context["mode_form"].errors) == (200, {})
    client.post(address, {"t": response.context["token"], "by": "code", "mode": "youtube"})
    row = Attendance.objects.get()
    assert (row.mode, row.source) == (Mode.YOUTUBE, Source.CODE)


def test_who_registered_is_not_asked_how(as_, member, event, address) -> None:
    for kind in ("room", "youtube"):
        Channel.objects.create(event=event, kind=kind)
    make_registration(event=event, user=member, mode=Mode.ROOM)
    as_(member).post(address, {"t": codes(event).token})
    assert Attendance.objects.get().mode == Mode.ROOM


@pytest.mark.parametrize(
    ("token", "problem"),
    [
        (lambda event: "x", sign_in.FORGED),
        (lambda event: codes(event, timezone.now() - timedelta(minutes=11)).token, sign_in.EXPIRED),
        (lambda event: codes(make_running_event()).token, sign_in.FORGED),
        (lambda event: "\x00", sign_in.FORGED),
        (lambda event: "ก" * 3000, sign_in.FORGED),
    ],
)
def test_a_bad_code_is_a_page_that_says_why(as_, member, event, address, token, problem) -> None:
    client, text = as_(member), token(event)
    for response in (client.get(address, {"t": text}), client.post(address, {"t": text})):
        assert (response.status_code, response.context["problem"]) == (403, problem)
        assert escape(problem) in response.content.decode()
    assert Attendance.objects.count() == 0


@pytest.mark.parametrize("typed", ["", " ", "A\x00", "ก" * 20, "A" * 21, "🙂"])
def test_a_code_that_is_none(as_, member, address, typed) -> None:
    response = as_(member).post(address, {"code": typed})
    assert (response.status_code in (200, 403), list(response.context["form"].errors)) == (True, ["code"])


@pytest.mark.parametrize("minutes", [-60, 240])
def test_outside_the_window_the_page_says_so(as_, member, group, minutes) -> None:
    now = timezone.now()
    start = now - timedelta(minutes=minutes)
    event = make_event(group=group, starts_at=start, ends_at=start + timedelta(hours=2))
    address, client = f"/events/{event.pk}/sign-in/", as_(member)
    answers = [client.get(address), client.post(address, {"code": codes(event).short}), client.get(address, {"t": "x"})]
    assert [response.status_code for response in answers] == [403] * 3
    assert {bool(response.context["problem"]) for response in answers} == {True}


def test_a_closed_report_takes_nobody(as_, member, event, address) -> None:
    Event.objects.filter(pk=event.pk).update(attendance_closed_at=timezone.now())
    response = as_(member).post(address, {"t": codes(event).token})
    assert (response.status_code, Attendance.objects.count()) == (403, 0)


def test_who_may_not_see_the_event_cannot_sign_in(as_, outsider, member, event, address) -> None:
    Event.objects.filter(pk=event.pk).update(visibility=Visibility.GROUP)
    token = codes(event).token
    assert [as_(person).post(address, {"t": token}).status_code for person in (outsider, member)] == [404, 302]


@pytest.mark.parametrize("sites", [1, 30])
def test_queries_of_the_page_do_not_grow_with_sites(
    as_, member, event, address, steady, sites, django_assert_num_queries
) -> None:
    last = [make_site(event=event, agency=make_province(f"จังหวัด {number}")) for number in range(sites)][-1]
    client = as_(member)
    client.get(address)
    with django_assert_num_queries(20):
        client.post(address, {"code": sign_in.sheet_code(last).short})


# --- The screen -------------------------------------------------------------------------------------------
def test_the_screen_shows_the_code_and_who_is_there(as_, facilitator, member, event) -> None:
    attendance.sign_in(event=event, user=member, source=Source.QR, mode=Mode.VC)
    client = as_(facilitator)
    response = client.get(f"/events/{event.pk}/sign-in/screen/")
    html = response.content.decode()
    code = response.context["code"]
    assert sign_in.read_token(event, code.token, timezone.now()) is None
    assert [text in html for text in (code.spaced, "<svg", "ผู้เข้าร่วมแล้ว 1 คน", "style=", "data:image")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    fragment = client.get(f"/events/{event.pk}/sign-in/screen/", HTTP_HX_REQUEST="true").content.decode()
    assert (fragment.strip().startswith('<div id="code"'), "<html" in fragment) == (True, False)


def test_renewing_on_the_screen(as_, facilitator, event, told) -> None:
    before = event.sign_in_secret
    response = as_(facilitator).post(f"/events/{event.pk}/sign-in/screen/")
    event.refresh_from_db()
    assert (event.sign_in_secret != before, told(response)) == (
        True, ["ออกรหัสใหม่แล้ว รหัสเดิมทั้งหมดใช้ไม่ได้ กรุณาพิมพ์ใบลงชื่อของจุดรับชมใหม่"],
    )  # fmt: skip
    assert LogLine.objects.filter(event=event, by=facilitator).count() == 1


def test_the_screen_says_when_there_is_no_code(as_, facilitator, group) -> None:
    event = make_event(group=group)
    response = as_(facilitator).get(f"/events/{event.pk}/sign-in/screen/")
    assert (response.status_code, response.context["code"]) == (200, None)
    assert response.context["problem"].startswith("ลงชื่อเข้าร่วมได้ตั้งแต่ ")


def test_only_who_runs_the_event_reaches_the_screen(as_, outsider, member, visitor, event) -> None:
    site = make_site(event=event, agency=make_district("แม่ริม", make_province()))
    address, before = f"/events/{event.pk}/sign-in/screen/", event.sign_in_secret
    for person in (outsider, member, site.officer):
        client = as_(person)
        assert [client.get(address).status_code, client.post(address).status_code] == [404, 404]
    assert visitor.get(address)["Location"].startswith("/accounts/login/?next=")
    event.refresh_from_db()
    assert (event.sign_in_secret, reached(event)) == (before, {})
