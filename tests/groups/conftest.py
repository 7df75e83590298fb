from collections.abc import Callable

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse

from core import pagecache


@pytest.fixture
def told() -> Callable[[HttpResponse], list[str]]:
    """What the answer tells the person who asked, besides its page."""

    def messages(response: HttpResponse) -> list[str]:
        return [str(message) for message in get_messages(response.wsgi_request)]

    return messages


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine, a request asks for the version of the public pages once."""
    monkeypatch.setattr(pagecache, "READ_EVERY", 60)
