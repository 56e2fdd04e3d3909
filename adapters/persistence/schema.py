"""Whether the database fits the code, and making it fit."""

from pathlib import Path

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    insert,
    inspect,
    select,
)

from adapters.persistence.migrations import HEAD
from adapters.persistence.tables import metadata, readiness

_VERSION = Table(  # Alembic's own, as it makes it
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


class SchemaTooNew(Exception):
    """The database was made by a newer version of this service."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database is at schema revision {revision}, which this version of Frontdesk does "
            f"not know (its newest is {HEAD}). Start the newer version, or restore a backup."
        )


def migrate(engine: Engine) -> None:
    """Bring the schema up to date, and close the engine, which is for this alone.

    Raises `SchemaTooNew`.

    The transaction begins with the write lock: of several processes that start at once, one
    migrates, and the others wait and find nothing left to do.
    """
    try:
        with engine.begin() as connection:
            if not inspect(connection).get_table_names():
                _create(connection)
            elif (revision := _revision(connection)) != HEAD:
                _upgrade(connection, revision)
    finally:
        engine.dispose()


def _create(connection: Connection) -> None:
    """Make what all migrations together would; a test compares."""
    metadata.create_all(connection, checkfirst=False)
    _VERSION.create(connection, checkfirst=False)
    connection.execute(insert(_VERSION).values(version_num=HEAD))
    connection.execute(insert(readiness).values(id=1, checked_at=0))


def _upgrade(connection: Connection, revision: str | None) -> None:
    # Imported only when there is something to do: it takes ten times as long as `_create`.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision and revision not in known:
        raise SchemaTooNew(revision)
    command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSION.name):
        return None
    return connection.execute(select(_VERSION.c.version_num)).scalar()
