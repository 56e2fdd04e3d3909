"""Whether all nodes have the same secrets: the database knows a fingerprint of each."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from adapters.sql.tables import fingerprints

_FIND = select(fingerprints.c.fingerprint).where(fingerprints.c.name == bindparam("name"))
_ADD = insert(fingerprints)
_REPLACE = update(fingerprints).where(fingerprints.c.name == bindparam("secret"))
_FORGET = delete(fingerprints)


class AnotherSecret(Exception):
    """The database is used with another secret than this node has."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"This database is used with another {name} than this node has. All nodes need the"
            " same; without FRONTDESK_SECRET_KEY each makes a key of its own in its data folder."
            " If it was changed on purpose, run `frontdesk database forget-secrets` and start"
            " again: what was made with the other no longer counts."
        )


@dataclass(frozen=True, slots=True)
class SharedSecret:
    """A secret that all nodes must have, by the name of its setting; `None` if it is not set. It
    may replace one of `former`, which it knows.
    """

    name: str
    value: bytes | None = field(default=None, repr=False)
    former: Sequence[bytes] = field(default=(), repr=False)

    @property
    def fingerprint(self) -> bytes:
        """What tells it from another, and nothing about it."""
        return self._of(self.value)

    @property
    def replaceable(self) -> list[bytes]:
        """The fingerprints of those that it may replace."""
        return [self._of(each) for each in self.former]

    def _of(self, value: bytes | None) -> bytes:
        if value is None:
            return b""
        return hmac.digest(value, f"frontdesk fingerprint of {self.name}".encode(), "sha256")


def compare(connection: Connection, secrets: Sequence[SharedSecret]) -> None:
    """Store the fingerprints of those that the database does not know, in a transaction that nobody
    else has at the same time. Raises `AnotherSecret`.
    """
    for secret in secrets:
        name, fingerprint = secret.name, secret.fingerprint
        known = connection.scalar(_FIND, {"name": name})
        if known is None:
            connection.execute(_ADD, {"name": name, "fingerprint": fingerprint})
        elif known == fingerprint:
            continue
        elif known in secret.replaceable:
            connection.execute(_REPLACE, {"secret": name, "fingerprint": fingerprint})
        else:
            raise AnotherSecret(name)


def forget(connection: Connection, name: str | None = None) -> None:
    """Let the next start store those that it has, or the one of this name."""
    which = _FORGET if name is None else _FORGET.where(fingerprints.c.name == name)
    connection.execute(which)
