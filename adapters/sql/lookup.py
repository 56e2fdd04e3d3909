"""The questions on the way of a request, by secret and by name."""

from collections.abc import Sequence
from functools import cache
from time import perf_counter

from sqlalchemy import BindParameter, bindparam, select

from adapters.sql.access_tokens import BEARER_BY_DIGEST, to_bearer
from adapters.sql.batches import Batches
from adapters.sql.codes import GRANT_BY_DIGEST, to_grant
from adapters.sql.reader import SqliteReader, compiled
from adapters.sql.sessions import COUNTING, SIGNED_IN, to_signed_in
from adapters.sql.tables import sessions
from adapters.sql.tally import count_since
from adapters.sql.users import USER_BY_KEY, to_user
from domain.operator import Bearer, Grant
from domain.session import SignedIn
from domain.user import User, Username


class SqliteLookup:
    """Fits `domain.ports.Lookup`. Sessions that are wanted in one turn of the event loop are asked
    for in one statement (docs/adr/0023).
    """

    def __init__(self, reader: SqliteReader) -> None:
        self._reader = reader
        self._sessions = Batches(self._find_sessions)

    async def session(self, digest: bytes) -> SignedIn | None:
        started = perf_counter()
        found = await self._sessions.find(digest)
        count_since(started)
        return found

    def _find_sessions(self, digests: Sequence[bytes]) -> dict[bytes, SignedIn]:
        """Padded to a power of two, so that few statements are prepared."""
        places = 1 << (len(digests) - 1).bit_length()
        padded = [*digests, *[digests[0]] * (places - len(digests))]
        found = self._reader.all_of_compiled(_by_digests(places), padded)
        return {row[0]: to_signed_in(row[1:]) for row in found}

    async def user(self, username: Username) -> User | None:
        if not _is_text(username.key):
            return None
        row = self._reader.one(USER_BY_KEY, key=username.key)
        return to_user(row) if row else None

    async def bearer(self, digest: bytes) -> Bearer | None:
        row = self._reader.one(BEARER_BY_DIGEST, digest=digest)
        return to_bearer(row) if row else None

    async def grant(self, digest: bytes) -> Grant | None:
        row = self._reader.one(GRANT_BY_DIGEST, digest=digest)
        return to_grant(row) if row else None


@cache
def _by_digests(places: int) -> str:
    wanted: list[BindParameter[bytes]] = [bindparam(f"digest_{number}") for number in range(places)]
    found = select(sessions.c.token_digest, *SIGNED_IN).select_from(COUNTING)
    return compiled(found.where(sessions.c.token_digest.in_(wanted)))


def _is_text(key: str) -> bool:
    """A lone surrogate is a string in Python and nowhere else."""
    return key.isascii() or not any("\ud800" <= character <= "\udfff" for character in key)
