"""The command `frontdesk`, and the same commands under `litestar`.

A file a group of commands. What takes long to import is imported when a command needs it: the
service has all of them loaded.
"""

from click import Group, group, version_option
from litestar.plugins import CLIPlugin

from entrypoints import __version__
from entrypoints.commands.backup import backup, restore
from entrypoints.commands.database import database
from entrypoints.commands.serve import serve
from entrypoints.commands.users import users
from entrypoints.demo.command import demo

_COMMANDS = (users, database, backup, restore, demo)


@group()
@version_option(__version__, package_name="frontdesk")
def main() -> None:
    """An account service that you run yourself."""


main.add_command(serve)
for _command in _COMMANDS:
    main.add_command(_command)


class Commands(CLIPlugin):
    """Puts our commands under `litestar`; `run` is `frontdesk serve`.

    advanced-alchemy's application plugin is left out: it would bring a session and a commit hook to
    every request.
    """

    def on_cli_init(self, cli: Group) -> None:
        """Add them. Litestar's own `run` starts a server without our limits."""
        cli.add_command(serve, "run")
        for command in _COMMANDS:
            cli.add_command(command)
