"""`frontdesk adopt`: the accounts of another application move in."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from click import UsageError, command, echo, option
from msgspec import Struct

from domain.imports import AccountSource, ImportDisturbed
from entrypoints.commands.importing import import_accounts, refused, show_report
from entrypoints.commands.output import json_option
from entrypoints.commands.running import told
from entrypoints.preparation import prepare
from entrypoints.settings import Settings, read_settings
from entrypoints.settings.values import PostgresqlUrl
from entrypoints.settings.values import database as database_of

if TYPE_CHECKING:
    from adapters.sources.table import Run


class _Wanted(Struct, frozen=True, kw_only=True):
    """What was said about the source."""

    url: str
    table: str | None
    columns: Mapping[str, str | None]
    metadata: tuple[str, ...]
    zone: tzinfo


@command()
@option("--from", "url", required=True, metavar="URL", help="A database, or a CSV file.")
@option("--apply", is_flag=True, help="Do it. Without this it is a rehearsal.")
@option("--table", help="Where the accounts are; else auth_user or user_user, or the only choice.")
@option("--id", "id_", metavar="COLUMN", help="Else id.")
@option("--username", metavar="COLUMN", help="Else username.")
@option("--password", metavar="COLUMN", help="Of the hashes; else password or password_hash.")
@option("--signup-time", metavar="COLUMN", help="Else date_joined, signup_time or created_at.")
@option("--active", metavar="COLUMN", help="Who is not is disabled; else is_active.")
@option("--metadata", metavar="COLUMN", multiple=True, help="Take this over as metadata.")
@option("--time-zone", default="UTC", show_default=True, help="Of times that do not say theirs.")
@option("--new-ids", is_flag=True, help="Keep no ids, even if nobody has an account here.")
@json_option
def adopt(
    url: str,
    *,
    apply: bool,
    table: str | None,
    id_: str | None,
    username: str | None,
    password: str | None,
    signup_time: str | None,
    active: str | None,
    metadata: tuple[str, ...],
    time_zone: str,
    new_ids: bool,
    as_json: bool,
) -> None:
    """Take over the accounts of a Django or UtilMeta project, of another table, or of a CSV file.

    --from is sqlite:////path/to/db.sqlite3, postgresql://user@host/database, or a file that ends
    with .csv. It is only read, a page at a time, while the project goes on. Passwords stay what
    they are. Where nobody ever had an account, ids stay; else accounts get new ones.

    What was interrupted goes on where it was when the same command is run again; later, that takes
    over those that have come since. Accounts that are here already are not changed.
    """
    wanted = _Wanted(
        url=url,
        table=table,
        columns={
            "id": id_,
            "username": username,
            "password": password,
            "signup_time": signup_time,
            "active": active,
        },
        metadata=metadata,
        zone=_zone(time_zone),
    )
    with told():
        settings = read_settings().unobserved
        if apply:
            prepare(settings)
        else:
            settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        asyncio.run(_adopt(settings, wanted, apply=apply, new_ids=new_ids, as_json=as_json))


async def _adopt(
    settings: Settings, wanted: _Wanted, *, apply: bool, new_ids: bool, as_json: bool
) -> None:
    async with _source(wanted) as source:
        report = await import_accounts(
            settings, source, is_rehearsal=not apply, may_keep_ids=not new_ids
        )
        show_report(report, settings, source, is_rehearsal=not apply, as_json=as_json)


@asynccontextmanager
async def _source(wanted: _Wanted) -> AsyncIterator[AccountSource]:
    from adapters.sources.columns import NoSuchColumn
    from adapters.sources.csv_file import csv_source
    from adapters.sources.files import BadFile
    from adapters.sources.table import BadIds, NoSuchTable, NotItsOwner

    try:
        if wanted.url.lower().endswith(".csv"):
            path, now = Path(wanted.url.removeprefix("file://")), datetime.now(UTC)
            yield csv_source(path, wanted.columns, wanted.metadata, now=now, zone=wanted.zone)
            return
        async with _tables(wanted.url) as (name, run):
            yield await _table(wanted, name, run)
    except (NoSuchColumn, NoSuchTable, NotItsOwner, BadIds, BadFile, ImportDisturbed) as error:
        raise refused(error) from error


@asynccontextmanager
async def _tables(url: str) -> "AsyncIterator[tuple[str, Run]]":
    from adapters.sources.table import postgresql_tables, sqlite_tables

    try:
        database = database_of(url)
    except ValueError:
        raise UsageError(
            "--from: name a SQLite file, as in sqlite:////srv/app/db.sqlite3, a database of"
            " PostgreSQL, as in postgresql://app@db.example.com/app, or a CSV file: users.csv."
        ) from None
    if isinstance(database, PostgresqlUrl):
        from adapters.sql.postgresql import Access, Connector

        async with postgresql_tables(Connector(Access(url=database.value))) as run:
            yield await _identity_of(database, run), run
        return
    async with sqlite_tables(database) as run:
        yield f"sqlite:///{database.resolve()}", run


async def _identity_of(url: PostgresqlUrl, run: "Run") -> str:
    """The same by whatever name it was reached; its URL, if the role may not know which it is."""
    from adapters.sources.table import identity

    return await run(identity) or str(url)


async def _table(wanted: _Wanted, database: str, run: "Run") -> AccountSource:
    from adapters.sources.columns import Reading
    from adapters.sources.table import TableSource, find_table

    place, columns = await run(
        lambda connection: find_table(connection, wanted.table, wanted.columns, wanted.metadata)
    )
    echo(f"Table {place}: {', '.join(columns.all)}", err=True)
    reading = Reading(columns, datetime.now(UTC), wanted.zone)
    return TableSource.of(f"{database} {place}", run, place, reading)


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise UsageError(f"--time-zone: there is no {name}; say Europe/Berlin, for one.") from None
