"""What a reader of the calendar asks for. What cannot be understood is said beside the field, and does not count."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from accounts.models import Level
from core import thai
from core.forms import LongSelect

from ..calendar import CHANNELS

_MONTH = re.compile(r"(\d{4})-(\d{1,2})")


@dataclass(frozen=True)
class Options:
    """What there is to choose from, the same for everybody."""

    groups: tuple[tuple[str, str], ...]  # address, name
    years: tuple[int, ...]  # fiscal years that have events, the newest first

    @property
    def months(self) -> tuple[date, date]:
        """The first and the last that can be leafed to: one more year can be planned ahead."""
        return thai.fiscal_year_bounds(self.years[-1])[0], thai.fiscal_year_bounds(self.years[0] + 1)[1]


class EventFilter(forms.Form):
    STATES = [
        ("", "ทั้งหมด"),
        ("open", "เปิดรับลงทะเบียน"),
        ("live", "กำลังถ่ายทอดสด"),
        ("replay", "รับชมย้อนหลัง"),
        ("called_off", "เลื่อนกำหนดหรือยกเลิก"),
    ]

    group = forms.ChoiceField(label="กลุ่ม", required=False, widget=LongSelect)
    state = forms.ChoiceField(label="สถานะ", choices=STATES, required=False)
    channel = forms.ChoiceField(
        label="ช่องทาง",
        choices=[("", "ทุกช่องทาง"), *((kind.value, name) for kind, (_, name) in CHANNELS.items())],
        required=False,
    )
    level = forms.ChoiceField(label="ระดับ", choices=[("", "ทุกระดับ"), *Level.choices], required=False)
    year = forms.TypedChoiceField(label="ปีงบประมาณ", coerce=int, empty_value=None, required=False)

    def __init__(self, data: Any, *, options: Options, by_month: bool = False) -> None:
        super().__init__(data, auto_id="e_%s")
        self.fields["group"].choices = [("", "ทุกกลุ่ม"), *options.groups]  # type: ignore[attr-defined]
        self.fields["year"].choices = [("", "ทุกปี"), *((year, str(year)) for year in options.years)]  # type: ignore[attr-defined]
        if by_month:
            del self.fields["year"]

    def wanted(self) -> dict[str, Any]:
        """Nothing, most often."""
        if not self.data:
            return {}
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def query_of(wanted: dict[str, Any], **more: str) -> QueryDict:
    """For links to the same choice: nothing else that somebody's address held goes into them."""
    query = QueryDict(mutable=True)
    query.update({name: str(value) for name, value in (wanted | more).items() if value})
    return query


def asked_month(text: str, *, today: date, options: Options) -> date:
    """The first day of a month written as 2569-12; of this month where there is no such."""
    match = _MONTH.fullmatch(thai.to_arabic_digits(text[:10]))
    first, last = options.months
    if match and 1 <= int(match[2]) <= 12 and (year := thai.year_from_typed(int(match[1]))):
        asked = date(year, int(match[2]), 1)
        if first <= asked <= last:
            return asked
    return today.replace(day=1)
