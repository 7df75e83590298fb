"""Which groups of a breakdown are not shown, so that nothing said by a few people can be worked out.

A group is small where fewer than five people are in it, or answered any item that is shown. Leaving out the small
ones is not enough: the total less what is shown tells what is not. So they are hidden together with the smallest
group that is not small (with all of that size), and with further ones until whatever is left over for an item was
said by five people or by nobody. Where that takes every group, nothing of the breakdown is shown.

The choice depends on the groups' numbers alone and never on their places, so that the hidden groups could change
places and the page would stay the same. As one of them is not small, nobody can tell which of them are,
even who knows this rule: tests/surveys/test_suppression.py tries all tables of a few people.
"""

from collections.abc import Hashable, Mapping, Sequence
from itertools import groupby
from typing import TypeVar

from .models import SMALLEST

Group = TypeVar("Group", bound=Hashable)


def hidden(groups: Mapping[Group, Sequence[int]], *, smallest: int = SMALLEST) -> frozenset[Group]:
    """The groups to hide, all of them where nothing may be shown.

    Of each group: how many people, then how many answers to each item that is shown.
    """
    present = {group: counts for group, counts in groups.items() if counts[0]}
    taken = {group for group, counts in present.items() if is_small(counts, smallest)}
    if not taken:
        return frozenset()
    others = sorted(present.keys() - taken, key=lambda group: present[group][0])
    for _, same_size in groupby(others, key=lambda group: present[group][0]):
        taken.update(same_size)
        left_over = [sum(column) for column in zip(*(present[group] for group in taken), strict=True)]
        if len(taken) < len(present) and not is_small(left_over, smallest):
            return frozenset(taken)
    return frozenset(groups)


def is_small(counts: Sequence[int], smallest: int) -> bool:
    return any(0 < count < smallest for count in counts)
