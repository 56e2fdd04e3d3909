"""Part of the composition root: what is made before anything is served."""

import asyncio
import sqlite3
import stat
from pathlib import Path

from adapters.signing.key_file import KeyFile
from adapters.sql.fingerprints import AnotherSecret, SharedSecret
from adapters.sql.schema import (
    SchemaMoved,
    SchemaTooNew,
    SchemaTooOld,
    SchemaUnknown,
    migrate,
    migrate_postgresql,
)
from adapters.sql.sqlite import create_database
from domain.errors import Unavailable
from entrypoints.settings import Settings
from entrypoints.startup_warnings import is_exposed
from entrypoints.storage import connector_of, reason_of

_MIGRATION_WAIT_SECONDS = 60
_REFUSALS = (AnotherSecret, SchemaMoved, SchemaTooNew, SchemaTooOld, SchemaUnknown, ValueError)
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
        if settings.postgresql:
            _prepare_postgresql(settings)
        else:
            create_database(settings.database)
            migrate(
                settings.database,
                patience=_MIGRATION_WAIT_SECONDS,
                may_change=settings.migrate == "auto",
                secrets=_shared(settings),
            )
    except _REFUSALS as error:
        raise CannotStart(str(error)) from error
    except (OSError, sqlite3.Error) as error:
        raise CannotStart(f"{settings.database} cannot be opened for writing: {error}") from error


def _prepare_postgresql(settings: Settings) -> None:
    try:
        connector = connector_of(settings)
    except ImportError as error:
        raise CannotStart(
            f"FRONTDESK_DATABASE_URL names PostgreSQL, and {error.name} is not installed: "
            "pip install frontdesk[postgresql]"
        ) from error
    may_change = settings.migrate == "auto"
    try:
        asyncio.run(migrate_postgresql(connector, may_change=may_change, secrets=_shared(settings)))
    except Unavailable as error:
        raise CannotStart(f"{settings.postgresql} cannot be used: {reason_of(error)}") from error


def _shared(settings: Settings) -> list[SharedSecret]:
    """What all nodes must have alike."""
    key = settings.secret_key or KeyFile(key_path(settings)).key
    return [
        SharedSecret("FRONTDESK_SECRET_KEY", key),
        SharedSecret("FRONTDESK_PEPPER", settings.pepper, settings.old_peppers),
    ]


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
