"""The demonstration: a portal that looks lived in. Each part is loaded once; what exists is left alone."""

from .community import load_community
from .events import load_events
from .surveys import load_surveys
from .visits import load_visits


def load_demo() -> int:
    """Answer how many people, memberships and other rows were added."""
    return load_community() + load_events() + load_surveys() + load_visits()
