"""Which column of somebody else's table has what, and an account made of a row."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

from domain.errors import InvalidMetadata
from domain.imports import ImportedAccount
from domain.labels import NO_METADATA, Metadata
from domain.password import PasswordHash

NO_TIME = "the sign-up time is missing or cannot be read; it is that of now"
NO_ANSWER = "whether the account is active cannot be read; it is"
ADMINISTRATOR = "an administrator there is an ordinary user here"
NO_METADATA_TAKEN = "the metadata is too large or of a kind that JSON has not; it is left out"

_USUAL = {
    "id": ("id",),
    "username": ("username",),
    "password": ("password", "password_hash"),
    "signup_time": ("date_joined", "signup_time", "created_at", "created_time", "created"),
    "active": ("is_active",),
    "administrator": ("is_superuser", "is_staff"),
}
"""As Django, UtilMeta and others name them."""
_YES, _NO = ("1", "t", "true", "y", "yes"), ("", "0", "f", "false", "n", "no")


class NoSuchColumn(Exception):
    """A table lacks a column that is needed, or named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which column has what. `None` is one that is not there."""

    id: str | None
    username: str
    password: str
    signup_time: str | None = None
    active: str | None = None
    administrator: str | None = None
    metadata: tuple[str, ...] = ()
    time_as_text: str | None = None
    """The column of the sign-up time, if it has to be read as text."""

    @property
    def all(self) -> list[str]:
        """The names of those that are there."""
        named = (self.username, self.password, self.signup_time, self.active, self.administrator)
        return list(dict.fromkeys(each for each in (self.id, *named, *self.metadata) if each))


def columns_in(
    there: Collection[str],
    named: Mapping[str, str | None],
    metadata: Collection[str] = (),
    *,
    needs_id: bool,
) -> Columns:
    """Those that are `named`, and else those of the usual names that are there. Raises
    `NoSuchColumn`.
    """
    missing = [each for each in (*named.values(), *metadata) if each and each not in there]
    found = {
        what: named.get(what) or next((each for each in usual if each in there), None)
        for what, usual in _USUAL.items()
    }
    needed = ("username", "password", *(("id",) if needs_id else ()))
    missing += [f"for the {what} (--{what})" for what in needed if found[what] is None]
    if missing:
        raise NoSuchColumn(
            f"There is no column {', '.join(missing)}. There are: {', '.join(sorted(there))}."
        )
    return Columns(
        id=found["id"],
        username=found["username"] or "",
        password=found["password"] or "",
        signup_time=found["signup_time"],
        active=found["active"],
        administrator=found["administrator"],
        metadata=tuple(metadata),
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """Makes accounts of rows. A time that does not say its zone is of `zone`; who is not active
    there is disabled since `now`.
    """

    columns: Columns
    now: datetime
    zone: tzinfo = UTC

    def account(self, row: Mapping[str, Any], number: int = 0) -> ImportedAccount:
        """`number` is of the row, for one without an id."""
        remarks: list[str] = []
        columns, say = self.columns, remarks.append
        active = _truth(row[columns.active]) if columns.active else True
        if active is None:
            say(NO_ANSWER)
        if columns.administrator and _truth(row[columns.administrator]):
            say(ADMINISTRATOR)
        return ImportedAccount(
            source_id=_id_text(row[columns.id]) if columns.id else str(number),
            username=_text(row[columns.username]),
            password_hash=PasswordHash(storable(_text(row[columns.password]))),
            signup_time=self._time(row, say),
            disabled_at=self.now if active is False else None,
            metadata=self._metadata(row, say),
            remarks=tuple(remarks),
        )

    def _time(self, row: Mapping[str, Any], say: Callable[[str], None]) -> datetime | None:
        value = row[self.columns.signup_time] if self.columns.signup_time else None
        found = _instant(value, self.zone)
        if found is None:
            say(NO_TIME)
        return found

    def _metadata(self, row: Mapping[str, Any], say: Callable[[str], None]) -> Metadata:
        values = {name: row[name] for name in self.columns.metadata}
        known = {name: _plain(each) for name, each in values.items() if each not in (None, "")}
        if not known:
            return NO_METADATA
        try:
            return Metadata.parse(known)
        except InvalidMetadata:
            say(NO_METADATA_TAKEN)
            return NO_METADATA


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)


def _id_text(value: object) -> str:
    """Bytes as hexadecimal digits, and what cannot be stored with backslashes."""
    if isinstance(value, bytes):
        return value.hex()
    text = _text(value)
    return text if storable(text) == text else text.encode("unicode_escape").decode()


def storable(text: str) -> str:
    """No hash has a NUL, and PostgreSQL stores none."""
    return "" if "\0" in text or (not text.isascii() and _is_broken(text)) else text


def _is_broken(text: str) -> bool:
    return any("\ud800" <= each <= "\udfff" for each in text)


def _truth(value: object) -> bool | None:
    text = _text(value).strip().lower()
    return True if text in _YES else False if text in _NO else None


def _instant(value: object, zone: tzinfo) -> datetime | None:
    match value:
        case datetime():
            found = value
        case date():
            found = datetime.combine(value, time(), zone)
        case str():
            try:
                found = datetime.fromisoformat(value.strip())
            except ValueError:
                return None
        case _:
            return None
    try:
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        return None


def _plain(value: object) -> object:
    """As JSON has it."""
    match value:
        case bool() | int() | float() | str():
            return value
        case datetime() | date():
            return value.isoformat()
        case dict() | list():
            return json.loads(json.dumps(value, default=str))
        case _:
            return str(value)
