"""`frontdesk sessions …`."""

from dataclasses import replace
from typing import Any

from click import UsageError, argument, echo, group, option

from domain.user import Username
from entrypoints.commands.output import json_option, show_rows
from entrypoints.commands.progress import progress
from entrypoints.commands.rows import all_rows, equal, user_named
from entrypoints.commands.running import COMMAND_LINE, with_services
from entrypoints.services import Services

_COLUMNS = ("id", "user_id", "address", "device", "created_at", "last_seen_at", "expires_at")


@group()
def sessions() -> None:
    """List and end sessions."""


@sessions.command("list")
@option("--user", "name", help="Only those of this user.")
@option("--limit", type=int, default=100, show_default=True, help="At most so many.")
@json_option
def list_sessions(name: str | None, *, limit: int, as_json: bool) -> None:
    """Show sessions, the oldest first."""

    async def find(services: Services) -> list[Any]:
        wanted = []
        if name is not None:
            wanted = [equal("user_id", (await user_named(services.tables, name))["id"])]
        return [row async for row in all_rows(services.tables, "sessions", wanted, limit=limit)]

    show_rows(with_services(find, is_reading=True), _COLUMNS, as_json=as_json)


@sessions.command()
@argument("name", required=False)
@option("--id", "session_id", type=int, help="Only this session of the user.")
@option("--all", "everybody", is_flag=True, help="Those of everybody.")
def end(name: str | None, *, session_id: int | None, everybody: bool) -> None:
    """End a user's sessions, at once; or, with --all, everybody's."""
    if (name is None) is not everybody or (everybody and session_id is not None):
        raise UsageError("Name a user, or say --all.")

    async def end_them(services: Services) -> int:
        end_sessions = services.use_cases.end_user_sessions
        if name is not None:
            return await end_sessions(
                user=Username(name), caller=COMMAND_LINE, session_id=session_id
            )
        owners = {row["user_id"] async for row in all_rows(services.tables, "sessions")}
        ended = 0
        with progress("Ending sessions", len(owners)) as done:
            for owner in owners:
                ended += await end_sessions(user=int(str(owner)), caller=COMMAND_LINE)
                done(1)
        return ended

    ended = with_services(end_them)
    echo(f"{ended} {'session has' if ended == 1 else 'sessions have'} ended.")


class _Steady:
    """The person at the command line vouches for the clock."""

    def is_steady(self) -> bool:
        """Say so."""
        return True


@sessions.command()
def purge() -> None:
    """Remove what has expired now: sessions, and events that are too old.

    The service does so by itself, but not in its first hour, nor after a jump of the clock. See
    that the clock is right.
    """

    async def remove(services: Services) -> int:
        clean_up, removed = replace(services.use_cases.clean_up, clock_watch=_Steady()), 0
        while some := await clean_up():
            removed += some
        return removed

    echo(f"{with_services(remove)} rows were removed.")
