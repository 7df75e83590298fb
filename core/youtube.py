"""Addresses of YouTube videos: whatever people copy is reduced to the id, and only the id is ever stored."""

import html
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, unquote, urlsplit

from . import thai

ID = re.compile(r"[A-Za-z0-9_-]{11}")
LONGEST_TEXT = 4000  # characters; the code for embedding takes some five hundred
_SITES = {"youtube.com", "m.youtube.com", "music.youtube.com", "gaming.youtube.com", "youtube-nocookie.com"}
_FOLDERS = ("embed", "live", "shorts", "v", "e", "watch")
# Words of eleven letters that stand where an id would: a list, and whatever a channel is sending.
_NO_IDS = {"videoseries", "live_stream"}
_BETWEEN = re.compile(r"(?:[\s<>\"“”«»|]|\]\()+")  # what no address contains, and Markdown's way of naming one
_AROUND = "'‘’()[]{}"
_THAI = "\u0e01-\u0e3a\u0e3f-\u0e4f\u0e5a\u0e5b"  # all but the digits, which might be meant as a part of an id
_AFTER_THAI = re.compile(f"(?<=[{_THAI}:,;])(?=https?://)", re.IGNORECASE)
_BEFORE_THAI = re.compile(f"(?<=[A-Za-z0-9_/-])(?=[{_THAI}])")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_PORTS = (None, 80, 443)


def video_id(text: str) -> str:
    """The id in an address of YouTube, alone or in surrounding text, or an id by itself. Raises ValueError."""
    text = thai.normalise(html.unescape(text[: LONGEST_TEXT + 1])).strip()
    if ID.fullmatch(text) and text not in _NO_IDS:
        return text
    if len(text) > LONGEST_TEXT or is_script(text):
        raise ValueError
    found = {found for piece in _pieces(text) if (found := _id_of_address(piece))}
    if len(found) != 1:  # of two videos nobody knows which one is meant
        raise ValueError
    return found.pop()


def watch_url(video: str, second: int = 0) -> str:
    return f"https://www.youtube.com/watch?v={video}" + (f"&t={second}s" if second else "")


def embed_url(video: str, second: int = 0) -> str:
    """The player that sets no cookie before the video runs."""
    return f"https://www.youtube-nocookie.com/embed/{video}" + (f"?start={second}" if second else "")


def is_script(text: str) -> bool:
    return re.sub(r"[\x00-\x20]", "", text[:100]).lower().startswith(("javascript:", "vbscript:", "data:"))


def _pieces(text: str) -> Iterator[str]:
    """What may be an address. In Thai nothing need part an address from the words around it."""
    spaced = _BEFORE_THAI.sub(" ", _AFTER_THAI.sub(" ", text))
    for piece in _BETWEEN.split(spaced):
        yield piece.lstrip(_AROUND).rstrip(f"{_AROUND}.,;:!?…")


def _id_of_address(piece: str) -> str | None:
    scheme = _SCHEME.match(piece)
    if scheme is None:
        piece = f"https://{piece.removeprefix('//')}"
    elif scheme[1].lower() not in ("http", "https") and "." not in scheme[1]:  # with a dot it is a host and a port
        return None
    elif "." in scheme[1]:
        piece = f"https://{piece}"
    try:
        address = urlsplit(piece)
        host, port = address.hostname or "", address.port
    except ValueError:
        return None
    if port not in _PORTS or "@" in address.netloc or "\\" in piece:
        return None
    return _id_at(host.removeprefix("www."), address.path, parse_qs(address.query))


def _id_at(host: str, path: str, query: dict[str, list[str]]) -> str | None:
    first, *rest = [part for part in path.split("/") if part] or [""]
    candidate = ""
    if host == "youtu.be":
        candidate = first
    elif host == "studio.youtube.com":
        candidate = rest[0] if first == "video" and rest else ""
    elif host in _SITES:
        if first == "watch" and "v" in query:
            candidate = query["v"][0]
        elif first in _FOLDERS and rest:
            candidate = rest[0]
        elif first == "attribution_link":  # a shared link of old wraps the address proper
            return _id_at(host, *_inner(query.get("u", [""])[0]))
    candidate = re.split("[&?#]", candidate, maxsplit=1)[0]
    return candidate if ID.fullmatch(candidate) and candidate not in _NO_IDS else None


def _inner(address: str) -> tuple[str, dict[str, list[str]]]:
    parts = urlsplit(unquote(address))
    is_wrapped_again = parts.netloc or parts.path.startswith("/attribution_link")
    return ("", {}) if is_wrapped_again else (parts.path, parse_qs(parts.query))
