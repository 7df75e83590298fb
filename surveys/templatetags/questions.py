"""The state of a question as a badge: the same words and the same look wherever a question stands."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.templatetags.ui import icon

from ..models import Question
from ..register import badge_of

register = template.Library()


@register.simple_tag
def question_badge(question: Question) -> SafeString:
    return state_badge(*badge_of(question))


@register.simple_tag
def state_badge(words: str, tone: str) -> SafeString:
    """For a row that was made before, with what `badge_of` answered then."""
    sign = icon("check") if tone == "ok" else ""
    return format_html('<span class="{}">{}{}</span>', f"badge {tone}".strip(), sign, words)
