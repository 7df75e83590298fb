from .group import FormerSlug, Group, Joining, Lineage, Milestone, Stage, TaggedGroup
from .membership import Membership
from .roles import OPEN_STATES, Role, State

__all__ = [
    "FormerSlug",
    "Group",
    "Joining",
    "Lineage",
    "Membership",
    "Milestone",
    "OPEN_STATES",
    "Role",
    "Stage",
    "State",
    "TaggedGroup",
]
