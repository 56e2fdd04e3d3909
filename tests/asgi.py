"""A request as a server hands it to the application, without the server."""

from collections.abc import Iterable
from typing import Any

Header = tuple[bytes, bytes]


class SignedInRead:
    """`GET /api/user` with the cookie of a session, as often as it is called.

    `more` are further header fields; `otherwise` replaces what its scope says.
    """

    def __init__(self, app: Any, token: str, more: Iterable[Header] = (), **otherwise: Any) -> None:
        self._app = app
        self.scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "server": ("127.0.0.1", 8000),
            "client": ("127.0.0.1", 40_000),
            "scheme": "http",
            "method": "GET",
            "root_path": "",
            "path": "/api/user",
            "raw_path": b"/api/user",
            "query_string": b"",
            "headers": [
                (b"host", b"localhost"),
                (b"cookie", b"sessionid=" + token.encode()),
                *more,
            ],
            **otherwise,
        }

    async def __call__(self) -> int:
        """The status of the answer. Several may be under way."""
        messages: list[Any] = []

        async def send(message: Any) -> None:
            messages.append(message)

        await self._app({**self.scope, "state": {}}, self._receive, send)
        return int(messages[0]["status"])

    async def _receive(self) -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}
