"""What `manage.py prepare` loads: the ministry's units, the 14 groups, and the demonstration, each once."""

from collections import Counter

import pytest
from django.test import Client

from accounts.models import Agency, User
from accounts.reference import load_agencies
from groups.models import Group, Membership, Stage
from groups.reference import load_groups
from groups.tasks import correct_counts
from pages.demo import load_demo
from pages.models import VisitDay

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


@pytest.fixture
def demonstration() -> None:
    load_agencies()
    load_groups()
    load_demo()


@pytest.mark.usefixtures("demonstration")
def test_the_demonstration_is_complete_and_loaded_once() -> None:
    before = User.objects.count(), Membership.objects.count(), Group.objects.count(), VisitDay.objects.count()
    assert load_demo() == 0
    assert (User.objects.count(), Membership.objects.count(), Group.objects.count(), VisitDay.objects.count()) == before
    for group in Group.objects.listed():
        assert Membership.objects.facilitating().filter(group=group).exists(), group
        assert group.milestones.filter(is_planned=False).exists(), group
    assert set(Group.objects.values_list("stage", flat=True)) == set(Stage.values) - {Stage.DRAFT}
    assert correct_counts() == []


@pytest.mark.usefixtures("demonstration")
def test_every_demonstration_account_signs_in() -> None:
    for name in ("staff", "facilitator", "officer", "executive", "outsider", "admin"):
        client = Client()
        form = {"login": f"{name}@example.go.th", "password": "cops-demo-2570"}
        answer = client.post("/accounts/login/", form)
        assert (answer.status_code, answer["Location"]) == (302, "/"), name
