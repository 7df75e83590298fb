"""The named cast, and a portal that is set up for tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.conf import settings as settings_object
from django.core.cache import caches
from django.db import connections
from django.test import Client

from accounts.models import User
from core import fragments, pagecache
from groups.models import Group, Role
from tests.factories import make_group, make_membership, make_user

PASSWORD = "a-long-test-password-2570"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite in a file of this process: in memory it would refuse a second writer where production lets it wait."""
    database = connections["default"]
    if database.vendor == "sqlite":
        database.settings_dict["TEST"]["NAME"] = str(settings_object.VAR_DIR / "test.sqlite3")


@pytest.fixture(autouse=True)
def _settled(settings: LazySettings, tmp_path: Path) -> Iterator[None]:
    """Fast hashing, mail in memory, files in a folder of the test's own, no page kept from another test."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.CACHES = settings.CACHES | {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
    caches["local"].clear()
    fragments.forget()
    caches["default"].clear()
    pagecache.forget()
    yield
    pagecache.forget()


@pytest.fixture
def visitor() -> Client:
    return Client()


@pytest.fixture
def as_() -> Callable[[User], Client]:
    """A client in which the given person is signed in."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def group(db: None) -> Group:
    return make_group(number=1, slug="finance", name="การเงิน การคลัง และพัสดุ")


@pytest.fixture
def outsider(db: None) -> User:
    return make_user(email="outsider@example.go.th", given_name="นอก", family_name="วง")


@pytest.fixture
def member(group: Group) -> User:
    user = make_user(email="member@example.go.th", given_name="มะลิวัลย์", family_name="ทิพย์อักษร")
    make_membership(group=group, user=user)
    return user


@pytest.fixture
def facilitator(group: Group) -> User:
    user = make_user(email="facilitator@example.go.th", given_name="พิกุล", family_name="วงศ์ตะวันทอง")
    make_membership(group=group, user=user, role=Role.FACILITATOR)
    return user


@pytest.fixture
def officer(db: None) -> User:
    return make_user(email="officer@example.go.th", given_name="อรุณ", family_name="ศิลาขาว", is_km_officer=True)


@pytest.fixture
def admin(db: None) -> User:
    return make_user(
        email="admin@example.go.th", given_name="ผู้ดูแล", family_name="ระบบ", is_staff=True, is_superuser=True
    )


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--run-start", action="store_true", help="also start the whole portal as `make run` does")
