"""uvicorn's HTTP protocol, less patient and less trusting (docs/adr/0006).

uvicorn waits for ever for the end of a request's head and for a client that reads nothing, lets a
head, trailers and a queue of further requests grow without bound, takes trailers for header fields,
and answers nonsense in plain text, also where an earlier request waits for its answer. Past its
limit of connections it refuses everybody, also those who have been connected for long.
"""

import socket
from asyncio import BaseTransport, Transport
from functools import partial
from typing import Any, cast

from httptools import HttpParserError, HttpParserUpgrade
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from adapters.http.pipeline.connections import Connections
from adapters.http.pipeline.deadline import Deadline
from adapters.http.pipeline.raw import authority_of, refusal
from adapters.http.pipeline.rules import HEADERS_MAX_BYTES, HEADERS_MAX_FIELDS, URL_MAX_BYTES
from adapters.http.problem_kinds import DOMAIN, HEADERS_TOO_LARGE, MALFORMED, Kind
from domain.errors import Busy

_HEAD_MAX_BYTES = HEADERS_MAX_BYTES + URL_MAX_BYTES
_END_OF_HEAD = b"\r\n\r\n"
_BODY_PIECE_BYTES = 1024


class _TooManyPipelined(Exception):
    pass


class StrictProtocol(HttpToolsProtocol):
    """Closes connections that are silent, slow or endless.

    What a client sends ahead of an answer stays bytes until its turn, and while a client does not
    read its answers, nothing is read from it.
    """

    head_seconds = 10.0
    """From the connection, or from the first byte after an answer, to the end of the head."""

    linger_seconds = 5.0
    """For a body nobody wants: time to send the rest of it, so that the answer is read."""

    stalled_seconds = 20.0
    """For a client that reads nothing of an answer which fits into no buffer, and for the rest of
    an answer when the connection is closed after it.
    """

    refused_seconds = 1.0
    """For a newcomer that is refused: time to send something, so that the answer is read."""

    pipelined_max = 16
    """Requests of a connection that wait for the answer to an earlier one."""

    ahead_max_bytes = 64 * 1024
    """Of what waits for the answer to an earlier request."""

    between_max_bytes = 512 * 1024
    """After the head, of what is no body: trailers, and how chunks are framed."""

    send_buffer_bytes = 64 * 1024
    """What the kernel keeps of answers that are not read yet; Linux takes twice as much. Left to
    itself it grows to 4 MB a connection. A faster reader than 64 KiB in each round trip waits.
    """

    def __init__(self, *args: Any, connections: Connections, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held = connections
        self._in_head = True
        self._in_body = False
        self._head_bytes = self._between_bytes = 0
        self._ahead = b""
        self._taken = 0
        self._is_broken = self._is_refused = False
        self._answering: Any = None
        self._deadline, self._stalled = Deadline(self.loop), Deadline(self.loop)

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(cast("Transport", transport))
        self.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_SNDBUF, self.send_buffer_bytes
        )
        if self._held.admit(self, self.client[0] if self.client else None):
            self._close_after(self.head_seconds)
        else:
            self._is_broken = self._is_refused = True
            self._close_after(self.refused_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_broken, self._ahead = True, b""
        self._held.left(self)
        self._deadline.cancel()
        self.resume_writing()
        self.pipeline.clear()
        super().connection_lost(exc)
        # uvicorn tells the request that arrived last.
        if self._answering and not self._answering.response_complete:
            self._answering.disconnected = True
            self._answering.message_event.set()

    def eof_received(self) -> None:
        """The client sends nothing more. What it has asked for before is not answered."""
        self._close()

    def give_way(self) -> None:
        """Make room for another connection."""
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._is_broken:
            if self._is_refused:
                self._is_refused = False
                self._refuse(DOMAIN[Busy], str(Busy()), retry_after=10)
            return
        if self._ahead or self._is_answering():
            self._ahead += data
            self._wait_for_the_answer()
            return
        self._unset_keepalive_if_required()
        end = data.find(_END_OF_HEAD) + len(_END_OF_HEAD)
        # Most of what arrives is one request.
        if end in (len(data), len(_END_OF_HEAD) - 1):
            self._feed(data)
        else:
            self._ahead = data
            self._feed_ahead()

    def on_header(self, name: bytes, value: bytes) -> None:
        # After the head these are trailers, which no rule has seen (RFC 9110 §6.5.1).
        # One field too many is enough for the rule.
        if self._in_head and len(self.headers) <= HEADERS_MAX_FIELDS:
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        self._between_bytes = 0
        super().on_body(body)

    def on_headers_complete(self) -> None:
        if len(self.pipeline) >= self.pipelined_max:
            raise _TooManyPipelined  # httptools stops, and the connection is refused
        self._deadline.cancel()
        if authority := authority_of(self.url):  # it counts, whatever the field says
            self.headers[:] = [(n, authority if n == b"host" else v) for n, v in self.headers]
        super().on_headers_complete()  # which raises for a target that is none
        self._in_head, self._in_body, self._head_bytes, self._between_bytes = False, True, 0, 0
        self._held.asked(self)

    def on_message_complete(self) -> None:
        self._in_head, self._in_body = True, False
        if self.cycle.response_complete:
            self._close_after(self.timeout_keep_alive)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._is_broken, self._ahead = True, b""
            self._abort_if_unread()
            return
        # What was answered may be an earlier request than the one that is arriving.
        if self.cycle.response_complete:
            self._held.heard(self)
            if self._in_body:
                self._unset_keepalive_if_required()
                self._close_after(self.linger_seconds)
        if self.flow.write_paused:
            self.flow.pause_reading()
        if self._ahead:
            self._unset_keepalive_if_required()
            self._taken += 1
            self._feed_ahead()

    def pause_writing(self) -> None:
        super().pause_writing()
        if not self._stalled.is_set:
            self._stalled.set(self.stalled_seconds, self._abort)
        if not self.transport.is_closing():
            self.flow.pause_reading()

    def resume_writing(self) -> None:
        self._stalled.cancel()
        super().resume_writing()
        if self.transport.is_closing():
            return
        self._feed_ahead()
        if not self._ahead:
            self.flow.resume_reading()

    def timeout_keep_alive_handler(self) -> None:
        self._close()

    def send_400_response(self, msg: str) -> None:
        self._break_off(MALFORMED, f"{msg.rstrip('.')}.")

    def _is_answering(self) -> bool:
        """Whether a request is whole, and waits for its answer."""
        cycle: RequestResponseCycle | None = self.cycle
        return self._in_head and cycle is not None and not cycle.response_complete

    def _feed(self, data: bytes) -> None:
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > _HEAD_MAX_BYTES:
                self._break_off(HEADERS_TOO_LARGE, "Send a shorter URL and fewer header fields.")
                return
        elif self._between_bytes > self.between_max_bytes:
            self._is_broken = True
            self.transport.abort()
            return
        self._between_bytes += len(data)
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade as upgrade:
            self._stay_with_http(data[upgrade.args[0] :])
        except HttpParserError:
            self.send_400_response("Invalid HTTP request received.")
        # Most heads are whole by now, and cost no timer.
        if self._in_head and self._head_bytes:
            self._held.heard(self)
            if not self._deadline.is_set:
                self._close_after(self.head_seconds)

    def _feed_ahead(self) -> None:
        """Feed what was sent ahead, no further than to the end of a request."""
        data, at = self._ahead, 0
        while at < len(data) and not (
            self._is_broken or self._is_answering() or self.flow.write_paused
        ):
            least = at if self._in_head else at + _BODY_PIECE_BYTES
            found = data.find(_END_OF_HEAD, least)
            end = len(data) if found < 0 else found + len(_END_OF_HEAD)
            self._feed(data[at:end])
            at = end
        self._ahead = b"" if self._is_broken else data[at:]
        if self._ahead:
            self._wait_for_the_answer()
        else:
            self._taken = 0

    def _wait_for_the_answer(self) -> None:
        if len(self._ahead) > self.ahead_max_bytes or self._taken >= self.pipelined_max:
            self._is_broken, self._ahead = True, b""
            # Those before are owed their answers; then the connection is closed.
            self.cycle.keep_alive = False
            if not self._is_answering():
                self._close()
        elif not self.transport.is_closing():
            self.flow.pause_reading()

    def _stay_with_http(self, rest: bytes) -> None:
        """The client offered another protocol, or asked for a tunnel; neither is to be had."""
        if any(name in (b"content-length", b"transfer-encoding") for name, _ in self.headers):
            # The parser does not read such a body, so it would be taken for the next request.
            self._is_broken, self.cycle.keep_alive = True, False
        elif rest:
            self._feed(rest)

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, partial(self._until_done, app, cycle))

    async def _until_done(self, app: Any, cycle: Any, *messages: Any) -> None:
        try:
            await app(*messages)
        finally:
            if not cycle.response_complete:  # uvicorn closes the connection, but waits for ever
                self.loop.call_soon(self._abort_if_unread)

    def _abort(self) -> None:
        self.transport.abort()

    def _close_after(self, seconds: float) -> None:
        self._deadline.set(seconds, self._close)

    def _close(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()
            self._abort_if_unread()

    def _abort_if_unread(self) -> None:
        """A transport that is closed waits for ever until what it has is read."""
        if self.transport.get_write_buffer_size():
            self._deadline.set(self.stalled_seconds, self._abort)

    def _break_off(self, kind: Kind, detail: str) -> None:
        self._is_broken = True
        if self.cycle and not self.cycle.response_complete and not self._in_body:
            # Those before are owed their answers; then the connection is closed.
            self.cycle.keep_alive = False
            return
        self._refuse(kind, detail)

    def _refuse(self, kind: Kind, detail: str, retry_after: int | None = None) -> None:
        self.transport.write(refusal(kind, detail, retry_after))
        self.transport.close()
        self._abort_if_unread()
