"""The design's components: what they print, that labels and errors find their controls, and the page's frame."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.views.defaults import server_error

from accounts.models import Theme, User
from core.access import FORM_OF, mark_of
from core.forms import ThaiDateField
from core.paging import Page

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html") if path.parent.name != "email")


def rendered(source: str, **context: Any) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


class Document(HTMLParser):
    """Every start tag of a page, with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.tags if name == tag and wanted.items() <= attrs.items()]

    def ids(self) -> list[str]:
        return [attrs["id"] for _, attrs in self.tags if "id" in attrs]


# --- Signs ------------------------------------------------------------------------------------------------
def test_signs_are_silent_beside_text() -> None:
    assert rendered('{% icon "bell" %}') == (
        '<svg class="icon" aria-hidden="true"><use href="/static/symbols.svg#i-bell"/></svg>'
    )
    assert rendered('{% mark "petals" %}') == (
        '<svg class="petals" aria-hidden="true"><use href="/static/symbols.svg#mark"/></svg>'
    )


@pytest.mark.parametrize(("number", "hue"), [(1, 1), (14, 14), (15, 1), (28, 14), (29, 1)])
def test_the_wheel_of_hues_starts_again_after_fourteen_groups(number: int, hue: int) -> None:
    assert rendered("{% hue number %}", number=number) == f'data-n="{hue}"'


def test_an_emblem_is_the_number_in_thai() -> None:
    assert rendered('{% emblem 14 "big" %}') == '<span class="emblem big" aria-hidden="true">๑๔</span>'


def test_every_icon_named_in_a_template_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="i-([a-z]+)"', (ROOT / "static/symbols.svg").read_text()))
    named = {name for path in TEMPLATES for name in re.findall(r'{% icon "([^"]+)"', path.read_text())}
    assert named - drawn == set()


def test_every_class_named_in_a_template_has_a_rule() -> None:
    rules = "".join(path.read_text() for path in (ROOT / "static/css").rglob("*.css"))
    known = set(re.findall(r"\.([a-z][\w-]*)", rules))
    own = [path for path in TEMPLATES if "admin" not in path.parts]
    # A name that a variable completes is left out.
    plain = [re.sub(r"{%.*?%}|[\w-]*{{.*?}}", " ", path.read_text()) for path in own]
    named = {name for text in plain for names in re.findall(r' class="([^"]*)"', text) for name in names.split()}
    assert named - known == set()


def test_no_template_holds_what_the_policy_forbids() -> None:
    forbidden = re.compile(
        r"""\sstyle=|\son[a-z]+=["']|<style|javascript:|<script(?![^>]*\ssrc=)(?![^>]*type="application/json")"""
    )
    assert {str(path): found for path in TEMPLATES if (found := forbidden.findall(path.read_text()))} == {}


# --- Wrappers ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("tone", "role", "sign"),
    [("ok", "status", "check"), ("info", "status", "info"), ("warn", "status", "alert"), ("bad", "alert", "alert")],
)
def test_a_notice_speaks_as_loud_as_its_tone(tone: str, role: str, sign: str) -> None:
    html = rendered("{% notice tone %}{{ text }}{% endnotice %}", tone=tone, text="<b>")
    assert html.startswith(f'<div class="notice {tone}" role="{role}">')
    assert f"#i-{sign}" in html
    assert html.endswith("<div>&lt;b&gt;</div></div>")


def test_badge_and_empty() -> None:
    assert rendered("{% badge %}ร่าง{% endbadge %}") == '<span class="badge">ร่าง</span>'
    assert rendered('{% badge "ok" %}{{ x }}{% endbadge %}', x="&") == '<span class="badge ok">&amp;</span>'
    html = rendered("{% empty title 3 %}<p>ลองใหม่</p>{% endempty %}", title="<ว่าง>")
    assert html.endswith("<h3>&lt;ว่าง&gt;</h3><p>ลองใหม่</p></div>")


def test_crumbs_begin_at_home_and_are_absent_without_any() -> None:
    assert rendered("{% crumbs %}\n {% endcrumbs %}") == ""
    assert rendered("{% crumbs %}<li>กลุ่ม</li>{% endcrumbs %}") == (
        '<nav class="crumbs" aria-label="ตำแหน่งของหน้านี้"><ol><li><a href="/">หน้าแรก</a></li><li>กลุ่ม</li></ol></nav>'
    )


def test_titles_stay_inside_their_attributes() -> None:
    html = rendered('{% page_title %}ค้น {{ q }} "ก"{% endpage_title %}', q='"><script>')
    assert html == (
        "<title>ค้น &quot;&gt;&lt;script&gt; &quot;ก&quot; · ชุมชนนักปฏิบัติ สป.มท.</title>\n"
        '  <meta property="og:title" content="ค้น &quot;&gt;&lt;script&gt; &quot;ก&quot;">'
    )
    assert rendered("{% page_description %}ก\n  ข{% endpage_description %}").count('content="ก ข"') == 2


