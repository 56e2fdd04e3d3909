"""Part of the composition root: what is made before anything is served."""

import sqlite3
import stat
from pathlib import Path

from adapters.persistence.schema import SchemaTooNew, SchemaUnknown, migrate
from adapters.persistence.sqlite import create_database
from adapters.persistence.unit_of_work import SqlBegin
from adapters.persistence.writer import Writer
from adapters.pseudonyms import KeyFile
from adapters.system import SystemClock, SystemTokens
from adapters.user_agents import device_of
from application.offer_set_up import OfferSetUp
from domain.operator import Code
from entrypoints.settings import Settings
from entrypoints.weaknesses import is_exposed

_MIGRATION_WAIT_SECONDS = 60
_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


class CannotStart(Exception):
    """The service cannot start; the text says why."""


def prepare(settings: Settings) -> None:
    """Make what is missing in the data folder, and bring the schema up to date. Raises
    `CannotStart`.
    """
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if settings.secret_key is None:
            _prepare_key(settings)
        create_database(settings.database)
        migrate(settings.database, patience=_MIGRATION_WAIT_SECONDS)
    except (SchemaTooNew, SchemaUnknown, ValueError) as error:
        raise CannotStart(str(error)) from error
    except (OSError, sqlite3.Error) as error:
        raise CannotStart(f"{settings.database} cannot be opened for writing: {error}") from error


async def offer_set_up(settings: Settings) -> Code | None:
    """`OfferSetUp` without all the rest, once, after `prepare`."""
    writer = Writer(settings.database)
    try:
        return await OfferSetUp(SqlBegin(writer, device_of), SystemClock(), SystemTokens())()
    finally:
        writer.close()


def key_path(settings: Settings) -> Path:
    """Where the secret key is, if it is not a setting."""
    return settings.data_dir / "secret.key"


def _prepare_key(settings: Settings) -> None:
    key_file = KeyFile(key_path(settings))
    key_file.make()
    key_file.check()
    if settings.hardened and is_exposed(key_path(settings)):
        raise CannotStart(f"{key_path(settings)} can be read by others; chmod it to 600.")
    if settings.hardened and settings.data_dir.stat().st_mode & _WRITABLE_BY_OTHERS:
        raise CannotStart(f"{settings.data_dir} can be written by others; chmod it to 700.")
