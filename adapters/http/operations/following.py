"""Waiting for what comes next."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sized
from contextlib import contextmanager
from typing import Annotated, TypeVar

from litestar.params import QueryParameter

_Found = TypeVar("_Found", bound=Sized)

WAIT_MAX_SECONDS = 5
WAITING_AT_MOST = 50
_LOOKS_EVERY_SECONDS = 0.25

Wait = Annotated[
    float,
    QueryParameter(
        ge=0, le=WAIT_MAX_SECONDS, description="Seconds to wait for something, if there is nothing."
    ),
]


class _Waiting:
    """So many may wait at a time; others are answered at once."""

    def __init__(self) -> None:
        self._number = 0

    @contextmanager
    def place(self) -> Iterator[bool]:
        self._number += 1
        try:
            yield self._number <= WAITING_AT_MOST
        finally:
            self._number -= 1


_waiting = _Waiting()


async def wait_for(look: Callable[[], Awaitable[_Found]], *, seconds: float) -> _Found:
    """What `look` finds, as soon as it finds something; nothing after so many seconds.

    It is an ordinary request, so that every look of a follower is authorised anew.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    found = await look()
    with _waiting.place() as may_wait:
        while may_wait and not found and loop.time() < deadline:
            await asyncio.sleep(_LOOKS_EVERY_SECONDS)
            found = await look()
    return found
