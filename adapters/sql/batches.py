"""Look-ups that travel together: those that arrive while others wait share one statement.

Nothing is remembered between two batches, so nothing can be stale, and what is written costs reads
nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import Context
from inspect import iscoroutinefunction
from typing import Any, Generic, TypeVar

_Found = TypeVar("_Found")
_Answer = Mapping[bytes, _Found]
_Batch = list[tuple[bytes, "asyncio.Future[Any]"]]

Fetch = Callable[[Sequence[bytes]], _Answer[_Found] | Awaitable[_Answer[_Found]]]
"""Finds all of these keys in one statement, on the event loop or awaited; a key that nothing has is
not in the answer. It is never given a key twice, nor more than `BATCH_MAX`.
"""

BATCH_MAX = 256


class Batches(Generic[_Found]):
    """Asks `fetch` once a turn of the event loop, with `in_flight` batches under way at most; the
    look-ups that arrive meanwhile are the next batch.

    A look-up joins only a batch that has not been sent, so that it sees everything that was
    committed before it was asked. A batch that fails fails those in it. A look-up that is
    cancelled disturbs nobody, and a batch of which nobody is left is not sent.
    """

    def __init__(self, fetch: Fetch[_Found], *, in_flight: int = 1) -> None:
        self._fetch = fetch
        self._is_awaited = iscoroutinefunction(fetch)
        self._free = in_flight
        self._next: _Batch = []
        self._is_due = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._largest = 0

    async def find(self, key: bytes) -> _Found | None:
        """What has this key. Raises what `fetch` raises."""
        future: asyncio.Future[_Found | None] = asyncio.get_running_loop().create_future()
        self._next.append((key, future))
        self._send_soon()
        return await future

    def take_largest(self) -> int:
        """How many look-ups had one statement, at most, since this was asked last."""
        largest, self._largest = self._largest, 0
        return largest

    def _send_soon(self) -> None:
        if self._next and self._free and not self._is_due:
            self._is_due = True
            # In a context of its own: it works for all who wait, not for who came first.
            asyncio.get_running_loop().call_soon(self._send, context=Context())

    def _send(self) -> None:
        self._is_due = False
        waiting = [each for each in self._next if not each[1].done()]
        batch, self._next = waiting[:BATCH_MAX], waiting[BATCH_MAX:]
        if not batch:
            return
        self._largest = max(self._largest, len(batch))
        keys = list({key for key, _ in batch})
        try:
            answer: Any = self._fetch(keys)
        except Exception as error:
            _fail(batch, error)
        else:
            (self._wait_for if self._is_awaited else _give)(batch, answer)
        self._send_soon()

    def _wait_for(self, batch: _Batch, answer: Awaitable[_Answer[_Found]]) -> None:
        async def run() -> None:
            try:
                _give(batch, await answer)
            except Exception as error:
                _fail(batch, error)
            except asyncio.CancelledError:
                for _, future in batch:
                    future.cancel()
                raise
            finally:
                self._free += 1
                self._send_soon()

        self._free -= 1
        task = asyncio.get_running_loop().create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _give(batch: _Batch, answer: _Answer[_Found]) -> None:
    for key, future in batch:
        if not future.done():
            future.set_result(answer.get(key))


def _fail(batch: _Batch, error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)
