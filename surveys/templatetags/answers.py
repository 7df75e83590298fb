"""What was typed into an item, and what is wrong with it, for the template of the form."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def typed_for(answers: dict[int, list[str]], item: Any) -> list[str]:
    """As it came from the browser; nothing for an empty form."""
    return answers.get(item.pk, []) if answers else []


@register.filter
def error_for(errors: dict[int, str], item: Any) -> str:
    return errors.get(item.pk, "") if errors else ""


@register.filter
def notes_for(item: Any, error: str) -> SafeString:
    """Names the notes that a screen reader reads with the control."""
    notes = [f"{item.name}-error"] * bool(error) + [f"{item.name}-hint"] * bool(item.hint)
    return format_html(' aria-describedby="{}"', " ".join(notes)) if notes else SafeString("")
