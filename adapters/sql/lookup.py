"""The questions on the way of a request, by secret and by name."""

from adapters.sql import rows
from adapters.sql.reader import SqliteReader
from domain.operator import Bearer, Grant
from domain.session import SignedIn
from domain.user import User, Username


class SqliteLookup:
    """Fits `domain.ports.Lookup` and `domain.keyring.Keys`.

    Sessions that were found are kept, at most `capacity`, until anybody commits anything: asking
    SQLite whether somebody has costs a third of asking for the session again, and is as exact
    (docs/performance.md).
    """

    def __init__(self, reader: SqliteReader, *, capacity: int = 4_096) -> None:
        self._reader = reader
        self._capacity = capacity
        self._version: object = None
        self._kept: dict[bytes, SignedIn] = {}

    async def session(self, digest: bytes) -> SignedIn | None:
        version = self._reader.version()  # before the row: what is kept may only be newer
        if version != self._version:
            self._version = version
            self._kept.clear()
        if kept := self._kept.get(digest):
            return kept
        row = self._reader.one(rows.SIGNED_IN_BY_DIGEST, digest=digest)
        if row is None:
            return None
        if len(self._kept) >= self._capacity:
            self._kept.clear()
        found = self._kept[digest] = rows.to_signed_in(row)
        return found

    async def user(self, username: Username) -> User | None:
        if not _is_text(username.key):
            return None
        row = self._reader.one(rows.USER_BY_KEY, key=username.key)
        return rows.to_user(row) if row else None

    async def bearer(self, digest: bytes) -> Bearer | None:
        row = self._reader.one(rows.BEARER_BY_DIGEST, digest=digest)
        return rows.to_bearer(row) if row else None

    async def grant(self, digest: bytes) -> Grant | None:
        row = self._reader.one(rows.GRANT_BY_DIGEST, digest=digest)
        return rows.to_grant(row) if row else None


def _is_text(key: str) -> bool:
    """A lone surrogate is a string in Python and nowhere else."""
    return key.isascii() or not any("\ud800" <= character <= "\udfff" for character in key)
