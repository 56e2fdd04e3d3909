"""Databases to measure on."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.fill import fill, fill_postgresql
from benchmarks.targets import Target, serving
from domain.secrets import SessionToken
from tests.postgresql import Cluster, execute, new_database

ENGINES = ("SQLite", "PostgreSQL")
KEY = "k" * 32


@contextmanager
def database(engine: str) -> Iterator[dict[str, Any]]:
    """Settings of services on one that is new, whose commits are flushed."""
    with tempfile.TemporaryDirectory() as folder:
        if engine == "SQLite":
            file = Path(folder) / "frontdesk.db"
            yield {"FRONTDESK_DATABASE_URL": f"sqlite:///{file}", "FRONTDESK_SECRET_KEY": KEY}
            return
        with server() as url:
            own = new_database(server=url)
            yield {"FRONTDESK_DATABASE_URL": own, "FRONTDESK_SECRET_KEY": KEY}


@contextmanager
def server() -> Iterator[str]:
    """PostgreSQL as it is delivered, but for room for what is written between two checkpoints."""
    cluster = Cluster.new(durable=True)
    try:
        execute(cluster.url, "ALTER SYSTEM SET max_wal_size = '8GB'", "SELECT pg_reload_conf()")
        yield cluster.url
    finally:
        cluster.remove()


@contextmanager
def filled(
    engine: str, target: Target, *, users: int, more: int, known: int, **settings: str
) -> Iterator[tuple[dict[str, Any], list[SessionToken]]]:
    """The same, with users who signed up and so many more with a session each. Of so many sessions
    the token is known.
    """
    with database(engine) as own:
        values = {**own, **settings}
        with serving(target, users=users, **values):
            pass
        yield values, fill_any(values["FRONTDESK_DATABASE_URL"], more, known)


def fill_any(url: str, more: int, known: int) -> list[SessionToken]:
    """As many users more, each with a session."""
    file = url.removeprefix("sqlite:///")
    if file != url:
        return fill(Path(file), more, known)
    return asyncio.run(fill_postgresql(url, more, known))
