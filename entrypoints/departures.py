"""Part of the composition root: notices that an account may have been deleted."""

from collections.abc import Awaitable, Callable

from domain.traffic import RequestRecord

_ROUTES = ("/api/user", "/api/ops/users")
_REFUSED = 400


class Departures:
    """Fits `domain.traffic.Observe`. What has to be done when somebody left is done at the next
    `look`, when the record of the deletion itself has been written.
    """

    def __init__(self, act: Callable[[], Awaitable[object]]) -> None:
        self._act = act
        self._any = False

    def __call__(self, record: RequestRecord) -> None:
        if record.method == "DELETE" and record.status < _REFUSED:
            self._any = self._any or record.route.startswith(_ROUTES)

    async def look(self) -> None:
        """Act if there were any since the last look."""
        if self._any:
            self._any = False
            await self._act()
