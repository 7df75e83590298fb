"""Model fields that every app uses."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.forms import Field as FormField

from . import forms, richtext, thai


class ThaiSortKeyField(models.CharField):
    """Kept in step with the text of the fields named in `source`, so that any database sorts Thai.

    Computed by every save; a `save(update_fields=...)` that changes a source must name this field too.
    """

    def __init__(self, *args: Any, source: str, **kwargs: Any) -> None:
        self.source = source
        kwargs.setdefault("max_length", 600)
        kwargs.setdefault("default", "")
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        key = thai.sort_key(*(getattr(model_instance, name) or "" for name in self.source.split()))[: self.max_length]
        setattr(model_instance, self.attname, key)
        return key


class RichTextField(models.TextField):
    """HTML that was sanitised on every way into the database: save, bulk_create, update and fixtures."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self._sanitised(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        return super().get_db_prep_save(self._sanitised(value), connection)

    def formfield(self, **kwargs: Any) -> FormField | None:
        return super().formfield(**({"form_class": forms.RichTextField, "widget": forms.RichTextWidget} | kwargs))

    @staticmethod
    def _sanitised(value: Any) -> Any:
        return richtext.sanitise(value) if isinstance(value, str) else value  # an expression stays what it is


# For `ModelAdmin.formfield_overrides`: the admin would put its own fields and widgets in their place.
ADMIN_FORM_FIELDS: dict[type[models.Field], dict[str, Any]] = {
    models.CharField: {"form_class": forms.LineField},
    models.SlugField: {},  # its own rule is stricter
    models.TextField: {"form_class": forms.TextField},
    models.DateField: {"form_class": forms.ThaiDateField, "widget": forms.ThaiDateWidget},
    RichTextField: {"form_class": forms.RichTextField, "widget": forms.RichTextWidget},
}
