"""What every page below a group's address shares: the group's header, the way in, and the way from an old address.

A page under `/groups/<slug>/` is written like this, whichever app it belongs to:

    @public(cache=True)
    @follows_renames
    def lesson_list(request: HttpRequest, slug: str) -> HttpResponse:
        group = get_object_or_404(Group.objects.visible_to(request.user), slug=slug)
        return render(request, "knowledge/lesson_list.html", frame(request, group) | {...})
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any

from django.db.models import Count, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponsePermanentRedirect
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from core.fragments import FORM_MARK, shared, shared_row, with_tokens
from core.prepared import Prepared

from .models import Group, Joining, Membership, Stage, State


class WayIn(StrEnum):
    """What the header offers the viewer; templates/groups/way_in.html draws each."""

    VISITOR = "visitor"
    OPEN = "open"
    BY_REQUEST = "by_request"
    REQUESTED = "requested"
    DECLINED = "declined"
    MEMBER = "member"
    DRAFT = "draft"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True)
class GroupFrame:
    way_in: WayIn
    membership: Membership | None  # the viewer's latest stay in the group, ended or not
    is_member: bool
    facilitates: bool
    may_edit: bool  # facilitators and KM officers
    may_read_members: bool  # members and KM officers
    waiting: int  # requests to decide; counted for who may edit
    successors: list[Group]  # who goes on with an ended group's work


def frame(request: HttpRequest, group: Group) -> dict[str, Any]:
    """The context of groups/base_group.html: no query for a visitor, two at most for others, and the page version."""
    viewer = request.user
    membership, waiting = latest_membership(group, viewer) if viewer.is_authenticated else (None, None)
    facilitates = membership is not None and membership.facilitates
    may_edit = facilitates or (viewer.is_authenticated and viewer.is_officer)
    is_member = membership is not None and membership.is_active
    way_in = way_into(group, membership, signed_in=viewer.is_authenticated)
    around = GroupFrame(
        way_in=way_in,
        membership=membership,
        is_member=is_member,
        facilitates=facilitates,
        may_edit=may_edit,
        may_read_members=may_edit or is_member,
        waiting=count_waiting(group, waiting) if may_edit and not group.has_ended else 0,
        successors=successors_of(group, viewer) if group.has_ended else [],
    )
    return {"group": group, "frame": around, "head": head(request, group, around)}


def head(request: HttpRequest, group: Group, around: GroupFrame) -> SafeString:
    """Name, way in and tabs: drawn once for all who stand alike to the group."""
    row = around.membership
    stay = (row.role, row.state, row.reason) if row else ()
    successors = [successor.pk for successor in around.successors]
    mail_frequency = getattr(request.user, "mail_frequency", "")
    context = {"request": request, "group": group, "frame": around, "mail_frequency": mail_frequency}
    key = (around.way_in, stay, around.may_edit, around.may_read_members, around.waiting, successors, mail_frequency)

    def draw() -> str:
        return render_to_string("groups/group_head.html", context | {"form_mark": FORM_MARK})

    # Work on a draft changes no public page, so no version tells of it.
    is_kept = group.stage != Stage.DRAFT
    drawn = shared(request, f"group-head:{request.path}:{group.pk}:{key}", draw) if is_kept else draw()
    return with_tokens(request, drawn)


def way_into(group: Group, membership: Membership | None, *, signed_in: bool) -> WayIn:
    state = membership.state if membership else None
    if state == State.ACTIVE:
        return WayIn.MEMBER
    if group.has_ended:
        return WayIn.ENDED
    if state == State.REQUESTED:
        return WayIn.REQUESTED
    if not group.takes_members:
        return WayIn.DRAFT if group.stage == Stage.DRAFT else WayIn.PAUSED
    if not signed_in:
        return WayIn.VISITOR
    if group.joining == Joining.OPEN:
        return WayIn.OPEN
    return WayIn.DECLINED if state == State.DECLINED else WayIn.BY_REQUEST


def latest_stay(group: int, viewer: int) -> QuerySet:
    requests = Membership.objects.requested().filter(group=group).order_by().values("group")
    return (
        Membership.objects.filter(group_id=group, user_id=viewer)
        .annotate(waiting=Subquery(requests.annotate(count=Count("pk")).values("count")))
        .order_by("-pk")
        .values_list("pk", "role", "state", "reason", "waiting")[:1]
    )


LATEST = Prepared(latest_stay)


def latest_membership(group: Group, viewer: Any) -> tuple[Membership | None, int | None]:
    """With what the header shows of it, and no more; and how many requests wait in the group."""
    for pk, role, state, reason, waiting in LATEST.rows(group.pk, viewer.pk):
        return Membership(pk=pk, group=group, user=viewer, role=role, state=state, reason=reason), waiting or 0
    return None, None


def count_waiting(group: Group, known: int | None) -> int:
    """Asked again only for a KM officer who never was in the group."""
    return Membership.objects.requested().filter(group=group).count() if known is None else known


def successors_of(group: Group, viewer: Any) -> list[Group]:
    return list(Group.objects.visible_to(viewer).filter(predecessor_links__predecessor=group).in_order())


def group_named(request: HttpRequest, slug: str) -> Group:
    """For a tab that is read often: the row of a group that everybody may see is kept."""
    group = shared_row(request, f"group-row:{slug}", lambda viewer: seen_by(viewer, slug))
    if group is None:
        raise Http404
    return group


def seen_by(viewer: Any, slug: str) -> Group | None:
    return Group.objects.visible_to(viewer).defer("about", "agreements").filter(slug=slug).first()


def follows_renames(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Lead an address that a group had once to its present one, whatever page below it was asked for."""

    @wraps(view)
    def wrapper(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, slug, *args, **kwargs)
        except Http404:
            group = Group.objects.visible_to(request.user).filter(former_slugs__slug=slug).only("slug").first()
            if group is None or request.method not in ("GET", "HEAD"):
                raise
            return HttpResponsePermanentRedirect(renamed_path(request, slug, group.slug))

    return wrapper


def renamed_path(request: HttpRequest, old: str, new: str) -> str:
    return request.get_full_path().replace(f"/groups/{old}/", f"/groups/{new}/", 1)
