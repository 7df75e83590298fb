"""People and agencies as tables. Rights and passwords never travel in a file."""

from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError

from core.exchange import Choice, Reference, TableResource, Whole, YesNo, column

from .models import Agency, Level, PositionLevel, Region, User
from .models.agency import Kind
from .services import forget_sign_in


class PersonResource(TableResource):
    email = column("email", "อีเมล")
    title = column("title", "คำนำหน้าชื่อ")
    given_name = column("given_name", "ชื่อ")
    family_name = column("family_name", "นามสกุล")
    position = column("position", "ตำแหน่ง")
    position_level = column("position_level", "ระดับ", Choice(PositionLevel.choices))
    agency = column("agency", "รหัสหน่วยงาน", Reference(Agency, "code"))
    agency_name = column("agency__name", "หน่วยงาน", readonly=True)
    is_executive = column("is_executive", "ผู้บริหาร", YesNo())
    is_km_officer = column("is_km_officer", "เจ้าหน้าที่จัดการความรู้", YesNo(), readonly=True)
    is_active = column("is_active", "ใช้งานได้", YesNo(), readonly=True)

    class Meta(TableResource.Meta):
        model = User
        import_id_fields = ["email"]
        fields = [
            "email",
            "title",
            "given_name",
            "family_name",
            "position",
            "position_level",
            "agency",
            "agency_name",
            "is_executive",
            "is_km_officer",
            "is_active",
        ]

    def __init__(self, *, by: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.by = by

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(closed_at=None)

    def filter_export(self, queryset: Any, **kwargs: Any) -> Any:
        return queryset.select_related("agency")

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        row["อีเมล"] = row["อีเมล"].lower()

    def after_init_instance(self, instance: User, new: bool, row: Any, **kwargs: Any) -> None:
        if new:
            instance.set_unusable_password()  # the person sets one through "ลืมรหัสผ่าน"

    def before_save_instance(self, instance: User, row: Any, **kwargs: Any) -> None:
        """As in the form; here and not on validation, so that a row that changes nothing may stay in the file."""
        if not may_change(self.by, instance):
            raise ValidationError({"อีเมล": "ท่านไม่มีสิทธิ์แก้ไขข้อมูลของบุคคลนี้ เฉพาะผู้ดูแลระบบสูงสุดแก้ไขได้ กรุณาลบแถวนี้ออกจากไฟล์"})

    def after_save_instance(self, instance: User, row: Any, **kwargs: Any) -> None:
        vouch_for(instance)


def vouch_for(person: User) -> None:
    """An address that an administrator entered counts as verified: nobody signs in before a mail to it was answered.

    Whoever signed up with it and never proved it may be somebody else: their ways to sign in are taken away.
    """
    if not EmailAddress.objects.filter(user=person, verified=True).exists():
        forget_sign_in(person)
        person.set_unusable_password()
        person.save(update_fields=["password"])
    EmailAddress.objects.filter(user=person).exclude(email=person.email).delete()
    EmailAddress.objects.update_or_create(user=person, email=person.email, defaults={"verified": True, "primary": True})


def may_change(administrator: Any, person: User) -> bool:
    if person.closed_at:
        return False
    if administrator is not None and administrator.is_superuser:
        return True
    return not (person.is_km_officer or person.is_staff or person.is_superuser)


class AgencyResource(TableResource):
    code = column("code", "รหัส")
    parent = column("parent", "รหัสต้นสังกัด", Reference(Agency, "code"))
    level = column("level", "ระดับ", Choice(Level.choices))
    kind = column("kind", "ประเภท", Choice(Kind.choices))
    name = column("name", "ชื่อหน่วยงาน")
    short_name = column("short_name", "ชื่อย่อ")
    english_name = column("english_name", "ชื่อภาษาอังกฤษ")
    province = column("province", "จังหวัด")
    region = column("region", "ภาค", Choice(Region.choices))
    order = column("order", "ลำดับ", Whole())
    is_active = column("is_active", "ใช้งานอยู่", YesNo())

    class Meta(TableResource.Meta):
        model = Agency
        import_id_fields = ["code"]
        fields = [
            "code",
            "parent",
            "level",
            "kind",
            "name",
            "short_name",
            "english_name",
            "province",
            "region",
            "order",
            "is_active",
        ]

    def filter_export(self, queryset: Any, **kwargs: Any) -> Any:
        return queryset.select_related("parent")
