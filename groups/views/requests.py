"""Requests to join: the facilitators decide; the first decision stands."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest
from core.access import PENDING_FORM, posted, signed_in

from .. import services
from ..forms import DeclineForm
from ..frame import follows_renames, frame
from ..models import Group, Membership, State

SHOWN = 100  # of the waiting; the rest follows as these are decided
DECIDED_SHOWN = 10


@signed_in
@follows_renames
@require_safe
def request_list(request: SignedInRequest, slug: str) -> HttpResponse:
    group = get_object_or_404(Group.objects.editable_by(request.user), slug=slug)
    refused, form = unfinished(request, group)
    return render_requests(request, group, refused=refused, form=form)


def unfinished(request: SignedInRequest, group: Group) -> tuple[int | None, DeclineForm]:
    """The refusal that was being written when the session ended."""
    if PENDING_FORM in request.session:
        for pk in Membership.objects.requested().filter(group=group).values_list("pk", flat=True):
            if data := posted(request, path=reverse("groups:request_decision", args=[group.slug, pk])):
                return pk, DeclineForm(data)
    return None, DeclineForm()


@signed_in
@require_POST
def request_decision(request: SignedInRequest, slug: str, membership_id: int) -> HttpResponse:
    group = get_object_or_404(Group.objects.editable_by(request.user), slug=slug)
    row = get_object_or_404(group.memberships.select_related("user"), pk=membership_id)
    declines = request.POST.get("action") == "decline"
    form = DeclineForm(request.POST)
    if declines and not form.is_valid():
        return render_requests(request, group, refused=row.pk, form=form)
    try:
        if declines:
            services.decline(membership=row, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, f"ไม่รับคำขอของ{row.user} ระบบแจ้งเหตุผลให้ผู้ขอทราบแล้ว")
        else:
            services.approve(membership=row, by=request.user)
            messages.success(request, f"{row.user}เป็นสมาชิกของกลุ่มแล้ว ระบบแจ้งให้ทราบแล้ว")
    except services.Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("groups:request_list", slug)


def render_requests(request: SignedInRequest, group: Group, *, refused: int | None, form: DeclineForm) -> HttpResponse:
    """`refused` is the request whose decision is being corrected in `form`."""
    rows = Membership.objects.filter(group=group).select_related("user__agency", "decided_by")
    context = frame(request, group) | {
        "waiting": rows.requested().order_by("created_at", "pk")[:SHOWN],
        "decided": rows.filter(decided_by__isnull=False)
        .filter(state__in=[State.ACTIVE, State.DECLINED])
        .order_by("-pk")[:DECIDED_SHOWN],
        "refused": refused,
        "form": form,
    }
    return render(request, "groups/request_list.html", context)
