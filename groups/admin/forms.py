from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from core.forms import LineField, TextField, ThaiDateField

from ..forms import RenameForm, TagsField
from ..models import Group, Membership, Role, TaggedGroup


class GroupAdminForm(forms.ModelForm):
    tags = TagsField()

    class Meta:
        model = Group
        fields = ["number", "name", "slug", "purpose", "about", "agreements", "joining", "founded_on", "tags"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            links = TaggedGroup.objects.filter(content_object=self.instance).order_by("pk")
            self.initial["tags"] = list(links.values_list("tag__name", flat=True))


class MembershipAdminForm(forms.ModelForm):
    """Whoever has asked is approved; whoever is a member already is named."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        group, user = cleaned.get("group"), cleaned.get("user")
        if self.instance.pk or not (group and user):
            return cleaned
        if Membership.objects.active().filter(group=group, user=user).exists():
            self.add_error("user", "บุคคลนี้เป็นสมาชิกของกลุ่มนี้อยู่แล้ว")
        if not user.is_active:
            self.add_error("user", "บัญชีนี้ปิดหรือระงับใช้แล้ว")
        if group.has_ended:
            self.add_error("group", "กลุ่มนี้สิ้นสุดแล้ว จึงรับสมาชิกเพิ่มไม่ได้")
        return cleaned


class ReasonForm(forms.Form):
    reason = LineField(label="เหตุผล", max_length=300, help_text="แสดงต่อผู้อ่านในเส้นทางของกลุ่ม")
    on = ThaiDateField(label="ตั้งแต่วันที่", initial=timezone.localdate)

    def clean_on(self) -> Any:
        if self.cleaned_data["on"] > timezone.localdate():
            raise forms.ValidationError("วันที่ต้องไม่เกินวันนี้")
        return self.cleaned_data["on"]


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(label="รวมเข้ากับ", queryset=Group.objects.none(), empty_label="โปรดเลือก")
    reason = LineField(label="เหตุผล", max_length=300, required=False, help_text="แสดงต่อผู้อ่านในเส้นทางของกลุ่ม")

    def __init__(self, *args: Any, groups: QuerySet[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = groups  # type: ignore[attr-defined]


class SplitForm(RenameForm):
    """The new group begins as a draft; nobody is moved without asking."""

    purpose = TextField(label="ความมุ่งหมาย", max_length=400, help_text="หนึ่งถึงสองประโยค แสดงในรายชื่อกลุ่ม")
    field_order = ["name", "slug", "purpose", "reason"]


class EndForm(forms.Form):
    reason = LineField(label="เหตุผล", max_length=300, help_text="ผู้ที่ถูกให้ออกจะเห็นข้อความนี้")


class ChooseRole(forms.Form):
    role = forms.ChoiceField(label="บทบาท", choices=Role.choices)
