import pytest
from django.test import Client

from events.models import Event
from groups.models import Group
from surveys.models import Survey, SurveyState
from tests.factories import make_event, make_survey
from tests.groups.conftest import steady, told
from tests.pages.conftest import cold_queries

from .drafts import TWO_PARTS

__all__ = ["cold_queries", "steady", "told"]


@pytest.fixture
def event(group: Group) -> Event:
    return make_event(group=group)


@pytest.fixture
def draft(group: Group) -> Survey:
    return make_survey(group=group, state=SurveyState.DRAFT, sections=TWO_PARTS, title="ความต้องการอบรม")


@pytest.fixture
def desk(as_, facilitator) -> Client:
    """Of who builds surveys."""
    return as_(facilitator)
