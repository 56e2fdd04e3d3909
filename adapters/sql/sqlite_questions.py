"""Questions about the tables of a SQLite file, each on another thread with a connection of its own,
for it may take long, and given up after a while.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar, cast

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from adapters.sql.sqlite import read_only_engine, translated
from domain.errors import Busy, QueryTooSlow, StorageUnavailable

_Result = TypeVar("_Result")

_STEPS = 10_000  # of SQLite's machine, between two looks at the clock
_ASKED_AT_MOST = 32  # questions under way; further ones are told at once


class SqliteQuestions:
    """Fits `table_reader.Questions`. None takes longer than `patience` seconds."""

    def __init__(self, path: Path, *, patience: float = 2) -> None:
        self._engine = read_only_engine(path)
        self._patience = patience
        self._asked = 0
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="browser")

    def close(self) -> None:
        self._threads.shutdown()

    async def ask(self, question: Callable[[Connection], _Result]) -> _Result:
        if self._asked >= _ASKED_AT_MOST:
            raise Busy
        deadline = time.monotonic() + self._patience

        def run() -> _Result:
            if time.monotonic() > deadline:
                raise QueryTooSlow  # others took so long
            with translated(), self._engine.connect() as connection:
                driver = cast("sqlite3.Connection", connection.connection.driver_connection)
                driver.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
                try:
                    return question(connection)
                except DBAPIError as error:
                    code = getattr(error.orig, "sqlite_errorcode", None)
                    if code == sqlite3.SQLITE_INTERRUPT:
                        raise QueryTooSlow from error
                    if code == sqlite3.SQLITE_ERROR:  # nothing is in the file yet
                        raise StorageUnavailable from error
                    raise

        self._asked += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, run)
        finally:
            self._asked -= 1
