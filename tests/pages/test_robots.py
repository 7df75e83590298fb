import re
from datetime import date

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from groups.models import Group, Stage
from pages.robots import DISALLOWED
from pages.standing import STANDING_PAGES
from tests.factories import make_event, make_group, make_question

pytestmark = pytest.mark.django_db


def test_robots_keep_out_of_personal_pages(visitor: Client, settings: LazySettings) -> None:
    settings.SITE_URL = "https://cops.example.go.th"
    response = visitor.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    lines = response.content.decode().splitlines()
    assert lines[0] == "User-agent: *"
    assert lines[1:-1] == [f"Disallow: {path}" for path in DISALLOWED]
    personal = {"/admin/", "/my/", "/accounts/", "/search/", "/questions/queue/", "/events/*/sign-in/"}
    assert personal <= set(DISALLOWED)
    assert lines[-1] == "Sitemap: https://cops.example.go.th/sitemap.xml"


def test_the_sitemap_lists_what_everybody_may_read(visitor: Client, group: Group, settings: LazySettings) -> None:
    settings.SITE_URL = "https://cops.example.go.th"
    make_group(slug="in-draft", stage=Stage.DRAFT)
    make_group(slug="ended", stage=Stage.CLOSED, stage_since=date(2026, 3, 9))
    event, draft = make_event(group=group), make_event(group=group, state="draft")
    answered = make_question(group=group, state="answered", answered_at=timezone.now())
    waiting = make_question(group=group)
    response = visitor.get("/sitemap.xml")
    assert response["Content-Type"] == "application/xml; charset=utf-8"
    xml = response.content.decode()
    assert xml.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<urlset')
    places = dict(re.findall(r"<loc>https://cops.example.go.th(.*?)</loc><lastmod>(.*?)</lastmod>", xml))
    assert len(places) == xml.count("<url>") == 4 + len(STANDING_PAGES) + 2 + 1 + 1
    assert places["/groups/ended/"] == "2026-03-09"
    assert places["/about/"] == STANDING_PAGES["about"].updated.isoformat()
    assert places["/"] == timezone.localdate().isoformat()
    assert "/groups/in-draft/" not in places
    assert event.get_absolute_url() in places
    assert draft.get_absolute_url() not in places
    assert places[answered.get_absolute_url()] == timezone.localdate().isoformat()
    assert waiting.get_absolute_url() not in places
