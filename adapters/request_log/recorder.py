"""From requests to rows, on a thread that nobody waits for."""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Protocol, TypeVar

from adapters.request_log.budget import Budget
from adapters.request_log.sqlite import RequestFile
from adapters.request_log.text import text_of
from domain.errors import StorageFull, Unavailable
from domain.ports import ClockWatch
from domain.session import Origin
from domain.traffic import Fields, RequestRecord

_log = logging.getLogger("frontdesk")

# Short, for the thread that writes has Python's lock meanwhile (docs/performance.md).
_GATHERING_SECONDS = 0.05
_AT_ONCE_SECONDS = 0.25
_CLEANING_SECONDS, _CLEANING_MORE_SECONDS = 60.0, 0.25
_BATCH = 500
_ROOM = (5, 20, 80, 320)  # rows to remove for one that finds no place, one time after the other
_MICROS = 1_000_000
_HIDDEN = "***"
_Result = TypeVar("_Result")

_KIB = 1_024
_ROW_BYTES = 500  # of a row without header fields, query and body
_REFUSALS, _ACCOUNTS = frozenset({401, 403, 429}), "/api/user"
_OF_ACCOUNT_REFUSALS = 4  # their part of a network's budget, besides that of others
_PLAIN_ID = 16  # characters of the ids that we make ourselves


class Masks(Protocol):
    """Takes the secrets out of what is kept of a request."""

    def path(self, raw: str) -> str:
        """A path as it came, percent-encoded."""

    def query(self, raw: bytes) -> str:
        """A query string as it came."""

    def fields(self, fields: Fields) -> str:
        """Header fields, as JSON."""

    def text(self, text: str) -> str:
        """Any other value."""

    def body(self, raw: bytes, *, refused: bool) -> str | None:
        """A body; `None` if nothing of it is kept."""

    def error(self, error: BaseException) -> str:
        """Where it came from."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is kept, and for how long: requests that failed or took `slow_ms` longer than others.

    Of `excluded` routes nothing is; addresses and users can be left out of what is.
    """

    ordinary: timedelta = timedelta(days=7)
    notable: timedelta = timedelta(days=90)
    slow_ms: float = 1_000
    addresses: bool = True
    users: bool = True
    excluded: Collection[str] = ()


