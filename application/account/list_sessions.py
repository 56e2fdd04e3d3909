"""See where you are signed in."""

from dataclasses import dataclass

from domain.history import AccountHistory
from domain.ports import Clock
from domain.session import Lifetimes, Session, SignedIn


@dataclass(frozen=True, slots=True)
class ListSessions:
    """The caller's own live sessions, newest first. Raises `StorageUnavailable`."""

    history: AccountHistory
    clock: Clock
    lifetimes: Lifetimes

    async def __call__(self, *, signed_in: SignedIn) -> list[Session]:
        now, policy = self.clock.now(), self.lifetimes.of(signed_in.user)
        sessions = await self.history.sessions(signed_in.user.id)
        return [session for session in sessions if session.is_live(now, policy)]
