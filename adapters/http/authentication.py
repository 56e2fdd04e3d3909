"""Closed by default: a handler is reached only in a live session unless it says `public`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from litestar.connection import Request
from litestar.datastructures import State
from litestar.types import Scope

from adapters.http.cookies import Cookies
from adapters.http.options import SCOPE
from adapters.http.pipeline.rules import check_same_origin
from application.operators.identify_operator import IdentifyOperator
from application.steps.authenticate import Authenticate
from domain.errors import NotSignedIn
from domain.secrets import AccessKey, SessionToken
from domain.session import SignedIn

PublicRequest = Request[None, SessionToken | None, State]
"""`request.auth` is the token presented, live or not."""

SignedInRequest = Request[SignedIn, SessionToken, State]
"""`request.user` is the live session with its user, `request.auth` its token."""


def let_in_or_out(request: PublicRequest, user_id: int | None) -> None:
    """Say who it was, for the record of a request that nobody had to be signed in for."""
    request.scope["state"]["user_id"] = user_id


@dataclass(frozen=True, slots=True)
class DemandSession:
    """Reads the session cookie and, unless the handler is public, demands a live session.

    The decision hangs on the handler that was found, never on the path (ASVS 5.0 §8.3.1). It comes
    before the body is read. Litestar calls it before every handler, which costs less than a
    middleware; no handler may have a `before_request` of its own, as that would replace this one.
    """

    authenticate: Authenticate
    identify_operator: IdentifyOperator
    cookies: Cookies

    async def __call__(self, request: Request[Any, Any, State]) -> None:
        """Put the token and the session, or the operator, into the scope. Raises `NotSignedIn`,
        `NotAnOperator`, `ScopeMissing`, `Unacceptable`, `Unavailable`.
        """
        scope = request.scope
        presented = self.cookies.session(scope["headers"])
        scope["auth"], scope["user"] = presented, None
        if _is_public(scope):
            return
        if unavailable := scope["state"].get("unavailable"):
            raise unavailable
        if needed := scope["route_handler"].opt.get(SCOPE):
            # Not even for reading: no page of anybody else's is for operators.
            check_same_origin(dict(scope["headers"]))
            scope["user"] = await self.identify_operator(
                presented=presented, key=_key(scope["headers"]), scopes=needed
            )
        else:
            scope["user"] = await self.authenticate(presented=presented)


def _key(headers: Iterable[tuple[bytes, bytes]]) -> AccessKey | None:
    """The key in `Authorization`. Who sends one is not taken for who the cookie says. Raises
    `NotSignedIn`.
    """
    for field, value in headers:
        if field == b"authorization":
            scheme, _, credentials = value.decode("latin-1").partition(" ")
            key = AccessKey.parse(credentials.strip())
            if scheme.lower() != "bearer" or key is None:
                raise NotSignedIn
            return key
    return None


def _is_public(scope: Scope) -> bool:
    # OPTIONS is answered by Litestar itself, with nothing but the methods.
    return "public" in scope["route_handler"].opt or scope.get("method") == "OPTIONS"
