"""Whose unit of work is next, before a connection or a lock is taken."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from domain.errors import StorageUnavailable
from domain.network import Client

_PER_USER = 1
_PER_SITE = 4


class Turns:
    """Lets in one unit of work a user and site, and four a site, at a time. Further ones wait,
    first come first served, and meanwhile those of others pass.

    A user's turn comes before the site's, so that one user holds one place of a site at most. It is
    the user's at that site: who has stolen a session and crowds a site with it is not in the way of
    its owner elsewhere.
    """

    def __init__(self) -> None:
        self._users = _Places(_PER_USER)
        self._sites = _Places(_PER_SITE)
        self.waiting = 0
        """How many units of work wait for their turn."""

    @property
    def known(self) -> int:
        """How many users, and sites, are inside or wait."""
        return len(self._users) + len(self._sites)

    @asynccontextmanager
    async def take(self, client: Client | None, *, until: float) -> AsyncIterator[None]:
        """Wait for this client's turn, which lasts as long as the block. `None` has no limit, nor
        has an empty site or who is not signed in. Cancelled, it gives its place back.

        Raises `StorageUnavailable` if its turn has not come when the event loop's clock says
        `until`.
        """
        if client is None:
            yield
            return
        async with AsyncExitStack() as turn:
            self.waiting += 1
            try:
                async with asyncio.timeout_at(until):
                    if client.user_id is not None:
                        await turn.enter_async_context(
                            self._users.take((client.user_id, client.site))
                        )
                    if client.site:
                        await turn.enter_async_context(self._sites.take(client.site))
            except TimeoutError as error:
                raise StorageUnavailable from error
            finally:
                self.waiting -= 1
            yield


@dataclass(slots=True)
class _Place:
    free: asyncio.Semaphore
    wanted_by: int = 0


class _Places:
    """So many places for each key, and no memory of a key that nobody wants."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._places: dict[Hashable, _Place] = {}

    def __len__(self) -> int:
        return len(self._places)

    @asynccontextmanager
    async def take(self, key: Hashable) -> AsyncIterator[None]:
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = _Place(asyncio.Semaphore(self._limit))
        place.wanted_by += 1
        try:
            async with place.free:
                yield
        finally:
            place.wanted_by -= 1
            if not place.wanted_by:
                del self._places[key]
