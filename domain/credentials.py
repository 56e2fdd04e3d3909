"""The ports for what opens something besides a session: access tokens and one-time codes."""

from datetime import datetime
from typing import Protocol

from domain.operator import AccessToken, Scope, StoredCode, TokenWithUser


class AccessTokens(Protocol):
    """The access tokens, inside a unit of work."""

    async def add(
        self,
        digest: bytes,
        user_id: int,
        *,
        name: str,
        scopes: frozenset[Scope],
        at: datetime,
        expires_at: datetime,
    ) -> AccessToken:
        """Store a new one under an id that was never used."""

    async def get(self, token_id: int) -> TokenWithUser | None:
        """The one with this id and its user, if there is one."""

    async def end(self, token_id: int) -> AccessToken | None:
        """Remove it and the codes made with it, and say which it was, if there was one."""

    async def end_all(self, user_id: int) -> list[AccessToken]:
        """Remove all of this user, as `end` does, and say which they were, by growing id."""


class Codes(Protocol):
    """The one-time codes, inside a unit of work."""

    async def put(self, digest: bytes, stored: StoredCode) -> None:
        """Store one. The one before it, of the same purpose and user, is no longer valid."""

    async def take(self, digest: bytes) -> StoredCode | None:
        """Remove it, and say what it allowed, if there was one: of many that come at once, one gets
        it.
        """

    async def void(self, user_id: int) -> None:
        """Remove all for this user and all made by this user."""

    async def void_set_up(self) -> None:
        """Remove those that would make a first operator."""
