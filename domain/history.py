"""The port for reading what is known of accounts, outside of units of work."""

from collections.abc import Sequence
from typing import Protocol

from domain.account import Usage
from domain.events import EventFeed, StoredEvent
from domain.session import Session
from domain.user import User


class AccountHistory(Protocol):
    """What is known, for reading: committed state, without waiting for a writer.

    All raise `StorageUnavailable`.
    """

    async def sessions(self, user_id: int) -> list[Session]:
        """The user's sessions whose `auth_version` is the user's, newest first."""

    async def events(self, user_id: int, *, before: int | None, limit: int) -> list[StoredEvent]:
        """The user's events below that position, or the latest, newest first."""

    async def follow(self, after: str | None, *, limit: int) -> EventFeed:
        """Everybody's events after what was seen, `after` being the `next` of the look before;
        without it, from the first, and with "now", none of those that are there.

        A follower that goes on from the last `next` it got misses no event whose unit of work is
        committed, and gets none twice. Raises `InvalidQuery` for what was never a `next`.
        """

    async def user(self, user_id: int) -> User | None:
        """The account, if there is one."""

    async def usage(self, user_id: int) -> Usage:
        """How it has been used; of an account that is not there nothing is known."""

    async def existing(self, user_ids: Sequence[int]) -> set[int]:
        """Those of these ids that are somebody's."""
