"""Planning an event and leading it through its states: for the facilitators of its groups and KM officers."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import SignedInRequest
from core.access import posted, signed_in
from groups.frame import follows_renames, frame
from groups.models import Group
from groups.services import Refused

from .. import closing, moves
from ..access import editable_event
from ..details import Change, Details, changes, when
from ..forms.moves import MoveForm, form_for
from ..forms.planning import EventForm
from ..manage import manage_frame
from ..models import Attendance, Event, State
from ..services import planning

SALT = "events.planning.seen"
FIXED = (State.COMPLETE, State.CANCELLED)


# --- A new event ------------------------------------------------------------------------------------------
@signed_in
@follows_renames
@require_http_methods(["GET", "HEAD", "POST"])
def event_new(request: SignedInRequest, slug: str) -> HttpResponse:
    group = get_object_or_404(Group.objects.editable_by(request.user), slug=slug)
    if group.has_ended:
        messages.warning(request, planning.ENDED_GROUP)
        return redirect(group)
    data = posted(request)
    form = EventForm(data, group=group, now=timezone.now(), announces=announces(data))
    uid = uid_of(data)
    if request.method == "POST" and form.is_valid():
        try:
            return planned(request, group, form, uid)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "events/event_new.html", frame(request, group) | {"form": form, "uid": uid})


def announces(data: QueryDict | None) -> bool:
    return data is not None and data.get("action") == moves.ANNOUNCE


def uid_of(data: QueryDict | None) -> str:
    """The form's own: sent twice, it makes one event."""
    try:
        return str(uuid.UUID(data.get("uid", "") if data is not None else ""))
    except ValueError:
        return str(uuid.uuid4())


def planned(request: SignedInRequest, group: Group, form: EventForm, uid: str) -> HttpResponse:
    with transaction.atomic():
        event, is_new = planning.plan(group=group, details=form.details(), by=request.user, uid=uid)
        if is_new and form.announces:
            event = planning.announce(event=event, by=request.user)
    if not is_new:
        messages.info(request, "กิจกรรมนี้บันทึกไว้แล้ว")
        return redirect("events:manage", event.pk)
    messages.success(request, f"{'เปิดรับลงทะเบียน' if form.announces else 'บันทึกร่าง'}ครั้งที่ {event.serial} แล้ว")
    return redirect(event) if form.announces else redirect("events:manage", event.pk)


