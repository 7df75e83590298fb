import pytest
from django.contrib import admin
from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Concat

from core import thai
from core.fields import ADMIN_FORM_FIELDS, RichTextField, ThaiSortKeyField
from core.forms import LineField, RichTextWidget, ThaiDateField
from core.forms import RichTextField as RichTextFormField
from groups.models import Group
from tests.factories import make_agency, make_group

UNSAFE, SAFE = "<p onclick=x>ก<script>y</script></p>", "<p>ก</p>"


def test_the_sort_key_survives_a_migration() -> None:
    field = ThaiSortKeyField(source="name", db_index=True)
    _name, path, args, kwargs = field.deconstruct()
    assert (path, args) == ("core.fields.ThaiSortKeyField", [])
    assert kwargs == {"source": "name", "db_index": True, "default": "", "editable": False, "max_length": 600}
    assert ThaiSortKeyField(*args, **kwargs).deconstruct()[1:] == (path, args, kwargs)
    assert field.clone().source == "name"


def test_the_sort_key_is_in_no_form() -> None:
    assert ThaiSortKeyField(source="name").formfield() is None or not ThaiSortKeyField(source="name").editable


@pytest.mark.django_db
def test_rows_sort_in_thai_and_keep_step_with_their_name() -> None:
    names = ["เชียงใหม่", "ขอนแก่น", "แพร่", "กระบี่", "ไชโย", "พะเยา"]
    for name in names:
        make_agency(name=name)
    ordered = make_agency().__class__.objects.filter(name__in=names).order_by("sort_key")
    assert [agency.name for agency in ordered] == ["กระบี่", "ขอนแก่น", "เชียงใหม่", "ไชโย", "พะเยา", "แพร่"]
    last = ordered.get(name="แพร่")
    last.name = "กก"
    last.save()
    assert ordered.model.objects.get(pk=last.pk).sort_key == thai.sort_key("กก")


def test_the_sort_key_joins_its_sources_and_fits_its_column() -> None:
    class Person(models.Model):
        given_name = models.CharField(max_length=500)
        family_name = models.CharField(max_length=500, null=True)
        key = ThaiSortKeyField(source="given_name family_name", max_length=60)

        class Meta:
            app_label = "fields_test"

        def __str__(self) -> str:
            return self.given_name

    person = Person(given_name="ใจ", family_name=None)
    assert Person._meta.get_field("key").pre_save(person, True) == thai.sort_key("ใจ", "")
    person.given_name = "ก" * 500
    assert len(Person._meta.get_field("key").pre_save(person, False)) == 60


@pytest.mark.django_db
def test_rich_text_is_sanitised_on_every_way_in() -> None:
    saved = make_group(about=UNSAFE)
    assert saved.about == SAFE
    updated, bulk_updated = make_group(), make_group()
    Group.objects.filter(pk=updated.pk).update(about=UNSAFE)
    bulk_updated.about = UNSAFE
    Group.objects.bulk_update([bulk_updated], ["about"])
    (created,) = Group.objects.bulk_create([Group(number=99, slug="bulk", name="รวม", purpose="ก", about=UNSAFE)])
    for group in (saved, updated, bulk_updated, created):
        assert Group.objects.get(pk=group.pk).about == SAFE


@pytest.mark.django_db
def test_rich_text_takes_an_expression_and_a_lookup_as_they_are() -> None:
    group = make_group(about="<p>ก</p>")
    Group.objects.filter(pk=group.pk).update(about=Concat(F("about"), Value("<p>ข</p>")))
    assert list(Group.objects.filter(about__contains="</p><p>").values_list("about", flat=True)) == ["<p>ก</p><p>ข</p>"]


def test_rich_text_brings_its_form_field_and_widget() -> None:
    field = RichTextField("เนื้อหา").formfield()
    assert isinstance(field, RichTextFormField)
    assert isinstance(field.widget, RichTextWidget)
    assert field.label == "เนื้อหา"


def test_the_admin_uses_the_same_form_fields() -> None:
    class GroupAdmin(admin.ModelAdmin):
        formfield_overrides = ADMIN_FORM_FIELDS

    fields = GroupAdmin(Group, admin.AdminSite()).get_form(None).base_fields  # type: ignore[arg-type]
    assert isinstance(fields["name"], LineField)
    assert isinstance(fields["about"].widget, RichTextWidget)
    assert isinstance(fields["founded_on"], ThaiDateField)
