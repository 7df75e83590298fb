"""The directory, and what a group's facilitators do with a membership."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import SignedInRequest
from core.access import posted, signed_in
from core.fragments import wants_fragment
from core.paging import paginate
from core.words import with_words

from .. import services
from ..forms import MemberFilter, RemovalForm, RoleForm
from ..frame import follows_renames, frame
from ..models import Group, Membership

PAGE_SIZE = 30


@signed_in
@follows_renames
@require_safe
def member_list(request: SignedInRequest, slug: str) -> HttpResponse:
    """For members and KM officers. Who asked not to be listed is seen by those who run the group."""
    group = get_object_or_404(Group.objects.members_area_of(request.user), slug=slug)
    form = MemberFilter(request.GET, auto_id="m_%s")
    form.is_valid()
    rows = wanted(Membership.objects.active().visible_to(request.user).filter(group=group), **form.cleaned_data)
    rows = rows.select_related("user__agency")
    page = paginate(rows, order=["user__sort_key", "pk"], request_params=request.GET, size=PAGE_SIZE)
    context = frame(request, group) | {"form": form, "page": page, "is_filtered": any(form.cleaned_data.values())}
    part = "#results" if wants_fragment(request) else ""
    return render(request, f"groups/member_list.html{part}", context)


SEARCHED = ("given_name", "family_name", "agency__name", "agency__short_name", "agency__province")


def wanted(rows: QuerySet[Membership], *, q: str = "", level: str = "", role: str = "") -> QuerySet[Membership]:
    rows = with_words(rows, q, *(f"user__{field}" for field in SEARCHED))
    if level:
        rows = rows.filter(user__agency__level=level)
    return rows.filter(role=role) if role else rows


@signed_in
@follows_renames
@require_http_methods(["GET", "HEAD", "POST"])
def membership_role(request: SignedInRequest, slug: str, membership_id: int) -> HttpResponse:
    row = get_editable(request, slug, membership_id)
    if not row.is_active:
        return has_ended(request, row)
    form = RoleForm(posted(request), initial={"role": row.role})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_role(membership=row, role=form.cleaned_data["role"])
        except services.Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, f"บันทึกบทบาทของ{row.user}เรียบร้อยแล้ว")
        return redirect("groups:member_list", slug)
    removal = reverse("groups:membership_removal", args=[slug, row.pk])
    return render_row(request, row, form=form, removal=RemovalForm(kept(request, removal)))


@signed_in
@require_POST
def membership_removal(request: SignedInRequest, slug: str, membership_id: int) -> HttpResponse:
    row = get_editable(request, slug, membership_id)
    if not row.is_active:
        return has_ended(request, row)
    removal = RemovalForm(request.POST)
    if not removal.is_valid():
        return render_row(request, row, form=RoleForm(initial={"role": row.role}), removal=removal)
    services.remove(membership=row, by=request.user, reason=removal.cleaned_data["reason"])
    messages.success(request, f"{row.user}ออกจากกลุ่มแล้ว ระบบแจ้งเหตุผลให้ทราบแล้ว")
    return redirect("groups:member_list" if row.user_id != request.user.pk else "groups:group_detail", slug)


def kept(request: SignedInRequest, address: str) -> QueryDict | None:
    """What was posted to another address of this page before the session ended."""
    return posted(request, path=address) if request.method == "GET" else None


def get_editable(request: SignedInRequest, slug: str, membership_id: int) -> Membership:
    rows = Membership.objects.editable_by(request.user).select_related("group", "user__agency")
    return get_object_or_404(rows, pk=membership_id, group__slug=slug)


def has_ended(request: SignedInRequest, row: Membership) -> HttpResponse:
    """E.g. the second of two clicks."""
    messages.info(request, f"{row.user}ไม่ได้เป็นสมาชิกของกลุ่มแล้ว")
    return redirect("groups:member_list", row.group.slug)


def render_row(request: SignedInRequest, row: Membership, *, form: RoleForm, removal: RemovalForm) -> HttpResponse:
    context = frame(request, row.group) | {
        "row": row,
        "form": form,
        "removal": removal,
        "is_last_facilitator": services.is_last_facilitator(row),
    }
    return render(request, "groups/membership_role.html", context)
