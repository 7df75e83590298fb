"""SQL statements that each page needs, for a visitor (nothing kept) and for a member."""

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "cops_portal.settings"
django.setup()

from django.core.cache import caches  # noqa: E402  after setup
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.models import User  # noqa: E402
from core import fragments, pagecache  # noqa: E402
from events.models import Event  # noqa: E402

EVENT = Event.objects.filter(state="open", visibility="public").order_by("-seated_count", "pk")[0].get_absolute_url()
PAGES = [
    "/", "/groups/", "/groups/finance/", "/groups/finance/events/", "/events/", "/events/?view=month", EVENT, "/about/",
    "/search/?q=พัสดุ",
]  # fmt: skip
MEMBER_PAGES = [*PAGES, "/groups/finance/members/", "/my/", "/notifications/"]


def count(client: Client, path: str) -> int:
    client.get(path, HTTP_HOST="127.0.0.1")  # imports, templates
    caches["local"].clear()
    fragments.forget()
    pagecache.forget()
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path, HTTP_HOST="127.0.0.1")
    assert answer.status_code == 200, (path, answer.status_code)
    return len(queries)


member = Client()
member.force_login(User.objects.get(email="staff@example.go.th"))
print(f"\n{'queries':<32}{'visitor':>9}{'member':>9}")
for path in MEMBER_PAGES:
    visitor = count(Client(), path) if path in PAGES else "-"
    print(f"{path:<32}{visitor:>9}{count(member, path):>9}")
