"""What is refused for its form, before anybody looks at what it means."""

from collections.abc import Awaitable

from litestar.enums import ScopeType
from litestar.types import (
    ASGIApp,
    HTTPResponseBodyEvent,
    HTTPResponseStartEvent,
    HTTPScope,
    Receive,
    Scope,
    Send,
)

from adapters.http.pipeline.rules import Rules
from adapters.http.problems import PROBLEM_JSON, Unacceptable, encode


class FormRules:
    """Answers with a problem document what breaks one of the rules."""

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self._app = app
        self._rules = rules

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == ScopeType.HTTP:
            return self._check(scope, receive, send)
        return self._app(scope, receive, send)

    async def _check(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        try:
            self._rules.check(scope, scope["state"]["fields"])
            await self._app(scope, receive, send)
        except Unacceptable as refusal:
            await _refuse(refusal, send)


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
