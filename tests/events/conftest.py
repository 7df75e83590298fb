import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.models import User
from tests.groups.conftest import steady, told
from tests.pages.conftest import cold_queries

__all__ = ["cold_queries", "steady", "told"]


@pytest.fixture
def _without_second_factor(settings: LazySettings) -> None:
    settings.REQUIRE_STAFF_MFA = False


@pytest.fixture
def desk(as_, admin: User) -> Client:
    """An administrator's."""
    return as_(admin)
