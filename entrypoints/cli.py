"""Commands under `litestar …`."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

from click import (
    ClickException,
    Context,
    Group,
    argument,
    echo,
    group,
    option,
    pass_context,
    prompt,
)
from litestar.plugins import CLIPlugin

from adapters.persistence.sqlite import create_database
from domain.errors import FrontdeskError
from domain.session import Origin
from domain.user import Username
from entrypoints.preparation import CannotStart
from entrypoints.services import Services, build_services
from entrypoints.settings import Settings

CONSOLE = Origin("console", "")
"""Where commands come from, in the record of what happened."""


class Commands(CLIPlugin):
    """`litestar database upgrade|check|…`, as advanced-alchemy provides them, and `litestar users`.

    advanced-alchemy's application plugin is left out: it would bring a session and a commit hook to
    every request.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def on_cli_init(self, cli: Group) -> None:
        """Add the group."""
        # Imported here: a server never needs them, and they double the time to start.
        from advanced_alchemy.cli import add_migration_commands
        from advanced_alchemy.config import AlembicSyncConfig, SQLAlchemySyncConfig

        from adapters.persistence.migrations.upgrade import FOLDER, open_engine

        settings = self._settings

        @group(name="database", help="Create, upgrade and check the database.")
        @pass_context
        def database(context: Context) -> None:
            if context.invoked_subcommand == "upgrade":
                create_database(settings.database)
            config = SQLAlchemySyncConfig(
                engine_instance=open_engine(settings.database),
                alembic_config=AlembicSyncConfig(
                    script_location=str(FOLDER),
                    template_path=str(FOLDER),
                    version_table_name="alembic_version",
                    compare_type=True,
                ),
            )
            context.obj = {"app": context.obj, "configs": [config]}

        cli.add_command(add_migration_commands(database))
        cli.add_command(_users(settings))


def _users(settings: Settings) -> Group:
    """`litestar users create|disable|enable|demote NAME`: the same use cases as everywhere."""

    @group(name="users", help="Create, disable, enable and demote accounts.")
    def users() -> None:
        pass

    @users.command(help="Create an account; asks for the password.")
    @argument("name")
    @option("--operator", is_flag=True, help="Let this user operate the service.")
    @option("--password-stdin", is_flag=True, help="Read the password from standard input.")
    def create(name: str, *, operator: bool, password_stdin: bool) -> None:
        password = _password(from_stdin=password_stdin)

        async def act(services: Services) -> None:
            await services.create_user(
                username=name, password=password, origin=CONSOLE, is_operator=operator
            )

        _run(settings, act)
        echo(f"{name} is {'an operator' if operator else 'a user'}.")

    @users.command(help="Refuse this user's logins and end all sessions, at once.")
    @argument("name")
    def disable(name: str) -> None:
        _set_disabled(settings, name, disabled=True)

    @users.command(help="Make an operator an ordinary user; access keys and codes end, at once.")
    @argument("name")
    def demote(name: str) -> None:
        async def act(services: Services) -> None:
            await services.demote_operator(user=Username(name), origin=CONSOLE)

        _run(settings, act)
        echo(f"{name} is a user.")

    @users.command(help="Let this user in again.")
    @argument("name")
    def enable(name: str) -> None:
        _set_disabled(settings, name, disabled=False)

    return users


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(prompt("Password", hide_input=True, confirmation_prompt=True))


def _set_disabled(settings: Settings, name: str, *, disabled: bool) -> None:
    async def act(services: Services) -> None:
        await services.disable_user(user=Username(name), origin=CONSOLE, disabled=disabled)

    _run(settings, act)
    echo(f"{name} is {'disabled' if disabled else 'enabled'}.")


def _run(settings: Settings, act: Callable[[Services], Awaitable[None]]) -> None:
    async def run() -> None:
        services = build_services(settings.unobserved)
        async with services.running():
            await act(services)

    try:
        asyncio.run(run())
    except (FrontdeskError, CannotStart) as error:
        raise ClickException(str(error)) from error
