"""Asking Frontdesk who is calling: what the guards of the frameworks are made of."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Self

import httpx

from frontdesk_client.credentials import Credentials
from frontdesk_client.errors import Unavailable
from frontdesk_client.following import Follower
from frontdesk_client.memory import Memory
from frontdesk_client.models import SignedIn
from frontdesk_client.pretending import pretence
from frontdesk_client.reading import BODY_MAX_BYTES, PATH, fields, read

SECONDS = 2.0
_CLOSED = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
"""What happens to a connection that Frontdesk has just closed: asked once more on another one."""
_AT_ONCE = 32
_COMPLAINS_EVERY_SECONDS = 10
_log = logging.getLogger("frontdesk_client")
_LIMITS = httpx.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE)


class Remembering:
    """What checks with and without `await` share: where Frontdesk is, and what is kept. Raises
    `ValueError` for what is no URL.
    """

    def __init__(self, url: str, *, remember: float = 0, access_token: str | None = None) -> None:
        if not url.startswith(("http://", "https://")):
            raise ValueError(f"{url!r} is no URL, as in http://127.0.0.1:8000.")
        self.address = httpx.URL(url.rstrip("/") + PATH)
        self._complained_at = float("-inf")
        self.memory = Memory(remember, follows_events=access_token is not None)
        self._follower = (
            Follower(url, access_token, self.memory) if access_token and remember else None
        )

    def recall(self, credentials: Credentials) -> SignedIn | None:
        """What is kept, if anything."""
        if self._follower:
            self._follower.start()
        return self.memory.get(credentials)

    def complain(self, error: Unavailable) -> None:
        """Log why nobody is let in, now and then."""
        now = time.monotonic()
        if now - self._complained_at > _COMPLAINS_EVERY_SECONDS:
            self._complained_at = now
            _log.warning("nobody with a session is let in: %s", error)

    def close(self) -> None:
        """Follow no longer."""
        if self._follower:
            self._follower.close()


@dataclass(frozen=True, slots=True)
class _Outcome:
    found: SignedIn | None = None
    error: Unavailable | None = None

    def result(self) -> SignedIn | None:
        if self.error:
            raise self.error
        return self.found


class _Asking:
    """Of one event loop."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, transport: httpx.AsyncBaseTransport
    ) -> None:
        self.loop, self.transport = loop, transport
        self.slots = asyncio.Semaphore(_AT_ONCE)
        self.unsent: dict[Credentials, asyncio.Task[_Outcome]] = {}


class AsyncChecks:
    """Who is signed in, asked over one pool of connections. Checks share only a request that has
    not been sent yet, so that none is answered by what was true before it came.

    An answer that does not come within `timeout` seconds raises `Unavailable`.
    """

    def __init__(
        self,
        shared: Remembering,
        *,
        timeout: float = SECONDS,
        transport: Callable[[], httpx.AsyncBaseTransport] | None = None,
    ) -> None:
        self._shared, self._timeout = shared, timeout
        self._transport = transport or partial(httpx.AsyncHTTPTransport, limits=_LIMITS)
        self._asking: _Asking | None = None

    async def signed_in(self, credentials: Credentials | None) -> SignedIn | None:
        """The user and the session; `None` if nobody is signed in with these. Raises
        `Unavailable`.
        """
        if pretended := pretence():
            return pretended.signed_in
        if credentials is None:
            return None
        if kept := self._shared.recall(credentials):
            return kept
        asking = self._of_this_loop()
        task = asking.unsent.get(credentials)
        if task is None:
            task = asyncio.create_task(self._ask(asking, credentials))
            asking.unsent[credentials] = task
        # Whoever leaves takes nobody else's answer away.
        return (await asyncio.shield(task)).result()

    async def aclose(self) -> None:
        """Close its connections."""
        asking, self._asking = self._asking, None
        if asking and asking.loop is asyncio.get_running_loop():
            await asking.transport.aclose()
        await asyncio.to_thread(self._shared.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        await self.aclose()

    def _of_this_loop(self) -> _Asking:
        loop = asyncio.get_running_loop()
        if self._asking is None or self._asking.loop is not loop:
            self._asking = _Asking(loop, self._transport())
        return self._asking

    async def _ask(self, asking: _Asking, credentials: Credentials) -> _Outcome:
        """An outcome in any case: perhaps nobody waits for it any more."""
        own = asyncio.current_task()
        try:
            async with asyncio.timeout(self._timeout), asking.slots:
                del asking.unsent[credentials]
                own = None
                asked_at = self._shared.memory.now()
                try:
                    found = await self._sent(asking.transport, credentials)
                except _CLOSED:
                    found = await self._sent(asking.transport, credentials)
        except (httpx.HTTPError, TimeoutError) as error:
            return self._failed(_unreachable(error))
        except Unavailable as error:
            return self._failed(error)
        finally:
            if own is not None:
                del asking.unsent[credentials]
        if found:
            self._shared.memory.keep(credentials, found, asked_at=asked_at)
        return _Outcome(found)

    def _failed(self, error: Unavailable) -> _Outcome:
        self._shared.complain(error)
        return _Outcome(error=error)

    async def _sent(
        self, transport: httpx.AsyncBaseTransport, credentials: Credentials
    ) -> SignedIn | None:
        # No client of httpx: it would keep cookies, and send those of one caller along with
        # another's.
        request = httpx.Request("GET", self._shared.address, headers=fields(credentials))
        request.extensions["timeout"] = httpx.Timeout(self._timeout).as_dict()
        response = await transport.handle_async_request(request)
        body = bytearray()
        try:
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > BODY_MAX_BYTES:
                    raise Unavailable("Frontdesk answers without an end.")
        finally:
            await response.aclose()
        return read(response.status_code, bytes(body))


class Checks:
    """The same for threads, which share no request."""

    def __init__(
        self,
        shared: Remembering,
        *,
        timeout: float = SECONDS,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._shared, self._timeout = shared, timeout
        self._transport = transport or httpx.HTTPTransport(limits=_LIMITS)

    def signed_in(self, credentials: Credentials | None) -> SignedIn | None:
        """As that of `AsyncChecks`."""
        if pretended := pretence():
            return pretended.signed_in
        if credentials is None:
            return None
        if kept := self._shared.recall(credentials):
            return kept
        memory = self._shared.memory
        asked_at = memory.now()
        try:
            try:
                found = self._sent(credentials, until=asked_at + self._timeout)
            except _CLOSED:
                found = self._sent(credentials, until=asked_at + self._timeout)
        except (httpx.HTTPError, TimeoutError) as error:
            self._shared.complain(unreachable := _unreachable(error))
            raise unreachable from error
        except Unavailable as error:
            self._shared.complain(error)
            raise
        if found:
            memory.keep(credentials, found, asked_at=asked_at)
        return found

    def close(self) -> None:
        """Close its connections."""
        self._transport.close()
        self._shared.close()

    def _sent(self, credentials: Credentials, *, until: float) -> SignedIn | None:
        request = httpx.Request("GET", self._shared.address, headers=fields(credentials))
        request.extensions["timeout"] = httpx.Timeout(self._timeout).as_dict()
        response = self._transport.handle_request(request)
        body = bytearray()
        try:
            for piece in response.iter_bytes():
                body += piece
                if len(body) > BODY_MAX_BYTES or self._shared.memory.now() > until:
                    raise Unavailable("Frontdesk answers without an end.")
        finally:
            response.close()
        return read(response.status_code, bytes(body))


def _unreachable(error: Exception) -> Unavailable:
    return Unavailable(f"Frontdesk does not answer: {type(error).__name__}.")
