"""What was shown before a confirmation comes back unchanged, soon, and from nobody else."""

import pytest

from core import shown

ROWS = [[2, "a@example.go.th"], [3, "ข"]]


def test_it_comes_back_as_it_was() -> None:
    text = shown.signed(ROWS, salt="test", bound_to=(7, 1))
    assert shown.read(text, salt="test", bound_to=(7, 1)) == ROWS


@pytest.mark.parametrize(("salt", "bound_to"), [("other", (7, 1)), ("test", (8, 1)), ("test", (7, 2)), ("test", (7,))])
def test_it_is_bound_to_what_it_belongs_to(salt: str, bound_to: tuple[int, ...]) -> None:
    assert shown.read(shown.signed(ROWS, salt="test", bound_to=(7, 1)), salt=salt, bound_to=bound_to) is None


@pytest.mark.parametrize("text", ["", "x", "x:y:z"])
def test_what_is_forged_was_not_shown(text: str) -> None:
    assert shown.read(text, salt="test", bound_to=(7, 1)) is None


def test_it_is_good_for_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown.signed(ROWS, salt="test", bound_to=(7, 1))
    assert shown.CONFIRM_WITHIN == 3600
    monkeypatch.setattr(shown, "CONFIRM_WITHIN", -1)
    assert shown.read(text, salt="test", bound_to=(7, 1)) is None
