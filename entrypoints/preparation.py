"""Part of the composition root: what is made before anything is served."""

import asyncio
import sqlite3
import stat
from pathlib import Path

from adapters.signing.key_file import KeyFile
from adapters.sql.fingerprints import SecretRefused, SharedSecret
from adapters.sql.schema import SchemaRefused, migrate, migrate_postgresql
from adapters.sql.sqlite import create_database
from domain.errors import Unavailable
from entrypoints.settings import Settings
from entrypoints.startup_warnings import is_exposed
from entrypoints.storage import connector_of, reason_of

SECRET_KEY, PEPPER = "FRONTDESK_SECRET_KEY", "FRONTDESK_PEPPER"
"""The settings that all nodes must have alike."""

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
        check_key(settings)
        if settings.postgresql:
            _prepare_postgresql(settings)
        else:
            create_database(settings.database)
            migrate(
                settings.database,
                patience=_MIGRATION_WAIT_SECONDS,
                may_change=settings.migrate == "auto",
                secrets=shared_secrets(settings),
            )
    except (SchemaRefused, SecretRefused, ValueError) as error:
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
    may_change, shared = settings.migrate == "auto", shared_secrets(settings)
    try:
        asyncio.run(migrate_postgresql(connector, may_change=may_change, secrets=shared))
    except Unavailable as error:
        raise CannotStart(f"{settings.postgresql} cannot be used: {reason_of(error)}") from error


def shared_secrets(settings: Settings) -> list[SharedSecret]:
    """What all nodes must have alike."""
    return [_key_of(settings), SharedSecret(PEPPER, settings.pepper, settings.old_peppers)]


def _key_of(settings: Settings) -> SharedSecret:
    if settings.secret_key:
        return SharedSecret(SECRET_KEY, settings.secret_key)
    path = key_path(settings)

    def find() -> bytes | None:
        return KeyFile(path).key if path.exists() else None

    def make() -> bytes:
        KeyFile(path).make()
        return KeyFile(path).key

    return SharedSecret(SECRET_KEY, find=find, make=make, place=str(path))


def key_path(settings: Settings) -> Path:
    """Where the secret key is, if it is not a setting."""
    return settings.data_dir / "secret.key"


def check_key(settings: Settings) -> None:
    """Look at the file of the secret key, if there is one. Raises `CannotStart`, and `ValueError`
    if it is no key.
    """
    if settings.secret_key:
        return
    path, folder = key_path(settings), settings.data_dir
    if path.exists():
        KeyFile(path).check()
        if settings.hardened and is_exposed(path):
            raise CannotStart(f"{path} can be read by others; chmod it to 600.")
    if settings.hardened and folder.exists() and folder.stat().st_mode & _WRITABLE_BY_OTHERS:
        raise CannotStart(f"{folder} can be written by others; chmod it to 700.")
