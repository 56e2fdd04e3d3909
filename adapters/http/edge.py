"""The outermost layer: every request passes here, also one that no handler will see.

It names the request, refuses what breaks the rules of form, limits how long a body may take, adds
the headers every answer carries, and records how it went.
"""

import asyncio
import random
import re
import time
from collections.abc import Awaitable, Callable, Iterable

import anyio
from litestar.enums import ScopeType
from litestar.types import (
    ASGIApp,
    HTTPResponseBodyEvent,
    HTTPResponseStartEvent,
    HTTPScope,
    Message,
    Receive,
    Scope,
    Send,
)

from adapters.http.allow import all_methods
from adapters.http.network import ClientAddress
from adapters.http.problems import PROBLEM_JSON, TRANSFER_CODING, Unacceptable, encode
from adapters.http.rules import Fields, Rules
from adapters.http.timely_body import TimelyBody
from domain.traffic import Observe, RequestRecord, Tally

CLIENT_CLOSED_REQUEST = 499
"""Recorded, never sent: nobody was there to read an answer."""

_REFUSED, _FAILED = 400, 500

BODY_KEPT_MAX_BYTES = 4_096
"""The body of a larger request is not recorded."""

Header = tuple[bytes, bytes]

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,42}")  # shorter than a token

API_POLICY = b"default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'"


class Edge:
    """Wraps the whole application.

    `body_seconds` is how long a body may take to arrive. With `https`, browsers are told to use
    nothing else for a year. `begin_tally` begins to count the statements of a request.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        rules: Rules,
        client_address: ClientAddress,
        observe: Observe,
        begin_tally: Callable[[], Tally],
        body_seconds: float,
        https: bool,
    ) -> None:
        self._app = app
        self._rules = rules
        self._client_address = client_address
        self._observe = observe
        self._begin_tally = begin_tally
        self._body_seconds = body_seconds
        self._headers = [
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
        ]
        if https:
            self._headers.append((b"strict-transport-security", b"max-age=31536000"))

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == ScopeType.HTTP:
            return self._serve(scope, receive, send)
        return self._app(scope, receive, send)

    async def _serve(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        started, status, size, finished = time.perf_counter(), 0, 0, False
        answered: list[Header] = []
        body: TimelyBody | None = None
        method, tally = scope["method"], self._begin_tally()
        fields: Fields = dict(scope["headers"])
        request_id = _request_id(fields)
        scope = self._prepared(scope, receive, fields, request_id)

        # Not a coroutine: one more for each message is felt.
        def answer(message: Message) -> Awaitable[None]:
            nonlocal status, size, answered
            if message["type"] == "http.response.start":
                status = message["status"]
                answered = message["headers"] = self._complete(
                    message["headers"], scope, request_id
                )
            elif message["type"] == "http.response.body":
                if method == "HEAD":
                    message["body"] = b""
                size += len(message["body"])
            return send(message)

        try:
            self._rules.check(scope, fields)
            if b"content-length" not in fields and b"transfer-encoding" not in fields:
                await self._app(scope, receive, answer)
            else:
                body = TimelyBody(receive, self._body_seconds)
                if not await self._with_body(scope, body, answer):
                    status = CLIENT_CLOSED_REQUEST
            finished = True
        except Unacceptable as refusal:
            await _refuse(refusal, answer)
            finished = True
        finally:
            status = status or _FAILED  # which is what the server says then
            signed_in, state = scope.get("user"), scope["state"]
            arrived = body.arrived if body else b""
            kept = arrived if len(arrived) <= BODY_KEPT_MAX_BYTES else b""
            self._observe(
                RequestRecord(
                    time.time(),
                    request_id,
                    _level(status) if finished else "error",
                    method,
                    scope.get("path_template", ""),
                    scope["raw_path"].decode("latin-1"),
                    scope["query_string"],
                    status,
                    round((time.perf_counter() - started) * 1000, 2),
                    scope["client"][0] if scope["client"] else "unknown",
                    signed_in.user.id if signed_in else state.get("user_id"),
                    scope["headers"],
                    kept,
                    len(arrived),
                    answered,
                    size,
                    tally,
                    state.get("error"),
                )
            )

    def _prepared(
        self, scope: HTTPScope, receive: Receive, fields: Fields, request_id: str
    ) -> HTTPScope:
        address = self._client_address.of(scope, receive, fields.get(b"x-forwarded-for"))
        if scope["method"] == "HEAD":
            # Answered as GET, less the body (RFC 9110 §9.3.2). The server keeps its own scope, for
            # it must know.
            scope = {**scope, "method": "GET"}
        scope["client"] = (address, scope["client"][1] if scope["client"] else 0)
        scope.setdefault("state", {})["request_id"] = request_id
        return scope

    async def _with_body(self, scope: HTTPScope, body: TimelyBody, send: Send) -> bool:
        """Let the application answer, unless the client goes away before it does. Say if it did."""
        with anyio.CancelScope() as waiting:
            watch = asyncio.create_task(body.when_gone(waiting.cancel))
            try:
                await self._app(scope, body.receive, send)
            finally:
                watch.cancel()
        return not waiting.cancelled_caught

    def _complete(
        self, headers: Iterable[Header], scope: HTTPScope, request_id: str
    ) -> list[Header]:
        complete = [*headers, *self._headers, (b"x-request-id", request_id.encode())]
        present = dict(complete)
        if b"cache-control" not in present:
            complete.append((b"cache-control", b"no-store"))
        if b"content-security-policy" not in present:
            complete.append((b"content-security-policy", API_POLICY))
        if allow := present.get(b"allow"):
            complete.remove((b"allow", allow))
            complete.append((b"allow", all_methods(allow, scope)))
        return complete


def _level(status: int) -> str:
    if status < _REFUSED:
        return "info"
    return "warning" if status < _FAILED or status == TRANSFER_CODING.status else "error"


def _request_id(fields: Fields) -> str:
    given = fields.get(b"x-request-id")
    if given and _REQUEST_ID.fullmatch(given):
        return given.decode("ascii")
    return f"{random.getrandbits(64):016x}"


async def _refuse(refusal: Unacceptable, send: Send) -> None:
    body = encode(refusal.kind, refusal.detail)
    headers = [
        (b"content-type", PROBLEM_JSON.encode()),
        (b"content-length", str(len(body)).encode()),
        *((name.lower().encode(), value.encode()) for name, value in refusal.headers.items()),
    ]
    await send(
        HTTPResponseStartEvent(
            type="http.response.start", status=refusal.kind.status, headers=headers
        )
    )
    await send(HTTPResponseBodyEvent(type="http.response.body", body=body, more_body=False))
