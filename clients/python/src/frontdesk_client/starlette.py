"""Starlette: a middleware that says who is calling.

    app = Starlette(routes=…, middleware=[Middleware(FrontdeskMiddleware, url="http://127.0.0.1:8000")])

    @requires(["authenticated", "role:admin"])      # starlette.authentication
    async def admin(request): return PlainTextResponse(request.user.username)

`request.user` is a `User`, or Starlette's `UnauthenticatedUser`; `request.auth.scopes` has
"authenticated" and "role:…". It works under FastAPI, too.
"""

from typing import cast

import httpx
from starlette.authentication import (
    AuthCredentials,
    AuthenticationBackend,
    AuthenticationError,
    BaseUser,
)
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from frontdesk_client.checks import SECONDS, AsyncChecks, Remembering
from frontdesk_client.credentials import Credentials, credentials_of
from frontdesk_client.errors import Unavailable
from frontdesk_client.refusals import unavailable


def credentials_in(connection: HTTPConnection) -> Credentials | None:
    """What it brings."""
    headers = connection.headers
    return credentials_of(
        cookies=headers.getlist("cookie"), authorizations=headers.getlist("authorization")
    )


class _Unavailable(AuthenticationError):
    """Not a refusal: nobody knows."""


class _Backend(AuthenticationBackend):
    def __init__(self, checks: AsyncChecks) -> None:
        self._checks = checks

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, BaseUser] | None:
        try:
            found = await self._checks.signed_in(credentials_in(conn))
        except Unavailable as error:
            raise _Unavailable from error
        if found is None:
            return None
        roles = [f"role:{role}" for role in found.user.roles]
        return AuthCredentials(["authenticated", *roles]), cast("BaseUser", found.user)


def _answer(_: HTTPConnection, error: AuthenticationError) -> Response:
    refusal = unavailable(Unavailable())
    return JSONResponse(
        {"code": refusal.code, "detail": refusal.detail},
        status_code=refusal.status,
        headers=refusal.headers,
    )


class FrontdeskMiddleware(AuthenticationMiddleware):
    """Says who is calling; who may come in, say routes. While Frontdesk does not answer, a request
    with a session is answered 503. `remember` and `access_token` are those of
    `docs/applications.md`.
    """

    def __init__(
        self,
        app: ASGIApp,
        url: str,
        *,
        remember: float = 0,
        access_token: str | None = None,
        timeout: float = SECONDS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        checks = AsyncChecks(
            Remembering(url, remember=remember, access_token=access_token),
            timeout=timeout,
            transport=None if transport is None else lambda: transport,
        )
        super().__init__(app, backend=_Backend(checks), on_error=_answer)
