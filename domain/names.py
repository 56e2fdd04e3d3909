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
    _reserved_capitals: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        found = [self.looks(Username(each)) for each in self.reserved]
        capitals = frozenset(self.skeleton(each.upper()) for each in self.reserved)
        object.__setattr__(self, "_reserved_looks", frozenset().union(*found))
        object.__setattr__(self, "_reserved_capitals", capitals)

    def demand_not_reserved(self, name: Username) -> None:
        """Raise `UsernameTaken` for a reserved name and what looks like one, also in capitals:
        `ADMlN` has an l.
        """
        if self._reserved_looks & self.looks(name):
            raise UsernameTaken
        if self.skeleton(name.value) in self._reserved_capitals:
            raise UsernameTaken

    def looks(self, name: Username) -> frozenset[str]:
        """What the name looks like, whatever its case: two names that have one of these in common
        can be taken for each other.

        As it is spelled and in its compatible form, for they may look like different letters (the
        lunate sigma like c, or a sigma). And with case folded before and after, for a letter may
        look like another one in one case only: `paypaI` ends with a capital i that looks like an l,
        and the Cyrillic em looks like ours as a capital only. They are digests: the name of an
        account that is deleted stays held, and is not on record.
        """
        spellings = {name.value, unicodedata.normalize("NFKC", name.value)}
        folded = {
            text.casefold()
            for each in spellings
            for text in (self._with_our_letters(each), self.skeleton(each))
        }
        return _digests(self.skeleton(each).casefold() for each in folded)

    def _with_our_letters(self, text: str) -> str:
        """Only foreign letters replaced; one that looks like l may be meant for a capital i."""
        return "".join(each if each.isascii() else self._our_letter(each) for each in text)

    def _our_letter(self, foreign: str) -> str:
        found = self.skeleton(foreign)
        return "I" if found == "l" else found


def _digests(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(hashlib.sha256(text.encode()).hexdigest()[:_DIGITS] for text in texts)


class Names(Protocol):
    """Whose the looks of names are, inside a unit of work."""

    async def take(
        self,
        looks: Collection[str],
        user_id: int,
        *,
        now: datetime,
        shared: Collection[str] = (),
        held_too: bool = False,
    ) -> None:
        """Make these the user's. Those of somebody else's name are not to be had, nor, as long as
        they are held for somebody else, those of a name that was given up, except `held_too`. Of
        two who want one at once, one gets it. Those in `shared` become the user's if nobody has
        them, and may stay somebody else's: of two names from before that look alike, one has the
        look, and what an account from before looked like may not be on record. Raises
        `UsernameTaken`.
        """

    async def hold(
        self,
        user_id: int,
        *,
        but: Collection[str] = (),
        given_up: Collection[str] = (),
        until: datetime,
        at_most: int,
    ) -> None:
        """Hold the user's, except these, for the user until then, also if the account is gone; and
        those `given_up` that nobody has, for an account from before may have none on record. Of
        the names that are held, `at_most` are kept, those that were given up last.
        """

    async def remove_old(self, now: datetime, *, at_most: int) -> int:
        """Forget some that are no longer held. Say how many."""
