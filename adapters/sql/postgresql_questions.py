"""Questions about the tables of PostgreSQL, two at a time, and given up after a while."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.sql.postgresql import state_of, translated
from domain.errors import Busy, QueryTooSlow, StorageUnavailable

_Result = TypeVar("_Result")

_ASKED_AT_MOST = 32  # questions under way; further ones are told at once
_AT_ONCE = 2  # of the pool that requests need
_CANCELLED, _MISSING = "57014", ("42P01", "3F000")  # no such table or schema


class PostgresqlQuestions:
    """Fits `table_reader.Questions`. None takes longer than `patience` seconds, and `at_once` have
    connections at the same time.
    """

    def __init__(
        self, engine: AsyncEngine, *, patience: float = 2, at_once: int = _AT_ONCE
    ) -> None:
        self._engine = engine
        self._patience = patience
        self._asked = 0
        self._places = asyncio.Semaphore(at_once)

    def close(self) -> None:
        """The engine is its owner's."""

    async def ask(self, question: Callable[[Connection], _Result]) -> _Result:
        if self._asked >= _ASKED_AT_MOST:
            raise Busy
        self._asked += 1
        try:
            async with asyncio.timeout(self._patience), self._places:
                return await self._ask(question)
        except TimeoutError as error:
            raise QueryTooSlow from error
        finally:
            self._asked -= 1

    async def _ask(self, question: Callable[[Connection], _Result]) -> _Result:
        limit = text(f"SET LOCAL statement_timeout = {1000 * self._patience:.0f}")
        with translated():
            async with self._engine.connect() as connection:
                await connection.execute(text("SET TRANSACTION READ ONLY"))
                await connection.execute(limit)
                try:
                    return await connection.run_sync(question)
                except DBAPIError as error:
                    if state_of(error) == _CANCELLED:
                        raise QueryTooSlow from error
                    if state_of(error) in _MISSING:  # nothing is in the database yet
                        raise StorageUnavailable from error
                    raise