# --- The page's frame -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("path", "prefix", "marked"),
    [
        ("/", "/", True),
        ("/groups/", "/", False),
        ("/groups/finance/", "/groups/", True),
        ("/about/", "/groups/", False),
    ],
)
def test_the_navigation_says_where_one_is(path: str, prefix: str, marked: bool) -> None:
    html = rendered("{% current prefix %}", prefix=prefix, request=RequestFactory().get(path))
    assert html == (' aria-current="page"' if marked else "")


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/", "/accounts/login/"),
        ("/groups/finance/", "/accounts/login/?next=%2Fgroups%2Ffinance%2F"),
        ("/groups/?q=a&b=%26", "/accounts/login/?next=%2Fgroups%2F%3Fq%3Da%26b%3D%2526"),
        ("/accounts/login/", "/accounts/login/"),
        ("/accounts/signup/?next=/groups/finance/", "/accounts/login/?next=%2Fgroups%2Ffinance%2F"),
        ("/accounts/signup/?next=https://evil.example/", "/accounts/login/"),
        ("/accounts/signup/?next=//evil.example/", "/accounts/login/"),
    ],
)
def test_signing_in_leads_back_and_never_elsewhere(path: str, address: str) -> None:
    html = Template("{% load ui %}{% autoescape off %}{% sign_in_url %}{% endautoescape %}")
    assert html.render(Context({"request": RequestFactory().get(path)})) == address


@pytest.mark.django_db
def test_a_visitors_page_is_the_same_for_all() -> None:
    client = Client()
    response = client.get("/about/")
    page = Document(response.content.decode())
    assert response.cookies == {}
    assert page.all("form", method="post") == []
    assert [script["src"] for script in page.all("script")] == ["/static/js/portal.js"]
    assert page.all("link", rel="canonical") == [{"rel": "canonical", "href": "http://testserver/about/"}]
    assert page.all("a", rel="nofollow")[0]["href"] == "/accounts/login/?next=%2Fabout%2F"
    assert page.all("html") == [{"lang": "th"}]
    assert page.all("main")[0]["id"] == "main"
    assert page.all("a", href="#main")[0] == {"class": "skip", "href": "#main"}


def test_a_visitors_message_waits_for_the_page_of_sign_in(member: User) -> None:
    client = Client()
    client.post("/my/profile/", {"given_name": "ก", FORM_OF: mark_of(member.pk)})
    shown = ["เซสชันหมดอายุ" in client.get(path).content.decode() for path in ("/about/", *["/accounts/login/"] * 2)]
    assert shown == [False, True, False]


@pytest.mark.parametrize(("theme", "html"), [(Theme.AUTO, {}), (Theme.DARK, {"data-theme": "dark"})])
def test_a_persons_page(as_: Any, member: User, theme: str, html: dict[str, str]) -> None:
    User.objects.filter(pk=member.pk).update(theme=theme, unread_notifications=120)
    text = as_(member).get("/about/").content.decode()
    page = Document(text)
    assert page.all("html") == [{"lang": "th"} | html]
    assert [form["action"] for form in page.all("form", method="post")] == ["/accounts/logout/"]
    assert len(page.all("input", name="csrfmiddlewaretoken")) == 1
    assert '<span class="count">99+</span>' in text
    assert [script["src"] for script in page.all("script")] == [
        "/static/js/portal.js",
        "/static/django_htmx/htmx-2.min.js",
    ]
    config = json.loads(page.all("meta", name="htmx-config")[0]["content"])
    assert (config["allowEval"], config["includeIndicatorStyles"], config["historyCacheSize"]) == (False, False, 0)


def test_the_back_button_never_shows_a_fragment_as_the_page(as_: Any, member: User) -> None:
    response = as_(member).get("/groups/", headers={"hx-request": "true"})
    assert response["Vary"].split(", ")[-1] == "HX-Request"
    assert "<html" not in response.content.decode()


def test_the_script_knows_the_name_of_the_cookie(settings: Any) -> None:
    assert f"{settings.CSRF_COOKIE_NAME}=" in (ROOT / "static/js/portal.js").read_text()


# --- Forms ------------------------------------------------------------------------------------------------
class EveryControl(forms.Form):
    name = forms.CharField(label="ชื่อ", help_text="ตามบัตร")
    detail = forms.CharField(label="รายละเอียด", widget=forms.Textarea, required=False, max_length=3)
    kind = forms.ChoiceField(label="ชนิด", choices=[("a", "ก")])
    one = forms.ChoiceField(label="หนึ่งข้อ", choices=[("a", "ก"), ("b", "ข")], widget=forms.RadioSelect, help_text="เลือก")
    many = forms.MultipleChoiceField(label="หลายข้อ", choices=[("a", "ก")], widget=forms.CheckboxSelectMultiple)
    day = ThaiDateField(label="วันที่")
    file = forms.FileField(label="ไฟล์")
    password = forms.CharField(label="รหัสผ่าน", widget=forms.PasswordInput)
    agree = forms.BooleanField(label="รับทราบ<b>", help_text="อ่านก่อน")
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


