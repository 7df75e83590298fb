"""Form fields that every app uses. They clean Thai text, and say in Thai what to repair."""

import calendar
import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django_ckeditor_5.widgets import CKEditor5Widget

from . import richtext, thai, youtube

MESSAGES: dict[str, Any] = {
    "max_length": "ยาว %(show_value)d ตัวอักษร กรุณาตัดให้เหลือ %(limit_value)d",
    "min_length": "ยาว %(show_value)d ตัวอักษร กรุณาพิมพ์อย่างน้อย %(limit_value)d",
    "control_characters": "มีอักขระควบคุมที่มองไม่เห็น กรุณาลบข้อความแล้วพิมพ์ใหม่",
}
RICH_TEXT_LIMIT = 200_000
_LINE_END = re.compile("\r\n?|[\u2028\u2029]")
_TAG = re.compile("</?[a-zA-Z]")


def whole_number(text: Any) -> int:
    """The id, or the second, that a form or an address names; 0 where it names none."""
    text = str(text or "")
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else 0


class _ThaiMessages(forms.Field):
    default_error_messages: ClassVar[dict[str, Any]] = MESSAGES

    def __init__(
        self, *, label: str | None = None, error_messages: dict[str, str] | None = None, **kwargs: Any
    ) -> None:
        messages = {"required": f"กรุณากรอก{label or 'ข้อมูลนี้'}"} | (error_messages or {})
        super().__init__(label=label, error_messages=messages, **kwargs)

    def refuse_control_characters(self, text: str) -> None:
        if thai.CONTROL_CHARACTERS.search(text):
            raise ValidationError(self.error_messages["control_characters"], code="control_characters")


class LineField(_ThaiMessages, forms.CharField):
    """One line in normal spelling; a line break or a tab that came along with a copy counts as a space."""

    def to_python(self, value: Any) -> Any:
        text = "" if value in self.empty_values else str(value)
        self.refuse_control_characters(text)
        return super().to_python(" ".join(thai.normalise(text).split()))


class TextField(_ThaiMessages, forms.CharField):
    """Several lines in normal spelling, parted by single line feeds whatever the browser sent."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        text = "" if value in self.empty_values else str(value)
        self.refuse_control_characters(text)
        return super().to_python(thai.normalise(_LINE_END.sub("\n", text)))


class RichTextWidget(CKEditor5Widget):
    """The one place that names the editor. Without JavaScript it is a plain text area."""

    def use_required_attribute(self, initial: Any) -> bool:
        return False  # the editor hides the text area, and a browser cannot point at a hidden one

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> Any:
        return super().render(name, value, {"id": f"id_{name}"} | (attrs or {}), renderer)


class RichTextField(_ThaiMessages, forms.CharField):
    """HTML from the editor, or plain text from where no editor ran, to sanitised HTML."""

    widget = RichTextWidget
    default_error_messages: ClassVar[dict[str, Any]] = {
        "too_long": "เนื้อหารวมการจัดรูปแบบยาว %(length)s ตัวอักษร กรุณาตัดให้เหลือ %(limit)s",
    }

    def __init__(self, *, max_length: int | None = None, **kwargs: Any) -> None:
        self.limit = max_length or RICH_TEXT_LIMIT
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        text = "" if value in self.empty_values else _LINE_END.sub("\n", str(value))
        if len(text) > self.limit:
            params = {"length": f"{len(text):,}", "limit": f"{self.limit:,}"}
            raise ValidationError(self.error_messages["too_long"], code="too_long", params=params)
        self.refuse_control_characters(text)
        return richtext.sanitise(text) if _TAG.search(text) else richtext.from_plain_text(text)


class ThaiDateWidget(forms.MultiWidget):
    """Day, month and Buddhist Era year: the browsers' own pickers show the Christian Era."""

    template_name = "ui/thai_date.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(self.parts(), attrs)

    def parts(self) -> dict[str, forms.Widget | type[forms.Widget]]:
        days = [("", "วัน"), *((str(day), str(day)) for day in range(1, 32))]
        months = [("", "เดือน"), *((str(number), name) for number, name in enumerate(thai.MONTHS, 1))]
        look = {"class": "input short"}
        year = {"aria-label": "ปี พ.ศ.", "inputmode": "numeric", "size": "6", "autocomplete": "off", "maxlength": "10"}
        return {
            "day": forms.Select(look | {"aria-label": "วัน"}, days),
            "month": forms.Select(look | {"aria-label": "เดือน"}, months),
            "year": forms.TextInput(look | year),
        }

    def decompress(self, value: Any) -> list[str]:
        if isinstance(value, str):
            try:
                value = thai.parse_thai_date(value)
            except ValueError:
                value = None
        if not value:
            return ["", "", ""]
        day = thai.local_date(value)
        return [str(day.day), str(day.month), str(day.year + thai.BUDDHIST_ERA)]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else id_  # where a link from the error summary leads


