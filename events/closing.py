"""What is left to do once an event is over, before its work is closed.

The satisfaction survey and the questions belong to an app above this one: `events.added` brings their steps.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, Q, QuerySet, Sum
from django.urls import reverse

from groups.services import Refused

from .added import Step, closing_steps
from .models import Certificate, Document, Event, Reach, ViewingSite
from .services.certificates import entitled, issued_to_same


@dataclass(frozen=True)
class Facts:
    """Numbers by event id; an event without any is not in them."""

    people: dict[int, int]  # who took part, each once
    silent_sites: dict[int, int]  # open, and not reported yet
    documents: dict[int, int]
    certificates: dict[int, int]
    without_certificate: dict[int, int]  # and with a right to one


def checklist(event: Event) -> list[Step]:
    return checklists([event])[event.pk]


def checklists(events: Sequence[Event]) -> dict[int, list[Step]]:
    """Five queries and those of the additions, however many events."""
    facts, added = facts_of(events), closing_steps(events)
    return {event.pk: [*steps_of(event, facts), *added[event.pk]] for event in events}


def refuse_unfinished(steps: Iterable[Step]) -> None:
    missing = [step.label for step in steps if step.is_required and not step.is_done]
    if missing:
        raise Refused(f"ยังปิดงานไม่ได้ กรุณาทำให้ครบก่อน: {' · '.join(missing)}")


def facts_of(events: Iterable[Event]) -> Facts:
    of_these = Q(event__in=[event.pk for event in events])
    people = Reach.objects.filter(of_these).order_by().values_list("event").annotate(Sum("people"))
    return Facts(
        people=dict(people),
        silent_sites=counted(ViewingSite.objects.open().filter(of_these, reported_at=None)),
        documents=counted(Document.objects.filter(of_these)),
        certificates=counted(Certificate.objects.valid().filter(of_these)),
        without_certificate=counted(entitled().filter(~Exists(issued_to_same()), of_these)),
    )


def counted(rows: QuerySet) -> dict[int, int]:
    return dict(rows.order_by().values_list("event").annotate(Count("pk")))


def steps_of(event: Event, facts: Facts) -> list[Step]:
    steps = [attendance_step(event, facts), replay_step(event), documents_step(event, facts)]
    return [*steps, certificates_step(event, facts)] if event.gives_certificates else steps


def attendance_step(event: Event, facts: Facts) -> Step:
    people, silent = facts.people.get(event.pk, 0), facts.silent_sites.get(event.pk, 0)
    if event.attendance_closed_at or (people and not silent):
        detail = f"{people:,} คน"
    else:
        detail = f"จุดรับชมยังไม่รายงาน {silent:,} แห่ง" if silent else "ยังไม่มีผู้เข้าร่วม"
    return Step(
        key="attendance",
        label="รายงานผู้เข้าร่วมครบ",
        is_done=bool(event.attendance_closed_at or (people and not silent)),
        detail=detail,
        url=reverse("events:site_list" if silent else "events:attendance_list", args=[event.pk]),
    )


def replay_step(event: Event) -> Step:
    is_shown = event.has_video and not event.video_problem
    if is_shown:
        detail = "เผยแพร่แล้ว"
    elif event.video_absence:
        detail = f"ไม่มีคลิป: {event.video_absence}"
    elif event.has_video:
        detail = event.video_problem
    else:
        detail = "ซ่อนไว้ กรุณาแสดงคลิปหรือแจ้งเหตุที่ไม่มี" if event.video_id else "ยังไม่มีคลิปหรือเหตุที่ไม่มี"
    return Step(
        key="replay",
        label="คลิปย้อนหลัง หรือเหตุที่ไม่มี",
        is_done=bool(is_shown or event.video_absence),
        detail=detail,
        url=reverse("events:replay_edit", args=[event.pk]),
    )


def documents_step(event: Event, facts: Facts) -> Step:
    """Not required: there are events at which nothing is handed out."""
    files = facts.documents.get(event.pk, 0)
    return Step(
        key="documents",
        label="แนบเอกสารประกอบ",
        is_done=bool(files),
        detail=f"{files:,} ไฟล์" if files else "ยังไม่มีไฟล์ (ถ้ามี)",
        url=reverse("events:document_list", args=[event.pk]),
        is_required=False,
    )


def certificates_step(event: Event, facts: Facts) -> Step:
    given, waiting = facts.certificates.get(event.pk, 0), facts.without_certificate.get(event.pk, 0)
    is_known = bool(event.attendance_closed_at or facts.people.get(event.pk))
    if waiting:
        detail = f"ยังไม่ได้ออก {waiting:,} คน"
    elif given:
        detail = f"ออกแล้ว {given:,} ฉบับ"
    else:
        detail = "ไม่มีผู้เข้าร่วมที่มีสิทธิ์ได้รับ" if is_known else "ออกเมื่อมีผู้เข้าร่วม"
    return Step(
        key="certificates",
        label="ออกเกียรติบัตร",
        is_done=not waiting and is_known,
        detail=detail,
        url=reverse("events:certificate_list", args=[event.pk]),
    )
