"""Alembic, which speaks SQLAlchemy. Nothing that serves imports it."""

import sqlite3
from pathlib import Path
from typing import cast

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, StaticPool

from adapters.sql.sqlite import BUSY_TIMEOUT_SECONDS, begin, open_writer
from adapters.sql.tables import schema

FOLDER = Path(__file__).parent


def open_engine(path: Path, *, patience: float = BUSY_TIMEOUT_SECONDS) -> Engine:
    """Its transactions begin with the write lock, for which they wait so many seconds."""
    engine = create_engine(
        "sqlite://", creator=lambda: open_writer(path, busy_timeout=patience), poolclass=NullPool
    )

    @event.listens_for(engine, "begin")
    def take_lock(connection: Connection) -> None:
        begin(cast("sqlite3.Connection", connection.connection.driver_connection))

    return engine


def upgrade(path: Path, revision: str | None, *, patience: float) -> bool:
    """Upgrade from this revision; `False` if it is unknown. Raises `sqlite3.Error`."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        return False
    try:
        with open_engine(path, patience=patience).begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise error.orig from error
        raise
    return True


def described() -> MetaData:
    """The tables of `schema.sql`, for Alembic to compare with."""
    connection, metadata = sqlite3.connect(":memory:"), MetaData()
    connection.executescript(schema())
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    metadata.reflect(engine)
    engine.dispose()
    return metadata
