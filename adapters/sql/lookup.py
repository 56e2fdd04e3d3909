"""The questions on the way of a request, by secret and by name."""

import sys
from time import perf_counter

from adapters.sql.access_tokens import OWNER_BY_ID, TOKEN_BY_DIGEST, to_token_with_user
from adapters.sql.batches import Batches, Fetch
from adapters.sql.codes import GRANT_BY_DIGEST, to_stored_code
from adapters.sql.invitations import INVITATION_BY_DIGEST, to_invitation
from adapters.sql.tally import count_since
from adapters.sql.transactions import Reader
from adapters.sql.users import USER_BY_KEY, to_user
from domain.invitation import Invitation
from domain.operator import StoredCode, TokenWithUser
from domain.session import SignedIn
from domain.user import User, Username


class SqlLookup:
    """Fits `domain.ports.Lookup`. Sessions that are wanted while others wait are asked for in one
    statement (docs/adr/0023), by `fetch_sessions`, with at most `in_flight` statements under way.
    """

    def __init__(
        self, reader: Reader, fetch_sessions: Fetch[SignedIn], *, in_flight: int = 1
    ) -> None:
        self._reader = reader
        self._sessions = Batches(fetch_sessions, in_flight=in_flight)

    async def session(self, digest: bytes) -> SignedIn | None:
        started = perf_counter()
        found = await self._sessions.find(digest)
        count_since(started)
        return found

    def take_largest_batch(self) -> int:
        """How many sessions were asked for in one statement, at most, since this was asked last."""
        return self._sessions.take_largest()

    async def user(self, username: Username) -> User | None:
        if not _is_text(username.key):
            return None
        row = await self._reader.one(USER_BY_KEY, key=username.key)
        return to_user(row) if row else None

    async def access_token(self, digest: bytes) -> TokenWithUser | None:
        row = await self._reader.one(TOKEN_BY_DIGEST, digest=digest)
        return to_token_with_user(row) if row else None

    async def token_owner(self, token_id: int) -> int | None:
        if not 0 < token_id <= sys.maxsize:
            return None
        row = await self._reader.one(OWNER_BY_ID, id=token_id)
        return int(row[0]) if row else None

    async def one_time_code(self, digest: bytes) -> StoredCode | None:
        row = await self._reader.one(GRANT_BY_DIGEST, digest=digest)
        return to_stored_code(row) if row else None

    async def invitation(self, digest: bytes) -> Invitation | None:
        row = await self._reader.one(INVITATION_BY_DIGEST, wanted=digest)
        return to_invitation(row) if row else None


def _is_text(key: str) -> bool:
    """A lone surrogate is a string in Python and nowhere else, and PostgreSQL has no U+0000."""
    if "\0" in key:
        return False
    return key.isascii() or not any("\ud800" <= character <= "\udfff" for character in key)
