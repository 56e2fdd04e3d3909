"""Which names are free: none that is reserved, that looks like somebody's, or that is held for whom
it belonged to.
"""

import hashlib
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from domain.errors import UsernameTaken
from domain.user import Username

_DIGITS = 32  # of SHA-256, half of which is enough to tell names apart
HELD_AT_MOST = 10
"""Names of one account: who changes the name often loses the oldest ones first."""

Skeleton = Callable[[str], str]
"""What a text looks like (UTS 39, §4): two that can be taken for each other have the same."""


@dataclass(frozen=True, slots=True)
class NamePolicy:
    """Which names nobody may choose, and how long one that was given up is held."""

    skeleton: Skeleton
    reserved: Collection[str] = ()
    held_for: timedelta = timedelta(days=90)
    _reserved_looks: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        found = [self.looks(Username(each)) for each in self.reserved]
        object.__setattr__(self, "_reserved_looks", frozenset().union(*found))

    def demand_not_reserved(self, name: Username) -> None:
        """Raise `UsernameTaken` for a reserved name and what looks like one."""
        if self._reserved_looks & self.looks(name):
            raise UsernameTaken

    def looks(self, name: Username) -> frozenset[str]:
        """What the name looks like, whatever its case: two names that have one of these in common
        can be taken for each other.

        Case is folded twice, for a letter may look like another one in one case only: `paypaI` ends
        with a capital i that looks like an l, and the Cyrillic em looks like ours as a capital
        only. They are digests: the name of an account that is deleted stays held, and
        is not on record.
        """
        spelled = unicodedata.normalize("NFKC", name.value)
        foreign = "".join(each if each.isascii() else self.skeleton(each) for each in spelled)
        folded = {each.casefold() for each in (foreign, self.skeleton(spelled))}
        return _digests(self.skeleton(each).casefold() for each in folded)


def _digests(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(hashlib.sha256(text.encode()).hexdigest()[:_DIGITS] for text in texts)


class Names(Protocol):
    """Whose the looks of names are, inside a unit of work."""

    async def take(
        self, looks: Collection[str], user_id: int, *, now: datetime, held_too: bool = False
    ) -> None:
        """Make these the user's. Those of somebody else's name are not to be had, nor, as long as
        they are held for somebody else, those of a name that was given up, except `held_too`. Of
        two who want one at once, one gets it. Raises `UsernameTaken`.
        """

    async def hold(
        self, user_id: int, *, but: Collection[str] = (), until: datetime, at_most: int
    ) -> None:
        """Hold the user's, except these, for the user until then, also if the account is gone. Of
        those that are held, `at_most` are kept, those that were given up last.
        """

    async def remove_old(self, now: datetime, *, at_most: int) -> int:
        """Forget some that are no longer held. Say how many."""
