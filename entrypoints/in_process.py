"""The whole service inside a process, as a transport for httpx: no port, no server."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, cast

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from litestar import Litestar

from entrypoints.services import Services
from entrypoints.settings import Settings
from entrypoints.web_app import create_app


@contextmanager
def in_process(
    settings: Settings, services: Services | None = None
) -> Iterator[httpx.BaseTransport]:
    """On the database of these settings, for clients that do not await."""
    app = _app(settings, services)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(app.lifespan()):
        yield _ThroughPortal(_transport(app), portal)


@asynccontextmanager
async def in_process_async(
    settings: Settings, services: Services | None = None
) -> AsyncIterator[httpx.AsyncBaseTransport]:
    """The same for those that do."""
    app = _app(settings, services)
    async with app.lifespan():
        yield _transport(app)


def _app(settings: Settings, services: Services | None) -> Litestar:
    return create_app(settings, services, record=lambda _: None)


def _transport(app: Litestar) -> httpx.AsyncBaseTransport:
    return httpx.ASGITransport(cast("Any", app), raise_app_exceptions=False)


class _ThroughPortal(httpx.BaseTransport):
    """Hands requests of a synchronous client to an event loop in another thread."""

    def __init__(self, transport: httpx.AsyncBaseTransport, portal: BlockingPortal) -> None:
        self._transport, self._portal = transport, portal

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        return self._portal.call(self._answer, request)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        response = await self._transport.handle_async_request(request)
        # As it was sent: the client undoes the content coding.
        content = b"".join([piece async for piece in response.aiter_raw()])
        return httpx.Response(
            response.status_code, headers=response.headers, stream=httpx.ByteStream(content)
        )
