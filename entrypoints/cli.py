"""Commands under `litestar …`."""

from pathlib import Path

from click import Context, Group, group, pass_context
from litestar.plugins import CLIPlugin

import adapters.persistence.migrations
from adapters.persistence.sqlite import create_database, open_engine
from entrypoints.settings import Settings

MIGRATIONS = Path(adapters.persistence.migrations.__file__).parent


class DatabaseCommands(CLIPlugin):
    """`litestar database upgrade|downgrade|check|current|…`, as advanced-alchemy provides them.

    Its application plugin is left out: it would bring a session and a commit hook to every request.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def on_cli_init(self, cli: Group) -> None:
        """Add the group."""
        # Imported here: a server never needs them, and they double the time to start.
        from advanced_alchemy.cli import add_migration_commands
        from advanced_alchemy.config import AlembicAsyncConfig, SQLAlchemyAsyncConfig

        settings = self._settings

        @group(name="database", help="Create, upgrade and check the database.")
        @pass_context
        def database(context: Context) -> None:
            if context.invoked_subcommand == "upgrade":
                create_database(settings.database)
            config = SQLAlchemyAsyncConfig(
                engine_instance=open_engine(settings.database),
                alembic_config=AlembicAsyncConfig(
                    script_location=str(MIGRATIONS),
                    template_path=str(MIGRATIONS),
                    version_table_name="alembic_version",
                    compare_type=True,
                ),
            )
            context.obj = {"app": context.obj, "configs": [config]}

        cli.add_command(add_migration_commands(database))
