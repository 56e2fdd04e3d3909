"""Accounts as `frontdesk users export` writes them: a JSON object a line."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import DecodeError, Struct, ValidationError, json

from adapters.sources.columns import storable
from adapters.sources.files import BadFile, FileSource
from domain.account import Usage
from domain.errors import InvalidMetadata, InvalidRoles
from domain.imports import ImportedAccount
from domain.labels import Metadata, parse_roles
from domain.password import PasswordHash
from domain.user import User

_MISTAKES = (
    *(DecodeError, ValidationError, InvalidRoles, InvalidMetadata),
    *(OverflowError, RecursionError),
)


class Line(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account. Without `password_hash` nobody can log in to it until the password is reset. What
    is not in an import is for other readers: addresses, last use, versions.
    """

    id: int | None = None
    username: str
    password_hash: str | None = None
    signup_time: datetime | None = None
    disabled_at: datetime | None = None
    is_operator: bool = False
    roles: list[str] = []
    metadata: dict[str, Any] = {}
    signup_address: str | None = None
    last_used_at: datetime | None = None
    last_address: str | None = None


def json_source(path: Path) -> FileSource[Line]:
    """Read all of it, so that what is wrong is said before anything is done. Raises `BadFile`,
    `OSError`.
    """
    if path.exists() and not path.is_file():
        raise BadFile(f"{path} is no file: it is read twice, so a pipe will not do.")
    number, highest, digest = 0, 0, hashlib.sha256()
    for line in _lines(path):
        number += 1
        digest.update(json.encode(line))
        highest = max(highest, _account(line, number).id or 0)
    name = f"json sha256:{digest.hexdigest()}"
    return FileSource(name, number, highest, partial(_lines, path), _account)


def encoded(user: User, usage: Usage, *, with_hash: bool) -> bytes:
    """A line for an account."""
    line = Line(
        id=user.id,
        username=user.username.value,
        password_hash=user.password_hash.value if with_hash else None,
        signup_time=user.signup_time,
        disabled_at=user.disabled_at,
        is_operator=user.is_operator,
        roles=[*user.roles],
        metadata=user.metadata.value,
        signup_address=usage.signup_address,
        last_used_at=usage.last_used_at,
        last_address=usage.last_address,
    )
    return json.encode(line) + b"\n"


def _lines(path: Path) -> Iterator[Line]:
    decoder = json.Decoder(Line)
    with path.open("rb") as file:
        for number, text in enumerate(file, 1):
            if not text.strip():
                continue
            try:
                line = decoder.decode(text)
                _account(line, number)
            except _MISTAKES as error:
                raise BadFile(f"{path}, line {number}: {error}") from error
            yield line


def _account(line: Line, number: int) -> ImportedAccount:
    return ImportedAccount(
        source_id=str(number if line.id is None else line.id),
        username=line.username,
        password_hash=PasswordHash(storable(line.password_hash or "")),
        signup_time=_utc(line.signup_time),
        disabled_at=_utc(line.disabled_at),
        is_operator=line.is_operator,
        roles=parse_roles(line.roles),
        metadata=Metadata.parse(line.metadata),
    )


def _utc(instant: datetime | None) -> datetime | None:
    """A time that does not say its zone is in UTC."""
    if instant is None:
        return None
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
