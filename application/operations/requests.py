"""What is observed of requests, for operators."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from application.operations.queries import Condition, Tail

Fields = Iterable[tuple[bytes, bytes]]
"""Header fields as they were on the wire, names in lower case."""


@dataclass(slots=True)
class Tally:
    """Statements of the database that one request waited for, and for how long altogether; not the
    questions of operators, which run aside.
    """

    statements: int = 0
    seconds: float = 0

    def add(self, seconds: float) -> None:
        """Count one."""
        self.statements += 1
        self.seconds += seconds


@dataclass(slots=True, kw_only=True)
class RequestEntry:
    """One request, as it was on the wire, secrets included: nothing of it may be kept or logged
    unmasked.

    `path` is percent-encoded as it came. `time` is in seconds since 1970, `route` the path with
    names in place of values, empty where no handler was found. `problem` is the code of the
    problem that was answered, `user_id` who was signed in or tried to be, `error` what a status
    from 500 on came from. `trace_id` is 32 hexadecimal digits, if the caller sent a `traceparent`
    (W3C Trace Context).
    """

    time: float
    request_id: str
    level: str
    method: str
    route: str
    path: str
    query: bytes
    status: int
    problem: str
    duration_ms: float
    address: str
    user_id: int | None
    request_fields: Fields
    request_body: bytes
    request_bytes: int
    response_fields: Fields
    response_bytes: int
    tally: Tally
    error: BaseException | None
    trace_id: str = ""


Observe = Callable[[RequestEntry], None]
"""Takes a record and returns at once; what it cannot take, it drops and counts."""


class RequestTail(Protocol):
    """The records as they come, from the workers of all nodes. All raise `QueryTooSlow`, `Busy`,
    `StorageUnavailable`.
    """

    async def begin(self) -> str:
        """Where to go on when everything so far was seen."""

    async def follow(
        self, after: str, conditions: Sequence[Condition], *, columns: Sequence[str], limit: int
    ) -> Tail:
        """The records that came since, as far as they fulfil the conditions. Who goes on from the
        last `next` misses none, and gets none twice. Raises `InvalidQuery`, also for what was never
        a `next`.
        """


class RequestLog(Protocol):
    """The records of requests that are kept."""

    @property
    def lost(self) -> int:
        """How many this process could not keep."""

    async def forget(self, ids: Sequence[int]) -> int:
        """Remove these, and say how many there were. Raises `StorageUnavailable`, `StorageFull`."""

    async def users_on_record(self, *, after: int, at_most: int) -> list[int]:
        """The ids of users above `after` of whom there are records, the smallest first. Raises
        `StorageUnavailable`, `StorageFull`.
        """

    async def blank(self, user_ids: Sequence[int]) -> int:
        """Take what is personal out of the records of these users, and say how many had it. Time,
        route, method, status, sizes and durations stay. Raises `StorageUnavailable`, `StorageFull`.
        """
