"""Dates, times and numbers as Thai readers expect them. Nothing to show is shown as nothing."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template

from core import thai

register = template.Library()


@register.filter
def thaidate(value: date | datetime | None, style: thai.DateStyle = "medium") -> str:
    return thai.format_date(value, style) if value else ""


@register.filter
def thaitime(value: datetime | time | None) -> str:
    return "" if value is None or value == "" else thai.format_time(value)


@register.filter
def thaidatetime(value: datetime | None, style: thai.DateStyle = "medium") -> str:
    return f"{thai.format_date(value, style)} เวลา {thai.format_time(value)}" if value else ""


@register.filter
def thaispan(start: datetime | None, end: datetime) -> str:
    return thai.format_span(start, end) if start else ""


@register.filter
def thaiweekday(value: date | datetime) -> str:
    """Short, for the block of a day."""
    return thai.SHORT_WEEKDAYS[thai.local_date(value).weekday()]


@register.filter
def thaimonth(value: date | datetime) -> str:
    return thai.SHORT_MONTHS[thai.local_date(value).month - 1]


@register.filter
def thailength(seconds: int | None) -> str:
    return thai.format_length(seconds) if seconds else ""


@register.filter
def thaisize(size: int) -> str:
    return thai.format_size(size)


@register.filter
def thaidigits(value: Any) -> str:
    return "" if value is None else thai.to_thai_digits(value)


@register.filter
def number(value: Any, decimals: int | None = None) -> str:
    """1286413 -> 1,286,413; with `decimals`, rounded half up as on paper."""
    try:
        exact = Decimal(str(value).replace(",", ""))
    except InvalidOperation:
        return ""
    if not exact.is_finite():
        return ""
    if decimals is not None:
        exact = exact.quantize(Decimal(1).scaleb(-decimals), rounding="ROUND_HALF_UP")
    return f"{exact:,f}"


@register.filter
def fiscal_year(value: date | datetime | None) -> str:
    return str(thai.fiscal_year(value)) if value else ""


@register.filter
def ago(value: datetime | None) -> str:
    """How long ago, up to yesterday; then the date. A moment still to come is shown as its date."""
    if not value:
        return ""
    now = thai.now_local()
    passed = now - (value if value.tzinfo else value.replace(tzinfo=thai.BANGKOK))
    days = (now.date() - thai.local_date(value)).days
    if passed < timedelta(0) or days > 1:
        return thai.format_date(value)
    if passed < timedelta(minutes=1):
        return "เมื่อสักครู่"
    if passed < timedelta(hours=1):
        return f"เมื่อ {int(passed.total_seconds()) // 60} นาทีที่แล้ว"
    return "เมื่อวาน" if days else f"เมื่อ {int(passed.total_seconds()) // 3600} ชั่วโมงที่แล้ว"


@register.filter
def waited(since: datetime | None) -> str:
    """For how many days somebody has been waiting."""
    days = (thai.now_local().date() - thai.local_date(since)).days if since else 0
    return f"รอ {days:,} วัน" if days > 0 else "รอไม่ถึง 1 วัน"
