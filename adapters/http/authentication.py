"""Closed by default: a handler is reached only in a live session unless it says `public`."""

from dataclasses import dataclass
from typing import Any

from litestar.connection import Request
from litestar.datastructures import State
from litestar.types import Scope

from adapters.http.cookies import Cookies
from application.authenticate import Authenticate
from domain.session import SessionToken, SignedIn

PUBLIC: dict[str, Any] = {"public": True}
"""Handler options of what anybody may call."""

PublicRequest = Request[None, SessionToken | None, State]
"""`request.auth` is the token presented, live or not."""

SignedInRequest = Request[SignedIn, SessionToken, State]
"""`request.user` is the live session with its user, `request.auth` its token."""


@dataclass(frozen=True, slots=True)
class DemandSession:
    """Reads the session cookie and, unless the handler is public, demands a live session.

    The decision hangs on the handler that was found, never on the path (ASVS 5.0 §8.3.1). It comes
    before the body is read. Litestar calls it before every handler, which costs less than a
    middleware; no handler may have a `before_request` of its own, as that would replace this one.
    """

    authenticate: Authenticate
    cookies: Cookies

    async def __call__(self, request: Request[Any, Any, State]) -> None:
        """Put the token and the session into the scope. Raises `NotSignedIn`."""
        scope = request.scope
        presented = self.cookies.session(scope["headers"])
        scope["auth"], scope["user"] = presented, None
        if not _is_public(scope):
            scope["user"] = await self.authenticate(presented=presented)


def _is_public(scope: Scope) -> bool:
    # OPTIONS is answered by Litestar itself, with nothing but the methods.
    return "public" in scope["route_handler"].opt or scope.get("method") == "OPTIONS"
