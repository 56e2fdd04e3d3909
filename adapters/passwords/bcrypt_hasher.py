"""Password hashes with bcrypt.

bcrypt reads 72 bytes and stops at NUL, so it is given `base64(HMAC-SHA-384(key, password))`: always
64 printable characters that depend on every byte. The key is the pepper if there is one. A stored
hash reads `hmac-sha384:KEY_ID:$2b$COST$…`; those of other software (`formats`) are verified too.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Protocol, TypeVar

import bcrypt

from adapters.passwords.equal_work import EqualWork
from adapters.passwords.formats import BCRYPT, read_foreign
from adapters.passwords.stored_hashes import Bcrypt, StoredHash
from domain.network import Client
from domain.password import HashQuality, HashReport, Password, PasswordHash

_SCHEME = "hmac-sha384"
_DEFAULT_KEY = b"frontdesk password 1"
_STORED = re.compile(rf"{_SCHEME}:(?P<key_id>\w+):(?P<bcrypt>{BCRYPT})", re.ASCII)
_UNUSABLE = "!"  # how Django begins what no password matches

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
        self._cost = cost
        # Formed like a hash but made by nobody: computing it costs as much as a real one.
        nobodys = bcrypt.gensalt(cost) + b"." * 31
        self._equal_work = EqualWork(Bcrypt(nobodys, Password.to_bytes))

    def learn(self, stored: Iterable[PasswordHash]) -> None:
        """There are hashes like these."""
        for each in stored:
            if (known := self._computable(each)) is not None:
                self._equal_work.learn(known)

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
        stored = self._computable(password_hash)
        if stored is not None:
            self._equal_work.learn(stored)
        return await self._queue.run(client, lambda: self._matches(password, stored))

    def is_outdated(self, password_hash: PasswordHash) -> bool:
        return not password_hash.value.startswith(f"{_SCHEME}:{self._key_id}:$2b${self._cost:02}$")

    def examine(self, password_hash: PasswordHash) -> HashReport:
        if not password_hash.value or password_hash.value.startswith(_UNUSABLE):
            return HashReport("", HashQuality.NONE)
        stored = self._read(password_hash)
        if stored is None:
            return HashReport("", HashQuality.UNKNOWN)
        if self._is_too_costly(stored):
            return HashReport(stored.scheme, HashQuality.TOO_COSTLY)
        is_weak = stored.work < stored.weak_below
        return HashReport(stored.scheme, HashQuality.WEAK if is_weak else HashQuality.GOOD)

    def _matches(self, password: Password, stored: StoredHash | None) -> bool:
        computed = None
        with suppress(ValueError):  # of a hash that only looks like one: nothing was computed
            if stored is not None and stored.matches(password):
                return True
            computed = stored
        self._equal_work.finish(computed)
        return False

    def _computable(self, password_hash: PasswordHash | None) -> StoredHash | None:
        stored = self._read(password_hash) if password_hash else None
        return None if stored is None or self._is_too_costly(stored) else stored

    def _is_too_costly(self, stored: StoredHash) -> bool:
        """What is set is affordable, whatever it is."""
        is_ours = stored.scheme == Bcrypt.scheme and stored.work <= 1 << self._cost
        return stored.is_too_costly and not is_ours

    def _read(self, password_hash: PasswordHash) -> StoredHash | None:
        own = _STORED.fullmatch(password_hash.value)
        if own is None:
            return read_foreign(password_hash.value)
        key_id = own["key_id"]
        if key_id not in self._keys:
            return None
        return Bcrypt(own["bcrypt"].encode(), lambda password: self._digest(key_id, password))

    def _digest(self, key_id: str, password: Password) -> bytes:
        mac = hmac.digest(self._keys[key_id], password.to_bytes(), hashlib.sha384)
        return base64.b64encode(mac)


def pepper_id(pepper: bytes | None) -> str:
    """By which stored hashes name it, and which says nothing about it."""
    if pepper is None:
        return "0"
    return hashlib.sha256(b"frontdesk key id\0" + pepper).hexdigest()[:8]
