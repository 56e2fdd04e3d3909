"""A backup: a SQLite file of the one schema, with a manifest of what is in it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import cast

from msgspec import DecodeError, Struct, ValidationError, json
from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, insert, select
from sqlalchemy.exc import DBAPIError, InvalidRequestError

from adapters.sql.migrations import HEAD
from adapters.sql.moving import Contents, Different, OnRows, contents, copy
from adapters.sql.open_database import beside, put_in_place
from adapters.sql.schema import bring_up_to_date
from adapters.sql.sqlite import (
    copy_database,
    open_reader,
    put_into_one_file,
    transaction_over,
    writing_engine,
)

_FORMAT = 1
_manifest = Table(
    "backup_manifest", MetaData(), Column("id", Integer, primary_key=True), Column("document", Text)
)


class Manifest(Struct, frozen=True):
    """What a backup has: of which version and schema it is, and the rows of each table."""

    version: str
    revision: str
    engine: str
    made_at: datetime
    tables: list[Contents]
    format: int = _FORMAT

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(each.rows for each in self.tables)


class BadBackup(Exception):
    """A file is no backup, or not what was backed up."""


Describe = Callable[[list[Contents]], Manifest]


@contextmanager
def new_backup(path: Path) -> Iterator[Path]:
    """A file beside its place, which is put there at the end, whole or not at all. Raises
    `FileExistsError`.
    """
    with beside(path) as unfinished:
        yield unfinished
        put_into_one_file(unfinished)
    put_in_place(unfinished, path)


def fill(source: Connection, file: Path, describe: Describe, on_rows: OnRows) -> Manifest:
    """Put everything that a snapshot has into a new file, read it back, compare, and say in it what
    there is. `on_rows` is told of each row twice. Raises `Different`.
    """
    if source.dialect.name == "sqlite":
        found = _fill_from_file(source, file, on_rows)
    else:
        with writing_engine(file).begin() as target:
            bring_up_to_date(target, str(file))
            found = copy(source, target, on_rows)
    manifest = describe(found)
    with writing_engine(file).begin() as target:
        _manifest.drop(target, checkfirst=True)  # of a backup that was put in place by hand
        _manifest.create(target)
        target.execute(insert(_manifest).values(id=1, document=json.encode(manifest).decode()))
    return manifest


def _fill_from_file(source: Connection, file: Path, on_rows: OnRows) -> list[Contents]:
    copy_database(cast("sqlite3.Connection", source.connection.driver_connection), file)
    expected = contents(source, on_rows)
    with writing_engine(file).begin() as connection:
        found = contents(connection, on_rows)
    for before, now in zip(expected, found, strict=True):
        if before != now:
            raise Different(before.name)
    return found


def verify(path: Path, on_rows: OnRows) -> Manifest:
    """Read a backup, and see that all of it is there. `on_rows` is told of each row once. Raises
    `BadBackup`, `SchemaTooNew` and `OSError`.
    """
    manifest = read_manifest(path)
    try:
        with (
            closing(open_reader(path)) as driver,
            transaction_over(driver, writing=False) as source,
        ):
            names = [each.name for each in manifest.tables]
            as_made = MetaData()
            as_made.reflect(source, only=names)
            found = contents(source, on_rows, [as_made.tables[name] for name in names])
    except (DBAPIError, sqlite3.Error, InvalidRequestError) as error:
        raise BadBackup(f"{path} is damaged: {error}") from error
    for expected, now in zip(manifest.tables, found, strict=True):
        if expected != now:
            raise BadBackup(f"{path} is damaged: {now.name} has not what was backed up.")
    return manifest


def read_manifest(path: Path) -> Manifest:
    """What a backup says of itself. Raises `BadBackup`, `SchemaTooNew` and `OSError`."""
    with path.open("rb"):
        pass  # whether it can be read at all
    try:
        with (
            closing(open_reader(path)) as driver,
            transaction_over(driver, writing=False) as source,
        ):
            document = source.scalar(select(_manifest.c.document))
        manifest = json.decode(str(document), type=Manifest)
    except (DBAPIError, sqlite3.Error, DecodeError, ValidationError) as error:
        raise BadBackup(f"{path} is no backup of Frontdesk.") from error
    if manifest.revision > HEAD:
        raise BadBackup(
            f"{path} was made by a newer version (schema revision {manifest.revision}; this one"
            f" knows {HEAD}). Take one that this version made, or install the newer version."
        )
    if manifest.format != _FORMAT:
        raise BadBackup(f"{path} is a backup of a form that this version does not know.")
    return manifest
