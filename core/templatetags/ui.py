"""The design's components as tags. They print what they are given and never query.

Block tags wrap what stands between them; components with markup of their own are includes under templates/ui/.
"""

from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput
from django.shortcuts import resolve_url
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.safestring import SafeString, mark_safe

from core import thai

register = template.Library()
SITE_NAME = "ชุมชนนักปฏิบัติ สป.มท."
HUES = 14
SIGN = {"ok": "check", "warn": "alert", "bad": "alert", "info": "info"}
TONES = {"success": "ok", "warning": "warn", "error": "bad"}


# --- Signs ------------------------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str) -> SafeString:
    """A symbol of static/symbols.svg beside text; silent for screen readers."""
    return _drawing(static("symbols.svg"), name)


@cache
def _drawing(sheet: str, name: str) -> SafeString:
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#i-{}"/></svg>', sheet, name)


@register.simple_tag
def mark(css: str = "") -> SafeString:
    """The portal's own mark; `petals` draws it large, in the ink of gold."""
    attribute = format_html(' class="{}"', css) if css else ""
    return format_html('<svg{} aria-hidden="true"><use href="{}#mark"/></svg>', attribute, static("symbols.svg"))


@register.simple_tag
@cache
def hue(number: int) -> SafeString:
    """A group's own colour for the element that carries it; after the fourteenth the wheel starts again."""
    return format_html('data-n="{}"', (number - 1) % HUES + 1)


@register.simple_tag
@cache
def emblem(number: int, size: str = "") -> SafeString:
    """The group's Thai numeral; `size` is big, small or nothing. The hue comes from an ancestor."""
    css = f"emblem {size}".strip()
    return format_html('<span class="{}" aria-hidden="true">{}</span>', css, thai.to_thai_digits(number))


# --- Wrappers ---------------------------------------------------------------------------------------------
@register.simple_block_tag
def badge(content: str, tone: str = "") -> SafeString:
    return format_html('<span class="{}">{}</span>', f"badge {tone}".strip(), content)


@register.simple_block_tag
def notice(content: str, tone: str = "info") -> SafeString:
    """`tone` is ok, info, warn or bad; the last one interrupts a screen reader."""
    role = "alert" if tone == "bad" else "status"
    return format_html('<div class="notice {}" role="{}">{}<div>{}</div></div>', tone, role, icon(SIGN[tone]), content)


@register.simple_block_tag
def empty(content: str, title: str, level: int = 2) -> SafeString:
    """What belongs here, and in `content` one thing to do about it."""
    return format_html('<div class="empty">{}<h{}>{}</h{}>{}</div>', mark("petals"), level, title, level, content)


@register.simple_block_tag
def crumbs(content: str) -> SafeString | str:
    """The way from the home page, as list items. A page that gives none shows none."""
    if not content.strip():
        return ""
    return format_html(
        '<nav class="crumbs" aria-label="ตำแหน่งของหน้านี้"><ol><li><a href="{}">หน้าแรก</a></li>{}</ol></nav>',
        resolve_url("home"),
        content,
    )


# --- The page's frame -------------------------------------------------------------------------------------
@register.simple_block_tag
def page_title(content: str) -> SafeString:
    """For the window and for whoever is sent the address."""
    text = _one_line(content)
    return format_html('<title>{} · {}</title>\n  <meta property="og:title" content="{}">', text, SITE_NAME, text)


@register.simple_block_tag
def page_description(content: str) -> SafeString:
    text = _one_line(content)
    html = '<meta name="description" content="{}">\n  <meta property="og:description" content="{}">'
    return format_html(html, text, text)


def _one_line(content: str) -> SafeString:
    """For an attribute. A rendered block is escaped already, but for the quotation marks of the template's own text."""
    return mark_safe(" ".join(content.split()).replace('"', "&quot;"))  # noqa: S308


@register.simple_tag
def absolute(path: str) -> str:
    """The address with the portal's own host, whichever host the request named."""
    return f"{settings.SITE_URL}{path}"


@register.simple_tag(takes_context=True)
def current(context: Context, prefix: str) -> SafeString | str:
    """Marks a link of a navigation: the home page itself for "/", whatever lies below for any other address."""
    path = context["request"].path
    here = path == "/" if prefix == "/" else path.startswith(prefix)
    return SafeString(' aria-current="page"') if here else ""


@register.simple_tag(takes_context=True)
def sign_in_url(context: Context) -> str:
    """To the sign-in page and back here; from one page of sign-in to another, back where the first one was to lead."""
    request = context["request"]
    sign_in = resolve_url(settings.LOGIN_URL)
    back = request.get_full_path()
    if request.path.startswith(sign_in.removesuffix("login/")):
        back = request.GET.get("next", "")
    if back == "/" or not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return sign_in
    return f"{sign_in}?{urlencode({'next': back})}"


# --- Forms and messages -----------------------------------------------------------------------------------
@register.filter
def is_checkbox(field: BoundField) -> bool:
    """A single tick with its text beside it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def is_choice_list(field: BoundField) -> bool:
    """Radio buttons or ticks, one to a line; unlike a date, which is a group of controls as well."""
    return field.use_fieldset and hasattr(field.field.widget, "choices")


@register.filter
def anchor(field: BoundField) -> str:
    """Where a link of the error summary leads: the control, or the group of controls."""
    return field.id_for_label or f"{field.auto_id}_group"


@register.filter
def tone_of(message: Any) -> str:
    return TONES.get(message.level_tag, "info")
