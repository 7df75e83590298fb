"""Django's `{% csrf_token %}`, which also says whose form it is.

A form that comes back after the session ended is kept for its author (core.access.keep_form), and for nobody else
who signs in on the same browser. The library is a builtin (settings), so every template has this tag.
"""

from django import template
from django.template import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.access import FORM_OF, mark_of

register = template.Library()


@register.simple_tag(takes_context=True)
def csrf_token(context: Context) -> SafeString:
    token = CsrfTokenNode().render(context)
    user = context.get("user")
    if not token or user is None or not user.is_authenticated:
        return SafeString(token)
    return format_html('{}<input type="hidden" name="{}" value="{}">', token, FORM_OF, mark_of(user.pk))
