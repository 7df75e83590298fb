"""What somebody was shown before confirming it: signed, so that it comes back unchanged, soon, and from nobody else."""

from collections.abc import Sequence
from typing import Any

from django.core import signing

CONFIRM_WITHIN = 3600  # seconds


def signed(content: Any, *, salt: str, bound_to: Sequence[int]) -> str:
    """`bound_to` are the ids of what it belongs to and of whom it is shown to."""
    return signing.dumps([list(bound_to), content], salt=salt, compress=True)


def read(text: str, *, salt: str, bound_to: Sequence[int]) -> Any:
    """None where it is forged, too old, or was shown to somebody else or about something else."""
    try:
        ids, content = signing.loads(text, salt=salt, max_age=CONFIRM_WITHIN)
    except signing.BadSignature:
        return None
    return content if ids == list(bound_to) else None
