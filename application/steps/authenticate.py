"""Tell who is calling."""

from dataclasses import dataclass

from domain.errors import NotSignedIn
from domain.ports import Clock, Lookup
from domain.secrets import SessionToken
from domain.session import LastSeen, Lifetimes, SignedIn


@dataclass(frozen=True, slots=True)
class Authenticate:
    """Find the live session behind a token, and its user.

    This is on the way of every signed-in request: one read, and at most a note of having been
    seen. Raises `NotSignedIn`, `StorageUnavailable`.
    """

    lookup: Lookup
    last_seen: LastSeen
    clock: Clock
    lifetimes: Lifetimes

    async def __call__(self, *, presented: SessionToken | None) -> SignedIn:
        if presented is None:
            raise NotSignedIn
        found = await self.lookup.session(presented.digest)
        if found is None:
            raise NotSignedIn
        now, policy = self.clock.now(), self.lifetimes.of(found.user)
        if not found.session.is_live(now, policy):
            raise NotSignedIn
        if found.session.is_worth_noting(now, policy):
            self.last_seen.note(found.session, now)
        return found
