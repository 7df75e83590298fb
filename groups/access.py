"""Access rules that look at what a person does in groups."""

from core.access import rule

from .models import Group

facilitators_only = rule("facilitators_only", lambda user: Group.objects.editable_by(user).exists())
