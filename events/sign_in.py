"""Codes by which people say on the day that they are here: a QR code, and six characters for whom cannot scan it.

Both are derived from the portal's secret, the event's own secret, the viewing site and a span of time, so that none
needs to be stored, none can be made up, and the event's new secret makes all of them worthless. The code on the
screen changes every five minutes; the one on a viewing site's printed sheet stays, and both are good only around
the event.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

import segno
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.safestring import SafeString, mark_safe

from core import thai
from groups.services import Refused

from .models import CALLED_OFF, Event, State, ViewingSite
from .models.keys import ALPHABET
from .services.presence import OPENS_BEFORE

SLOT = 300  # seconds that the screen shows one code
OPENS_AFTER = timedelta(minutes=60)  # after the end
LENGTH = 6
SHEET = "sheet"  # in place of a slot: what is printed
TRIES, TRIES_OF_ALL, WITHIN = 10, 1000, 600  # wrong codes of a person, of everybody, in so many seconds

FORGED = "รหัสนี้ใช้กับกิจกรรมนี้ไม่ได้ กรุณาสแกนคิวอาร์โค้ดบนจอหรือบนใบลงชื่อของจุดรับชมอีกครั้ง"
EXPIRED = "รหัสนี้หมดอายุแล้ว กรุณาใช้รหัสที่แสดงบนจอขณะนี้"
SITE_CLOSED = "จุดรับชมนี้ปิดแล้ว กรุณาติดต่อผู้รับผิดชอบจุดรับชม"
WRONG = "รหัสไม่ถูกต้อง กรุณาตรวจสอบแล้วกรอกรหัสที่แสดงบนจอขณะนี้"
TOO_MANY = "กรอกรหัสผิดหลายครั้ง กรุณารอ 10 นาที หรือสแกนคิวอาร์โค้ดแทน"
TOO_MANY_OF_ALL = "มีการกรอกรหัสผิดจำนวนมาก ระบบพักการรับรหัสไว้ 10 นาที กรุณาสแกนคิวอาร์โค้ดแทน"


class TooMany(Refused):
    """Too many wrong codes: guessing is not answered."""


@dataclass(frozen=True)
class Code:
    """What is shown or printed: `token` in an address, `short` to type."""

    token: str
    short: str

    @property
    def spaced(self) -> str:
        return f"{self.short[:3]} {self.short[3:]}"


# --- When -------------------------------------------------------------------------------------------------
def window(event: Event) -> tuple[datetime, datetime]:
    return event.starts_at - OPENS_BEFORE, event.ends_at + OPENS_AFTER


def refuse_outside(event: Event, now: datetime) -> None:
    """In Thai, why codes are not good now."""
    if event.state in (State.DRAFT, *CALLED_OFF):
        raise Refused(f"กิจกรรมนี้{event.get_state_display()} จึงลงชื่อเข้าร่วมไม่ได้")
    opens, closes = window(event)
    if now < opens and event.state == State.OPEN:
        raise Refused(f"ลงชื่อเข้าร่วมได้ตั้งแต่ {thai.format_date(opens)} เวลา {thai.format_time(opens)}")
    if now >= closes:
        raise Refused("หมดเวลาลงชื่อเข้าร่วมแล้ว หากท่านเข้าร่วมกิจกรรมนี้ กรุณาแจ้งผู้ดำเนินกลุ่มหรือผู้รับผิดชอบจุดรับชม")


# --- Making -----------------------------------------------------------------------------------------------
def screen_code(event: Event, now: datetime) -> Code:
    slot = str(int(now.timestamp()) // SLOT)
    return Code(token(event, 0, slot), short(event, 0, slot))


def sheet_code(site: ViewingSite) -> Code:
    return Code(token(site.event, site.pk, SHEET), short(site.event, site.pk, SHEET))


def address(event: Event, code: Code) -> str:
    return f"{settings.SITE_URL}{reverse('events:sign_in', args=[event.pk])}?{urlencode({'t': code.token})}"


def drawing(text: str) -> SafeString:
    """A QR code as SVG within the page, as large as its place. Its text is an address of our own."""
    code = segno.make(text, error="m", micro=False)
    svg = code.svg_inline(light="#fff", border=3, omitsize=True, svgclass="qr", lineclass=None)
    return mark_safe(svg)  # noqa: S308  drawn by segno from numbers


def token(event: Event, site: int, slot: str, key: str | None = None) -> str:
    signature = base64.urlsafe_b64encode(digest("token", event, site, slot, key)[:16]).decode().rstrip("=")
    return f"{site}.{slot}.{signature}"


def short(event: Event, site: int, slot: str, key: str | None = None) -> str:
    number = int.from_bytes(digest("short", event, site, slot, key))
    return "".join(ALPHABET[number // len(ALPHABET) ** place % len(ALPHABET)] for place in range(LENGTH))


def digest(purpose: str, event: Event, site: int, slot: str, key: str | None) -> bytes:
    value = f"{event.pk}:{event.sign_in_secret}:{site}:{slot}"
    return salted_hmac(f"events.sign_in.{purpose}", value, secret=key, algorithm="sha256").digest()


def keys() -> list[str]:
    """The portal's secret, and those that it had: a sheet may have been printed before it was changed."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


