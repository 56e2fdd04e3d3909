"""Follow the records of requests."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from application.operations.queries import Condition, Row, Tail
from application.operations.requests import RequestTail

_Look = Callable[[], Awaitable[Sequence[Row]]]


@dataclass(frozen=True, slots=True)
class FollowRequests:
    """The records since the `next` of the answer before that fulfil the conditions; without it,
    those that come from now on. `wait` looks until there are some, or until it has had enough.

    Raises `InvalidQuery`, `QueryTooSlow`, `Busy`, `StorageUnavailable`.
    """

    tail: RequestTail

    async def __call__(
        self,
        *,
        conditions: Sequence[Condition],
        columns: Sequence[str],
        after: str | None,
        limit: int,
        wait: Callable[[_Look], Awaitable[Sequence[Row]]],
    ) -> Tail:
        seen = await self.tail.begin() if after is None else after

        async def look() -> Sequence[Row]:
            nonlocal seen
            found = await self.tail.follow(seen, conditions, columns=columns, limit=limit)
            seen = found.next
            return found.rows

        rows = await wait(look)
        return Tail(rows, seen)
