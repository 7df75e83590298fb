"""When two written names are one person's: titles, ranks, spaces and spellings aside."""

import re
import unicodedata

from accounts.models.user import TITLES
from core import thai

_RANKED = (
    "จ่าสิบ|จ่า|พันจ่า|จ่าอากาศ|พันจ่าอากาศ|(?:สิบ|ร้อย|พัน|พล)(?:ตำรวจ)?|(?:พล)?เรือ|นาวา|(?:เรือ|นาวา|พล)อากาศ|นายกอง|นายหมวด"
)
_RANK = rf"(?:{_RANKED})(?:ตรี|โท|เอก)|ว่าที่|(?:จ่า)?สิบตำรวจ|ดาบตำรวจ"
_ABBREVIATION = r"(?:[ก-ฮ]{1,3}\.\s*)+|(?:mr|mrs|ms|dr)\."
_CIVIL = [
    *("เด็กชาย", "เด็กหญิง", "หม่อมราชวงศ์", "คุณหญิง", "ท่านผู้หญิง", "ศาสตราจารย์", "รองศาสตราจารย์", "ผู้ช่วยศาสตราจารย์"),
    *("นายแพทย์", "แพทย์หญิง", "นายสัตวแพทย์", "สัตวแพทย์หญิง", "ทันตแพทย์หญิง", "ทันตแพทย์", "เภสัชกรหญิง", "เภสัชกร"),
]
_WHOLE = "|".join(map(re.escape, sorted([*TITLES, *_CIVIL], key=len, reverse=True)))  # "นางสาว" before "นาง"
# A woman's rank may say so behind it.
_TITLE = re.compile(rf"(?:น\.?\s*ส\.|(?:{_RANK}|{_ABBREVIATION})\s*(?:\(?หญิง\)?(?=\s|[ก-ฮเแโใไ]))?|{_WHOLE})\s*")


def name_key(full_name: str) -> str:
    """Equal for two ways to write a name: in normal spelling, without titles, in single spaces and small letters."""
    name = " ".join(thai.normalise(full_name).lower().split())
    while (title := _TITLE.match(name)) and _begins_a_name(name[title.end() :]):
        name = name[title.end() :]
    return name


def _begins_a_name(rest: str) -> bool:
    """No syllable begins with a vowel or mark that belongs to another letter: the "นาย" of "นายิกา" is no title."""
    return bool(rest) and unicodedata.category(rest[0]) != "Mn" and rest[0] not in "ะาำๅๆฯ"
