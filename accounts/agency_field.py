"""Choosing one of a thousand agencies, on a phone and without a script: a grouped list, then a district's name."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse

from core import thai
from core.forms import LineField, whole_number

from .models import Agency, Level, Region
from .models.agency import Kind

DISTRICT_PREFIXES = ("ที่ทำการปกครองอำเภอ", "ที่ว่าการอำเภอ", "อำเภอ", "อ.")
CENTRAL_GROUPS = {
    "สำนักงานปลัดกระทรวงมหาดไทย (ส่วนกลาง)": (Kind.UNIT,),
    "กระทรวง กรม และรัฐวิสาหกิจ": (Kind.MINISTRY, Kind.DEPARTMENT, Kind.ENTERPRISE),
}


class AgencyField(forms.ModelChoiceField):
    """Central agencies and provinces, grouped. Districts are named in the field beside it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Agency.objects.none(), empty_label="โปรดเลือก", **kwargs)


def agency_choices() -> list[tuple[str, Any]]:
    rows = list(Agency.objects.active().exclude(level=Level.DISTRICT).in_order())
    groups: list[tuple[str, Any]] = [("", "โปรดเลือก")]
    for name, kinds in CENTRAL_GROUPS.items():
        groups.append((name, _options(row for row in rows if row.level == Level.CENTRAL and row.kind in kinds)))
    for region in Region:
        provinces = [row for row in rows if row.level == Level.PROVINCE and row.region == region]
        groups.append((f"จังหวัดใน{region.label}", _options(sorted(provinces, key=lambda row: row.sort_key))))
    return [group for group in groups if group[1]]


def _options(rows: Iterable[Agency]) -> list[tuple[int, str]]:
    return [(row.pk, row.name) for row in rows]


def districts_of(province_office: Agency) -> QuerySet[Agency]:
    return Agency.objects.active().filter(parent=province_office, level=Level.DISTRICT).in_order()


def district_name(agency: Agency) -> str:
    return bare_district(agency.name)


def bare_district(text: str) -> str:
    for prefix in DISTRICT_PREFIXES:
        if text.startswith(prefix):
            return text.removeprefix(prefix).strip()
    return text


class AgencyMixin(forms.Form):
    """The two fields and how they make one agency, for sign-up and for the profile."""

    agency = AgencyField(
        label="สังกัด/หน่วยงาน",
        required=False,
        help_text="ผู้ปฏิบัติงานที่อำเภอ กรุณาเลือกสำนักงานจังหวัด แล้วระบุอำเภอในช่องถัดไป",
        error_messages={"invalid_choice": "กรุณาเลือกสังกัด/หน่วยงานจากรายการ"},
    )
    district = LineField(
        label="อำเภอ",
        max_length=60,
        required=False,
        help_text="เฉพาะผู้ปฏิบัติงานที่ทำการปกครองอำเภอ เช่น เมืองเชียงใหม่",
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "districts"}),
    )

    def show_agencies(self, current: Agency | None = None) -> None:
        """Called once the form is built: the choices, and where the person works now."""
        field = self.fields["agency"]
        field.queryset = Agency.objects.active().exclude(level=Level.DISTRICT)  # type: ignore[attr-defined]
        field.choices = agency_choices()  # type: ignore[attr-defined]
        # The list of suggestions follows the province as it is chosen.
        field.widget.attrs |= {"hx-get": reverse("accounts:district_list"), "hx-target": "#districts"}
        if current and current.level == Level.DISTRICT:
            self.initial.update(agency=current.parent_id, district=district_name(current))
        elif current:
            self.initial["agency"] = current.pk

    @property
    def district_names(self) -> list[str]:
        """To suggest: the districts of the province that is chosen already."""
        office = Agency.objects.filter(pk=whole_number(self["agency"].value()), level=Level.PROVINCE).first()
        return [district_name(row) for row in districts_of(office)] if office else []

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        office, district = data.get("agency"), data.get("district")
        if district and "agency" not in self.errors:
            self._choose_district(office, district)
        return self.cleaned_data

    def _choose_district(self, office: Agency | None, typed: str) -> None:
        if office is None or office.level != Level.PROVINCE:
            self.add_error("district", "ระบุอำเภอได้เมื่อเลือกสำนักงานจังหวัด หากไม่ได้ปฏิบัติงานที่อำเภอ กรุณาเว้นว่าง")
            return
        wanted = bare_district(thai.normalise(typed).strip())
        districts = {district_name(row): row for row in districts_of(office)}
        found = districts.get(wanted) or districts.get(f"{wanted}{office.province}")
        if found is None:
            names = " ".join(districts)
            self.add_error("district", f"ไม่พบอำเภอนี้ในจังหวัด{office.province} อำเภอที่เลือกได้: {names}")
            return
        self.cleaned_data["agency"] = found
