"""Handing out a file: whole, in parts, unchanged, or through nginx."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpResponseBase
from django.test import RequestFactory
from django.utils.http import http_date

from core.downloads import BLOCK, disposition, download, spreadsheet, starts_download
from core.spreadsheets import read_rows
from events.models import Document

CONTENT = bytes(range(256)) * 1000  # four blocks
SIZE = len(CONTENT)
NAME = "แผน น้ำ 2570.pdf"


@pytest.fixture
def file() -> FieldFile:
    name = default_storage.save("events/0123456789abcdef.pdf", ContentFile(CONTENT))
    return Document(file=name).file


@pytest.fixture
def ask(file: FieldFile) -> Iterator:
    answers: list[HttpResponseBase] = []

    def asked(method: str = "GET", **headers: str) -> HttpResponseBase:
        request = RequestFactory().generic(
            method, "/", headers={name.replace("_", "-"): headers[name] for name in headers}
        )
        answers.append(download(request, file, name=NAME, content_type="application/pdf"))
        return answers[-1]

    yield asked
    for answer in answers:
        close(answer)


def close(answer: HttpResponseBase) -> None:
    """As the server does; `close` itself would also tell the database that a request is over."""
    for closer in answer._resource_closers:
        closer()


def body(answer: HttpResponseBase) -> bytes:
    return b"".join(answer) if answer.streaming else answer.content


def test_the_whole_file_is_sent_in_blocks_to_be_saved(ask) -> None:
    answer = ask()
    blocks = list(answer)
    assert (answer.status_code, b"".join(blocks), max(map(len, blocks)), len(blocks)) == (200, CONTENT, BLOCK, 4)
    assert answer["Content-Length"] == str(SIZE)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == (
        "attachment; filename=\"document.pdf\"; filename*=UTF-8''%E0%B9%81%E0%B8%9C%E0%B8%99%20%E0%B8%99%E0%B9%89%E0%B8"
        "%B3%202570.pdf"
    )
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Accept-Ranges"] == "bytes"


def test_head_tells_everything_but_the_content(ask) -> None:
    whole, head = ask(), ask("HEAD", Range="bytes=0-9")
    assert (head.status_code, head.content, dict(head.items())) == (200, b"", dict(whole.items()))


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-99", 0, 99),
        ("bytes=0-0", 0, 0),
        ("bytes=100-", 100, SIZE - 1),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
        ("bytes=-500", SIZE - 500, SIZE - 1),
        (f"bytes=-{SIZE * 2}", 0, SIZE - 1),
        (f"bytes=10-{SIZE * 2}", 10, SIZE - 1),
        (f"bytes=10-{BLOCK * 2}", 10, BLOCK * 2),
    ],
)
def test_a_part(ask, asked: str, first: int, last: int) -> None:
    answer = ask(Range=asked)
    assert (answer.status_code, answer["Content-Range"]) == (206, f"bytes {first}-{last}/{SIZE}")
    assert (body(answer), answer["Content-Length"]) == (CONTENT[first : last + 1], str(last + 1 - first))


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 9}", "bytes=-0"])
def test_a_part_behind_the_end(ask, asked: str) -> None:
    answer = ask(Range=asked)
    assert (answer.status_code, answer["Content-Range"], body(answer)) == (416, f"bytes */{SIZE}", b"")


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "bytes=",
        "bytes=-",
        "bytes=9-2",
        "bytes=a-b",
        "bytes=0-1,5-6",
        "lines=0-9",
        "bytes=๐-๙",
        "bytes=" + "9" * 40 + "-",
    ],
)
def test_what_is_no_single_part_gets_the_whole(ask, asked: str) -> None:
    answer = ask(Range=asked)
    assert (answer.status_code, len(body(answer))) == (200, SIZE)


def test_a_part_of_another_file_gets_the_whole(ask) -> None:
    whole = ask()
    for same in (whole["ETag"], whole["Last-Modified"]):
        assert ask(Range="bytes=0-9", If_Range=same).status_code == 206
    for other in ('"other"', f"W/{whole['ETag']}", http_date(datetime(2020, 1, 1, tzinfo=UTC).timestamp()), "nonsense"):
        assert ask(Range="bytes=0-9", If_Range=other).status_code == 200


def test_what_the_browser_has_already_is_not_sent_again(ask) -> None:
    whole = ask()
    for headers in ({"If_None_Match": whole["ETag"]}, {"If_Modified_Since": whole["Last-Modified"]}):
        answer = ask(**headers)
        assert (answer.status_code, answer["ETag"], body(answer)) == (304, whole["ETag"], b"")
    assert ask(If_None_Match='"other"').status_code == 200
    assert ask(If_Match='"other"').status_code == 412


def test_a_file_that_is_gone_is_not_found(ask, file: FieldFile) -> None:
    default_storage.delete(file.name)
    with pytest.raises(Http404):
        ask()


def test_an_answer_that_nobody_reads_closes_its_file(ask) -> None:
    answer = ask()
    content = answer._iterator.gi_frame.f_locals["self"].file
    assert not content.closed
    close(answer)
    assert content.closed


def test_nginx_sends_it_where_it_is_told_to(ask, settings: LazySettings) -> None:
    settings.USE_X_ACCEL = True
    answer = ask(Range="bytes=0-9")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["X-Accel-Redirect"] == "/protected-media/events/0123456789abcdef.pdf"
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    ("name", "header"),
    [
        (
            "plan 2570 (final).pdf",
            "attachment; filename=\"plan 2570 (final).pdf\"; filename*=UTF-8''plan%202570%20%28final%29.pdf",
        ),
        ('a"b\\.pdf', "attachment; filename=\"document.pdf\"; filename*=UTF-8''a%22b%5C.pdf"),
        ("100%25.pdf", "attachment; filename=\"document.pdf\"; filename*=UTF-8''100%2525.pdf"),
        (
            "ก.๒๕๗๐",
            "attachment; filename=\"document\"; filename*=UTF-8''%E0%B8%81.%E0%B9%92%E0%B9%95%E0%B9%97%E0%B9%90",
        ),
    ],
)
def test_names(name: str, header: str) -> None:
    assert disposition(name) == header


@pytest.mark.parametrize(
    ("method", "asked", "starts"),
    [
        ("GET", "", True),
        ("GET", "bytes=0-", True),
        ("GET", "bytes=0-99", True),
        ("GET", "bytes=100-", False),
        ("GET", "bytes=-100", False),
        ("HEAD", "", False),
    ],
)
def test_what_starts_a_download(method: str, asked: str, starts: bool) -> None:
    assert starts_download(RequestFactory().generic(method, "/", headers={"Range": asked})) is starts


def test_a_table_to_be_saved() -> None:
    response = spreadsheet("ชั่วโมง 2570", ["เรื่อง"], [["ตรวจรับพัสดุ"]])
    assert response["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert response["Content-Disposition"] == f"attachment; filename*=utf-8''{quote('ชั่วโมง 2570.xlsx')}"
    rows = read_rows(ContentFile(response.content), required_headers=["เรื่อง"])
    assert [row.values for row in rows] == [{"เรื่อง": "ตรวจรับพัสดุ"}]
    assert spreadsheet("team-template", ["อีเมล"])["Content-Disposition"] == 'attachment; filename="team-template.xlsx"'
