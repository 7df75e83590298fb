"""The viewer's own way into a group, and out of it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import SignedInRequest
from core.access import posted, signed_in

from .. import services
from ..forms import MembershipForm
from ..frame import follows_renames, frame
from ..models import Group, Joining, Membership, State


@signed_in
@follows_renames
@require_http_methods(["GET", "HEAD", "POST"])
def membership(request: SignedInRequest, slug: str) -> HttpResponse:
    """GET asks the one question, how to be told; POST joins, asks, changes the answer, withdraws or leaves."""
    group = get_object_or_404(Group.objects.visible_to(request.user), slug=slug)
    act = ACTS.get(request.POST.get("action", "")) if request.method == "POST" else None
    try:
        return act(request, group) if act else question(request, group)
    except services.Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect(group)


def question(request: SignedInRequest, group: Group, form: MembershipForm | None = None) -> HttpResponse:
    row = own_row(request, group)
    if row is None and not group.takes_members:
        raise services.Refused("กลุ่มนี้ไม่ได้เปิดรับสมาชิกในขณะนี้")
    if row is not None and row.state == State.REQUESTED and form is None:
        messages.info(request, "คำขอของท่านรอผู้ดำเนินกลุ่มพิจารณา")
        return redirect(group)
    form = form or form_for(request, group, row)
    return render(request, "groups/membership.html", frame(request, group) | {"form": form, "row": row})


def form_for(request: SignedInRequest, group: Group, row: Membership | None) -> MembershipForm:
    """Filled in with what the person has chosen, here or else for the whole portal."""
    instance = row or Membership(group=group, user=request.user, mail_frequency=request.user.mail_frequency)
    asks = row is None and group.joining == Joining.REQUEST
    data = posted(request)
    if data is not None and data.get("action") not in ("join", "update"):
        data = None  # e.g. a click on "leave" that came after the session ended
    return MembershipForm(data, instance=instance, asks=asks)


def own_row(request: SignedInRequest, group: Group) -> Membership | None:
    """The viewer's request or membership."""
    return Membership.objects.open().filter(group=group, user=request.user).first()


def join(request: SignedInRequest, group: Group) -> HttpResponse:
    form = form_for(request, group, None)
    if not form.is_valid():
        return question(request, group, form)
    was_in = own_row(request, group) is not None
    row = services.join(group=group, user=request.user, **form.cleaned_data)
    if row.state == State.REQUESTED:
        messages.success(
            request, "ส่งความประสงค์เข้าร่วมกลุ่มเรียบร้อยแล้ว ผู้ดำเนินกลุ่มจะแจ้งผลให้ทราบ ระหว่างนี้อ่านเนื้อหาของกลุ่มได้ตามปกติ"
        )
        return redirect(group)
    if was_in:
        messages.info(request, "ท่านเป็นสมาชิกกลุ่มนี้อยู่แล้ว")
        return redirect(group)
    messages.success(request, f"ท่านเป็นสมาชิก{group}แล้ว เลือกได้ว่าจะให้แจ้งข่าวของกลุ่มทางอีเมลอย่างไร")
    return redirect("groups:membership", group.slug)


def update(request: SignedInRequest, group: Group) -> HttpResponse:
    row = own_row(request, group)
    if row is None:
        raise services.Refused("ท่านไม่ได้เป็นสมาชิกของกลุ่มนี้แล้ว")
    form = form_for(request, group, row)
    if not form.is_valid():
        return question(request, group, form)
    # Only these columns: the membership may be ending at this moment.
    form.instance.save(update_fields=["mail_frequency", "is_listed"])
    messages.success(request, "บันทึกข้อมูลเรียบร้อยแล้ว")
    return redirect(group)


def leave(request: SignedInRequest, group: Group) -> HttpResponse:
    row = own_row(request, group)
    if row is None:
        return left(request, group)
    if services.is_last_facilitator(row) and "confirmed" not in request.POST:
        return render(request, "groups/leave_confirm.html", frame(request, group))
    services.leave(membership=row)
    return left(request, group)


def left(request: SignedInRequest, group: Group) -> HttpResponse:
    messages.success(request, f"ท่านออกจาก{group}แล้ว สิ่งที่ท่านแบ่งปันไว้ยังอยู่ในกลุ่ม และกลับเข้ามาใหม่ได้ทุกเมื่อ")
    return redirect(group)


def withdraw(request: SignedInRequest, group: Group) -> HttpResponse:
    row = own_row(request, group)
    if row is not None:
        services.withdraw(membership=row)
    messages.success(request, "ยกเลิกคำขอเข้าร่วมกลุ่มแล้ว")
    return redirect(group)


ACTS: dict[str, Callable[[SignedInRequest, Group], HttpResponse]] = {
    "join": join,
    "update": update,
    "leave": leave,
    "withdraw": withdraw,
}
