"""No counting of attempts: `FRONTDESK_THROTTLE=off`."""

from collections.abc import Sequence

from domain.network import Client
from domain.throttle import Attempt, Counted, Waits


class NoThrottle:
    """Fits `domain.throttle.Throttle` and lets everything through."""

    async def reserve(self, attempts: Sequence[Attempt], *, client: Client) -> None:
        pass

    async def refund(self, attempts: Sequence[Attempt], *, client: Client) -> None:
        pass

    async def look(self, counted: Sequence[Counted], *, at_most: int) -> Waits:
        return Waits()

    async def succeed(
        self,
        attempts: Sequence[Attempt],
        *,
        ends: Attempt,
        then: Sequence[Attempt],
        client: Client,
    ) -> int:
        return 0

    async def forget(self) -> None:
        pass
