"""How each request went, for those who watch."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from msgspec import DecodeError, Struct, json

from adapters.http.problem_kinds import TRANSFER_CODING
from application.operations.requests import Observe, RequestEntry, Tally

CLIENT_CLOSED_REQUEST = 499
"""Recorded, never sent: nobody was there to read an answer."""

BODY_KEPT_MAX_BYTES = 4_096
"""The body of a larger request is not recorded."""

_REFUSED, _FAILED = 400, 500


class Recording:
    """Tells `observe` of each request when it has been answered. `begin_tally` begins to count the
    statements of a request.
    """

    def __init__(self, app: ASGIApp, observe: Observe, begin_tally: Callable[[], Tally]) -> None:
        self._app = app
        self._observe = observe
        self._begin_tally = begin_tally

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == ScopeType.HTTP:
            return self._record(scope, receive, send)
        return self._app(scope, receive, send)

    async def _record(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        answer, finished = _Answer(send), False
        started, tally = time.perf_counter(), self._begin_tally()
        try:
            await self._app(scope, receive, answer)
            finished = True
        finally:
            milliseconds = round((time.perf_counter() - started) * 1000, 2)
            self._observe(_entry(scope, answer, tally, milliseconds, finished=finished))


class _Coded(Struct):
    code: str


class _Answer:
    """Passes the answer on and looks at it. Not a coroutine: one more a message is felt."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = self.size = 0
        self.headers: Any = ()
        self._refusal = b""

    def __call__(self, message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], message["headers"]
        elif message["type"] == "http.response.body":
            self.size += len(message["body"])
            if self.status >= _REFUSED and not self._refusal:
                self._refusal = message["body"]
        return self._send(message)

    @property
    def problem(self) -> str:
        """The code of the problem document that was sent, if one was."""
        if not self._refusal.startswith(b'{"type":"urn:frontdesk:problem:'):
            return ""
        try:
            return json.decode(self._refusal, type=_Coded).code
        except DecodeError:
            return ""


def _entry(
    scope: HTTPScope, answer: _Answer, tally: Tally, milliseconds: float, *, finished: bool
) -> RequestEntry:
    state, signed_in = scope["state"], scope.get("user")
    status = CLIENT_CLOSED_REQUEST if state.get("client_gone") else answer.status or _FAILED
    arrived = state["body"].arrived if "body" in state else b""
    return RequestEntry(
        time=time.time(),
        request_id=state["request_id"],
        level=_level(status) if finished else "error",
        method=state["method"],
        route=scope.get("path_template", ""),
        path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"],
        status=status,
        problem=answer.problem,
        duration_ms=milliseconds,
        address=scope["client"][0] if scope["client"] else "unknown",
        user_id=signed_in.user.id if signed_in else state.get("user_id"),
        request_fields=scope["headers"],
        request_body=arrived if len(arrived) <= BODY_KEPT_MAX_BYTES else b"",
        request_bytes=len(arrived),
        response_fields=answer.headers,
        response_bytes=answer.size,
        tally=tally,
        error=state.get("error"),
        trace_id=state["trace_id"],
    )


def _level(status: int) -> str:
    if status < _REFUSED:
        return "info"
    return "warning" if status < _FAILED or status == TRANSFER_CODING.status else "error"
