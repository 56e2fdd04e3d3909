"""A SQLite file for what may be lost without harm."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from adapters.sql.disposable_file import DisposableFile
from adapters.sql.sqlite import transaction_over

_Result = TypeVar("_Result")


class SqliteStore:
    """Fits `Store`. The file is opened each time: it happens every few seconds, on whichever
    thread.
    """

    def __init__(self, path: Path, open_file: Callable[[], DisposableFile]) -> None:
        self._path = path
        self._open_file = open_file

    async def exists(self) -> bool:
        return await asyncio.to_thread(self._path.exists)

    async def run(self, job: Callable[[Connection], _Result], *, writing: bool = True) -> _Result:
        return await asyncio.to_thread(self._run, job, writing=writing)

    def _run(self, job: Callable[[Connection], _Result], *, writing: bool) -> _Result:
        file = self._open_file()
        try:
            with (
                file.opened() as driver,
                transaction_over(driver, writing=writing) as connection,
            ):
                return job(connection)
        finally:
            file.close()