@signed_in
@require_POST
def event_copy(request: SignedInRequest, event_id: int) -> HttpResponse:
    event = editable_event(request, event_id)
    try:
        draft, is_new = planning.copy(event=event, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("events:manage", event.pk)
    if is_new:
        messages.success(request, f"สร้างร่างครั้งที่ {draft.serial} แล้ว กรุณาตรวจวันเวลา และใส่ลิงก์ใหม่")
    else:
        messages.info(request, f"จัดครั้งถัดไปไว้แล้ว คือครั้งที่ {draft.serial}")
    return redirect("events:event_edit", draft.pk)


# --- Editing ----------------------------------------------------------------------------------------------
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def event_edit(request: SignedInRequest, event_id: int) -> HttpResponse:
    event, now = editable_event(request, event_id), timezone.now()
    if (state := State(event.state_at(now))) in FIXED:
        messages.warning(request, f"กิจกรรมนี้{state.label} จึงแก้ไขไม่ได้ เปิดงานอีกครั้งได้ที่หน้านี้")
        return redirect("events:event_state", event.pk)
    data = posted(request)
    form = EventForm(data, group=event.group, now=now, stored=event, announces=announces(data))
    seen = data.get("seen", "") if data is not None else sealed(Details.of(event), event)
    differences: list[Change] = []
    if request.method == "POST" and form.is_valid():
        try:
            return saved(request, event, form, unsealed(seen, event))
        except planning.Overtaken as refusal:
            seen = sealed(refusal.stored, event)
            differences = [one for one in changes(refusal.stored, form.details()) if one.name in refusal.names]
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = manage_frame(request, event) | {"form": form, "seen": seen, "differences": differences}
    return render(request, "events/event_edit.html", context)


def sealed(details: Details, event: Event) -> str:
    """What the editor was shown, for the form to bring back unchanged."""
    return signing.dumps([event.pk, details.marks()], salt=SALT, compress=True)


def unsealed(text: str, event: Event) -> Mapping[str, str]:
    """Nothing was seen, where it is forged or belongs to another event."""
    try:
        event_id, marks = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return {}
    return marks if event_id == event.pk else {}


def saved(request: SignedInRequest, event: Event, form: EventForm, seen: Mapping[str, str]) -> HttpResponse:
    with transaction.atomic():
        outcome = planning.change(event=event, details=form.details(), by=request.user, seen=seen)
        if form.announces:
            planning.announce(event=event, by=request.user)
    parts = ["บันทึกและเปิดรับลงทะเบียนแล้ว" if form.announces else "บันทึกข้อมูลเรียบร้อยแล้ว"]
    if outcome.told and has_people(event):
        parts.append(f"ระบบแจ้งผู้ลงทะเบียนแล้ว ({', '.join(change.label for change in outcome.told)})")
    if outcome.promoted:
        parts.append(f"เลื่อนรายชื่อสำรองเป็นผู้ลงทะเบียน {outcome.promoted:,} คน")
    messages.success(request, " ".join(parts))
    return redirect(event) if form.announces else redirect("events:manage", event.pk)


def has_people(event: Event) -> bool:
    return bool(event.seated_count or event.waiting_count or event.interest_count)


# --- States -----------------------------------------------------------------------------------------------
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def event_state(request: SignedInRequest, event_id: int) -> HttpResponse:
    event = editable_event(request, event_id)
    data = posted(request)
    asked = data.get("move", "") if data is not None else ""
    forms = move_forms(event, asked, data)
    if request.method == "POST":
        form = forms.get(asked)
        if form is None or form.is_valid():
            return moved(request, event, asked, form.chosen() if form else {})
    steps = [step for step in closing.checklist(event) if not step.is_done] if moves.COMPLETE in forms else []
    context = manage_frame(request, event) | {
        "forms": list(forms.values()),
        "schedule": when(event.starts_at, event.ends_at),
        "steps": steps,
        "is_blocked": any(step.is_required for step in steps),
    }
    return render(request, "events/event_state.html", context)


def move_forms(event: Event, asked: str, data: QueryDict | None) -> dict[str, MoveForm]:
    """Of the moves that are possible now, in their order; the one that was asked for is bound."""
    now = timezone.now()
    state = State(event.state_at(now))
    has_attendance = Attendance.objects.present().filter(event=event).exists()
    return {
        move: form_for(move, data if move == asked else None, event=event, state=state)
        for move in moves.possible(event, now, has_attendance=has_attendance)
    }


def moved(request: SignedInRequest, event: Event, move: str, chosen: dict[str, Any]) -> HttpResponse:
    """What is not possible any more, somebody else has done meanwhile: the service says so."""
    act = ACTS.get(move)
    if act is None:
        messages.warning(request, "กรุณาเลือกสิ่งที่จะทำ")
        return redirect("events:event_state", event.pk)
    try:
        if move == moves.COMPLETE:
            closing.refuse_unfinished(closing.checklist(event))
        act(event=event, by=request.user, **chosen)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("events:event_state", event.pk)
    if move == moves.DELETE:
        messages.success(request, f"ลบร่าง “{event.title}” แล้ว")
        return redirect(event.group)
    event.refresh_from_db()
    messages.success(request, f"สถานะของกิจกรรมเป็น “{event.get_state_display()}” แล้ว")
    return redirect("events:manage", event.pk)


ACTS: dict[str, Callable[..., Event | None]] = {
    moves.ANNOUNCE: planning.announce,
    moves.GO_LIVE: planning.go_live,
    moves.END: planning.end,
    moves.COMPLETE: planning.complete,
    moves.POSTPONE: planning.postpone,
    moves.CANCEL: planning.cancel,
    moves.REOPEN: planning.reopen,
    moves.DELETE: planning.delete_draft,
}