# --- Reading ----------------------------------------------------------------------------------------------
def read_token(event: Event, text: str, now: datetime) -> ViewingSite | None:
    """The viewing site whose code it is, None for the screen's. Raises Refused with what to do instead."""
    refuse_outside(event, now)
    parts = re.fullmatch(r"(0|[1-9][0-9]{0,17})\.([0-9]{1,12}|sheet)\.[A-Za-z0-9_-]{22}", text)
    if not parts:
        raise Refused(FORGED)
    site, slot = int(parts[1]), parts[2]
    if not any(constant_time_compare(text, token(event, site, slot, key)) for key in keys()):
        raise Refused(FORGED)
    if slot == SHEET:
        return open_site(event, site)
    if slot not in slots(now):
        raise Refused(EXPIRED)
    return None


def read_short(event: Event, text: str, now: datetime, *, person: int) -> ViewingSite | None:
    """As `read_token`. Wrong tries are counted, and whoever tries too often is not answered."""
    refuse_outside(event, now)
    refuse_guessing(event, person, now)
    typed = "".join(char for char in thai.to_arabic_digits(text).upper() if char.isalnum())
    if any(constant_time_compare(typed, code) for code in screen_codes(event, slots(now))):
        return None
    sites = ViewingSite.objects.filter(event=event, is_open=True).values_list("pk", flat=True)
    for site in sites:
        if any(constant_time_compare(typed, short(event, site, SHEET, key)) for key in keys()):
            return open_site(event, site)
    note_wrong(event, person, now)
    if any(constant_time_compare(typed, code) for code in screen_codes(event, past_slots(now))):
        raise Refused(EXPIRED)
    raise Refused(WRONG)


def open_site(event: Event, pk: int) -> ViewingSite:
    site = ViewingSite.objects.select_related("agency").filter(event=event, pk=pk).first()
    if site is None:
        raise Refused(FORGED)
    if not site.is_open:
        raise Refused(SITE_CLOSED)
    return site


def slots(now: datetime) -> list[str]:
    """The current one and the one before: who began to scan as it changed is not turned away."""
    slot = int(now.timestamp()) // SLOT
    return [str(slot), str(slot - 1)]


def past_slots(now: datetime) -> list[str]:
    """Of the last two hours at most, to tell an old code from a wrong one."""
    last = int(now.timestamp()) // SLOT - 2
    return [str(slot) for slot in range(last, last - 24, -1)]


def screen_codes(event: Event, of: list[str]) -> Iterator[str]:
    return (short(event, 0, slot, key) for slot in of for key in keys())


# --- Guessing ---------------------------------------------------------------------------------------------
def refuse_guessing(event: Event, person: int, now: datetime) -> None:
    of_person, of_all = counters(event, person, now)
    if cache.get(of_person, 0) >= TRIES:
        raise TooMany(TOO_MANY)
    if cache.get(of_all, 0) >= TRIES_OF_ALL:
        raise TooMany(TOO_MANY_OF_ALL)


def note_wrong(event: Event, person: int, now: datetime) -> None:
    """Set anew and not incremented: that changes in some caches how long the count is kept."""
    for name in counters(event, person, now):
        cache.set(name, cache.get(name, 0) + 1, WITHIN)


def counters(event: Event, person: int, now: datetime) -> tuple[str, str]:
    span = int(now.timestamp()) // WITHIN
    return f"sign-in:{event.pk}:{span}:{person}", f"sign-in:{event.pk}:{span}"
