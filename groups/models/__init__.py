from .group import FormerSlug, Group, Joining, Lineage, Milestone, Stage, TaggedGroup
from .membership import Membership
from .roles import OPEN_STATES, Role, State

__all__ = [
    "OPEN_STATES",
    "FormerSlug",
    "Group",
    "Joining",
    "Lineage",
    "Membership",
    "Milestone",
    "Role",
    "Stage",
    "State",
    "TaggedGroup",
]
