"""`frontdesk database …`: advanced-alchemy's migration commands, those that do what they say."""

from typing import Any

from click import ClickException, Command, Context, Group, group, pass_context

from adapters.sql.sqlite import create_database
from entrypoints.settings import InvalidSettings, Settings, read_settings
from entrypoints.storage import connector_of

_KEPT = (
    "check",
    "downgrade",
    "heads",
    "history",
    "make-migrations",
    "show",
    "show-current-revision",
    "stamp",
    "upgrade",
)
"""Not `drop-all`, `dump-data` and `list-templates`, which say that they succeed and do something
else with migrations of our own, and not those that change where the migrations are.
"""

_NEED_NO_DATABASE = ("heads", "history", "show", "upgrade")


class _Migrations(Group):
    """The commands are imported when one is asked for, for a server never needs them and they take
    long to import.
    """

    def list_commands(self, ctx: Context) -> list[str]:
        return list(_KEPT)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        from advanced_alchemy.cli import add_migration_commands

        if cmd_name not in _KEPT:
            return None
        return add_migration_commands(Group()).commands[cmd_name]


@group(cls=_Migrations)
@pass_context
def database(context: Context) -> None:
    """Create, upgrade and check the database."""
    settings, name = _settings(), context.invoked_subcommand
    if settings.postgresql:
        pass  # it is there, or the command says that it is not
    elif name == "upgrade":
        create_database(settings.database)
    elif name not in _NEED_NO_DATABASE and not settings.database.exists():
        raise ClickException(
            f"There is no database at {settings.database}; `frontdesk database upgrade` makes one."
        )
    context.obj = {"app": None, "configs": [_config(settings)]}


def _settings() -> Settings:
    try:
        return read_settings()
    except InvalidSettings as error:
        raise ClickException(str(error)) from error


def _config(settings: Settings) -> object:
    from advanced_alchemy.config import (
        AlembicAsyncConfig,
        AlembicSyncConfig,
        SQLAlchemyAsyncConfig,
        SQLAlchemySyncConfig,
    )

    from adapters.sql.migrations.upgrade import FOLDER
    from adapters.sql.sqlite import writing_engine

    scripts: dict[str, Any] = {
        "script_location": str(FOLDER),
        "template_path": str(FOLDER),
        "version_table_name": "alembic_version",
        "compare_type": True,
    }
    if settings.postgresql is None:
        return SQLAlchemySyncConfig(
            engine_instance=writing_engine(settings.database),
            alembic_config=AlembicSyncConfig(**scripts),
        )
    from adapters.sql.postgresql import engine_of

    return SQLAlchemyAsyncConfig(
        engine_instance=engine_of(connector_of(settings), command_seconds=None),
        alembic_config=AlembicAsyncConfig(**scripts),
    )
