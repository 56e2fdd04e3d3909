"""Databases to measure on."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.postgresql import Cluster, new_database

ENGINES = ("SQLite", "PostgreSQL")
KEY = {"FRONTDESK_SECRET_KEY": "k" * 32}


@contextmanager
def database(engine: str) -> Iterator[dict[str, Any]]:
    """Settings of services on one that is new, whose commits are flushed."""
    with tempfile.TemporaryDirectory() as folder:
        if engine == "SQLite":
            file = Path(folder) / "frontdesk.db"
            yield {"FRONTDESK_DATABASE_URL": f"sqlite:///{file}", **KEY}
            return
        cluster = Cluster.new(durable=True)
        try:
            yield {"FRONTDESK_DATABASE_URL": new_database(server=cluster.url), **KEY}
        finally:
            cluster.remove()
