"""FastAPI: dependencies.

frontdesk = Frontdesk("http://127.0.0.1:8000")

@app.get("/hello")
async def hello(user: Annotated[User, Depends(frontdesk.user)]) -> str:
return f"Hello {user.username}"

@app.get("/admin", dependencies=[Depends(frontdesk.role("admin"))])
"""

from collections.abc import Awaitable, Callable

import httpx
from fastapi import HTTPException
from starlette.requests import HTTPConnection

from frontdesk_client.checks import SECONDS, AsyncChecks, Remembering
from frontdesk_client.errors import Unavailable
from frontdesk_client.models import SignedIn, User
from frontdesk_client.refusals import Refusal, let_in, unavailable
from frontdesk_client.starlette import credentials_in

__all__ = ["Frontdesk", "SignedIn", "User"]


class Frontdesk:
    """Guards for one Frontdesk. `remember` and `access_token` are those of
    `docs/applications.md`.
    """

    def __init__(
        self,
        url: str,
        *,
        remember: float = 0,
        access_token: str | None = None,
        timeout: float = SECONDS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._checks = AsyncChecks(
            Remembering(url, remember=remember, access_token=access_token),
            timeout=timeout,
            transport=None if transport is None else lambda: transport,
        )

    async def user(self, connection: HTTPConnection) -> User:
        """Who is signed in; 401 for nobody."""
        return (await self.signed_in(connection)).user

    async def optional_user(self, connection: HTTPConnection) -> User | None:
        """Who is signed in, if anybody is."""
        found = await self._asked(connection)
        return found.user if found else None

    async def signed_in(self, connection: HTTPConnection) -> SignedIn:
        """Who is signed in, with the session; 401 for nobody."""
        return await self._let_in(connection, ())

    def role(self, *roles: str) -> Callable[[HTTPConnection], Awaitable[User]]:
        """Who is signed in and has one of these roles; 401 for nobody, 403 without it."""

        async def with_role(connection: HTTPConnection) -> User:
            return (await self._let_in(connection, roles)).user

        return with_role

    async def aclose(self) -> None:
        """Close its connections."""
        await self._checks.aclose()

    async def _let_in(self, connection: HTTPConnection, roles: tuple[str, ...]) -> SignedIn:
        outcome = let_in(await self._asked(connection), roles)
        if isinstance(outcome, Refusal):
            raise _exception(outcome)
        return outcome

    async def _asked(self, connection: HTTPConnection) -> SignedIn | None:
        """Once a request, whatever depends on it."""
        known: dict[int, SignedIn | None] = connection.scope.setdefault("frontdesk", {})
        if id(self) not in known:
            try:
                known[id(self)] = await self._checks.signed_in(credentials_in(connection))
            except Unavailable as error:
                raise _exception(unavailable(error)) from error
        return known[id(self)]


def _exception(refusal: Refusal) -> HTTPException:
    detail = {"code": refusal.code, "detail": refusal.detail}
    return HTTPException(refusal.status, detail, headers=refusal.headers)
