from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from core import youtube
from core.forms import YouTubeField

ID = "dQw4w9_gX-Q"
REFUSAL = "ที่อยู่นี้ไม่ใช่ที่อยู่วิดีโอของ YouTube กรุณาคัดลอกจากปุ่ม “แชร์” ใต้วิดีโอ เช่น https://youtu.be/ ตามด้วยรหัส 11 ตัว"
ids = st.text("ABCXYZabcxyz0189_-", min_size=11, max_size=11).filter(lambda text: text not in youtube._NO_IDS)


@pytest.mark.parametrize(
    "text",
    [
        ID,
        f"  {ID}\n",
        f"https://www.youtube.com/watch?v={ID}",
        f"http://youtube.com/watch?v={ID}",
        f"www.youtube.com/watch?v={ID}",
        f"youtube.com/watch?v={ID}",
        f"//www.youtube.com/watch?v={ID}",
        f"youtube.com:443/watch?v={ID}",
        f"HTTPS://WWW.YouTube.COM/watch?v={ID}",
        f"https://www.youtube.com/watch?v={ID}&t=123s",
        f"https://www.youtube.com/watch?app=desktop&list=PLabcdefghijklmn&index=4&v={ID}",
        f"https://www.youtube.com/watch?v={ID}#t=1m20s",
        f"https://www.youtube.com/watch/{ID}",
        f"https://m.youtube.com/watch?v={ID}&feature=youtu.be",
        f"https://music.youtube.com/watch?v={ID}&list=RDAMVM",
        f"https://youtu.be/{ID}",
        f"youtu.be/{ID}",
        f"https://youtu.be/{ID}?si=AbCdEfGhIjKlMnOp&t=90",
        f"https://youtu.be/{ID}/",
        f"https://www.youtube.com/live/{ID}?feature=share",
        f"https://www.youtube.com/embed/{ID}?start=30",
        f"https://www.youtube-nocookie.com/embed/{ID}",
        f"https://youtube.com/shorts/{ID}?si=x",
        f"https://www.youtube.com/v/{ID}&hl=en_US&fs=1",
        f"https://www.youtube.com/e/{ID}",
        f"https://studio.youtube.com/video/{ID}/edit",
        f"https://www.youtube.com/attribution_link?a=abc&u=%2Fwatch%3Fv%3D{ID}%26feature%3Dshare",
        f"ชมย้อนหลังได้ที่ https://youtu.be/{ID} ขอบคุณ",
        f"ชมย้อนหลังได้ที่https://youtu.be/{ID}ขอบคุณ",
        f"คลิป:https://youtu.be/{ID}",
        f"ดูที่ (https://youtu.be/{ID}).",
        f"[คลิป](https://www.youtube.com/watch?v={ID})",
        f"https://youtu.be/{ID} และ https://www.youtube.com/watch?v={ID}",
        f"\u200bhttps://youtu.be/{ID}\u200b",
        f'<iframe width="560" height="315" src="https://www.youtube.com/embed/{ID}?si=a&amp;start=5" title="YouTube '
        'video player" frameborder="0" allow="accelerometer; autoplay" allowfullscreen></iframe>',
    ],
)
def test_every_form_of_address_becomes_the_id(text: str) -> None:
    assert youtube.video_id(text) == ID
    assert YouTubeField().clean(text) == ID


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "ไม่มีคลิป",
        "https://www.youtube.com/",
        "https://www.youtube.com/watch",
        "https://www.youtube.com/watch?v=",
        f"https://www.youtube.com/watch?v={ID}x",
        f"https://www.youtube.com/watch?v={ID[:-1]}",
        f"https://www.youtube.com/watch?list={ID}",
        f"https://www.youtube.com/{ID}",
        f"https://www.youtube.com/playlist?list=PL{ID}",
        f"https://www.youtube.com/channel/UC{ID}",
        f"https://www.youtube.com/clip/{ID}",
        f"https://www.youtube.com/redirect?q=https://youtu.be/{ID}",
        f"https://www.youtube.com/embed/videoseries?list=PL{ID}",
        "https://www.youtube.com/embed/live_stream?channel=UCabcdefghij",
        "videoseries",
        "https://www.youtube.com/@moi_thailand/live",
        f"https://youtube.com.evil.example/watch?v={ID}",
        f"https://evil.example/youtube.com/watch?v={ID}",
        f"https://evil.example/https://youtu.be/{ID}",
        f"https://evil.example/?u=https://youtu.be/{ID}",
        f"https://evil.example/#https://youtu.be/{ID}",
        f"https://evilyoutube.com/watch?v={ID}",
        f"https://www.evil.youtube.com/watch?v={ID}",
        f"https://youtube.com@evil.example/watch?v={ID}",
        f"https://evil.example@youtube.com/watch?v={ID}",
        f"https://evil.example\\@youtube.com/watch?v={ID}",
        f"https://youtube.com:8080/watch?v={ID}",
        f"https://youtube.com:99999999/watch?v={ID}",
        f"https://[youtube.com/watch?v={ID}",
        f"https://evil.example/[youtube.com/watch?v={ID}",
        f"https://evil.example/'https://youtu.be/{ID}'",
        f"https://уoutube.com/watch?v={ID}",
        f"https://youtube.com./watch?v={ID}",
        f"https://youtu.be.evil.example/{ID}",
        f"https://vimeo.com/{ID}",
        f"ftp://youtube.com/watch?v={ID}",
        f"javascript:window.open('https://youtu.be/{ID}')",
        f"java\nscript:location='https://youtu.be/{ID}'",
        f"data:text/html,<a href='https://youtu.be/{ID}'>",
        f"mailto:someone@youtube.com/watch?v={ID}",
        f"https://youtu.be/{ID} หรือ https://youtu.be/{ID[::-1]}",
        "https://youtu.be/dQw4w9WgXc๑",
        "https://youtu.be/dQw4w9WgXcQ๑",
        "๑๒๓๔๕๖๗๘๙๐๑",
        "https://www.youtube.com/attribution_link?u=" + "%2Fattribution_link%3Fu%3D" * 50,
        f"https://youtu.be/{ID} " + "ก" * 4000,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^$"):
        youtube.video_id(text)
    if text.strip():
        with pytest.raises(ValidationError) as refusal:
            YouTubeField().clean(text)
        assert refusal.value.messages in ([REFUSAL], ["ยาว 4029 ตัวอักษร กรุณาตัดให้เหลือ 2000"])


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    try:
        found = youtube.video_id(text)
    except ValueError:
        return
    assert youtube.ID.fullmatch(found)
    assert found in text


