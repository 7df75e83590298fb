from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from core.background import beat
from pages import health


def test_healthz_needs_no_database(visitor: Client) -> None:
    # Without the `db` fixture any query raises.
    response = visitor.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies


@pytest.mark.django_db
def test_readyz_when_all_works(visitor: Client) -> None:
    beat("worker")
    response = visitor.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"ready": True, "database": True, "cache": True, "worker": True}


@pytest.mark.django_db
def test_readyz_without_a_worker(visitor: Client) -> None:
    beat("worker", now=timezone.now() - timedelta(minutes=5))
    response = visitor.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"ready": False, "database": True, "cache": True, "worker": False}


@pytest.mark.django_db
def test_readyz_without_a_cache(visitor: Client, settings: LazySettings) -> None:
    beat("worker")
    settings.CACHES = settings.CACHES | {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    response = visitor.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"ready": False, "database": True, "cache": False, "worker": True}


@pytest.mark.django_db
def test_readyz_without_a_database(visitor: Client) -> None:
    def away(execute: Callable, *args: object) -> None:
        raise ConnectionError("the database is away")

    with connection.execute_wrapper(away):
        response = visitor.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"ready": False, "database": False, "cache": True, "worker": False}


def test_a_part_that_raises_does_not_work() -> None:
    def broken() -> bool:
        raise OSError

    assert health.works(broken) is False


@pytest.mark.django_db
def test_probing_puts_nothing_else_out_of_the_cache(visitor: Client) -> None:
    """Counted sign-in attempts lie in the same cache: filling it would lift the lock of an account."""
    visitor.get("/readyz")
    before = len(cache._cache)
    for _ in range(20):
        visitor.get("/readyz")
    assert len(cache._cache) == before