class ThaiTimeInput(forms.TextInput):
    """A time of day as people write it: browsers' own pickers may show AM and PM."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        look = {"class": "input short", "inputmode": "decimal", "size": "6", "maxlength": "12", "autocomplete": "off"}
        super().__init__(look | (attrs or {}))

    def format_value(self, value: Any) -> str | None:
        return thai.format_time(value).removesuffix(" น.") if isinstance(value, time) else super().format_value(value)


class ThaiMomentWidget(ThaiDateWidget):
    """A date with a time of day."""

    template_name = "ui/thai_moment.html"

    def parts(self) -> dict[str, forms.Widget | type[forms.Widget]]:
        return super().parts() | {"time": ThaiTimeInput({"aria-label": "เวลา", "placeholder": "09.30"})}

    def decompress(self, value: Any) -> list[str]:
        if not isinstance(value, datetime):
            return ["", "", "", ""]
        local = value.astimezone(thai.BANGKOK) if value.tzinfo else value
        return [*super().decompress(local), f"{local:%H.%M}"]


class LongSelect(forms.Select):
    """For a list of dozens or hundreds: Django renders a template for each option, this writes them at once."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = {str(one) for one in self.format_value(value)}
        options = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            (
                (option, mark_safe(" selected") if str(option) in chosen else "", label)
                for option, label in self.choices
            ),
        )
        attributes = flatatt(self.build_attrs(self.attrs, {"name": name} | (attrs or {})))
        return format_html("<select{}>{}</select>", attributes, options)


class ThaiDateField(_ThaiMessages, forms.MultiValueField):
    widget = ThaiDateWidget
    default_error_messages: ClassVar[dict[str, Any]] = {
        "incomplete": "กรุณาระบุวัน เดือน และปี พ.ศ. ให้ครบ",
        "unlisted": "กรุณาเลือกวันและเดือนจากรายการ",
        "year": "กรุณาพิมพ์ปี พ.ศ. เป็นตัวเลขสี่หลัก เช่น %(example)s",
        "no_such_day": "เดือน%(month)s %(year)s มี %(days)s วัน กรุณาเลือกวันใหม่",
    }

    def __init__(self, **kwargs: Any) -> None:
        label = kwargs.get("label")
        messages = {"required": f"กรุณาระบุ{label or 'วันที่'}"} | (kwargs.pop("error_messages", None) or {})
        parts = [forms.CharField() for _ in type(self).widget().widgets]
        super().__init__(fields=parts, error_messages=messages, **kwargs)

    def clean(self, value: Any) -> date | None:
        typed = value if isinstance(value, list | tuple) else type(self).widget().decompress(value)
        parts = [thai.to_arabic_digits(part or "").strip() for part in typed]
        if not any(parts):
            if self.required:
                raise self._error("required")
            return None
        day = self.compress(parts)
        self.run_validators(day)
        return day

    def compress(self, data_list: Sequence[str]) -> date:
        if not all(data_list):
            raise self._error("incomplete")
        day, month = (int(part) if re.fullmatch("[0-9]{1,2}", part) else 0 for part in data_list[:2])
        if not (1 <= day <= 31 and 1 <= month <= 12):
            raise self._error("unlisted")
        year = thai.year_from_typed(int(data_list[2])) if re.fullmatch("[0-9]{4}", data_list[2]) else 0
        if not 1857 <= year <= 2399:
            raise self._error("year", example=thai.now_local().year + thai.BUDDHIST_ERA)
        days = calendar.monthrange(year, month)[1]
        if day > days:
            raise self._error("no_such_day", month=thai.MONTHS[month - 1], year=year + thai.BUDDHIST_ERA, days=days)
        return date(year, month, day)

    def _error(self, code: str, **params: Any) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params=params)


