"""What `manage.py prepare` loads: the ministry's units, the 14 groups, and the demonstration, each once."""

import json
from collections import Counter
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Agency, User
from accounts.reference import load_agencies
from events.models import Attendance, Event, State
from groups.models import Group, Membership, Role, Stage
from groups.reference import load_groups
from groups.tasks import correct_counts
from pages.demo import load_demo
from pages.demo.surveys import CONTENT
from pages.models import VisitDay
from surveys.audiences import silent
from surveys.models import (
    MODERATING,
    OWED,
    PUBLISHED,
    Kind,
    Phase,
    Question,
    QuestionStep,
    Receipt,
    Remark,
    Response,
    Survey,
    Vote,
)
from surveys.services.proof import correct_counts as correct_survey_counts

pytestmark = pytest.mark.django_db

GROUPS = {
    "finance": "การเงิน การคลัง และพัสดุ",
    "governance": "การเมือง การปกครอง",
    "pmqa": "การพัฒนาคุณภาพการบริหารจัดการ ของ สป.มท. (PMQA)",
    "computing": "คอมพิวเตอร์กับการปฏิบัติงานอย่างมีประสิทธิผล",
    "english": "ภาษาอังกฤษ",
    "records": "สารบรรณ",
    "ministry-exchange": "การแลกเปลี่ยนเรียนรู้กับหน่วยงานในสังกัดกระทรวงมหาดไทย",
    "social-role": "บทบาททางสังคม",
    "planning": "การจัดทำแผน",
    "development-service": "การพัฒนา/บริการ",
    "targets-kpi": "การถ่ายทอดเป้าหมายและตัวชี้วัด",
    "personnel-protocol": "งานด้านบุคลากรและพิธีการ",
    "foreign-affairs": "งานการต่างประเทศ",
    "general": "ทั่วไป",
}


def test_the_units_of_the_ministry() -> None:
    load_agencies()
    assert Counter(Agency.objects.values_list("kind", flat=True)) == {
        "ministry": 1,
        "department": 8,
        "unit": 16,
        "enterprise": 6,
        "province": 76,
        "district": 878,
    }
    regions = Agency.objects.filter(kind="province").values_list("region", flat=True)
    assert Counter(regions) == {"north": 9, "northeast": 20, "central": 21, "east": 7, "west": 5, "south": 14}
    assert not Agency.objects.filter(kind="district").exclude(parent__kind="province").exists()


def test_the_14_groups_in_order() -> None:
    load_groups()
    assert dict(Group.objects.in_order().values_list("slug", "name")) == GROUPS
    assert list(Group.objects.in_order().values_list("number", flat=True)) == list(range(1, 15))


def test_loading_again_adds_nothing_and_keeps_edits() -> None:
    load_agencies()
    load_groups()
    Agency.objects.filter(code="ops-finance").update(name="กองคลังและพัสดุ")
    Group.objects.filter(slug="finance").update(slug="money", purpose="แก้ไขแล้ว")
    assert (load_agencies(), load_groups()) == (0, 0)
    assert Agency.objects.get(code="ops-finance").name == "กองคลังและพัสดุ"
    assert Group.objects.get(number=1).purpose == "แก้ไขแล้ว"


LOADED = [User, Membership, Group, VisitDay, Event, Question, QuestionStep, Vote, Survey, Receipt, Response, Remark]


@pytest.fixture
def demonstration() -> None:
    load_agencies()
    load_groups()
    load_demo()


@pytest.mark.usefixtures("demonstration")
def test_the_demonstration_is_complete_and_loaded_once() -> None:
    before = [model._default_manager.count() for model in LOADED]
    assert load_demo() == 0
    assert [model._default_manager.count() for model in LOADED] == before
    for group in Group.objects.listed():
        assert Membership.objects.facilitating().filter(group=group).exists(), group
        assert group.milestones.filter(is_planned=False).exists(), group
    assert set(Group.objects.values_list("stage", flat=True)) == set(Stage.values) - {Stage.DRAFT}
    assert correct_counts() == correct_survey_counts() == []
    check_questions()
    check_surveys()


