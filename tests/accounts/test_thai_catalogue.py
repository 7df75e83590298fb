"""The compiled catalogues are those of the sources, and the words a person may meet are Thai."""

import gettext
import re
from ast import literal_eval
from pathlib import Path

import pytest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

LOCALE = Path(__file__).resolve().parents[2] / "cops_portal" / "locale" / "th" / "LC_MESSAGES"


def source(name: str) -> dict[str, str]:
    """Message to translation; a context or a plural stands where gettext keeps it."""
    entries: dict[str, str] = {}
    for block in (LOCALE / name).read_text().split("\n\n"):
        parts = dict(re.findall(r'^(msg\w+)(?:\[0\])? (".*")$', block, re.MULTILINE))
        if not parts or parts["msgid"] == '""':
            continue
        parts = {key: literal_eval(text) for key, text in parts.items()}
        key = f"{parts['msgctxt']}\x04{parts['msgid']}" if "msgctxt" in parts else parts["msgid"]
        entries[key] = parts["msgstr"]
    return entries


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_the_compiled_catalogue_is_up_to_date(domain: str) -> None:
    with (LOCALE / f"{domain}.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog
    texts = {key[0] if isinstance(key, tuple) else key: text for key, text in compiled.items() if key}
    assert texts == source(f"{domain}.po")


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_every_placeholder_survives(domain: str) -> None:
    for message, thai in source(f"{domain}.po").items():
        found = [
            sorted(re.findall(r"%\(\w+\)[sdr]|%[sd]|\{\w*\}", text)) for text in (message.rpartition("\x04")[2], thai)
        ]
        assert set(found[1]) <= set(found[0]), message
        assert "!" not in thai


def test_words_that_django_lacks_or_has_wrong() -> None:
    assert _("This field is required.") == "จำเป็นต้องกรอก"
    assert _("Null characters are not allowed.") == "มีอักขระควบคุมที่มองไม่เห็น กรุณาลบข้อความแล้วพิมพ์ใหม่"
    assert _("Invalid token.") == "ข้อมูลยืนยันตัวตนไม่ถูกต้อง"
    assert ngettext("%(num)d day", "%(num)d days", 2) % {"num": 2} == "2 วัน"
