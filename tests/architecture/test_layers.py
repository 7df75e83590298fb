"""The house's order, where import-linter cannot see: string foreign keys, and rules that views declare."""

from django.apps import apps
from django.core.checks import run_checks
from django.db.models import ForeignObjectRel
from django.urls import get_resolver

from core.checks import declares_rule, views

LAYERS = ["core", "accounts", "groups", "events", "surveys", "pages", "cops_portal"]


def test_no_relation_points_to_a_higher_layer() -> None:
    upward = []
    for model in apps.get_models():
        if model._meta.app_label not in LAYERS:
            continue
        for field in model._meta.get_fields():
            target = field.related_model
            if isinstance(field, ForeignObjectRel) or target is None or target._meta.app_label not in LAYERS:
                continue
            if LAYERS.index(target._meta.app_label) > LAYERS.index(model._meta.app_label):
                upward.append(f"{model._meta.label}.{field.name} -> {target._meta.label}")
    assert upward == []


def test_every_view_declares_its_rule() -> None:
    assert [address for address, view in views(get_resolver()) if not declares_rule(view)] == []


def test_a_view_without_a_rule_is_found() -> None:
    def forgotten(request: object) -> None: ...

    assert not declares_rule(forgotten)


def test_system_checks_are_silent() -> None:
    """But for the one that pytest-django's own marker for undefined template variables sets off."""
    assert [message for message in run_checks() if message.id != "templates.E002"] == []
