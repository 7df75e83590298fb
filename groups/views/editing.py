"""What the facilitators and KM officers change about a group."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import SignedInRequest
from core import pagecache
from core.access import posted, signed_in

from .. import services
from ..forms import GroupForm, RenameForm, StageForm
from ..frame import follows_renames, frame
from ..models import Group


@signed_in
@follows_renames
@require_http_methods(["GET", "HEAD", "POST"])
def group_edit(request: SignedInRequest, slug: str) -> HttpResponse:
    group = get_object_or_404(Group.objects.editable_by(request.user), slug=slug)
    data = posted(request)
    renames = data is not None and data.get("action") == "rename" and request.user.is_officer
    form = GroupForm(None if renames else data, instance=group)
    rename = rename_form(group, data if renames else None) if request.user.is_officer else None
    if request.method == "POST":
        if rename is not None and renames and (group_now := renamed(group, rename)):
            messages.success(request, "บันทึกชื่อและที่อยู่ใหม่แล้ว ที่อยู่เดิมยังนำมายังกลุ่มนี้ได้")
            return redirect(group_now)
        if not renames and form.is_valid():
            return save_group(request, form)
    context = frame(request, Group.objects.get(pk=group.pk)) | {"form": form, "rename": rename}
    return render(request, "groups/group_edit.html", context)


def rename_form(group: Group, data: QueryDict | None) -> RenameForm:
    return RenameForm(data, group=group, initial={"name": group.name, "slug": group.slug}, prefix="rename")


def save_group(request: SignedInRequest, form: GroupForm) -> HttpResponse:
    with transaction.atomic():
        group = form.save()
        pagecache.changed()
    messages.success(request, "บันทึกข้อมูลเรียบร้อยแล้ว")
    return redirect(group)


def renamed(group: Group, form: RenameForm) -> Group | None:
    """None where the form cannot be obeyed; it says why."""
    if not form.is_valid():
        return None
    try:
        return services.rename(group=group, **form.cleaned_data)
    except services.Refused as refusal:
        form.add_error("slug", str(refusal))
        return None


@signed_in
@follows_renames
@require_http_methods(["GET", "HEAD", "POST"])
def group_stage(request: SignedInRequest, slug: str) -> HttpResponse:
    group = get_object_or_404(Group.objects.editable_by(request.user), slug=slug)
    form = StageForm(posted(request), group=group)
    if request.method == "POST" and form.is_valid():
        try:
            group = services.change_stage(group=group, **form.cleaned_data)
        except services.Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, f"สถานะของกลุ่มเป็น “{group.get_stage_display()}” แล้ว")
        return redirect(group)
    return render(request, "groups/group_stage.html", frame(request, group) | {"form": form})
