"""A short, fair queue before the threads that hash.

Clients take turns (`fair_queue`), so that one flooder waits behind himself. Whoever would
have to wait too long is refused at once.
"""

import asyncio
import math
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from adapters.passwords.fair_queue import FairQueue
from domain.errors import Busy
from domain.network import Client

_Result = TypeVar("_Result")

_SMOOTHING = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """What to run, and who waits for its result."""

    run: Callable[[], Any]
    future: "asyncio.Future[Any]"


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """For monitoring: jobs waiting and running now; jobs refused, and given up by clients that
    left, so far.
    """

    waiting: int
    running: int
    refused: int
    given_up: int


class HashQueue:
    """Runs jobs on `threads` threads of low priority, one a core unless said otherwise.

    `max_wait` is the longest expected wait in seconds at which a newcomer is still let in;
    `seconds_a_job` is the first guess of what a job takes, and learnt from then on.
    """

    def __init__(
        self, *, threads: int | None = None, max_wait: float = 2, seconds_a_job: float = 0.25
    ) -> None:
        self._threads = threads or _cores()
        self._executor = ThreadPoolExecutor(
            self._threads, thread_name_prefix="hash", initializer=_lower_priority
        )
        self._max_wait = max_wait
        self._seconds_a_job = seconds_a_job
        self._queue = FairQueue[_Job]()
        self._running = self._refused = self._given_up = 0

    @property
    def figures(self) -> QueueFigures:
        """How it stands."""
        return QueueFigures(
            waiting=len(self._queue),
            running=self._running,
            refused=self._refused,
            given_up=self._given_up,
        )

    def check_turn(self, client: Client) -> None:
        """Refuse who would have to wait too long. Raises `Busy`."""
        wait = self._expected_wait(client)
        if wait > self._max_wait:
            self._refused += 1
            raise Busy(retry_after=math.ceil(wait))

    async def run(self, client: Client, job: Callable[[], _Result]) -> _Result:
        """Run the job when it is this client's turn. Raises `Busy`. Cancelled, it gives
        its place back.
        """
        self.check_turn(client)
        future: asyncio.Future[_Result] = asyncio.get_running_loop().create_future()
        entry = _Job(job, future)
        self._queue.append(client, entry)
        self._start_jobs()
        try:
            return await future
        except asyncio.CancelledError:
            if self._queue.remove(client, entry):
                self._given_up += 1
            raise

    def close(self) -> None:
        """Let running jobs end."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _expected_wait(self, client: Client) -> float:
        free = self._threads - self._running
        before = self._queue.ahead(client) + 1 - free
        return max(0, before) * self._seconds_a_job / self._threads

    def _start_jobs(self) -> None:
        while self._running < self._threads and self._queue:
            job = self._queue.pop()
            if job.future.done():
                self._given_up += 1  # cancelled, and has yet to be told
            else:
                self._start(job)

    def _start(self, job: _Job) -> None:
        started, future = time.monotonic(), job.future
        self._running += 1

        def finish(hashed: "asyncio.Future[Any]") -> None:
            self._running -= 1
            took = time.monotonic() - started
            self._seconds_a_job += _SMOOTHING * (took - self._seconds_a_job)
            error = None if hashed.cancelled() else hashed.exception()
            if future.done():
                pass  # nobody waits any more
            elif hashed.cancelled():
                future.cancel()
            elif error:
                future.set_exception(error)
            else:
                future.set_result(hashed.result())
            self._start_jobs()

        running = asyncio.get_running_loop().run_in_executor(self._executor, job.run)
        running.add_done_callback(finish)


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _lower_priority() -> None:
    """Hashing gives way to everything else. Only on Linux does niceness belong to the thread."""
    if sys.platform == "linux":
        os.nice(10)
