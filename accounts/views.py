"""My account: profile, photo, preferences, and the districts of a province for the forms that ask for the agency."""

from django.contrib import messages
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_safe

from core.access import posted, public, signed_in
from core.forms import whole_number

from .access import SignedInRequest
from .agency_field import district_name, districts_of
from .forms import PhotoForm, PreferencesForm, ProfileForm
from .models import Agency, Level, User

shown_or_sent = require_http_methods(["GET", "HEAD", "POST"])


@signed_in
@shown_or_sent
def profile_edit(request: SignedInRequest) -> HttpResponse:
    form = ProfileForm(posted(request), user=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "บันทึกข้อมูลเรียบร้อยแล้ว")
        return redirect("accounts:profile_edit")
    return render(request, "accounts/profile.html", {"form": form})


@signed_in
@shown_or_sent
def photo_edit(request: SignedInRequest) -> HttpResponse:
    form = PhotoForm(request.POST, request.FILES) if request.method == "POST" else PhotoForm()
    if "remove" in request.POST:
        replace_photo(request.user, None)
        messages.success(request, "ลบรูปถ่ายเรียบร้อยแล้ว")
        return redirect("accounts:photo_edit")
    if request.method == "POST" and form.is_valid():
        replace_photo(request.user, form.cleaned_data["photo"])
        messages.success(request, "บันทึกรูปถ่ายเรียบร้อยแล้ว")
        return redirect("accounts:photo_edit")
    return render(request, "accounts/photo.html", {"form": form})


@transaction.atomic
def replace_photo(person: User, content: ContentFile | None) -> None:
    """The file of the old photo goes once the row no longer names it."""
    storage, old = person.photo.storage, person.photo.name
    if content:
        person.photo.save(str(content.name), content, save=False)
    else:
        person.photo = ""
    person.save(update_fields=["photo"])
    if old:
        transaction.on_commit(lambda: storage.delete(old))


@signed_in
@shown_or_sent
def preferences(request: SignedInRequest) -> HttpResponse:
    form = PreferencesForm(posted(request), instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "บันทึกการตั้งค่าเรียบร้อยแล้ว")
        return redirect("accounts:preferences")
    return render(request, "accounts/preferences.html", {"form": form})


@public
@require_safe
def district_list(request: HttpRequest) -> HttpResponse:
    """Options for the district field, once a province's office is chosen. The forms work without."""
    pk = whole_number(request.GET.get("agency"))
    office = Agency.objects.active().filter(pk=pk, level=Level.PROVINCE).first()
    names = [district_name(row) for row in districts_of(office)] if office else []
    return HttpResponse(render_to_string("accounts/district_options.html", {"names": names}))
