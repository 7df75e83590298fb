"""The form by which events are planned, as tests fill it in."""

from typing import Any

from tests.events.plans import LINK, at, moment

NEW = "/groups/finance/events/new/"
UID = "0b8e0a5e-8f0e-4b0e-9a55-0c6f2b7c0001"


def typed(**more: Any) -> dict[str, Any]:
    """The least that a form needs, to be announced."""
    return {
        "uid": UID, "action": "save", "title": "ตรวจรับพัสดุให้ถูกต้อง", **moment("starts_at", at(7)), "ends_time": "16.00",
        "levels": ["central", "province", "district"], "visibility": "public", "gives_certificates": "on",
        "vcs": "on", "vcs_note": "จังหวัดเข้าจากห้องประชุม", "vcs_link": LINK,
    } | more  # fmt: skip


def shown(response: Any) -> dict[str, Any]:
    """What the form on the page would send if nobody typed anything."""
    form = response.context["form"]
    data: dict[str, Any] = {"seen": response.context["seen"], "action": "save"}
    for bound in form:
        value = bound.value()
        if hasattr(bound.field.widget, "widgets"):
            parts = value if isinstance(value, list) else bound.field.widget.decompress(value)
            data |= {bound.name + end: part for end, part in zip(bound.field.widget.widgets_names, parts, strict=True)}
        elif hasattr(value, "strftime"):
            data[bound.name] = f"{value:%H.%M}"
        elif value not in (None, False):
            data[bound.name] = value
    return data


def errors(response: Any) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)
