"""What is made at most once a second, however many ask."""

import time
from itertools import count
from threading import Event

import pytest

from core import fragments
from core.fragments import once_a_second
from tests.at_once import at_once

pytestmark = pytest.mark.django_db


def test_it_is_made_anew_after_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    made, now = count(1), time.monotonic()
    got = []
    for after in (0, 0.9, 1.0, 1.5, 2.1):
        monkeypatch.setattr(time, "monotonic", lambda after=after: now + after)
        got.append(once_a_second("board", lambda: next(made)))
    assert got == [1, 1, 2, 2, 3]


def test_each_name_is_a_part_of_its_own_and_all_are_forgotten() -> None:
    made = count(1)
    before = [once_a_second(name, lambda: next(made)) for name in ("a", "b", "a")]
    fragments.forget()
    assert (before, once_a_second("a", lambda: next(made))) == ([1, 2, 1], 3)


def test_of_many_who_ask_at_once_one_makes_it() -> None:
    made, others_wait = count(1), Event()

    def build() -> int:
        others_wait.wait(0.05)
        return next(made)

    assert at_once(*[lambda: once_a_second("board", build)] * 8) == [1] * 8


def test_what_fails_is_tried_again() -> None:
    def fail() -> int:
        raise LookupError

    with pytest.raises(LookupError):
        once_a_second("board", fail)
    assert once_a_second("board", lambda: 1) == 1
