"""Password hashes with bcrypt.

bcrypt reads 72 bytes and stops at NUL, so it is given `base64(HMAC-SHA-384(key, password))`: always
64 printable characters that depend on every byte. The key is the pepper if there is one. A stored
hash reads `hmac-sha384:KEY_ID:$2b$COST$…`; a bare `$2b$…` from elsewhere is accepted too.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import bcrypt

from domain.network import Client
from domain.password import Password, PasswordHash

_SCHEME = "hmac-sha384"
_DEFAULT_KEY = b"frontdesk password 1"
_BCRYPT_BYTES = 72
_STORED = re.compile(
    rf"({_SCHEME}:(?P<key_id>\w+):)?"
    r"(?P<bcrypt>\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53})",
    re.ASCII,
)

_Result = TypeVar("_Result")


class Queue(Protocol):
    """What runs the work: `adapters.passwords.hash_queue.HashQueue`."""

    def check_turn(self, client: Client) -> None:
        """Raises `Busy`."""

    async def run(self, client: Client, job: Callable[[], _Result]) -> _Result:
        """Run it off the event loop, in this client's turn. Raises `Busy`."""


class BcryptHasher:
    """Fits `domain.password.PasswordHasher`.

    `cost` is the exponent of bcrypt's work. `pepper` is a secret key; hashes made with one of
    `old_peppers`, or without, are still known. The work is done by `queue`.

    Every mismatch takes as long as the most expensive hash that is known to be stored, or the time
    would tell which names exist after `cost` was lowered.
    """

    def __init__(
        self,
        queue: Queue,
        *,
        cost: int,
        pepper: bytes | None = None,
        old_peppers: Sequence[bytes] = (),
    ) -> None:
        self._queue = queue
        self._keys = {
            pepper_id(each): each or _DEFAULT_KEY for each in (None, pepper, *old_peppers)
        }
        self._key_id = pepper_id(pepper)
        self._cost = self._highest_cost = cost
        # Formed like a hash but made by nobody: comparing with it costs as much as with a real one.
        self._decoy = bcrypt.gensalt(cost) + b"." * 31

    def learn_cost(self, stored: int) -> None:
        """There is a hash of this cost."""
        if stored > self._highest_cost:
            self._highest_cost = stored
            self._decoy = bcrypt.gensalt(stored) + b"." * 31

    def check_turn(self, *, client: Client) -> None:
        self._queue.check_turn(client)

    async def hash(self, password: Password, *, client: Client) -> PasswordHash:
        digest = self._digest(self._key_id, password)
        salt = bcrypt.gensalt(self._cost)
        hashed = await self._queue.run(client, lambda: bcrypt.hashpw(digest, salt))
        return PasswordHash(f"{_SCHEME}:{self._key_id}:{hashed.decode()}")

    async def verify(
        self, password: Password, password_hash: PasswordHash | None, *, client: Client
    ) -> bool:
        key_id, hashed = self._parse(password_hash)
        if key_id is None:
            secret = password.to_bytes()[:_BCRYPT_BYTES]
        else:
            secret = self._digest(key_id, password)
        self.learn_cost(int(hashed[4:6]))
        return await self._queue.run(client, lambda: self._matches(secret, hashed))

    def _matches(self, secret: bytes, hashed: bytes) -> bool:
        """A mismatch at a lower cost than the highest is followed by the work that it lacks, or the
        time would tell that there is such a user: 2^4 + 2^4 + 2^5 + … + 2^11 = 2^12.
        """
        if bcrypt.checkpw(secret, hashed):
            return True
        for cost in range(int(hashed[4:6]), self._highest_cost):
            bcrypt.hashpw(secret, b"$2b$%02d$" % cost + self._decoy[7:29])
        return False

    def is_outdated(self, password_hash: PasswordHash) -> bool:
        return not password_hash.value.startswith(f"{_SCHEME}:{self._key_id}:$2b${self._cost:02}$")

    def _parse(self, password_hash: PasswordHash | None) -> tuple[str | None, bytes]:
        """The key's id, `None` for bare bcrypt, and what bcrypt stored; the decoy if unreadable."""
        stored = _STORED.fullmatch(password_hash.value) if password_hash else None
        if stored and (stored["key_id"] is None or stored["key_id"] in self._keys):
            return stored["key_id"], stored["bcrypt"].encode()
        return self._key_id, self._decoy

    def _digest(self, key_id: str, password: Password) -> bytes:
        mac = hmac.digest(self._keys[key_id], password.to_bytes(), hashlib.sha384)
        return base64.b64encode(mac)


def pepper_id(pepper: bytes | None) -> str:
    """By which stored hashes name it, and which says nothing about it."""
    if pepper is None:
        return "0"
    return hashlib.sha256(b"frontdesk key id\0" + pepper).hexdigest()[:8]
