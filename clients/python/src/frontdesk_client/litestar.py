"""Litestar: a plugin. Everything is closed but what says `exclude_from_auth=True`.

@get("/hello")
async def hello(current_user: User) -> str:
return f"Hello {current_user.username}"

@get("/admin", guards=[requires_role("admin")])
async def admin(request: Request) -> str: ...     # request.user, and request.auth, the session

app = Litestar([hello, admin], plugins=[FrontdeskPlugin("http://127.0.0.1:8000")])
"""

from collections.abc import Sequence
from typing import Any

import httpx
from litestar.config.app import AppConfig
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.middleware import (
    AbstractAuthenticationMiddleware,
    AuthenticationResult,
    DefineMiddleware,
)
from litestar.plugins import InitPlugin
from litestar.types import ASGIApp

from frontdesk_client.checks import SECONDS, AsyncChecks, Remembering
from frontdesk_client.credentials import credentials_of
from frontdesk_client.errors import Unavailable
from frontdesk_client.models import SignedIn, User
from frontdesk_client.refusals import NOT_SIGNED_IN, Refusal, let_in, unavailable

__all__ = ["FrontdeskPlugin", "User", "requires_role"]

Connection = ASGIConnection[Any, Any, Any, Any]


class FrontdeskPlugin(InitPlugin):
    """Lets in who is signed in: `request.user`, the dependency `current_user`, and the session as
    `request.auth`. `exclude` are patterns of paths that are open, as "^/schema". `remember` and
    `access_token` are those of `docs/applications.md`.
    """

    def __init__(
        self,
        url: str,
        *,
        exclude: Sequence[str] = (),
        remember: float = 0,
        access_token: str | None = None,
        timeout: float = SECONDS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._exclude = list(exclude)
        self._checks = AsyncChecks(
            Remembering(url, remember=remember, access_token=access_token),
            timeout=timeout,
            transport=None if transport is None else lambda: transport,
        )

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        """Add them."""
        middleware = DefineMiddleware(
            _Middleware, checks=self._checks, exclude=self._exclude or None
        )
        app_config.middleware.insert(0, middleware)
        app_config.dependencies = {
            "current_user": Provide(_current_user, sync_to_thread=False),
            **app_config.dependencies,
        }
        app_config.on_shutdown.append(self._checks.aclose)
        return app_config


def requires_role(*roles: str) -> Any:
    """A guard: who has one of these roles; 401 for nobody, 403 without it."""

    def guard(connection: Connection, _: BaseRouteHandler) -> None:
        user = connection.scope.get("user")
        found = SignedIn(user, connection.auth) if isinstance(user, User) else None
        outcome = let_in(found, roles)
        if isinstance(outcome, Refusal):
            raise _exception(outcome)

    return guard


class _Middleware(AbstractAuthenticationMiddleware):
    def __init__(self, app: ASGIApp, checks: AsyncChecks, **options: Any) -> None:
        super().__init__(app, **options)
        self._checks = checks

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        headers = connection.headers
        try:
            found = await self._checks.signed_in(
                credentials_of(
                    cookies=headers.getall("cookie", []),
                    authorizations=headers.getall("authorization", []),
                )
            )
        except Unavailable as error:
            raise _exception(unavailable(error)) from error
        if found is None:
            raise _exception(NOT_SIGNED_IN)
        return AuthenticationResult(found.user, found.session)


def _current_user(request: Any) -> User:
    user: User = request.user
    return user


def _exception(refusal: Refusal) -> HTTPException:
    return HTTPException(
        detail=refusal.detail,
        status_code=refusal.status,
        headers=refusal.headers,
        extra={"code": refusal.code},
    )
