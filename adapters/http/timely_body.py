"""A body that arrives in time or not at all, and a client that may leave before the answer."""

import asyncio
from collections.abc import Callable

from litestar.types import Receive, ReceiveMessage

from adapters.http.problems import MALFORMED, TIMEOUT, Unacceptable


class TimelyBody:
    """Wraps a server's `receive` for one request. `seconds` is the time for the whole body."""

    def __init__(self, receive: Receive, seconds: float) -> None:
        self._receive = receive
        self._seconds = seconds
        self._deadline = asyncio.get_running_loop().time() + seconds
        self._arrived = asyncio.Event()
        self.arrived = b""
        """As much of the body as has been read."""

    async def receive(self) -> ReceiveMessage:
        """The next part. Raises `Unacceptable` when it is late, or the client broke off."""
        try:
            async with asyncio.timeout_at(self._deadline):
                message: ReceiveMessage = await self._receive()
        except (TimeoutError, asyncio.CancelledError):  # a server that stops cancels
            raise Unacceptable(
                TIMEOUT,
                f"Send the whole body within {self._seconds:g} seconds.",
                {"Connection": "close"},
            ) from None
        if message["type"] == "http.disconnect":
            raise Unacceptable(MALFORMED, "Send the whole body.")
        if message["type"] == "http.request":
            self.arrived += message["body"]
            if not message["more_body"]:
                self._arrived.set()
        return message

    async def when_gone(self, then: Callable[[], None]) -> None:
        """Once the body has arrived, wait until the client goes away, and tell."""
        await self._arrived.wait()
        message: ReceiveMessage = await self._receive()
        if message["type"] == "http.disconnect":
            then()
