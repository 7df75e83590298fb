"""Running what was enqueued, and reading mail, without a worker process."""

import re
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from django.core import mail
from django.utils.module_loading import import_string
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from tests.factories import make_agency

PASSWORD = "a-long-test-password-2570"


@pytest.fixture
def run_tasks(db: None) -> Callable[[], int]:
    """Each waiting task runs once, in order; answers how many did."""

    def run() -> int:
        rows = list(DBTaskResult.objects.filter(status=TaskResultStatus.READY).order_by("enqueued_at"))
        for row in rows:
            import_string(row.task_path).call(*row.args_kwargs["args"], **row.args_kwargs["kwargs"])
            row.delete()
        return len(rows)

    return run


@pytest.fixture
def mailed(run_tasks: Callable[[], int]) -> Callable[[], list[EmailMessage]]:
    """Every mail sent so far, after what waits has been sent too."""

    def read() -> list[EmailMessage]:
        run_tasks()
        return mail.outbox

    return read


def links(text: str) -> list[str]:
    """Paths on this portal, in the order in which a mail names them."""
    return re.findall(r"http://testserver(/\S+)", text)


@pytest.fixture
def agencies(db: None) -> dict[str, object]:
    province = make_agency(
        code="50", name="สำนักงานจังหวัดเชียงใหม่", level="province", kind="province", province="เชียงใหม่", region="north"
    )
    return {
        "unit": make_agency(code="ops-finance", name="กองคลัง"),
        "province": province,
        "district": make_agency(
            code="d5001",
            order=1,
            name="ที่ทำการปกครองอำเภอเมืองเชียงใหม่",
            level="district",
            kind="district",
            province="เชียงใหม่",
            region="north",
            parent=province,
        ),
        "other_district": make_agency(
            code="d5002",
            order=2,
            name="ที่ทำการปกครองอำเภอจอมทอง",
            level="district",
            kind="district",
            province="เชียงใหม่",
            region="north",
            parent=province,
        ),
    }
