"""What stands on a certificate, on paper and on the screen: formal Thai, in Thai numerals throughout."""

import re
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings

from core import thai

from ..models import Certificate

ORGANISATION = "สำนักงานปลัดกระทรวงมหาดไทย"
INTRO = "มอบเกียรติบัตรฉบับนี้ให้ไว้เพื่อแสดงว่า"
PART = "ได้เข้าร่วมกิจกรรมแลกเปลี่ยนเรียนรู้ชุมชนนักปฏิบัติ"
JOINER, NO_BREAK = "\u2060", "\u00a0"

# Emoji and rare scripts, which no font here has.
_PICTURES = re.compile("[\U00010000-\U0010ffff\ufe00-\ufe0f]")
# A word with a Latin letter in it is a name or a code, and keeps its digits: COVID-19, ISO9001:2015.
_CODE = re.compile(r"[^\s\u0e00-\u0e7f]*[A-Za-z][^\s\u0e00-\u0e7f]*")
_REPEATS = re.compile(r"(?<=\S)( ?)(?=ๆ)")
_SHORTENS = re.compile(r"(?<=[\u0e01-\u0e4e])(?=ฯ)|(?<=ฯ)(?=ลฯ)")


@dataclass(frozen=True)
class Wording:
    title: str  # of the file
    organisation: str
    intro: str
    name: str
    part: str
    time: str  # how long and by which way; may be empty
    topic: str
    given: str
    serial: str
    code: str
    signatory: str
    position: str
    address: str  # where the code is verified

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def wording(certificate: Certificate) -> Wording:
    name = unbroken(formal(certificate.name))
    return Wording(
        title=f"เกียรติบัตร เลขที่ {certificate.serial} {thai.normalise(certificate.name)}",
        organisation=ORGANISATION,
        intro=INTRO,
        name=name,
        part=unbroken(f"{PART} กลุ่ม{NO_BREAK}{formal(certificate.group_name)}"),
        time=unbroken(" ".join(filter(None, [duration(certificate.hours), formal(certificate.mode_text)]))),
        topic=unbroken(f"เรื่อง{NO_BREAK}{formal(certificate.topic)}"),
        given=f"ให้ไว้ ณ วันที่ {formal_date(certificate.given_on)}",
        serial=certificate.serial,
        code=certificate.shown_code,
        signatory=unbroken(formal(certificate.signatory_name)),
        position=unbroken(formal(certificate.signatory_position)),
        address=settings.SITE_URL + certificate.get_absolute_url(),
    )


def formal(text: str) -> str:
    """In Thai numerals, but for codes."""
    text = " ".join(_PICTURES.sub("", thai.normalise(text)).split())
    parts, end = [], 0
    for code in _CODE.finditer(text):
        parts += [thai.to_thai_digits(text[end : code.start()]), code[0]]
        end = code.end()
    return "".join([*parts, thai.to_thai_digits(text[end:])])


def unbroken(text: str) -> str:
    """No line begins with ๆ or ฯ."""
    text = _REPEATS.sub(lambda found: (NO_BREAK if found[1] else "") + JOINER, text)
    return _SHORTENS.sub(JOINER, text)


def duration(hours: Decimal) -> str:
    """Hours and minutes; nothing where the event has no hours."""
    whole, minutes = divmod(int(Decimal(hours) * 60), 60)
    parts = [f"{whole} ชั่วโมง"] if whole else []
    parts += [f"{minutes} นาที"] if minutes else []
    return thai.to_thai_digits(f"จำนวน {' '.join(parts)}") if parts else ""


def formal_date(day: date) -> str:
    return thai.to_thai_digits(f"{day.day} {thai.MONTHS[day.month - 1]} พุทธศักราช {day.year + thai.BUDDHIST_ERA}")
