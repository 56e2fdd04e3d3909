"""Whether the database fits the code, and making it fit."""

from pathlib import Path

from sqlalchemy import Connection, Engine, Text, column, inspect, select, table

from adapters.persistence.migrations import HEAD

_VERSION = table("alembic_version", column("version_num", Text))


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
            _upgrade(connection)
    finally:
        engine.dispose()


def _upgrade(connection: Connection) -> None:
    revision = _revision(connection)
    if revision == HEAD:
        return
    # Imported only when there is something to do: Alembic would double the time to start.
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
