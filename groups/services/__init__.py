from .lifecycle import change_stage, merge, rename, split
from .membership import (
    Refused,
    add_members,
    approve,
    change_role,
    decline,
    forget_words,
    is_last_facilitator,
    join,
    leave,
    remove,
    withdraw,
)

__all__ = [
    "Refused",
    "add_members",
    "approve",
    "change_role",
    "change_stage",
    "decline",
    "forget_words",
    "is_last_facilitator",
    "join",
    "leave",
    "merge",
    "remove",
    "rename",
    "split",
    "withdraw",
]
