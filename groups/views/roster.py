"""Adding many members from a file: choose it, look at what each row would do, confirm."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import SignedInRequest
from core.access import signed_in
from core.downloads import spreadsheet
from core.spreadsheets import SpreadsheetError

from .. import roster
from ..forms import RosterForm
from ..frame import follows_renames, frame
from ..models import Group


@signed_in
@follows_renames
@require_http_methods(["GET", "HEAD", "POST"])
def member_import(request: SignedInRequest, slug: str) -> HttpResponse:
    group = get_object_or_404(Group.objects.editable_by(request.user), slug=slug)
    if group.has_ended:
        messages.warning(request, "กลุ่มนี้สิ้นสุดแล้ว จึงรับสมาชิกเพิ่มไม่ได้")
        return redirect(group)
    if "shown" in request.POST:
        return confirm(request, group)
    form = RosterForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            entries = roster.read(form.cleaned_data["file"])
        except SpreadsheetError as error:
            form.add_error("file", error.problems)
        else:
            return preview(request, group, roster.examine(group, entries))
    return render(request, "groups/member_import.html", frame(request, group) | {"form": form})


def preview(request: SignedInRequest, group: Group, examined: roster.Roster) -> HttpResponse:
    sealed = "" if examined.problems else roster.sealed(examined, group=group, by=request.user)
    context = frame(request, group) | {"roster": examined, "sealed": sealed}
    return render(request, "groups/member_import_preview.html", context)


def confirm(request: SignedInRequest, group: Group) -> HttpResponse:
    """Exactly what was shown, or nothing: a row that has gone wrong meanwhile is shown again."""
    shown = roster.unsealed(request.POST["shown"], group=group, by=request.user)
    if shown is None:
        messages.warning(request, "รายชื่อที่ตรวจไว้หมดอายุแล้ว กรุณาเลือกไฟล์อีกครั้ง")
        return redirect("groups:member_import", group.slug)
    examined = roster.examine(group, shown)
    if examined.problems:
        messages.warning(request, "ข้อมูลเปลี่ยนไปหลังจากที่ท่านตรวจ ยังไม่ได้เพิ่มผู้ใด กรุณาตรวจอีกครั้ง")
        return preview(request, group, examined)
    added = roster.apply(examined, group=group, by=request.user)
    messages.success(request, f"เพิ่มสมาชิก {added} คนแล้ว ระบบแจ้งให้แต่ละคนทราบแล้ว" if added else "ทุกคนในรายชื่อเป็นสมาชิกอยู่แล้ว")
    return redirect("groups:member_list", group.slug)


@signed_in
@follows_renames
@require_safe
def roster_template(request: SignedInRequest, slug: str) -> HttpResponse:
    get_object_or_404(Group.objects.editable_by(request.user), slug=slug)
    return spreadsheet("members-template", [roster.EMAIL, roster.NAME])
