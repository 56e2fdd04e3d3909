"""Sessions by their digests, many in one statement, on SQLite."""

from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy import BindParameter, bindparam

from adapters.sql.reader import SqliteReader, compiled
from adapters.sql.sessions import WITH_DIGEST, to_signed_in
from adapters.sql.tables import sessions
from domain.session import SignedIn


class SqliteSessions:
    """Its `fetch` is what `adapters.sql.batches.Batches` asks, on the event loop."""

    def __init__(self, reader: SqliteReader) -> None:
        self._reader = reader

    def fetch(self, digests: Sequence[bytes]) -> Mapping[bytes, SignedIn]:
        """Those of these sessions that count, with their users. Raises `StorageUnavailable`.

        Padded to a power of two, so that few statements are prepared.
        """
        places = 1 << (len(digests) - 1).bit_length()
        padded = [*digests, *[digests[0]] * (places - len(digests))]
        found = self._reader.all_of_compiled(_statement(places), padded)
        return {row[0]: to_signed_in(row[1:]) for row in found}


@cache
def _statement(places: int) -> str:
    wanted: list[BindParameter[bytes]] = [bindparam(f"digest_{n}") for n in range(places)]
    return compiled(WITH_DIGEST.where(sessions.c.token_digest.in_(wanted)))
