"""Groups and memberships as tables. What has consequences goes through the services, in a file as anywhere."""

from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import User
from core import thai
from core.exchange import Choice, Reference, TableResource, Whole, column

from . import services
from .models import Group, Joining, Membership, Role, Stage, State


class GroupResource(TableResource):
    """Known by number. Names, addresses and stages change in the admin, where a reason is asked for."""

    number = column("number", "ลำดับกลุ่ม", Whole())
    slug = column("slug", "ที่อยู่", readonly=True)
    name = column("name", "ชื่อกลุ่ม", readonly=True)
    purpose = column("purpose", "ความมุ่งหมาย")
    joining = column("joining", "การเข้าร่วม", Choice(Joining.choices))
    stage = column("stage", "สถานะ", Choice(Stage.choices), readonly=True)
    member_count = column("member_count", "จำนวนสมาชิก", readonly=True)
    founded_on = column("founded_on", "วันที่ก่อตั้ง", readonly=True)

    class Meta(TableResource.Meta):
        model = Group
        import_id_fields = ["number"]
        fields = ["number", "slug", "name", "purpose", "joining", "stage", "member_count", "founded_on"]

    def dehydrate_founded_on(self, group: Group) -> str:
        return thai.format_date(group.founded_on)

    def after_init_instance(self, instance: Group, new: bool, row: Any, **kwargs: Any) -> None:
        if new:
            raise ValidationError(f"ไม่พบกลุ่มลำดับที่ {row['ลำดับกลุ่ม']} กรุณาเพิ่มกลุ่มใหม่ที่หน้ากลุ่ม")

    def do_instance_save(self, instance: Group, is_create: bool) -> None:
        instance.save(update_fields=["purpose", "joining"])


class MembershipResource(TableResource):
    """Known by group and person; adds members and gives roles."""

    group = column("group", "ลำดับกลุ่ม", Reference(Group, "number"))
    group_name = column("group__name", "ชื่อกลุ่ม", readonly=True)
    user = column("user", "อีเมล", Reference(User, "email"))
    user_name = column("user", "ชื่อ นามสกุล", readonly=True)
    agency = column("user__agency__name", "หน่วยงาน", readonly=True)
    role = column("role", "บทบาท", Choice(Role.choices, keeps=True))
    state = column("state", "สถานะ", Choice(State.choices), readonly=True)
    joined_at = column("joined_at", "เข้าร่วมเมื่อ", readonly=True)
    left_at = column("left_at", "ออกเมื่อ", readonly=True)

    class Meta(TableResource.Meta):
        model = Membership
        import_id_fields = ["group", "user"]
        fields = [
            "group",
            "group_name",
            "user",
            "user_name",
            "agency",
            "role",
            "state",
            "joined_at",
            "left_at",
        ]

    def __init__(self, *, by: User | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.by = by

    def filter_export(self, queryset: Any, **kwargs: Any) -> Any:
        return queryset.select_related("group", "user__agency")

    def dehydrate_user_name(self, row: Membership) -> str:
        return row.user.get_full_name()

    def dehydrate_joined_at(self, row: Membership) -> str:
        return thai.format_date(row.joined_at) if row.joined_at else ""

    def dehydrate_left_at(self, row: Membership) -> str:
        return thai.format_date(row.left_at) if row.left_at else ""

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        row["อีเมล"] = row["อีเมล"].lower()

    def get_instance(self, instance_loader: Any, row: Any) -> Membership | None:
        rows = Membership.objects.open().filter(group__number=whole(row["ลำดับกลุ่ม"]), user__email=row["อีเมล"])
        return rows.select_related("group", "user").first()

    def skip_row(self, instance: Membership, *args: Any, **kwargs: Any) -> bool:
        return instance.is_active and super().skip_row(instance, *args, **kwargs)

    def validate_instance(self, instance: Membership, *args: Any, **kwargs: Any) -> None:
        super().validate_instance(instance, *args, **kwargs)
        if not instance.user.is_active:
            raise ValidationError({"อีเมล": "บัญชีนี้ปิดหรือระงับใช้แล้ว"})
        if instance.group.has_ended:
            raise ValidationError({"ลำดับกลุ่ม": "กลุ่มนี้สิ้นสุดแล้ว จึงรับสมาชิกเพิ่มไม่ได้"})

    def do_instance_save(self, instance: Membership, is_create: bool) -> None:
        """Whoever has asked is approved."""
        if is_create or not instance.is_active:
            assert self.by is not None
            (row,) = services.add_members(group=instance.group, people=[instance.user], by=self.by)
            instance.pk = row.pk
        services.change_role(membership=instance, role=instance.role)


def whole(text: Any) -> int:
    """A number that no row has where there is none."""
    digits = thai.to_arabic_digits(text)
    return int(digits) if digits.isdecimal() and len(digits) < 6 else -1
