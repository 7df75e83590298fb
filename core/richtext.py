"""The only place that says which HTML may be stored. Everything an editor sends passes through here on its way in."""

import re
from collections import Counter
from html.parser import HTMLParser

import nh3
from django.utils.html import escape, linebreaks

from .thai import CONTROL_CHARACTERS, normalise

TAGS = {
    "p", "h2", "h3", "h4", "strong", "b", "em", "i", "u", "s", "sub", "sup", "code", "pre", "a", "ul", "ol", "li",
    "blockquote", "table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "img", "br", "hr",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt"},
    "th": {"colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
}
# The editor wraps tables and pictures in a figure and knows them again by this class.
CLASSES = {"figure": {"table", "image"}}
URL_SCHEMES = {"http", "https", "mailto"}
# Their text is not prose: it goes with the tag.
WITHOUT_CONTENT = {
    "script", "style", "title", "template", "iframe", "object", "embed", "svg", "math", "noscript", "textarea",
    "select", "xmp", "noembed", "noframes", "plaintext",
}  # fmt: skip
_SPAN = re.compile("[1-9][0-9]?")
MAX_DEPTH = 100
_TAG = re.compile("<(/?)([a-zA-Z][^\\s/>]*)")
# Void, or closed by the next of its kind: they nest only inside something that is counted.
_CLOSES_ITSELF = {
    "p", "li", "dd", "dt", "tr", "td", "th", "option", "br", "hr", "img", "input", "meta", "link", "wbr", "col",
}  # fmt: skip


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name in ("colspan", "rowspan"):
        return value if _SPAN.fullmatch(value) else None
    if name in ("href", "src"):
        return value.strip()
    return value


_CLEANER = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags=WITHOUT_CONTENT,
    attributes=ATTRIBUTES,
    attribute_filter=_attribute,
    allowed_classes=CLASSES,
    url_schemes=URL_SCHEMES,
    link_rel="noopener",
)


def sanitise(html: str) -> str:
    """Safe HTML in normal Thai spelling; empty where nothing is left to see."""
    html = _cleaned(html)
    # Normalising takes characters out, so the cleaner has the last word on what the rest means.
    if (normal := normalise(CONTROL_CHARACTERS.sub("", html))) != html:
        html = _cleaned(normal)
    return "" if is_blank(html) else html


def from_plain_text(text: str) -> str:
    """What somebody typed where no editor was running: blank lines part paragraphs."""
    return sanitise(linebreaks(text.strip(), autoescape=True))


def is_blank(html: str) -> bool:
    return not _text_of(html).strip("•\n\xa0 ") and not re.search(r"<hr[ />]|<img\b[^>]* src=", html)


def to_text(html: str) -> str:
    """The words alone, one block a line: for excerpts, plain e-mail and the search index."""
    lines = (" ".join(line.split()) for line in _text_of(_cleaned(html)).splitlines())
    return "\n".join(line for line in lines if line)


def _cleaned(html: str) -> str:
    html = CONTROL_CHARACTERS.sub("", html)
    return _CLEANER.clean(escape(html) if _nests_too_deep(html) else html)


def _nests_too_deep(html: str) -> bool:
    """Parsing takes quadratic time in the depth, and no prose is that deep."""
    open_tags: Counter[str] = Counter()
    depth = 0
    for closing, name in _TAG.findall(html):
        tag = name.lower()
        if tag in _CLOSES_ITSELF or (closing and not open_tags[tag]):
            continue
        step = -1 if closing else 1
        open_tags[tag] += step
        depth += step
        if depth > MAX_DEPTH:
            return True
    return False


def _text_of(html: str) -> str:
    parser = _TextParser()
    parser.feed(html)
    parser.close()
    return "".join(parser.parts)


class _TextParser(HTMLParser):
    """Reads what the cleaner wrote."""

    INLINE = {"a", "strong", "b", "em", "i", "u", "s", "sub", "sup", "code", "img"}

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._divide(tag)
        if tag == "li":
            self.parts.append("• ")
        elif tag == "img":
            self.parts.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        self._divide(tag)

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def _divide(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.parts.append(" ")
        elif tag not in self.INLINE:
            self.parts.append("\n")
