"""Profile, photo, preferences: each person their own."""

import io
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import MailFrequency, User
from accounts.views import replace_photo

pytestmark = pytest.mark.django_db


def photo(kind: str = "JPEG", size: tuple[int, int] = (800, 600), **options: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "navy").save(file, kind, **options)
    return file.getvalue()


def upload(content: bytes, name: str = "photo.jpg", content_type: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type)


# --- Profile ----------------------------------------------------------------------------------------------
def profile(agencies: dict, **changes: object) -> dict[str, object]:
    return {
        "title": "นาง",
        "given_name": "พิกุล",
        "family_name": "วงศ์ตะวันทอง",
        "position": "นักจัดการงานทั่วไป",
        "position_level": "ชำนาญการ",
        "agency": agencies["province"].pk,
        "district": "จอมทอง",
    } | changes


def test_editing_the_profile(as_: Callable, outsider: User, agencies: dict) -> None:
    client = as_(outsider)
    assert client.post("/my/profile/", profile(agencies)).headers["Location"] == "/my/profile/"
    outsider.refresh_from_db()
    assert outsider.get_full_name() == "นางพิกุล วงศ์ตะวันทอง"
    assert outsider.full_position == "นักจัดการงานทั่วไปชำนาญการ"
    assert outsider.agency == agencies["other_district"]
    before = User.objects.get(pk=outsider.pk).sort_key
    outsider.save()
    assert outsider.sort_key == before  # the list of members stays in order
    page = client.get("/my/profile/").content.decode()
    assert "บันทึกข้อมูลเรียบร้อยแล้ว" in page
    assert f'<option value="{agencies["province"].pk}" selected>' in page
    assert 'value="จอมทอง"' in page
    assert '<a href="/my/profile/" aria-current="page">ข้อมูลส่วนตัว</a>' in page


def test_a_title_outside_the_list_is_shown_where_it_was_typed(as_: Callable, outsider: User, agencies: dict) -> None:
    client = as_(outsider)
    client.post("/my/profile/", profile(agencies, title="อื่น ๆ", title_other="พันจ่าเอก"))
    page = client.get("/my/profile/").content.decode()
    assert 'value="พันจ่าเอก"' in page
    assert '<option value="อื่น ๆ" selected>' in page


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"given_name": ""}, "given_name"),
        ({"family_name": "ก" * 101}, "family_name"),
        ({"position": "ก\x00"}, "position"),
        ({"position": "ก" * 151}, "position"),
        ({"position_level": "เทวดา"}, "position_level"),
        ({"title": "ท่านผู้หญิง"}, "title"),
        ({"agency": "x"}, "agency"),
        ({"district": "ก\x08"}, "district"),
    ],
)
def test_bad_input_is_a_form_error(as_: Callable, outsider: User, agencies: dict, change: dict, field: str) -> None:
    response = as_(outsider).post("/my/profile/", profile(agencies, **change))
    assert list(response.context["form"].errors) == [field]
    outsider.refresh_from_db()
    assert outsider.given_name == "นอก"


def test_a_profile_typed_before_the_session_ended_comes_back(visitor: Client, outsider: User, agencies: dict) -> None:
    visitor.post("/my/profile/", profile(agencies, position="พิมพ์ไว้นานแล้ว"))
    visitor.force_login(outsider)
    assert "พิมพ์ไว้นานแล้ว" in visitor.get("/my/profile/").content.decode()
    outsider.refresh_from_db()
    assert outsider.position == ""


@pytest.mark.parametrize(
    "path",
    ["/my/profile/", "/my/photo/", "/my/preferences/", "/notifications/", "/notifications/1/", "/people/1/photo/"],
)
def test_a_visitor_is_asked_to_sign_in(visitor: Client, db: None, path: str) -> None:
    assert visitor.get(path).headers["Location"].startswith("/accounts/login/?next=%2F")


@pytest.mark.parametrize("path", ["/my/profile/", "/my/photo/", "/my/preferences/", "/notifications/read/"])
def test_the_wrong_method(as_: Callable, outsider: User, path: str) -> None:
    assert as_(outsider).delete(path).status_code == 405


