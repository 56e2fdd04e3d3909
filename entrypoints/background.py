"""Work that is done now and then, away from the requests."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from domain.errors import Unavailable

_log = logging.getLogger("frontdesk")

_FINISHING_SECONDS = 2


@asynccontextmanager
async def every(seconds: float, job: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
    """Do the job again and again while the block lasts, and once more at its end. A failure is
    logged, and the job tried again at the next time.
    """
    stop = asyncio.Event()

    async def repeat() -> None:
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), seconds)
            try:
                await job()
            except Unavailable as error:
                _log.warning(f"background work has to wait: {error}")
            except Exception as error:
                _log.warning("background work failed", exc_info=error)

    task = asyncio.create_task(repeat())
    try:
        yield
    finally:
        stop.set()
        await task


@asynccontextmanager
async def until_done(seconds: float, job: Callable[[], Awaitable[int]]) -> AsyncIterator[None]:
    """Do the job again and again with such a pause, until it says 0 or the block ends. A failure is
    logged, and the job tried again. At the end it may finish what it is at, if that is soon done.
    """
    stop = asyncio.Event()

    async def repeat() -> None:
        left = 1
        while left and not stop.is_set():
            try:
                left = await job()
            except Unavailable as error:
                _log.warning(f"background work has to wait: {error}")
            except Exception as error:
                _log.warning("background work failed", exc_info=error)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), seconds)

    task = asyncio.create_task(repeat())
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait({task}, timeout=_FINISHING_SECONDS)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
