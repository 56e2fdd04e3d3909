"""Alembic, which is imported only where something is to be migrated."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

FOLDER = Path(__file__).parent


def upgrade(connection: Connection, revision: str | None) -> bool:
    """Upgrade from this revision, or from nothing, in the transaction that is open; `False` if
    this version does not know it.
    """
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        return False
    command.upgrade(config, "head")
    return True
