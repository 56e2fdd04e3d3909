"""`frontdesk database …`: advanced-alchemy's migration commands, those that do what they say."""

import asyncio
from collections.abc import Callable
from typing import Any

from click import (
    ClickException,
    Command,
    Context,
    Group,
    UsageError,
    confirm,
    echo,
    group,
    option,
    pass_context,
)

from adapters.sql.fingerprints import SharedSecret, forget, put
from adapters.sql.sqlite import create_database, writing_engine
from domain.errors import Unavailable
from entrypoints.commands.move import move
from entrypoints.preparation import PEPPER, SECRET_KEY
from entrypoints.settings import InvalidSettings, Settings, read_settings
from entrypoints.storage import connector_of, reason_of

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

_ASKS_FOR_HELP = f"{__name__}.asks_for_help"
_NEED_NO_DATABASE = ("heads", "history", "show", "upgrade")


class _Migrations(Group):
    """The commands are imported when one is asked for, for a server never needs them and they take
    long to import.
    """

    def invoke(self, ctx: Context) -> Any:
        ctx.meta[_ASKS_FOR_HELP] = not {*ctx.help_option_names}.isdisjoint(ctx.args)
        try:
            return super().invoke(ctx)
        except Unavailable as error:
            raise ClickException(f"The database cannot be used: {reason_of(error)}") from error

    def list_commands(self, ctx: Context) -> list[str]:
        return sorted([*_KEPT, *super().list_commands(ctx)])

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        from advanced_alchemy.cli import add_migration_commands

        if cmd_name not in _KEPT:
            return super().get_command(ctx, cmd_name)
        return add_migration_commands(Group()).commands[cmd_name]


@group(cls=_Migrations)
@pass_context
def database(context: Context) -> None:
    """Create, upgrade and check the database."""
    if context.meta[_ASKS_FOR_HELP]:
        return  # which needs no database
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


database.command("move")(move)


@database.command("forget-secrets")
@option("--key", is_flag=True, help="Forget which secret key it was used with.")
@option("--pepper", is_flag=True, help="Forget which pepper it was used with.")
@option("--yes", is_flag=True, help="Do not ask.")
@pass_context
def forget_secrets(context: Context, *, key: bool, pepper: bool, yes: bool) -> None:
    """Let the next start use another secret key, or another pepper, than before.

    For one that is lost. With another key, known devices become strangers. With another pepper,
    nobody can log in whose password was hashed with the former one, unless that is among
    FRONTDESK_OLD_PEPPERS.
    """
    if not (key or pepper):
        raise UsageError("Say which one: --key, --pepper, or both.", context)
    if pepper and not yes:
        confirm(
            "Passwords that were hashed with a pepper that is lost are lost. Go on?", abort=True
        )
    settings = _settings()
    for name in ((SECRET_KEY,) if key else ()) + ((PEPPER,) if pepper else ()):
        forget_secret(settings, name)
        echo(f"The next start stores which {name} it has.")


def expect_secret(settings: Settings, secret: SharedSecret) -> None:
    """From now on only who has this secret can start."""
    _change(settings, lambda connection: put(connection, secret))


def forget_secret(settings: Settings, name: str) -> None:
    """The next start may have another one, or none."""
    _change(settings, lambda connection: forget(connection, name))


def _change(settings: Settings, change: Callable[..., None]) -> None:
    if settings.postgresql:
        asyncio.run(_change_postgresql(settings, change))
    elif settings.database.exists():
        with writing_engine(settings.database).begin() as connection:
            change(connection)


async def _change_postgresql(settings: Settings, change: Callable[..., None]) -> None:
    from adapters.sql.postgresql import engine_of, translated

    engine = engine_of(connector_of(settings), command_seconds=None)
    with translated():
        async with engine.begin() as connection:
            await connection.run_sync(change)
    await engine.dispose()


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
