"""What a browser says of itself, in words that its owner recognises."""

from django import template

register = template.Library()

# The first that fits: browsers name their forebears as well.
BROWSERS = (
    ("Line/", "LINE"),
    ("Edg", "Microsoft Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@register.filter
def device(user_agent: str) -> str:
    browser = _first(BROWSERS, user_agent) or "เบราว์เซอร์ที่ไม่รู้จัก"
    system = _first(SYSTEMS, user_agent)
    return f"{browser} บน {system}" if system else browser


def _first(signs: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for sign, name in signs if sign in text), "")
