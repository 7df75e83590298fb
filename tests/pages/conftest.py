"""Counting queries on a cold process: templates compiled, nothing kept."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import fragments, pagecache
from tests.groups.conftest import steady

__all__ = ["steady"]


def forget_everything() -> None:
    caches["local"].clear()
    fragments.forget()
    pagecache.forget()


@pytest.fixture
def cold_queries(steady: None) -> Callable[[Client, str], list[str]]:
    """The statements of the first request after a change."""

    def ask(client: Client, address: str) -> list[str]:
        client.get(address)
        forget_everything()
        return statements(client, address)[1]

    return ask


def statements(client: Client, address: str, **headers: Any) -> tuple[HttpResponse, list[str]]:
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address, **headers)
    return response, [query["sql"] for query in queries.captured_queries]
