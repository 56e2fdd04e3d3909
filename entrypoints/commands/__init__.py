"""The command `frontdesk`, and the same commands under `litestar`.

A file a group of commands. Each is imported when it is asked for: a service that is started by
another command needs none of them.
"""

from importlib import import_module
from typing import cast

from click import Command, Context, Group, group, version_option
from litestar.plugins import CLIPlugin

from entrypoints import __version__

_FILES = {
    "adopt": "adopt",
    "backup": "backup",
    "database": "database",
    "demo": "entrypoints.demo.command",
    "doctor": "entrypoints.doctor.command",
    "events": "events",
    "invitations": "invitations",
    "openapi": "about",
    "restore": "backup",
    "secrets": "secrets",
    "serve": "serve",
    "sessions": "sessions",
    "settings": "about",
    "stats": "about",
    "tokens": "tokens",
    "users": "users",
}
"""Where each command is."""


class _Commands(Group):
    def list_commands(self, ctx: Context) -> list[str]:
        return list(_FILES)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        return _command(cmd_name) if cmd_name in _FILES else None


@group(cls=_Commands)
@version_option(__version__, package_name="frontdesk")
def main() -> None:
    """An account service that you run yourself."""


def _command(name: str) -> Command:
    file = _FILES[name]
    module = import_module(file if "." in file else f"{__name__}.{file}")
    return cast("Command", getattr(module, name))


class Commands(CLIPlugin):
    """Puts our commands under `litestar`; `run` is `frontdesk serve`.

    advanced-alchemy's application plugin is left out: it would bring a session and a commit hook to
    every request.
    """

    def on_cli_init(self, cli: Group) -> None:
        """Add them. Litestar's own `run` starts a server without our limits."""
        for name in _FILES:
            cli.add_command(_command(name), "run" if name == "serve" else name)
