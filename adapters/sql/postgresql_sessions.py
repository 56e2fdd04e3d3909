"""Sessions by their digests, many in one statement, on PostgreSQL."""

import asyncio
from collections.abc import Mapping, Sequence

import asyncpg
from sqlalchemy import ARRAY, LargeBinary, any_, bindparam, make_url

from adapters.sql.postgresql import Connection, Connector, translated
from adapters.sql.sessions import WITH_DIGEST, to_signed_in
from adapters.sql.tables import sessions
from domain.errors import StorageUnavailable
from domain.session import SignedIn

IN_FLIGHT = 2
_DIALECT = make_url("postgresql+asyncpg://").get_dialect()()
_wanted = any_(bindparam("digests", type_=ARRAY(LargeBinary)))
_SQL = str(WITH_DIGEST.where(sessions.c.token_digest == _wanted).compile(dialect=_DIALECT))
_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)


class PostgresqlSessions:
    """Its `fetch` is what `adapters.sql.batches.Batches` asks. It has connections of its own, which
    no transaction takes away, one for each batch in flight.
    """

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._seconds = connector.access.lookup_seconds
        self._idle: list[Connection] = []
        self._is_open = True

    async def fetch(self, digests: Sequence[bytes]) -> Mapping[bytes, SignedIn]:
        """Those of these sessions that count, with their users. Raises `StorageUnavailable`.

        Whether a connection still works is seen when it is used: what fails on one that was idle is
        asked once more on a fresh one.
        """
        if not self._is_open:
            raise StorageUnavailable
        with translated():
            async with asyncio.timeout(self._seconds):
                connection = self._idle.pop() if self._idle else None
                if connection is not None:
                    try:
                        return await self._ask(connection, digests)
                    except _LOST:
                        self._drop_idle()
                fresh = await self._connector.connect(command_seconds=self._seconds)
                return await self._ask(fresh, digests)

    async def _ask(
        self, connection: Connection, digests: Sequence[bytes]
    ) -> Mapping[bytes, SignedIn]:
        try:
            found = await connection.fetch(_SQL, list(digests))
        except BaseException:
            connection.terminate()
            raise
        self._idle.append(connection)
        if not self._is_open:
            self._drop_idle()
        return {row[0]: to_signed_in(row[1:]) for row in found}

    def close(self) -> None:
        """Close its connections, at once or when their batch has come."""
        self._is_open = False
        self._drop_idle()

    def _drop_idle(self) -> None:
        while self._idle:
            self._idle.pop().terminate()
