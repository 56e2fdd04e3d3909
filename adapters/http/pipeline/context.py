"""Who asks, and under which id: what everything after this knows of a request."""

import random
import re
from collections.abc import Awaitable

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from adapters.http.options import FORWARD_AUTH
from adapters.http.pipeline.client_address import ClientAddress

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,42}")  # shorter than a secret
_TRACEPARENT = b"traceparent"
# W3C Trace Context, level 1: version, trace, parent, flags; later versions may have more.
_TRACE = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class RequestContext:
    """Gives the application a scope of its own: the caller's address in place of the peer's, a
    request id, the trace of `traceparent`, and GET in place of HEAD (RFC 9110 §9.3.2), whose name
    stays in the state. The server's scope stays as it is, for the server must know of HEAD. Where
    proxies ask whether to let a request through, they may send the method of that request: it is a
    GET, too.
    """

    def __init__(self, app: ASGIApp, client_address: ClientAddress) -> None:
        self._app = app
        self._client_address = client_address

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != ScopeType.HTTP:
            return self._app(scope, receive, send)
        fields = dict(scope["headers"])
        method = scope["method"]
        address = self._client_address.of(scope, receive, fields.get(b"x-forwarded-for"))
        own: Scope = {
            **scope,
            "method": "GET" if method == "HEAD" or scope["path"] == FORWARD_AUTH else method,
            "client": (address, scope["client"][1] if scope["client"] else 0),
            "state": {
                **scope.get("state", {}),
                "request_id": _request_id(fields.get(b"x-request-id")),
                "trace_id": _trace_id(fields[_TRACEPARENT]) if _TRACEPARENT in fields else "",
                "method": method,
                "fields": fields,
                "is_from_proxy": self._client_address.is_from_proxy(scope, receive),
            },
        }
        return self._app(own, receive, send)


def _request_id(given: bytes | None) -> str:
    """The caller's, if it is one that we would give."""
    if given and _REQUEST_ID.fullmatch(given):
        return given.decode("ascii")
    return f"{random.getrandbits(64):016x}"


def _trace_id(given: bytes) -> str:
    """The trace that the caller says it belongs to, if it says so well."""
    found = _TRACE.match(given)
    return found[1].decode("ascii") if found else ""
