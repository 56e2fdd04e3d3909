"""Waiting for what comes next."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

from litestar.params import QueryParameter

_Found = TypeVar("_Found")

WAIT_MAX_SECONDS = 5
_LOOKS_EVERY_SECONDS = 0.25

Wait = Annotated[
    float,
    QueryParameter(
        ge=0, le=WAIT_MAX_SECONDS, description="Seconds to wait for something, if there is nothing."
    ),
]


async def wait_for(look: Callable[[], Awaitable[list[_Found]]], *, seconds: float) -> list[_Found]:
    """What `look` finds, as soon as it finds something; nothing after so many seconds.

    It is an ordinary request, so that every look of a follower is authorised anew.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    found = await look()
    while not found and loop.time() < deadline:
        await asyncio.sleep(_LOOKS_EVERY_SECONDS)
        found = await look()
    return found
