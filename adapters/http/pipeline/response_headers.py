"""The headers that every answer carries."""

from collections.abc import Awaitable, Iterable

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from adapters.http.pipeline.allow import all_methods

Header = tuple[bytes, bytes]

API_POLICY = b"default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; object-src 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


class ResponseHeaders:
    """Adds them. With `https`, browsers are told to use nothing else for a year."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = [
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
        ]
        if https:
            self._headers.append((b"strict-transport-security", b"max-age=31536000"))

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != ScopeType.HTTP:
            return self._app(scope, receive, send)
        request: HTTPScope = scope

        def answer(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                message["headers"] = self._complete(message["headers"], request)
            return send(message)

        return self._app(scope, receive, answer)

    def _complete(self, headers: Iterable[Header], scope: HTTPScope) -> list[Header]:
        request_id = (b"x-request-id", scope["state"]["request_id"].encode())
        complete = [*headers, *self._headers, request_id]
        present = dict(complete)
        if b"cache-control" not in present:
            complete.append((b"cache-control", b"no-store"))
        if b"content-security-policy" not in present:
            complete.append((b"content-security-policy", API_POLICY))
        if allow := present.get(b"allow"):
            complete.remove((b"allow", allow))
            complete.append((b"allow", all_methods(allow, scope)))
        return complete
