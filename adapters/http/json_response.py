"""How a view becomes an answer."""

from collections.abc import Iterable
from typing import Any

from litestar import MediaType, Request, Response
from litestar.datastructures import Cookie
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send
from msgspec import json


class JsonResponse(Response[Any]):
    """What a handler returns that adds no header and no cookie: encoded, and sent. Litestar's own
    way, taken for everything else, costs half as much again as all the rest it does for a request
    (docs/performance.md).
    """

    def to_asgi_response(
        self,
        app: Any,
        request: Request[Any, Any, Any],
        *,
        headers: dict[str, str] | None = None,
        cookies: Iterable[Cookie] | None = None,
        **options: Any,
    ) -> ASGIResponse:
        """Litestar calls this with what the handler and its layers define."""
        if self.media_type == MediaType.JSON and self.status_code and not (headers or cookies):
            return _Encoded(json.encode(self.content), self.status_code)
        return super().to_asgi_response(app, request, headers=headers, cookies=cookies, **options)


class _Encoded(ASGIResponse):
    def __init__(self, body: bytes, status_code: int) -> None:
        self.body, self.status_code = body, status_code

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send_json(send, self.body, self.status_code)


async def send_json(send: Send, body: bytes, status_code: int = 200) -> None:
    """Send with no more header fields than it takes."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status_code, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
