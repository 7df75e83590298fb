"""What the apps above add to an event: to its public page, and to what is left to do once it is over.

`settings.EVENT_ADDITIONS` names them, so that events imports none of the apps that stand above it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from .models import Event, Face


@dataclass(frozen=True)
class Step:
    key: str
    label: str
    is_done: bool
    detail: str
    url: str  # where to do it
    is_required: bool = True


@dataclass(frozen=True)
class OnPage:
    """Finished HTML, the same for everybody who may see the event: what to do now, and what to read."""

    call: str = ""
    section: str = ""


@dataclass(frozen=True)
class Addition:
    on_page: Callable[[Event, Face, datetime], OnPage]
    closing_steps: Callable[[Sequence[Event]], dict[int, list[Step]]]  # by event id


@lru_cache(maxsize=1)
def additions() -> list[Addition]:
    return [import_string(path) for path in settings.EVENT_ADDITIONS]


def on_page(event: Event, face: Face, now: datetime) -> OnPage:
    parts = [addition.on_page(event, face, now) for addition in additions()]
    return OnPage(call="".join(part.call for part in parts), section="".join(part.section for part in parts))


def closing_steps(events: Sequence[Event]) -> dict[int, list[Step]]:
    steps: dict[int, list[Step]] = {event.pk: [] for event in events}
    for addition in additions():
        for event_id, added in addition.closing_steps(events).items():
            steps[event_id] += added
    return steps