def parse_time(text: str) -> time | None:
    """09.30, 09:30, 0930, 9.30, with or without น., in Thai or Arabic digits. None where it is no such thing.

    Raises ValueError where it is written as a time, and no day has it.
    """
    text = thai.to_arabic_digits(thai.normalise(text)).strip().removesuffix("น.").removesuffix("น").rstrip()
    match = re.fullmatch("([0-9]{1,2})[.:]([0-9]{2})|([0-9]{1,2})([0-9]{2})", text)
    if match is None:
        return None
    hour, minute = (int(part) for part in match.groups() if part is not None)
    return time(hour, minute)


class ThaiTimeField(_ThaiMessages, forms.CharField):
    """A time of day, 24 hours."""

    widget = ThaiTimeInput
    default_error_messages: ClassVar[dict[str, Any]] = {
        "time": "กรุณาพิมพ์เวลาเป็นชั่วโมงและนาที เช่น 09.30",
        "no_such_time": "ไม่มีเวลานี้ กรุณาพิมพ์เวลาระหว่าง 00.00 ถึง 23.59",
    }

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values or isinstance(value, time):
            return value or None
        try:
            moment = parse_time(str(value))
        except ValueError:
            raise ValidationError(self.error_messages["no_such_time"], code="no_such_time") from None
        if moment is None and str(value).strip():
            raise ValidationError(self.error_messages["time"], code="time")
        return moment


class ThaiMomentField(ThaiDateField):
    """A date of the Buddhist Era with a time of day, to a moment in Thailand."""

    widget = ThaiMomentWidget
    default_error_messages: ClassVar[dict[str, Any]] = ThaiTimeField.default_error_messages | {
        "no_date": "กรุณาระบุวัน เดือน และปี พ.ศ. ด้วย",
        "no_time": "กรุณาระบุเวลาด้วย เช่น 09.30",
    }

    def clean(self, value: Any) -> datetime | None:
        return super().clean(value)  # type: ignore[return-value]  # of what compress made

    def compress(self, data_list: Sequence[str]) -> datetime:
        *day, typed = data_list
        if not any(day):
            raise self._error("no_date")
        on = super().compress(day)
        if not typed:
            raise self._error("no_time")
        try:
            at = parse_time(typed)
        except ValueError:
            raise self._error("no_such_time") from None
        if at is None:
            raise self._error("time")
        return datetime.combine(on, at, thai.BANGKOK)


class WholeNumberField(_ThaiMessages, forms.IntegerField):
    """A count, in Thai or Arabic digits, with or without thousands separators."""

    widget = forms.TextInput
    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": "กรุณาพิมพ์เป็นตัวเลข เช่น 120",
        "min_value": "ต้องไม่น้อยกว่า %(limit_value)d",
        "max_value": "ต้องไม่เกิน %(limit_value)d",
    }

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str):
            value = thai.to_arabic_digits(value).replace(",", "").strip()
            if value and not re.fullmatch("-?[0-9]{1,15}", value):
                raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "numeric", "autocomplete": "off", "maxlength": "12"}


class YouTubeField(LineField):
    """Any address of a YouTube video, to its id."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "not_youtube": ("ที่อยู่นี้ไม่ใช่ที่อยู่วิดีโอของ YouTube กรุณาคัดลอกจากปุ่ม “แชร์” ใต้วิดีโอ เช่น https://youtu.be/ ตามด้วยรหัส 11 ตัว"),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 2000} | kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return youtube.video_id(text) if text else ""
        except ValueError:
            raise ValidationError(self.error_messages["not_youtube"], code="not_youtube") from None

    def prepare_value(self, value: Any) -> Any:
        is_id = isinstance(value, str) and youtube.ID.fullmatch(value)
        return youtube.watch_url(value) if is_id else value
