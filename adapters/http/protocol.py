"""uvicorn's HTTP protocol, less patient and less trusting.

uvicorn waits for ever for the end of a request's head and for a client that reads nothing, lets a
head, trailers and a line of further requests grow without bound, takes trailers for header fields,
and answers nonsense in plain text, also where an earlier request waits for its answer.
"""

import secrets
from asyncio import BaseTransport, TimerHandle, Transport
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from adapters.http.problems import (
    HEADERS_TOO_LARGE,
    MALFORMED,
    PROBLEM_JSON,
    Kind,
    encode,
)
from adapters.http.rules import HEADERS_MAX_BYTES, URL_MAX_BYTES

_HEAD_MAX_BYTES = HEADERS_MAX_BYTES + URL_MAX_BYTES
_REASONS = {400: b"Bad Request", 431: b"Request Header Fields Too Large"}


class _TooManyPipelined(Exception):
    pass


class StrictProtocol(HttpToolsProtocol):
    """Closes connections that are silent, slow or endless."""

    head_seconds = 10.0
    """From the connection, or from the first byte after an answer, to the end of the head."""

    linger_seconds = 5.0
    """For a body nobody wants: time to send the rest of it, so that the answer is read."""

    stalled_seconds = 20.0
    """For a client that reads nothing of an answer which fits into no buffer."""

    pipelined_max = 16
    """Requests of a connection that wait for the answer to an earlier one."""

    between_max_bytes = 512 * 1024
    """After the head, of what is no body: trailers, and how chunks are framed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_head = True
        self._in_body = False
        self._head_bytes = self._between_bytes = 0
        self._is_broken = False
        self._answering: Any = None
        self._deadline: TimerHandle | None = None
        self._stalled: TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(cast("Transport", transport))
        self._close_after(self.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._keep_open()
        self.resume_writing()
        self.pipeline.clear()
        super().connection_lost(exc)
        # uvicorn tells the request that arrived last.
        if self._answering and not self._answering.response_complete:
            self._answering.disconnected = True
            self._answering.message_event.set()

    def data_received(self, data: bytes) -> None:
        if self._is_broken:
            return
        if self._in_head:
            if self._head_bytes > _HEAD_MAX_BYTES:
                self._refuse(HEADERS_TOO_LARGE, "Send a shorter URL and fewer header fields.")
                return
            self._head_bytes += len(data)
        elif self._between_bytes > self.between_max_bytes:
            self.transport.abort()
            return
        self._between_bytes += len(data)
        super().data_received(data)
        # Most heads are whole by now, and cost no timer.
        if self._in_head and self._head_bytes and self._deadline is None:
            self._close_after(self.head_seconds)

    def on_header(self, name: bytes, value: bytes) -> None:
        # After the head these are trailers, which no rule has seen (RFC 9110 §6.5.1).
        if self._in_head:
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        self._between_bytes = 0
        super().on_body(body)

    def on_headers_complete(self) -> None:
        if len(self.pipeline) >= self.pipelined_max:
            raise _TooManyPipelined  # httptools stops, and the connection is refused
        self._in_head, self._in_body, self._head_bytes, self._between_bytes = False, True, 0, 0
        self._keep_open()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_head, self._in_body = True, False
        if self.cycle.response_complete:
            self._close_after(self.timeout_keep_alive)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        # What was answered may be an earlier request than the one that is arriving.
        if self._in_body and self.cycle.response_complete:
            self._unset_keepalive_if_required()
            self._close_after(self.linger_seconds)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled = self._stalled or self.loop.call_later(self.stalled_seconds, self._abort)

    def resume_writing(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        self._is_broken = True
        if self.cycle and not self.cycle.response_complete and not self._in_body:
            # Those before are owed their answers; then the connection is closed.
            self.cycle.keep_alive = False
            return
        self._refuse(MALFORMED, f"{msg.rstrip('.')}.")

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def _abort(self) -> None:
        self.transport.abort()

    def _close_after(self, seconds: float) -> None:
        self._keep_open()
        self._deadline = self.loop.call_later(seconds, self._close)

    def _keep_open(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _close(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()

    def _refuse(self, kind: Kind, detail: str) -> None:
        body = encode(kind, detail)
        head = [
            b"HTTP/1.1 %d %s" % (kind.status, _REASONS[kind.status]),
            b"content-type: " + PROBLEM_JSON.encode(),
            b"content-length: %d" % len(body),
            b"x-request-id: " + secrets.token_hex(8).encode(),
            b"connection: close",
        ]
        self.transport.write(b"\r\n".join([*head, b"", body]))
        self.transport.close()
