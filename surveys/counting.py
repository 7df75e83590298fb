"""What is counted of the answers to one version: pure, so that the worker and the nightly proof count alike."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from .form import Form, FormItem, grouping
from .models import BREAKDOWNS

NOT_STATED = -1
RESPONSES = 0  # the "item" under which the responses themselves are counted
Key = tuple[int, str, int, int]  # item, by, group, value: as in Tally


def tallies(form: Form, responses: Iterable[dict[str, Any]]) -> Counter[Key]:
    """Each answer counts in all, and within the person's answer to each item by which results are broken down."""
    counted = [(item.pk, str(item.pk)) for item in form.items if not item.is_text]
    groupings = [(about, str(item.pk)) for about, item in grouping(form, BREAKDOWNS)]
    counts: Counter[Key] = Counter()
    for answers in responses:
        groups = [("", NOT_STATED), *((about, answers.get(name, NOT_STATED)) for about, name in groupings)]
        for item, value in values(counted, answers):
            for by, group in groups:
                counts[item, by, group, value] += 1
    return counts


def values(counted: list[tuple[int, str]], answers: dict[str, Any]) -> Iterator[tuple[int, int]]:
    yield RESPONSES, 0
    for item, name in counted:
        answer = answers.get(name)
        if isinstance(answer, list):
            yield from ((item, value) for value in answer)
        elif answer is not None:
            yield item, answer


def texts(form: Form, responses: Iterable[dict[str, Any]]) -> list[tuple[FormItem, str]]:
    items = [(item, str(item.pk)) for item in form.items if item.is_text]
    return [(item, answers[name]) for answers in responses for item, name in items if name in answers]


def without_texts(form: Form, answers: dict[str, Any]) -> dict[str, Any]:
    """The text lives on as a remark by itself: next to the person's other answers it could give the person away."""
    names = {str(item.pk) for item in form.items if item.is_text}
    return {name: answer for name, answer in answers.items() if name not in names}
