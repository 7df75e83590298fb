"""The design's components as tags. They never query."""

from typing import Any

from django import template
from django.forms import BoundField
from django.forms.widgets import CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import thai

register = template.Library()
TONES = {"ok": "check", "warn": "alert", "bad": "alert", "info": "bell"}
HUES = 14


@register.simple_tag
def icon(name: str) -> SafeString:
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#i-{}"/></svg>', static("symbols.svg"), name
    )


@register.simple_tag
def mark(css: str = "") -> SafeString:
    attribute = format_html(' class="{}"', css) if css else ""
    return format_html('<svg{} aria-hidden="true"><use href="{}#mark"/></svg>', attribute, static("symbols.svg"))


@register.simple_tag(takes_context=True)
def current(context: Context, prefix: str) -> SafeString | str:
    """Marks a navigation link: the page itself for "/", whatever lies below for other addresses."""
    request = context.get("request")
    path = request.path if request else ""
    here = path == "/" if prefix == "/" else path.startswith(prefix)
    return SafeString(' aria-current="page"') if here else ""


@register.simple_tag
def hue(number: int) -> SafeString:
    """A group's own colour; after the fourteenth the wheel starts again."""
    return format_html('data-n="{}"', (number - 1) % HUES + 1)


@register.simple_tag
def emblem(number: int, size: str = "") -> SafeString:
    css = f"emblem {size}".strip()
    return format_html('<span class="{}" aria-hidden="true">{}</span>', css, thai.to_thai_digits(str(number)))


@register.simple_block_tag
def badge(content: str, tone: str = "") -> SafeString:
    return format_html('<span class="{}">{}</span>', f"badge {tone}".strip(), content)


@register.simple_block_tag
def notice(content: str, tone: str = "info") -> SafeString:
    role = "alert" if tone == "bad" else "status"
    return format_html(
        '<div class="notice {}" role="{}">{}<div>{}</div></div>', tone, role, icon(TONES.get(tone, "bell")), content
    )


@register.simple_block_tag
def empty(content: str, title: str, level: int = 2) -> SafeString:
    return format_html('<div class="empty"><h{}>{}</h{}>{}</div>', level, title, level, content)


@register.filter
def is_choice_list(field: BoundField) -> bool:
    return isinstance(field.field.widget, RadioSelect | CheckboxSelectMultiple)


@register.filter
def is_checkbox(field: BoundField) -> bool:
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def is_group(field: BoundField) -> bool:
    """Several controls under one legend."""
    return bool(field.field.widget.use_fieldset)


@register.filter
def tone_of(message: Any) -> str:
    return {"success": "ok", "error": "bad", "warning": "warn"}.get(message.level_tag, "info")


@register.filter
def control(field: BoundField) -> SafeString:
    """The field's widget, in the design's dress."""
    widget = field.field.widget
    if isinstance(widget, CheckboxInput | RadioSelect | CheckboxSelectMultiple) or widget.use_fieldset:
        return field.as_widget()
    css = f"input {widget.attrs.get('class', '')}".strip()
    return field.as_widget(attrs={"class": css})
