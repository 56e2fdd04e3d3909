"""uvicorn's HTTP protocol, less patient and less trusting.

uvicorn waits for ever for the end of a request's head, lets it grow without bound, takes trailers
for header fields, and answers nonsense in plain text.
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

HEAD_SECONDS = 10.0
"""From the connection, or from the first byte after an answer, to the end of the head."""

LINGER_SECONDS = 5.0
"""For a body nobody wants: time to send the rest of it, so that the answer is read."""

_HEAD_MAX_BYTES = HEADERS_MAX_BYTES + URL_MAX_BYTES
_REASONS = {400: b"Bad Request", 431: b"Request Header Fields Too Large"}


class StrictProtocol(HttpToolsProtocol):
    """Closes connections that are silent, slow or endless before they have sent a request."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_head = True
        self._in_body = False
        self._head_bytes = 0
        self._deadline: TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(cast("Transport", transport))
        self._close_after(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._keep_open()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            if self._head_bytes > _HEAD_MAX_BYTES:
                self._refuse(HEADERS_TOO_LARGE, "Send a shorter URL and fewer header fields.")
                return
            self._head_bytes += len(data)
        super().data_received(data)
        # Most heads are whole by now, and cost no timer.
        if self._in_head and self._head_bytes and self._deadline is None:
            self._close_after(HEAD_SECONDS)

    def on_header(self, name: bytes, value: bytes) -> None:
        # After the head these are trailers, which no rule has seen (RFC 9110 §6.5.1).
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head, self._in_body, self._head_bytes = False, True, 0
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
            self._close_after(LINGER_SECONDS)

    def send_400_response(self, msg: str) -> None:
        self._refuse(MALFORMED, f"{msg.rstrip('.')}.")

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
