"""For search engines: what not to visit, and what there is."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.access import public
from events.models import Event
from groups.models import Group
from surveys.models import Question, QuestionState

from .standing import STANDING_PAGES

DISALLOWED = (
    "/admin/",
    "/accounts/",
    "/my/",
    "/notifications/",
    "/people/",
    "/questions/mine/",
    "/questions/queue/",
    "/search/",
    "/shared/",
    "/styleguide/",
    "/calendar/",
    "/workspace/",
    "/certificates/",
    "/events/*/replay/",
    "/events/*/sign-in/",
)
EVENTS_LISTED, QUESTIONS_LISTED = 35_000, 10_000  # a sitemap holds fifty thousand addresses


@dataclass(frozen=True)
class Place:
    url: str
    changed_on: date


@public(cache=True)
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in DISALLOWED)]
    lines.append(f"Sitemap: {settings.SITE_URL}{reverse('sitemap_xml')}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@public(cache=True)
@require_safe
def sitemap_xml(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/sitemap.xml", {"places": places()}, content_type="application/xml; charset=utf-8")


def places() -> list[Place]:
    groups = [
        Place(settings.SITE_URL + group.get_absolute_url(), changed_on(group))
        for group in Group.objects.visible_to(AnonymousUser()).in_order()
    ]
    newest = max((place.changed_on for place in groups), default=timezone.localdate())
    lists = [
        Place(settings.SITE_URL + reverse(name), newest)
        for name in ("home", "groups:group_list", "events:event_list", "surveys:question_list")
    ]
    standing = [Place(settings.SITE_URL + page.url, page.updated) for page in STANDING_PAGES.values()]
    public = Event.objects.visible_to(AnonymousUser()).only("updated_at").order_by("-starts_at", "-pk")
    events = [
        Place(settings.SITE_URL + event.get_absolute_url(), timezone.localdate(event.updated_at))
        for event in public[:EVENTS_LISTED]
    ]
    return lists + standing + groups + events + answered_questions()


def answered_questions() -> list[Place]:
    answered = Question.objects.visible_to(AnonymousUser()).filter(state=QuestionState.ANSWERED)
    return [
        Place(settings.SITE_URL + question.get_absolute_url(), timezone.localdate(question.answered_at))
        for question in answered.only("answered_at").order_by("-pk")[:QUESTIONS_LISTED]
    ]


def changed_on(group: Group) -> date:
    if group.last_activity_at is None:
        return group.stage_since
    return max(group.stage_since, timezone.localdate(group.last_activity_at))