class RequestRecorder:
    """Fits `domain.traffic.Observe` and `RequestLog`.

    Of requests that went well it takes so many a second, and a quarter of them at once; of others
    as many as do not let more than `spare` wait besides. Each network has a budget of bytes and of
    processor time. What account routes refused (401, 403, 429) has a queue and a budget of its own,
    so that nobody can push it out with other requests. Further ones, and those that cannot be
    written, are dropped and counted in `lost`.
    """

    def __init__(
        self,
        path: Path,
        *,
        masking: Masks,
        keeping: Keeping,
        clock_watch: ClockWatch,
        mebibytes: int = 1_024,
        a_second: int = 1_000,
        spare: int = 2_000,
        network_kib_a_second: int = 64,
        network_seconds_a_second: float = 0.02,
    ) -> None:
        self._path, self._mebibytes = path, mebibytes
        self._masking, self._keeping = masking, keeping
        self._clock_watch = clock_watch
        self._a_second = a_second
        self._at_once = max(1, a_second * _AT_ONCE_SECONDS)
        self._allowed, self._allowed_at = self._at_once, time.monotonic()
        self._most = int(self._at_once) + spare
        self._spare = spare
        self._records: deque[RequestRecord] = deque()
        self._refusals: deque[RequestRecord] = deque()
        self._budget, self._budget_of_refusals = (
            Budget(
                bytes_a_second=network_kib_a_second * _KIB / part,
                seconds_a_second=network_seconds_a_second / part,
            )
            for part in (1, _OF_ACCOUNT_REFUSALS)
        )
        self._stop = threading.Event()
        self._failing = False
        self.lost = 0

    def __call__(self, record: RequestRecord) -> None:
        if record.route in self._keeping.excluded:
            return
        if record.status in _REFUSALS and is_account_refusal(record.status, record.route):
            waiting, budget = self._refusals, self._budget_of_refusals
            room = len(waiting) < self._spare
        else:
            waiting, budget = self._records, self._budget
            is_ordinary = record.level == "info"
            room = self._allowed >= 1 if is_ordinary else len(waiting) < self._most
            self._allowed -= room and is_ordinary
        # Of a path at most 1,024 characters are kept: within what a row takes anyway.
        fields = chain.from_iterable((*record.request_fields, *record.response_fields))
        size = sum(map(len, fields), _ROW_BYTES + len(record.query) + len(record.request_body))
        network = record.address
        if ":" in network:
            network = _network(network)
        if room and budget.spend(network, size):
            waiting.append(record)
        else:
            self.lost += 1

    async def forget(self, ids: Sequence[int]) -> int:
        return await self._aside(lambda file: file.remove(ids), 0)

    async def users_on_record(self, *, after: int, at_most: int) -> list[int]:
        return await self._aside(lambda file: file.users(after=after, at_most=at_most), [])

    async def blank(self, user_ids: Sequence[int]) -> int:
        blanked = 0
        while some := await self._aside(lambda file: file.blank(user_ids, at_most=_BATCH), 0):
            blanked += some
        return blanked

    async def _aside(self, ask: Callable[[RequestFile], _Result], otherwise: _Result) -> _Result:
        """Ask the file, if there is one, on another thread."""

        def run() -> _Result:
            if not self._path.exists():
                return otherwise
            file = RequestFile(self._path, mebibytes=self._mebibytes)
            try:
                return ask(file)
            finally:
                file.close()

        return await asyncio.to_thread(run)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Write while the block lasts, and at its end what is left."""
        self._stop.clear()
        file = RequestFile(self._path, mebibytes=self._mebibytes)
        with suppress(Unavailable):
            file.add(())  # so that there is something to ask from the beginning
        thread = threading.Thread(target=self._run, args=(file,), name="request log")
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def _run(self, file: RequestFile) -> None:
        clean_at = 0.0
        while not self._stop.wait(_GATHERING_SECONDS):
            self._write(file)
            if time.monotonic() >= clean_at:
                more = self._clean(file)
                pause = _CLEANING_MORE_SECONDS if more else _CLEANING_SECONDS
                clean_at = time.monotonic() + pause
        self._write(file)
        file.close()

    def _write(self, file: RequestFile) -> None:
        records = [
            waiting.popleft()
            for waiting in (self._refusals, self._records)
            for _ in range(len(waiting))
        ]
        self._allow_more()
        if not records:
            return
        try:
            _add(file, [self._charged(record) for record in records])
            self._failing = False
        except Exception as error:  # whatever it is, the next requests are recorded
            self.lost += len(records)
            if not self._failing:
                self._failing = True
                _log.warning("requests cannot be recorded", exc_info=error)

    def _allow_more(self) -> None:
        now = time.monotonic()
        earned = (now - self._allowed_at) * self._a_second
        self._allowed, self._allowed_at = min(self._at_once, self._allowed + earned), now

    def _clean(self, file: RequestFile) -> bool:
        """Remove a batch of old ones. Say whether there may be more."""
        if not self._clock_watch.is_steady():
            return False
        now, keeping = time.time(), self._keeping
        try:
            removed = file.remove_older(
                ordinary=int((now - keeping.ordinary.total_seconds()) * _MICROS),
                all_=int((now - keeping.notable.total_seconds()) * _MICROS),
                slow_ms=keeping.slow_ms,
                at_most=_BATCH,
            )
        except Unavailable:
            return False
        return removed == _BATCH

    def _charged(self, record: RequestRecord) -> tuple[Any, ...]:
        """Its row; whose network it was pays for the time."""
        began = time.thread_time()
        row = self._row(record)
        of_refusals = is_account_refusal(record.status, record.route)
        budget = self._budget_of_refusals if of_refusals else self._budget
        budget.charge(_network(record.address), time.thread_time() - began)
        return row

    def _row(self, record: RequestRecord) -> tuple[Any, ...]:
        masking, keeping = self._masking, self._keeping
        user_agent = next((v for name, v in record.request_fields if name == b"user-agent"), b"")
        body, id_ = record.request_body, record.request_id
        path = masking.path(record.path)
        # Where a path is hidden up to its end, the query may be the rest of the secret.
        is_cut = path != record.path and path.endswith(_HIDDEN)
        return (
            int(record.time * _MICROS),
            record.level,
            record.method,
            record.route,
            path,
            _HIDDEN if is_cut and record.query else masking.query(record.query),
            record.status,
            record.duration_ms,
            record.user_id if keeping.users else None,
            record.address if keeping.addresses else "",
            masking.text(text_of(user_agent)),
            id_ if len(id_) == _PLAIN_ID else masking.text(id_),
            record.request_bytes,
            record.response_bytes,
            record.tally.statements,
            round(record.tally.seconds * 1000, 3),
            masking.fields(record.request_fields),
            masking.fields(record.response_fields),
            masking.body(body, refused=record.level != "info") if body else None,
            masking.error(record.error) if record.error else None,
        )


def is_account_refusal(status: int, route: str) -> bool:
    """Say whether it tells of an attack on accounts, perhaps."""
    return status in _REFUSALS and route.startswith(_ACCOUNTS)


@lru_cache(maxsize=4_096)
def _network(address: str) -> str:
    """The widest, for whoever has an IPv6 /48 has 65,536 narrow ones."""
    return Origin(address, "").client().site


def _add(file: RequestFile, rows: list[tuple[Any, ...]]) -> None:
    """Add them; if there is no place, let as many old ones go as it takes, within reason."""
    for factor in _ROOM:
        try:
            return file.add(rows)
        except StorageFull:
            file.remove_oldest(factor * len(rows))
    return file.add(rows)
