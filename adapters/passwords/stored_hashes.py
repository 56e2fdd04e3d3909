"""What a stored password hash can do, whichever scheme made it: one class a scheme.

`work` counts in the scheme's own unit, in which its time grows in proportion. A hash that costs
more than the limit of its scheme is never computed: it would hold a thread of the queue for
seconds, or take memory that is not there.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import bcrypt

from domain.password import Password

_MIB = 2**20
_MEMORY_MAX = 256 * _MIB
_BCRYPT_CHEAPEST = 4
_BCRYPT_WORK_MAX = 2**16
_PBKDF2_WORK_MAX = 5_000_000
_SCRYPT_WORK_MAX = 2**23
_ARGON2_WORK_MAX = 2**21
_ARGON2_STARTS_MAX = 2_048
_LANES_MAX = 64
_NOBODYS_SALT = b"nobody's password"

Prepare = Callable[[Password], bytes]
"""What bcrypt is given of a password."""


class StoredHash(Protocol):
    """A hash that can be computed again."""

    @property
    def scheme(self) -> str:
        """Hashes of one scheme can be compared by `work`."""

    @property
    def work(self) -> int:
        """What computing it takes."""

    @property
    def weak_below(self) -> int:
        """Work below which it is guessed quickly: a tenth of what OWASP's Password Storage Cheat
        Sheet asks for.
        """

    @property
    def is_too_costly(self) -> bool:
        """Whether it must not be computed."""

    def matches(self, password: Password) -> bool:
        """Compute it."""

    def spend(self, work: int) -> None:
        """Do about as much work of this kind, for nothing."""


@dataclass(frozen=True, slots=True)
class Bcrypt:
    """`work` is in rounds: 2 to the power of the cost."""

    hashed: bytes = field(repr=False)
    prepare: Prepare = field(repr=False)
    scheme = "bcrypt"
    weak_below = 2**7

    @property
    def work(self) -> int:
        return 1 << int(self.hashed[4:6])

    @property
    def is_too_costly(self) -> bool:
        return self.work > _BCRYPT_WORK_MAX

    def matches(self, password: Password) -> bool:
        return bcrypt.checkpw(self.prepare(password), self.hashed)

    def spend(self, work: int) -> None:
        """In hashes whose costs are the binary digits of the work: 2^12 - 2^4 is 2^4 + … + 2^11."""
        for cost in range(_BCRYPT_CHEAPEST, work.bit_length()):
            if work >> cost & 1:
                bcrypt.hashpw(b"", b"$2b$%02d$" % cost + self.hashed[7:29])


@dataclass(frozen=True, slots=True)
class Pbkdf2:
    """`work` is in iterations, as often as the digest is needed for the length. `digest` is a name
    of `hashlib`.
    """

    digest: str
    iterations: int
    salt: bytes = field(repr=False)
    expected: bytes = field(repr=False)

    @property
    def scheme(self) -> str:
        return f"pbkdf2_{self.digest}"

    @property
    def work(self) -> int:
        return self.iterations * self._blocks

    @property
    def weak_below(self) -> int:
        return {"sha1": 130_000, "sha256": 60_000, "sha512": 21_000}[self.digest]

    @property
    def is_too_costly(self) -> bool:
        return self.work > _PBKDF2_WORK_MAX

    def matches(self, password: Password) -> bool:
        found = self._derive(password.as_typed(), self.iterations)
        return hmac.compare_digest(found, self.expected)

    def spend(self, work: int) -> None:
        if iterations := work // self._blocks:
            self._derive(b"", iterations)

    @property
    def _blocks(self) -> int:
        return -(-len(self.expected) // hashlib.new(self.digest).digest_size)

    def _derive(self, secret: bytes, iterations: int) -> bytes:
        return hashlib.pbkdf2_hmac(self.digest, secret, self.salt, iterations, len(self.expected))


@dataclass(frozen=True, slots=True)
class Scrypt:
    """RFC 7914. `work` is in blocks: n · r · p, 128 bytes each."""

    n: int
    r: int
    p: int
    salt: bytes = field(repr=False)
    expected: bytes = field(repr=False)
    scheme = "scrypt"
    weak_below = 2**16

    @property
    def work(self) -> int:
        return self.n * self.r * self.p

    @property
    def is_too_costly(self) -> bool:
        is_too_large = 128 * self.r * (self.n + self.p) > _MEMORY_MAX or self.p > _LANES_MAX
        return self.work > _SCRYPT_WORK_MAX or is_too_large

    def matches(self, password: Password) -> bool:
        found = self._derive(password.as_typed(), self.salt, self.n, self.p)
        return hmac.compare_digest(found, self.expected)

    def spend(self, work: int) -> None:
        """In powers of two: what is left of a smaller n is another one."""
        n, left = self.n, work // self.r
        while n > 1 and left > 1:
            if lanes := left // n:
                self._derive(b"", _NOBODYS_SALT, n, lanes)
            left, n = left % n, n // 2

    def _derive(self, secret: bytes, salt: bytes, n: int, p: int) -> bytes:
        memory = 128 * self.r * (n + p + 2) + _MIB
        return hashlib.scrypt(
            secret, salt=salt, n=n, r=self.r, p=p, maxmem=memory, dklen=len(self.expected)
        )


@dataclass(frozen=True, slots=True)
class Argon2:
    """RFC 9106. `text` is a PHC string, `memory` in KiB; `work` is memory times passes."""

    text: str = field(repr=False)
    memory: int
    passes: int
    lanes: int
    scheme = "argon2"
    weak_below = 3_584

    @property
    def work(self) -> int:
        return self.memory * self.passes

    @property
    def is_too_costly(self) -> bool:
        is_too_large = 1024 * self.memory > _MEMORY_MAX or self.lanes > _LANES_MAX
        # Each lane of each pass is a thread or four, however little memory it fills.
        starts = self.passes * self.lanes if self.lanes > 1 else 0
        return self.work > _ARGON2_WORK_MAX or starts > _ARGON2_STARTS_MAX or is_too_large

    def matches(self, password: Password) -> bool:
        # Imported here: most services never meet one.
        from argon2 import low_level
        from argon2.exceptions import Argon2Error, VerifyMismatchError

        variant = {"d": low_level.Type.D, "i": low_level.Type.I}.get(
            self.text.split("$")[1].removeprefix("argon2"), low_level.Type.ID
        )
        try:
            return low_level.verify_secret(self.text.encode(), password.as_typed(), variant)
        except VerifyMismatchError:
            return False
        except Argon2Error as error:
            raise ValueError("The library does not compute this one.") from error

    def spend(self, work: int) -> None:
        from argon2.low_level import Type, hash_secret_raw

        passes = max(1, round(work / self.memory))
        memory = work // passes
        if memory >= 8 * self.lanes:
            hash_secret_raw(b"", _NOBODYS_SALT, passes, memory, self.lanes, 32, Type.ID)