# --- Photo ------------------------------------------------------------------------------------------------
def test_a_photo_is_written_anew_and_served_to_those_who_may_see_the_person(
    as_: Callable, outsider: User, officer: User, visitor: Client
) -> None:
    exif = Image.Exif()
    exif[0x010E] = "ถ่ายที่บ้านเลขที่ 1"
    client = as_(outsider)
    assert client.post("/my/photo/", {"photo": upload(photo(exif=exif))}).headers["Location"] == "/my/photo/"
    outsider.refresh_from_db()
    answer = as_(officer).get(outsider.photo_url)
    content = b"".join(answer.streaming_content)
    assert Image.open(io.BytesIO(content)).size == (320, 320)
    assert not Image.open(io.BytesIO(content)).getexif()
    assert dict(answer.headers) | {
        "Content-Type": "image/webp",
        "Content-Disposition": "inline",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=31536000",
    } == dict(answer.headers)
    assert visitor.get(outsider.photo_url).status_code == 302
    bare = client.get(f"/people/{outsider.pk}/photo/")
    assert bare.headers["Cache-Control"] == "private, max-age=60"
    bare.close()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.jpg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "photo.svg"),
        (b"<?php system($_GET['c']); ?>", "photo.jpg"),
        (photo()[:500], "cut-short.jpg"),
        (photo("GIF"), "photo.gif"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 200, "photo.png"),
        (photo() + b"\x00" * 6_000_000, "huge.jpg"),
    ],
)
def test_what_is_no_photo_is_refused(as_: Callable, outsider: User, content: bytes, name: str, tmp_path: Path) -> None:
    response = as_(outsider).post("/my/photo/", {"photo": upload(content, name)})
    [message] = response.context["form"].errors["photo"]
    assert "กรุณา" in message
    outsider.refresh_from_db()
    assert not outsider.photo
    assert not list(tmp_path.rglob("*.webp"))


def test_a_decompression_bomb_is_refused(as_: Callable, outsider: User) -> None:
    side = 20_000
    header = b"\x00\x00\x00\rIHDR" + side.to_bytes(4, "big") * 2 + b"\x08\x00\x00\x00\x00"
    bomb = b"\x89PNG\r\n\x1a\n" + header + zlib.crc32(header[4:]).to_bytes(4, "big") + b"\x00" * 64
    response = as_(outsider).post("/my/photo/", {"photo": upload(bomb, "bomb.png")})
    assert list(response.context["form"].errors) == ["photo"]


def test_no_photo_chosen(as_: Callable, outsider: User) -> None:
    assert as_(outsider).post("/my/photo/").context["form"].errors == {"photo": ["กรุณาเลือกไฟล์รูปถ่าย"]}


@pytest.mark.django_db(transaction=True)
def test_the_old_file_goes_when_the_photo_changes_or_is_removed(as_: Callable, outsider: User, tmp_path: Path) -> None:
    client = as_(outsider)
    client.post("/my/photo/", {"photo": upload(photo())})
    outsider.refresh_from_db()
    first = outsider.photo_url
    client.post("/my/photo/", {"photo": upload(photo("PNG"), "other.png")})
    outsider.refresh_from_db()
    assert outsider.photo_url != first
    assert len(list(tmp_path.rglob("*.webp"))) == 1
    client.post("/my/photo/", {"remove": "1"})
    outsider.refresh_from_db()
    assert (outsider.photo_url, list(tmp_path.rglob("*.webp"))) == ("", [])


def test_a_file_that_is_lost_is_not_found(as_: Callable, outsider: User, tmp_path: Path) -> None:
    client = as_(outsider)
    client.post("/my/photo/", {"photo": upload(photo())})
    for file in tmp_path.rglob("*.webp"):
        file.unlink()
    assert client.get(f"/people/{outsider.pk}/photo/").status_code == 404


def test_people_without_a_photo_or_without_an_account(as_: Callable, outsider: User, member: User) -> None:
    client = as_(outsider)
    assert client.get(f"/people/{member.pk}/photo/").status_code == 404
    assert client.get("/people/99999999999999999999/photo/").status_code == 404
    replace_photo(member, None)
    User.objects.filter(pk=member.pk).update(is_active=False, photo="photos/x.webp")
    assert client.get(f"/people/{member.pk}/photo/").status_code == 404


# --- Preferences ------------------------------------------------------------------------------------------
def test_preferences(as_: Callable, outsider: User) -> None:
    client = as_(outsider)
    assert client.post("/my/preferences/", {"theme": "dark", "mail_frequency": "weekly"}).status_code == 302
    outsider.refresh_from_db()
    assert (outsider.theme, outsider.mail_frequency) == ("dark", MailFrequency.WEEKLY)
    assert 'data-theme="dark"' in client.get("/my/preferences/").content.decode()


@pytest.mark.parametrize(
    "typed", [{}, {"theme": "neon", "mail_frequency": "weekly"}, {"theme": "\x00", "mail_frequency": "hourly"}]
)
def test_bad_preferences(as_: Callable, outsider: User, typed: dict) -> None:
    assert as_(outsider).post("/my/preferences/", typed).context["form"].errors
