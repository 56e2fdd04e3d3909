"""On which engine services under test keep their accounts: the same tests run on each."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from entrypoints.settings import Settings
from entrypoints.settings.values import PostgresqlUrl
from tests import postgresql

SQLITE, POSTGRESQL = "sqlite", "postgresql"
ENGINES = (SQLITE, POSTGRESQL)

_in_use = [SQLITE]  # the last one counts
_databases: dict[Path, str] = {}


@contextmanager
def using(engine: str) -> Iterator[None]:
    """Services whose settings are made meanwhile use this engine."""
    if engine == POSTGRESQL:
        postgresql.demand()
    _in_use.append(engine)
    try:
        yield
    finally:
        _in_use.pop()


@contextmanager
def cleaning_up() -> Iterator[None]:
    """Drop the databases that are made meanwhile."""
    known = set(_databases)
    yield
    for folder in set(_databases) - known:
        postgresql.drop_database(_databases.pop(folder))


def database_settings(folder: Path) -> dict[str, Any]:
    """What names the database that belongs to this data folder."""
    if _in_use[-1] == SQLITE:
        return {}
    if folder not in _databases:
        _databases[folder] = postgresql.new_database()
    return {"database_url": PostgresqlUrl(_databases[folder])}


def insert(settings: Settings, table: str, rows: Sequence[dict[str, Any]]) -> None:
    """Put many rows into the database of a service."""
    columns, values = ", ".join(rows[0]), [tuple(row.values()) for row in rows]
    if url := settings.postgresql:
        places = ", ".join(f"${number + 1}" for number in range(len(rows[0])))
        statement = f"INSERT INTO {table} ({columns}) VALUES ({places})"
        postgresql.execute_many(url.value, statement, values)
        return
    places = ", ".join("?" * len(rows[0]))
    with closing(sqlite3.connect(settings.database)) as connection:
        connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", values)
        connection.commit()


def rows(settings: Settings, sql: str) -> Sequence[Sequence[Any]]:
    """What is in the database of a service."""
    if url := settings.postgresql:
        return [tuple(row) for row in postgresql.execute(url.value, sql)]
    with closing(sqlite3.connect(settings.database)) as connection:
        found = connection.execute(sql).fetchall()
        connection.commit()
        return found


def kept_requests(settings: Settings) -> list[dict[str, Any]]:
    """The request log of a service."""
    if url := settings.postgresql:
        found = postgresql.execute(url.value, "SELECT * FROM frontdesk_monitoring.requests")
        return [dict(row) for row in found]
    with closing(sqlite3.connect(settings.data_dir / "requests.db")) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM requests")]