@given(st.from_regex(r"\A(https?:)?(//)?[a-z.@:]{0,20}(youtube\.com|youtu\.be)[a-z.@:/?&=]{0,20}[A-Za-z0-9]{11}\Z"))
def test_an_id_comes_only_from_the_hosts_themselves(address: str) -> None:
    try:
        youtube.video_id(address)
    except ValueError:
        return
    if not youtube.ID.fullmatch(address):
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
        assert host.removeprefix("www.") in youtube._SITES | {"youtu.be"}


@given(ids, st.integers(0, 40_000), st.text("กขคง ะา", max_size=20), st.text("กขคง ะา", max_size=20))
def test_our_own_addresses_lead_back(video: str, second: int, before: str, after: str) -> None:
    for address in (youtube.watch_url(video, second), youtube.embed_url(video, second)):
        assert youtube.video_id(address) == video
        assert youtube.video_id(f"{before}{address} {after}") == video


def test_addresses_carry_the_second() -> None:
    assert youtube.watch_url(ID) == f"https://www.youtube.com/watch?v={ID}"
    assert youtube.watch_url(ID, 95) == f"https://www.youtube.com/watch?v={ID}&t=95s"
    assert youtube.embed_url(ID) == f"https://www.youtube-nocookie.com/embed/{ID}"
    assert youtube.embed_url(ID, 95) == f"https://www.youtube-nocookie.com/embed/{ID}?start=95"


def test_the_field_shows_an_address_for_the_id_and_keeps_what_was_typed() -> None:
    field = YouTubeField(required=False)
    assert field.prepare_value(ID) == f"https://www.youtube.com/watch?v={ID}"
    assert field.prepare_value("https://vimeo.com/1") == "https://vimeo.com/1"
    assert field.clean("") == ""
