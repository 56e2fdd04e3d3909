"""Whether all nodes have the same secrets: the database knows a fingerprint of each."""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, bindparam, delete, insert, select

from adapters.sql.tables import fingerprints

_FIND = select(fingerprints.c.fingerprint).where(fingerprints.c.name == bindparam("name"))
_ADD = insert(fingerprints)
_ALL = select(fingerprints.c.name, fingerprints.c.fingerprint)
_FORGET = delete(fingerprints)


_ANOTHER_PEPPER = (
    "All nodes need the same. Put the former one into FRONTDESK_OLD_PEPPERS: without it nobody can"
    " log in whose password was hashed with it. Only if it is lost, run `frontdesk database"
    " forget-secrets --pepper`; then each of them needs a new password."
)
_ANOTHER_KEY = (
    "All nodes need the same: copy secret.key from the node that works, or set the key. If it is"
    " lost, run `frontdesk database forget-secrets --key` and start again: known devices become"
    " strangers."
)


class SecretRefused(Exception):
    """The database cannot be used with what this node has; the text says why, and what to do."""


class AnotherSecret(SecretRefused):
    """The database is used with another secret than this node has."""

    def __init__(self, name: str) -> None:
        is_pepper = name == "FRONTDESK_PEPPER"
        advice = _ANOTHER_PEPPER if is_pepper else _ANOTHER_KEY
        super().__init__(f"This database is used with another {name} than this node has. {advice}")


class MissingSecret(SecretRefused):
    """The database is used with a secret, and this node has none."""

    def __init__(self, name: str, place: str) -> None:
        super().__init__(
            f"This database is used with a {name}, and this node has none: it is not set, and"
            f" there is no {place}. Put the file of before there, or set it. If it is lost, run"
            " `frontdesk database forget-secrets --key` and start again: a new one is made, and"
            " known devices become strangers."
        )


@dataclass(frozen=True, slots=True)
class SharedSecret:
    """A secret that all nodes must have, by the name of its setting; `None` if it is not set. It
    may replace one of `former`, which it knows.

    One that the service keeps for itself lies in `place`: `find` looks there, `make` makes it.
    """

    name: str
    value: bytes | None = field(default=None, repr=False)
    former: Sequence[bytes] = field(default=(), repr=False)
    find: Callable[[], bytes | None] | None = None
    make: Callable[[], bytes] | None = None
    place: str = ""

    @property
    def fingerprint(self) -> bytes:
        """What tells it from another, and nothing about it."""
        return self._of(self.value)

    @property
    def replaceable(self) -> list[bytes]:
        """The fingerprints of those that it may replace."""
        return [self._of(each) for each in self.former]

    @property
    def is_missing(self) -> bool:
        """Whether it has still to be made."""
        return self.value is None and self.make is not None

    def found(self) -> "SharedSecret":
        """As it is now: another process may have made it."""
        return replace(self, value=self.find()) if self.find else self

    def made(self) -> "SharedSecret":
        """With its value."""
        return replace(self, value=self.make()) if self.value is None and self.make else self

    def demand(self, known: bytes) -> None:
        """Raise `SecretRefused` if the database, which knows this fingerprint, cannot be used with
        it.
        """
        if self.is_missing:
            raise MissingSecret(self.name, self.place)
        if known != self.fingerprint and known not in self.replaceable:
            raise AnotherSecret(self.name)

    def _of(self, value: bytes | None) -> bytes:
        if value is None:
            return b""
        return hmac.digest(value, f"frontdesk fingerprint of {self.name}".encode(), "sha256")


def compare(connection: Connection, secrets: Sequence[SharedSecret]) -> None:
    """Store the fingerprints of those that the database does not know, in a transaction that nobody
    else has at the same time. One that is missing is made, if no other node has one. Raises
    `SecretRefused`.
    """
    for secret in secrets:
        known, present = connection.scalar(_FIND, {"name": secret.name}), secret.found()
        if known is None:
            _store(connection, present.made())
            continue
        present.demand(known)
        if known != present.fingerprint:
            put(connection, present)


def known_fingerprints(connection: Connection) -> Mapping[str, bytes]:
    """Those that the database has, by the name of the secret."""
    return {row.name: row.fingerprint for row in connection.execute(_ALL)}


def put(connection: Connection, secret: SharedSecret) -> None:
    """Store its fingerprint, in place of that of another one."""
    forget(connection, secret.name)
    _store(connection, secret)


def forget(connection: Connection, name: str | None = None) -> None:
    """Let the next start store those that it has, or the one of this name."""
    which = _FORGET if name is None else _FORGET.where(fingerprints.c.name == name)
    connection.execute(which)


def _store(connection: Connection, secret: SharedSecret) -> None:
    connection.execute(_ADD, {"name": secret.name, "fingerprint": secret.fingerprint})
