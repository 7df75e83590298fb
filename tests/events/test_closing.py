"""What is left to do before an event's work is closed."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Level
from events.closing import checklist, checklists, refuse_unfinished
from events.models import Attendance, Document, Event, Mode, Reach, Source, State, ViewingSite
from events.services import certificates
from groups.services import Refused
from tests.factories import make_agency, make_event, make_group, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def event() -> Event:
    return ended()


def ended(**fields) -> Event:
    return make_event(starts_at=timezone.now() - timedelta(days=2), state=State.ENDED, **fields)


def attend(event: Event, **fields) -> Attendance:
    user = fields.pop("user", None) or make_user()
    Reach.objects.update_or_create(event=event, level=Level.CENTRAL, mode=Mode.VC, defaults={"people": 1})
    return Attendance.objects.create(
        event=event, user=user, person_key=f"u{user.pk}", name_key="", level="central", mode="vc", source=Source.QR,
        **fields,
    )  # fmt: skip


def open_site(event: Event, **fields) -> ViewingSite:
    return ViewingSite.objects.create(
        event=event, agency=make_agency(), level=Level.PROVINCE, place="ห้องประชุม", officer=make_user(), expected=9,
        **fields,
    )  # fmt: skip


def document(event: Event) -> Document:
    return Document.objects.create(
        event=event, title="เอกสาร", file=ContentFile(b"%PDF", name="a.pdf"), original_name="a.pdf", kind="pdf", size=4
    )


def step(event: Event, key: str) -> tuple[bool, str]:
    event = Event.objects.get(pk=event.pk)
    (found,) = [step for step in checklist(event) if step.key == key]
    return found.is_done, found.detail


def test_of_an_event_just_over_everything_is_open(event: Event) -> None:
    steps = checklist(event)
    assert [(step.key, step.is_done, step.is_required) for step in steps] == [
        ("attendance", False, True),
        ("replay", False, True),
        ("documents", False, False),
        ("certificates", False, True),
        ("evaluation", False, False),
        ("questions", True, False),
    ]
    with pytest.raises(Refused) as refusal:
        refuse_unfinished(steps)
    assert str(refusal.value) == ("ยังปิดงานไม่ได้ กรุณาทำให้ครบก่อน: รายงานผู้เข้าร่วมครบ · คลิปย้อนหลัง หรือเหตุที่ไม่มี · ออกเกียรติบัตร")


def test_attendance_is_reported_when_somebody_came_and_every_open_site_has_spoken(event: Event) -> None:
    assert step(event, "attendance") == (False, "ยังไม่มีผู้เข้าร่วม")
    attend(event)
    assert step(event, "attendance") == (True, "1 คน")
    site = open_site(event)
    open_site(event, is_open=False)
    assert step(event, "attendance") == (False, "จุดรับชมยังไม่รายงาน 1 แห่ง")
    assert next(found.url for found in checklist(event)) == f"/events/{event.pk}/sites/"
    site.reported_at = timezone.now()
    site.save()
    assert step(event, "attendance") == (True, "1 คน")


def test_attendance_closed_by_hand_counts_whoever_is_silent(event: Event) -> None:
    open_site(event)
    event.attendance_closed_at = timezone.now()
    event.save()
    assert step(event, "attendance") == (True, "0 คน")


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({}, (False, "ยังไม่มีคลิปหรือเหตุที่ไม่มี")),
        ({"video_id": "dQw4w9WgXcQ"}, (True, "เผยแพร่แล้ว")),
        ({"video_id": "dQw4w9WgXcQ", "video_is_shown": False}, (False, "ซ่อนไว้ กรุณาแสดงคลิปหรือแจ้งเหตุที่ไม่มี")),
        ({"video_id": "dQw4w9WgXcQ", "video_problem": "คลิปถูกลบ"}, (False, "คลิปถูกลบ")),
        ({"video_absence": "วิทยากรไม่อนุญาต"}, (True, "ไม่มีคลิป: วิทยากรไม่อนุญาต")),
    ],
)
def test_a_replay_or_the_reason_why_there_is_none(fields: dict, answer: tuple[bool, str]) -> None:
    assert step(ended(**fields), "replay") == answer


def test_documents(event: Event) -> None:
    assert step(event, "documents") == (False, "ยังไม่มีไฟล์ (ถ้ามี)")
    document(event)
    assert step(event, "documents") == (True, "1 ไฟล์")


def test_certificates_for_everybody_who_is_due_one(event: Event) -> None:
    assert step(event, "certificates") == (False, "ออกเมื่อมีผู้เข้าร่วม")
    row = attend(event)
    attend(event, status="absent")
    attend(event, user=make_user(is_active=False))
    assert step(event, "certificates") == (False, "ยังไม่ได้ออก 1 คน")
    certificate = certificates.issue(event=event, user=row.user)
    assert step(event, "certificates") == (True, "ออกแล้ว 1 ฉบับ")
    certificates.revoke(certificate=certificate, by=make_user(), reason="ผิดคน")
    assert step(event, "certificates") == (True, "ไม่มีผู้เข้าร่วมที่มีสิทธิ์ได้รับ")


def test_whoever_has_not_evaluated_is_not_waited_for() -> None:
    event = ended(needs_evaluation=True)
    row = attend(event)
    assert step(event, "certificates") == (True, "ไม่มีผู้เข้าร่วมที่มีสิทธิ์ได้รับ")
    row.has_evaluated = True
    row.save()
    assert step(event, "certificates") == (False, "ยังไม่ได้ออก 1 คน")


def test_an_event_without_certificates_has_no_such_step() -> None:
    event = ended(gives_certificates=False)
    attend(event)
    assert [found.key for found in checklist(event)][:4] == ["attendance", "replay", "documents", "evaluation"]


def test_documents_do_not_hold_up_the_closing() -> None:
    event = ended(video_absence="ไม่ได้บันทึก", gives_certificates=False)
    attend(event)
    refuse_unfinished(checklist(event))
    assert [found.key for found in checklist(event) if not found.is_done] == ["documents", "evaluation"]


@pytest.mark.parametrize("count", [1, 30])
def test_many_events_in_as_many_queries_as_one(count: int) -> None:
    group = make_group()
    events = [ended(group=group) for _ in range(count)]
    for event in events:
        attend(event)
        open_site(event)
        document(event)
    with CaptureQueriesContext(connection) as queries:
        steps = checklists(events)
    assert (len(queries), len(steps)) == (7, count)
    left = {tuple(found.key for found in of_one if not found.is_done) for of_one in steps.values()}
    assert left == {("attendance", "replay", "certificates", "evaluation")}


def test_of_no_event_there_is_nothing() -> None:
    assert checklists([]) == {}
