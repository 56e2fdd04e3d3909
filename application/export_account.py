"""Take everything with you."""

from dataclasses import dataclass

from domain.account import Export
from domain.events import Recorded
from domain.ports import Clock, Records
from domain.session import SignedIn

_PAGE = 500


@dataclass(frozen=True, slots=True)
class ExportAccount:
    """Collect all that is held about the caller. Raises `StorageUnavailable`."""

    records: Records
    clock: Clock

    async def __call__(self, *, signed_in: SignedIn) -> Export:
        user = signed_in.user
        events: list[Recorded] = []
        before: int | None = None
        while page := await self.records.events(user.id, before=before, limit=_PAGE):
            events += page
            before = page[-1].position
        sessions = await self.records.sessions(user.id)
        return Export(self.clock.now(), user, sessions, events)
