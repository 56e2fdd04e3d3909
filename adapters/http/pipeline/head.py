"""HEAD: as GET, less the body (RFC 9110 §9.3.2)."""

from collections.abc import Awaitable

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send


class HeadWithoutBody:
    """Empties the body of an answer to HEAD."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != ScopeType.HTTP or scope["state"]["method"] != "HEAD":
            return self._app(scope, receive, send)

        def answer(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.body":
                message["body"] = b""
            return send(message)

        return self._app(scope, receive, answer)
