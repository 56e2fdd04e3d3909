"""See what happened to your account."""

from dataclasses import dataclass

from domain.events import EventPage
from domain.history import AccountHistory
from domain.session import SignedIn


@dataclass(frozen=True, slots=True)
class ListEvents:
    """A page of the caller's own events below the position `before`, or of the latest.

    Raises `StorageUnavailable`.
    """

    history: AccountHistory

    async def __call__(self, *, signed_in: SignedIn, before: int | None, limit: int) -> EventPage:
        # One more than asked for tells whether there is another page.
        found = await self.history.events(signed_in.user.id, before=before, limit=limit + 1)
        page = found[:limit]
        return EventPage(page, page[-1].position if len(found) > limit else None)