@pytest.mark.parametrize("data", [None, {"detail": "ยาวเกิน"}])
def test_every_control_has_its_label_hint_and_error(data: dict[str, str] | None) -> None:
    html = render_to_string("ui/form.html", {"form": EveryControl(data)})
    page = Document(html)
    ids = page.ids()
    assert len(ids) == len(set(ids))
    controls = [attrs for tag in ("input", "select", "textarea") for attrs in page.all(tag)]
    shown = [attrs for attrs in controls if attrs.get("type") != "hidden"]
    labelled = {attrs["for"] for attrs in page.all("label") if "for" in attrs}
    wrapped = {"id_agree"}  # the tick stands inside its label
    assert {attrs["id"] for attrs in shown if "aria-label" not in attrs} == labelled | wrapped
    described = [attrs["aria-describedby"] for _, attrs in page.tags if "aria-describedby" in attrs]
    assert {part for text in described for part in text.split()} - set(ids) == set()
    assert html.count("(ไม่บังคับ)") == 1
    assert html.count("รับทราบ&lt;b&gt;") == 1
    if data is None:
        assert page.all("div", role="alert") == []
        return
    summary = page.all("div", role="alert")
    assert summary == [
        {"class": "notice bad error-summary", "role": "alert", "tabindex": "-1", "autofocus": ""},
    ]
    links = [attrs["href"].removeprefix("#") for attrs in page.all("a")]
    assert links == [
        "id_name", "id_detail", "id_kind", "id_one_group", "id_many_group", "id_day_0", "id_file", "id_password",
        "id_agree",
    ]  # fmt: skip
    assert set(links) - set(ids) == set()
    assert {attrs["name"].partition("_")[0] for attrs in shown if attrs.get("aria-invalid") == "true"} == {
        attrs["name"].partition("_")[0] for attrs in shown
    }


def test_an_error_of_the_whole_form_is_said_on_top() -> None:
    form = EveryControl({})
    form.add_error(None, "อีเมลหรือรหัสผ่านไม่ถูกต้อง")
    assert "<li>อีเมลหรือรหัสผ่านไม่ถูกต้อง</li>" in render_to_string("ui/error_summary.html", {"form": form})


@pytest.mark.parametrize(
    ("page", "links"),
    [
        (Page([]), []),
        (Page([], next_query="?q=a&page=n"), ["?q=a&page=n"]),
        (Page([], next_query="?page=n", previous_query="?page=p", first_query="?"), ["?", "?page=p", "?page=n"]),
    ],
)
def test_a_pager_leads_both_ways(page: Page, links: list[str]) -> None:
    assert [attrs["href"] for attrs in Document(render_to_string("ui/pager.html", {"page": page})).all("a")] == links


# --- Error pages ------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_missing_page_is_friendly() -> None:
    response = Client().get("/groups/no-such-group/")
    page = Document(response.content.decode())
    assert (response.status_code, page.all("link", rel="canonical")) == (404, [])
    assert page.all("form", action="/search/")[1]["aria-label"] == "ค้นหาเรื่องที่ต้องการ"
    assert "<h1>ไม่พบหน้านี้</h1>" in response.content.decode()


@pytest.mark.django_db
def test_a_request_under_a_strange_host_is_refused_in_thai() -> None:
    response = Client().get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "<h1>ระบบอ่านคำขอนี้ไม่ได้</h1>" in response.content.decode()
    assert "evil.example" not in response.content.decode()


@pytest.mark.parametrize("token", [None, "forged" * 10])
def test_a_forged_form_is_refused_in_thai(db: None, token: str | None) -> None:
    data = {"csrfmiddlewaretoken": token} if token else {}
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", data)
    assert response.status_code == 403
    assert "<h1>ระบบยังไม่ได้รับแบบฟอร์มนี้</h1>" in response.content.decode()


def test_who_may_not_is_told_who_may(as_: Any, outsider: User) -> None:
    response = as_(outsider).get("/styleguide/")
    assert response.status_code == 403
    assert "<h1>ท่านไม่มีสิทธิ์เข้าถึงหน้านี้</h1>" in response.content.decode()


def test_a_breakdown_is_told_without_a_database() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    response = server_error(request)
    assert response.status_code == 500
    assert response.content.decode().startswith("<!doctype html>")
    assert "<h1>ระบบขัดข้องชั่วคราว</h1>" in response.content.decode()


def test_the_style_guide_shows_every_control(as_: Any, admin: User) -> None:
    text = as_(admin).get("/styleguide/").content.decode()
    assert text.count('class="emblem"') == 15
    assert {f"#i-{name}" for name in re.findall(r'id="i-([a-z]+)"', (ROOT / "static/symbols.svg").read_text())} == set(
        re.findall(r"symbols\.svg(#i-[a-z]+)", text)
    )