def check_questions() -> None:
    states = Counter(Question.objects.values_list("state", flat=True))
    assert states == {"answered": 45, "waiting": 19, "considering": 8, "pending": 8, "refused": 1, "merged": 1}
    assert set(Question.objects.values_list("group__slug", flat=True)) == set(GROUPS)
    for question in Question.objects.select_related("event"):
        steps = list(question.steps.order_by("pk"))
        assert steps[0].kind == QuestionStep.Kind.ASKED, question
        assert [step.at for step in steps] == sorted(step.at for step in steps), question
        assert question.revision == len(steps) - 1, question
        assert bool(question.published_at) == (question.state in PUBLISHED), question
        assert bool(question.owed_since) == (question.state in OWED), question
        assert bool(question.answered_by) == bool(question.answer) == (question.state == "answered"), question
        votes = Counter(question.votes.values_list("is_asker", flat=True))
        assert votes.total() == question.vote_count, question
        assert votes[True] == (0 if question.merged_into else 1 + question.merged.count()), question
    answered = Question.objects.filter(answered_by__isnull=False).values_list("group", "answered_by")
    moderators = Membership.objects.active().filter(role__in=MODERATING).values_list("group", "user")
    assert set(answered) <= set(moderators)
    assert Question.objects.get(is_being_answered=True).event == Event.objects.get(state=State.LIVE)


def check_surveys() -> None:
    released = Survey.objects.released().filter(kind=Kind.SATISFACTION)
    complete = Event.objects.filter(state=State.COMPLETE)
    assert sorted(released.values_list("event", flat=True)) == sorted(complete.values_list("pk", flat=True))
    for survey in released:
        assert Decimal("3.9") <= (survey.released_mean or 0) <= Decimal("4.7"), survey.event
        evaluated = Attendance.objects.present().filter(event=survey.event, has_evaluated=True)
        assert survey.released_answers == survey.receipts.count() == evaluated.count(), survey.event
        assert survey.release_note
    unread = Remark.objects.filter(version__survey__released_at__isnull=False, state=Remark.State.NEW)
    assert not unread.exists()
    waits = Survey.objects.get(event__title__startswith="ระบบสารบรรณอิเล็กทรอนิกส์", kind=Kind.SATISFACTION)
    assert waits.phase_at(timezone.now()) == Phase.OPEN
    assert silent(waits).filter(email="staff@example.go.th").exists()
    closed, draft = Survey.objects.filter(event=None).order_by("pk")
    run = Membership.objects.active().filter(user__email="facilitator@example.go.th", role=Role.FACILITATOR)
    assert {closed.group_id, draft.group_id} <= set(run.values_list("group", flat=True))
    assert [survey.phase_at(timezone.now()) for survey in (closed, draft)] == [Phase.CLOSED, Phase.DRAFT]
    remarks = Remark.objects.filter(version__survey=closed)
    assert (closed.released_at, set(remarks.values_list("state", flat=True))) == (None, {Remark.State.NEW})
    assert Receipt.objects.count() == Response.objects.count()
    uncounted = Response.objects.filter(is_counted=False).values_list("version__survey", flat=True)
    assert {survey.phase_at(timezone.now()) for survey in Survey.objects.filter(pk__in=uncounted)} == {Phase.OPEN}


def test_the_demonstration_speaks_as_offices_write() -> None:
    content = json.dumps(json.loads(CONTENT.read_text(encoding="utf-8")), ensure_ascii=False)
    assert [unfit for unfit in ("ครับ", "ค่ะ", "!", "  ", "ํา", "เเ") if unfit in content] == []


@pytest.mark.usefixtures("demonstration")
def test_every_demonstration_account_signs_in() -> None:
    for name in ("staff", "facilitator", "officer", "executive", "outsider", "admin"):
        client = Client()
        form = {"login": f"{name}@example.go.th", "password": "cops-demo-2570"}
        answer = client.post("/accounts/login/", form)
        assert (answer.status_code, answer["Location"]) == (302, "/"), name
