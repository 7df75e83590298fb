"""A group's address to pass on: to copy, and as a code to scan."""

import io

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from core.access import public

from ..frame import follows_renames, frame
from ..models import Group


@public(cache=True)
@follows_renames
@require_safe
def share(request: HttpRequest, slug: str) -> HttpResponse:
    group = get_object_or_404(Group.objects.visible_to(request.user), slug=slug)
    return render(request, "groups/share.html", frame(request, group) | {"address": full_address(group)})


@public(cache=True)
@follows_renames
@require_safe
def qr_code(request: HttpRequest, slug: str) -> HttpResponse:
    group = get_object_or_404(Group.objects.visible_to(request.user), slug=slug)
    image = io.BytesIO()
    code = segno.make(full_address(group), error="m", micro=False)
    code.save(image, kind="svg", light="#fff", border=3, omitsize=True, svgclass=None, lineclass=None)
    return HttpResponse(image.getvalue(), content_type="image/svg+xml")


def full_address(group: Group) -> str:
    return settings.SITE_URL + group.get_absolute_url()
