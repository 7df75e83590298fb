"""Files that the portal hands out itself, because it decides who may have them: whole or in part, to be saved."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from hashlib import sha256
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.files.base import File
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date, parse_http_date_safe

from .documents import CONTENT_TYPES
from .spreadsheets import write_xlsx

BLOCK = 64 * 1024  # bytes read and sent at once
ACCEL = "/protected-media/"  # the internal location of deploy/nginx.conf
_ONE_RANGE = re.compile("bytes=([0-9]{1,15})?-([0-9]{1,15})?")


class Unsatisfiable(Exception):  # noqa: N818  an answer, not an error
    """The part that was asked for lies behind the end."""


def download(request: HttpRequest, file: FieldFile, *, name: str, content_type: str) -> HttpResponseBase:
    """The file to be saved as `name`. Who may have it was settled before."""
    headers = {
        "Content-Type": content_type,
        "Content-Disposition": disposition(name),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-cache",
    }
    if settings.USE_X_ACCEL:
        return HttpResponse(headers=headers | {"X-Accel-Redirect": quote(f"{ACCEL}{file.name}")})
    try:
        size, changed = file.size, file.storage.get_modified_time(str(file.name))
    except FileNotFoundError:
        raise Http404 from None
    modified = int(changed.astimezone(UTC).timestamp())
    etag = f'"{sha256(f"{file.name} {size} {modified}".encode()).hexdigest()[:32]}"'
    headers |= {"Accept-Ranges": "bytes", "ETag": etag, "Last-Modified": http_date(modified)}
    # Without validators of its own, so that the conditions alone decide.
    answer = get_conditional_response(request, etag=etag, last_modified=modified, response=HttpResponse())
    if answer is not None and answer.status_code != 200:
        for header in ("ETag", "Last-Modified", "Cache-Control"):
            answer[header] = headers[header]
        return answer
    if request.method == "HEAD":
        return HttpResponse(headers=headers | {"Content-Length": str(size)})
    try:
        part = asked_part(request, size=size, etag=etag, modified=modified)
    except Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})
    return sent(file, part or range(size), headers, size=size, status=206 if part else 200)


def spreadsheet(
    name: str, headers: Sequence[str], rows: Iterable[Sequence[Any]] = (), *, title: str = "ข้อมูล"
) -> HttpResponse:
    """A table to be saved as `name`.xlsx; without rows, a form to fill in."""
    disposition = content_disposition_header(True, f"{name}.xlsx") or ""
    content = write_xlsx(headers, rows, title=title)
    return HttpResponse(content, content_type=CONTENT_TYPES["XLSX"], headers={"Content-Disposition": disposition})


def sent(file: FieldFile, part: range, headers: dict[str, str], *, size: int, status: int) -> HttpResponseBase:
    if status == 206:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    headers["Content-Length"] = str(len(part))
    content: Any = Blocks(file.storage.open(str(file.name), "rb"), part)
    return StreamingHttpResponse(content, status=status, headers=headers)


class Blocks:
    """A stretch of a file, block by block. The server closes it, whether or not it was read to the end."""

    def __init__(self, file: File, part: range) -> None:
        self.file, self.part = file, part

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(self.part.start)
        left = len(self.part)
        while left and (block := self.file.read(min(BLOCK, left))):
            left -= len(block)
            yield block

    def close(self) -> None:
        self.file.close()


def asked_part(request: HttpRequest, *, size: int, etag: str, modified: int) -> range | None:
    """None for the whole: nothing was asked for, several parts were, or the file is not the one they began with."""
    asked = _ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    if asked is None or asked.group(1, 2) == (None, None) or not is_same(request, etag=etag, modified=modified):
        return None
    first, last = asked.groups()
    if first is None:
        part = range(max(0, size - int(last)), size)
    else:
        if last is not None and int(last) < int(first):
            return None
        part = range(int(first), min(size, int(last) + 1) if last else size)
    if not part:
        raise Unsatisfiable
    return part


def is_same(request: HttpRequest, *, etag: str, modified: int) -> bool:
    condition = request.headers.get("If-Range", "").strip()
    return not condition or condition == etag or parse_http_date_safe(condition) == modified


def starts_download(request: HttpRequest) -> bool:
    """The first request of a download, and not one that goes on with it or only asks about it."""
    asked = _ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    return request.method == "GET" and (asked is None or int(asked[1] or -1) == 0)


def disposition(name: str) -> str:
    """For saving, with the name in its own letters, and a plain one for programs that cannot read those."""
    plain = name if re.fullmatch(r"[\w .,()+-]+", name, re.ASCII) else f"document{PurePath(name).suffix}"
    if not plain.isascii():
        plain = "document"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='!#$&+.^_`|~-')}"
