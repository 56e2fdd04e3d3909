"""A body that arrives in time or not at all, and a client that may leave before the answer."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import anyio
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, ReceiveMessage, Scope, Send

from adapters.http.problem_kinds import MALFORMED, TIMEOUT, TOO_LARGE
from adapters.http.problems import Unacceptable


class TimelyBodies:
    """Limits how long a body may take to arrive and how large it may be, whatever the method, and
    stops answering a request that has a body when its client is gone.
    """

    def __init__(self, app: ASGIApp, *, seconds: float, max_bytes: int) -> None:
        self._app = app
        self._seconds, self._max_bytes = seconds, max_bytes

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != ScopeType.HTTP or _has_none(scope["state"]["fields"]):
            return self._app(scope, receive, send)
        return self._with_body(scope, receive, send)

    async def _with_body(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        body = scope["state"]["body"] = TimelyBody(receive, self._seconds, self._max_bytes)
        with anyio.CancelScope() as waiting:
            watch = asyncio.create_task(body.when_gone(waiting.cancel))
            try:
                await self._app(scope, body.receive, send)
            finally:
                watch.cancel()
        scope["state"]["client_gone"] = waiting.cancelled_caught


def _has_none(fields: Mapping[bytes, bytes]) -> bool:
    return b"content-length" not in fields and b"transfer-encoding" not in fields


class TimelyBody:
    """Wraps a server's `receive` for one request. `seconds` is the time for the whole body,
    `max_bytes` its largest size.
    """

    def __init__(self, receive: Receive, seconds: float, max_bytes: int) -> None:
        self._receive = receive
        self._seconds, self._max_bytes = seconds, max_bytes
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
            if len(self.arrived) > self._max_bytes:
                raise Unacceptable(
                    TOO_LARGE, f"Send at most {self._max_bytes} bytes.", {"Connection": "close"}
                )
            if not message["more_body"]:
                self._arrived.set()
        return message

    async def when_gone(self, then: Callable[[], None]) -> None:
        """Once the body has arrived, wait until the client goes away, and tell."""
        await self._arrived.wait()
        message: ReceiveMessage = await self._receive()
        if message["type"] == "http.disconnect":
            then()
