"""`frontdesk backup` and `frontdesk restore`: everything in one file, from either engine and into
either.
"""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from click import ClickException, Path, argument, command, echo

from entrypoints import __version__
from entrypoints.commands.output import show_contents, shown
from entrypoints.commands.progress import progress
from entrypoints.commands.running import told
from entrypoints.commands.snapshot import snapshot
from entrypoints.settings import Settings, read_settings
from entrypoints.storage import connector_of

if TYPE_CHECKING:
    from adapters.sql.backups import Manifest
    from adapters.sql.open_database import OpenDatabase


@command()
@argument("file", type=Path(path_type=FilePath))
def backup(file: FilePath) -> None:
    """Write everything to FILE, while the service goes on.

    If FILE is a folder, the file in it is named by the time.

    FILE is one SQLite database, as everything was at one moment, and says what is in it. It is read
    back and compared before it is there. Not in it: the request log, metrics, the secret key and
    the pepper. Without these two nobody can log in to what is restored.
    """
    with _failing("Nothing was backed up"):
        if file.is_dir():
            file /= f"frontdesk-{_stamp()}.db"
        manifest = asyncio.run(back_up(read_settings(), file))
    show_contents(manifest.tables)
    echo(f"{file} has everything. Keep the secret key and the pepper apart from it.")


@command()
@argument("file", type=Path(path_type=FilePath, dir_okay=False))
def restore(file: FilePath) -> None:
    """Put what FILE has in place of the database.

    Stop the service first. FILE is read and compared with what it says of itself before anything is
    touched. The old database is kept: a SQLite file beside the new one, on PostgreSQL a schema.
    """
    stamp = _stamp()
    with _failing("Nothing was restored"):
        settings = read_settings()
        manifest = asyncio.run(_restore(settings, file, stamp))
    show_contents(manifest.tables)
    echo(f"{settings.postgresql or settings.database} is as it was at {shown(manifest.made_at)}.")
    if settings.postgresql:
        echo(f"Tables that were there before are in the schema {_schema(stamp)}.")
    elif (aside := _file(settings, stamp)).exists():
        echo(f"What was there before is {aside}.")
    echo(
        "The service needs the secret key and the pepper of that time, or it does not start."
        " Passwords, sessions, keys and codes are those of that time, too."
    )


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%dt%H%M%S%f")


async def back_up(settings: Settings, file: FilePath) -> "Manifest":
    """Write everything to this file, which is new."""
    from adapters.sql.backups import Manifest, fill, new_backup
    from adapters.sql.migrations import HEAD
    from adapters.sql.moving import Contents, moved_to, rows_in
    from adapters.sql.schema import revision_of

    def describe(tables: list[Contents]) -> Manifest:
        engine = "PostgreSQL" if settings.postgresql else "SQLite"
        return Manifest(__version__, HEAD, engine, datetime.now(UTC), tables)

    if settings.postgresql is None and not settings.database.exists():
        raise ClickException(f"There is no database at {settings.database}.")
    async with snapshot(settings) as source:
        if (revision := await source.run(revision_of)) != HEAD:
            raise ClickException(
                f"The database is at schema revision {revision}, and this version of Frontdesk at"
                f" {HEAD}. Back up with the version that serves."
            )
        if moved := await source.run(moved_to):
            raise ClickException(f"It was moved to {moved}; back that up.")
        total = sum((await source.run(rows_in)).values())
        with new_backup(file) as unfinished, progress("Backing up", 2 * total) as on_rows:
            return await source.run(
                lambda connection: fill(connection, unfinished, describe, on_rows)
            )


async def _restore(settings: Settings, file: FilePath, stamp: str) -> "Manifest":
    from adapters.sql.backups import read_manifest, verify
    from adapters.sql.restoring import restore as restore_into

    rows = read_manifest(file).rows
    with progress("Restoring", 3 * rows) as on_rows:
        manifest = verify(file, on_rows)
        async with _target(settings, stamp) as target:
            await restore_into(file, manifest, target, on_rows)
    return manifest


def _target(settings: Settings, stamp: str) -> "AbstractAsyncContextManager[OpenDatabase]":
    from adapters.sql.restoring import in_place_of_file, in_place_of_tables

    if settings.postgresql:
        return in_place_of_tables(connector_of(settings), _schema(stamp))
    settings.database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return in_place_of_file(settings.database, _file(settings, stamp))


def _schema(stamp: str) -> str:
    return f"before_restore_{stamp}"


def _file(settings: Settings, stamp: str) -> FilePath:
    return settings.database.with_name(f"{settings.database.name}.before-restore-{stamp}")


@contextmanager
def _failing(what: str) -> Iterator[None]:
    """Whatever goes wrong becomes a sentence."""
    from adapters.sql.backups import BadBackup
    from adapters.sql.moving import Different, NotStorable
    from adapters.sql.open_database import InUse
    from adapters.sql.restoring import Disturbed
    from adapters.sql.schema import SchemaRefused

    refusals = (BadBackup, InUse, Different, NotStorable, SchemaRefused, FileExistsError)
    with told():
        try:
            yield
        except refusals as error:
            raise ClickException(f"{what}: {error}") from error
        except Disturbed as error:
            raise ClickException(str(error)) from error
