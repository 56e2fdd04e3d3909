"""`frontdesk database move`: into another database, on whichever engine, and nobody notices."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from click import ClickException, Context, UsageError, echo, option, pass_context
from msgspec import structs
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from adapters.sql.migrations import HEAD
from adapters.sql.moving import (
    Contents,
    Different,
    NotStorable,
    contents,
    copy,
    is_unused,
    mark,
    moved_to,
    rows_in,
    said_by,
)
from adapters.sql.open_database import (
    InUse,
    OpenDatabase,
    new_sqlite_file,
    postgresql_database,
    sqlite_file,
)
from adapters.sql.schema import (
    SchemaRefused,
    bring_up_to_date,
    revision_of,
)
from domain.errors import Unavailable
from entrypoints.commands.output import show_contents
from entrypoints.commands.progress import progress
from entrypoints.settings import InvalidSettings, Settings, contradictions, read_settings
from entrypoints.settings.values import PostgresqlUrl
from entrypoints.settings.values import database as database_of
from entrypoints.storage import connector_of

_REFUSALS = (InUse, Different, SchemaRefused, FileExistsError, InvalidSettings)


@option("--to", "target", metavar="URL", help="As FRONTDESK_DATABASE_URL.")
@option("--dry-run", is_flag=True, help="Do all of it, compare, and keep nothing.")
@option("--undo", is_flag=True, help="Let a database that was moved be used again.")
@pass_context
def move(context: Context, target: str | None, *, dry_run: bool, undo: bool) -> None:
    """Move everything into another database.

    Stop the service first. Ids, passwords, sessions, keys, events and the marks of known devices
    stay what they are, so that nobody has to log in again. What was written is read back and
    compared. Until the end nothing changes here; then this database is marked as moved, and does
    not start any more.
    """
    if bool(target) == undo or (dry_run and undo):
        raise UsageError("Say --to URL, with or without --dry-run, or --undo.", context)
    try:
        settings = read_settings()
        if target:
            asyncio.run(_move(settings, _target_of(settings, target), dry_run=dry_run))
        else:
            asyncio.run(_undo(settings))
    except NotStorable as error:
        raise ClickException(f"Nothing was moved: {error}") from error
    except _REFUSALS as error:
        raise ClickException(str(error)) from error
    except ImportError as error:
        raise ClickException(
            f"{error.name} is not installed: pip install frontdesk[postgresql]"
        ) from error
    except (Unavailable, DBAPIError, sqlite3.Error, OSError, ValueError) as error:
        raise ClickException(f"Nothing was moved: {_reason_of(error)}") from error


def _target_of(settings: Settings, raw: str) -> Settings:
    """The settings of a service over there. A password in the URL is its own."""
    try:
        url = database_of(raw)
    except ValueError as error:
        raise ClickException(f"--to: {error}") from None
    target = structs.replace(settings, database_url=url)
    if isinstance(url, PostgresqlUrl) and url.has_password:
        target = structs.replace(target, database_password=None)
    if _name_of(target) == _name_of(settings):
        raise ClickException("That is the same database.")
    if mistakes := contradictions(target):
        raise InvalidSettings(mistakes)
    return target


async def _move(settings: Settings, to: Settings, *, dry_run: bool) -> None:
    async with _source(settings) as source:
        await source.run(_demand_movable)
        await source.exclude_others()
        total = sum((await source.run(rows_in)).values())
        async with _target(to) as target:
            with progress("Moving", 2 * total) as on_rows:

                def work(_: Connection) -> list[Contents]:
                    return _copy(source.connection, target.connection, on_rows)

                moved = await target.run(work, beside=source)
            show_contents(moved)
            if dry_run:
                echo("Everything could be moved. Nothing was kept.")
                return
            # Before the target is complete: what keeps this one from being marked is found now.
            await source.run(lambda connection: mark(connection, _name_of(to)))
            await source.demand_alone()
            await target.commit()
        try:
            await source.commit()
        except Exception as error:
            raise ClickException(
                f"Everything is in {_name_of(to)} now, but {_name_of(settings)} could not be marked"
                f" as moved: {_reason_of(error)}. Start neither; run the same command again."
            ) from error
    echo(f"Everything is in {_name_of(to)} now. {_name_of(settings)} is marked as moved.")
    echo(
        "Set FRONTDESK_DATABASE_URL to it on every node, with the role that serves. The secret key"
        f" and the pepper stay: {_key_of(settings)} The request log and metrics stay where they"
        " were."
    )


def _demand_movable(connection: Connection) -> None:
    revision, moved = revision_of(connection), None
    if revision == HEAD:
        moved = moved_to(connection)
    if moved:
        raise ClickException(f"It was moved to {moved} already; `--undo` lets it be used again.")
    if revision != HEAD:
        raise ClickException(
            f"It is at schema revision {revision}; run `frontdesk database upgrade`, to {HEAD}."
        )


def _reason_of(error: BaseException) -> str:
    while isinstance(error, Unavailable) and error.__cause__:
        error = error.__cause__
    return said_by(error)


def _copy(source: Connection, target: Connection, on_rows: Callable[[int], None]) -> list[Contents]:
    bring_up_to_date(target, "it should go to")
    if is_unused(target):
        return copy(source, target, on_rows)
    # As when this was killed after the target was complete, and before the source was marked.
    there = contents(target, on_rows)
    if there != contents(source, on_rows):
        raise ClickException("There are accounts in that database already, and not the same ones.")
    return there


async def _undo(settings: Settings) -> None:
    async with _source(settings) as source:
        moved = await source.run(moved_to)
        if moved is None:
            raise ClickException(f"{_name_of(settings)} was not moved.")
        await source.run(lambda connection: mark(connection, None))
        await source.commit()
    echo(f"{_name_of(settings)} can be used again. What changed in {moved} since is not in it.")
    echo("It needs the secret key and the pepper that it had.")


def _source(settings: Settings) -> AbstractAsyncContextManager[OpenDatabase]:
    if settings.postgresql:
        return postgresql_database(connector_of(settings))
    return sqlite_file(settings.database)


def _target(settings: Settings) -> AbstractAsyncContextManager[OpenDatabase]:
    if settings.postgresql:
        return postgresql_database(connector_of(settings))
    # One that is there was made by a service that nobody used, or by a move that was killed.
    is_there = settings.database.exists()
    return (sqlite_file if is_there else new_sqlite_file)(settings.database)


def _name_of(settings: Settings) -> str:
    """Without its password."""
    if settings.postgresql:
        return str(settings.postgresql)
    return f"sqlite:///{Path(settings.database).absolute()}"


def _key_of(settings: Settings) -> str:
    if settings.secret_key:
        return "set FRONTDESK_SECRET_KEY to the same value on every node."
    return f"copy {settings.data_dir / 'secret.key'} into the data folder of every node."
