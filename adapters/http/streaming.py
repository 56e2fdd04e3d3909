"""A document that is sent as it is made, to a client that reads it as it likes."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing, suppress
from typing import Any

import anyio
from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.response.base import ASGIResponse
from litestar.types import HTTPResponseBodyEvent, Receive, Scope, Send

from adapters.http.problems import Unacceptable
from domain.errors import FrontdeskError

_log = logging.getLogger("frontdesk")

Pieces = AsyncGenerator[bytes, None]


class Streamed(Response[Any]):
    """Sends the pieces one after the other, each when the client has read enough of those before.

    When the client leaves, making them ends. When making one fails, the connection is closed before
    the end of the document, so that what has arrived cannot pass for all.
    """

    def __init__(
        self, first: bytes, pieces: Pieces, *, filename: str, kind: str = "application/json"
    ) -> None:
        super().__init__(None)
        self._first, self._pieces = first, pieces
        self._filename, self._kind = filename, kind

    def to_asgi_response(
        self,
        app: Any,
        request: Request[Any, Any, Any],
        *,
        headers: dict[str, str] | None = None,
        cookies: Iterable[Cookie] | None = None,
        **options: Any,
    ) -> ASGIResponse:
        """Litestar calls this with what the handler and its layers define."""
        return _StreamedAnswer(self._first, self._pieces, self._filename, self._kind)


class _StreamedAnswer(ASGIResponse):
    def __init__(self, first: bytes, pieces: Pieces, filename: str, kind: str) -> None:
        self._first, self._pieces = first, pieces
        self._headers = [
            (b"content-type", kind.encode()),
            (b"content-disposition", f'attachment; filename="{filename}"'.encode()),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with anyio.CancelScope() as waiting:
            watch = asyncio.create_task(_when_gone(receive, waiting.cancel))
            try:
                async with aclosing(self._pieces) as pieces:
                    await send(
                        {"type": "http.response.start", "status": 200, "headers": self._headers}
                    )
                    await send(_part(self._first))
                    async for piece in pieces:
                        await send(_part(piece))
                        await asyncio.sleep(0)  # others come in between
                await send(_part(b"", more=False))
            except FrontdeskError as error:
                request_id = scope["state"].get("request_id")
                cause = {"request_id": request_id, "cause": str(error)}
                _log.warning("an answer was cut off", extra=cause)
            finally:
                watch.cancel()


def _part(body: bytes, *, more: bool = True) -> HTTPResponseBodyEvent:
    return {"type": "http.response.body", "body": body, "more_body": more}


async def _when_gone(receive: Receive, then: Callable[[], None]) -> None:
    with suppress(Unacceptable):  # a client whose body is endless has left, too
        while (await receive())["type"] != "http.disconnect":
            pass
    then()
