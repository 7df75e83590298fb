"""The photo of a person: for those who may see them in a group."""

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest
from accounts.models import User
from core.access import signed_in

from ..models import Group, Membership, Role

PHOTO_AGE = 365 * 24 * 3600  # seconds: a new photo has a new address


@signed_in
@require_safe
def photo(request: SignedInRequest, pk: int) -> FileResponse:
    person = get_object_or_404(User.objects.active().exclude(photo=""), pk=pk)
    if not may_see(request.user, person):
        raise Http404
    try:
        file = person.photo.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(file, content_type="image/webp")  # core.uploads writes nothing else
    response["Content-Disposition"] = "inline"
    response["X-Content-Type-Options"] = "nosniff"
    versioned = request.get_full_path() == person.photo_url
    patch_cache_control(response, private=True, max_age=PHOTO_AGE if versioned else 60)
    return response


def may_see(viewer: User, person: User) -> bool:
    """Oneself, whoever stands in a list that one may read, and those whom a group's page names to everybody."""
    if viewer.is_officer or viewer.pk == person.pk:
        return True
    rows = Membership.objects.filter(user=person)
    if rows.open().visible_to(viewer).exists():
        return True
    return rows.active().exclude(role=Role.MEMBER).filter(group__in=Group.objects.visible_to(viewer)).exists()
