"""The two questions on the way of a request."""

from dataclasses import dataclass

from adapters.persistence import rows
from adapters.persistence.reader import Query, SqliteReader
from domain.session import SignedIn
from domain.user import User, Username

_SESSION = Query(rows.SIGNED_IN_BY_DIGEST)
_USER = Query(rows.USER_BY_KEY)


@dataclass(frozen=True, slots=True)
class SqliteLookup:
    """Fits `domain.ports.Lookup`."""

    reader: SqliteReader

    async def session(self, digest: bytes) -> SignedIn | None:
        row = self.reader.one(_SESSION, digest=digest)
        return rows.to_signed_in(row) if row else None

    async def user(self, username: Username) -> User | None:
        if not _is_text(username.key):
            return None
        row = self.reader.one(_USER, key=username.key)
        return rows.to_user(row) if row else None


def _is_text(key: str) -> bool:
    """A lone surrogate is a string in Python and nowhere else."""
    return key.isascii() or not any("\ud800" <= character <= "\udfff" for character in key)
