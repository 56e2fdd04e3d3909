"""Figures that are counted from the records of requests, for operators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from application.operations.queries import Condition

BARS_MAX = 500


@dataclass(frozen=True, slots=True)
class Bar:
    """How many requests began in a span of time: by status, those below 400, from 400 (refused) and
    from 500 (failed).
    """

    began: datetime
    answered: int
    refused: int
    failed: int


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How requests to one method and route went; both are as in the records. Durations are in
    milliseconds: half of the requests took no longer than `p50_ms`, and 99 of 100 than `p99_ms`.
    """

    method: str
    route: str
    requests: int
    refused: int
    failed: int
    p50_ms: float
    p99_ms: float
    slowest_ms: float


class RequestStatistics(Protocol):
    """Counted from the records that are kept. All raise `InvalidQuery`, `QueryTooSlow`, `Busy`,
    `StorageUnavailable`.
    """

    async def histogram(
        self,
        conditions: Sequence[Condition],
        *,
        since: datetime,
        until: datetime,
        step: timedelta,
    ) -> list[Bar]:
        """The requests from `since` until before `until` in spans of `step`, which begin at whole
        multiples of it in UTC; without the spans in which there was none. Raises `InvalidQuery`
        also for more than `BARS_MAX` spans.
        """

    async def endpoints(self, conditions: Sequence[Condition], *, limit: int) -> list[Endpoint]:
        """The methods and routes with the most requests, the most frequent first."""
