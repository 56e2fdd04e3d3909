"""Part of the composition root: notices that an account was deleted."""

from collections.abc import Awaitable, Callable, Sequence

from domain.events import EventKind


class BlankAfterDeletion:
    """What has to be done when somebody left is done at the next `look`, when the record of the
    request that deleted the account has been written.
    """

    def __init__(self, act: Callable[[], Awaitable[object]]) -> None:
        self._act = act
        self._any = False

    def note(self, kinds: Sequence[EventKind]) -> None:
        """Events of these kinds were committed."""
        self._any = self._any or EventKind.ACCOUNT_DELETED in kinds

    async def look(self) -> None:
        """Act if somebody left since the last look."""
        if self._any:
            self._any = False
            await self._act()
