"""Passwords, their hashes, and what counts as one.

Rules after NIST SP 800-63B-4 §3.1.1: length only, no composition rules, no trimming, every byte
counts. Two spellings of one text (Unicode forms) are one password: NFC is compared.
"""

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from domain.errors import InvalidPassword
from domain.network import Client

PASSWORD_MAX_BYTES = 1024
"""Longer than any passphrase, and far below the 16 KiB of a body (NIST asks for at least 64)."""


@dataclass(frozen=True, slots=True)
class Password:
    """A password as somebody typed it. It never shows itself in logs or tracebacks."""

    value: str = field(repr=False)

    def as_typed(self) -> bytes:
        """UTF-8 of what was typed: what other software hashes."""
        return self.value.encode("utf-8", "surrogatepass")

    def to_bytes(self) -> bytes:
        """UTF-8 of the NFC form: what is measured and hashed.

        A text that stays too long in any form, for composing shrinks at most to a third, is left
        as it is: normalising takes time that grows with the square of its length.
        """
        raw = self.as_typed()
        if len(raw) > 3 * PASSWORD_MAX_BYTES:
            return raw
        return unicodedata.normalize("NFC", self.value).encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class PasswordHash:
    """An opaque stored hash; only a `PasswordHasher` knows what is inside."""

    value: str = field(repr=False)


class HashQuality(StrEnum):
    """What a stored hash is good for."""

    GOOD = "good"
    WEAK = "weak"
    """It can be verified, and guessed quickly by who has it."""
    TOO_COSTLY = "too_costly"
    """It is never verified: that would take seconds, or too much memory."""
    UNKNOWN = "unknown"
    """Nobody can log in with it."""
    NONE = "none"
    """There is no password: what Django calls unusable."""


@dataclass(frozen=True, slots=True)
class HashReport:
    """The scheme of a hash, which is empty if it is not known, and what it is good for."""

    scheme: str
    quality: HashQuality


class PasswordHasher(Protocol):
    """Slow on purpose, and never on the event loop.

    `client` is on whose behalf it works; clients take turns, and a share is kept for recognised
    ones. Both methods raise `Busy` when overloaded, and stop waiting when cancelled.
    """

    def check_turn(self, *, client: Client) -> None:
        """Raise `Busy` if it would refuse this client now: to be asked before anything is written
        on the way to a hash, so that those turned away in a storm cost next to nothing.
        """

    async def hash(self, password: Password, *, client: Client) -> PasswordHash:
        """Hash with the newest scheme, cost and key, and a new salt."""

    async def verify(
        self, password: Password, password_hash: PasswordHash | None, *, client: Client
    ) -> bool:
        """Say whether they match. `None` never matches, and takes just as long to say so."""

    def is_outdated(self, password_hash: PasswordHash) -> bool:
        """Say whether `hash` would use another scheme, cost or key today."""

    def examine(self, password_hash: PasswordHash) -> HashReport:
        """Say what the hash is, without computing it."""


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """How long a new password must be, in bytes of UTF-8. Stored passwords are not measured.

    One shorter than `long_enough` must not be among the `common` ones, which are in lower case.
    """

    minimum: int = 6
    maximum: int = PASSWORD_MAX_BYTES
    long_enough: int = 15
    common: frozenset[str] = frozenset()

    def parse(self, raw: str) -> Password:
        """Accept a new password. Raises `InvalidPassword`."""
        password = Password(raw)
        length = len(password.to_bytes())
        if length < self.minimum:
            raise InvalidPassword(f"The password is too short; use at least {self.minimum} bytes.")
        if length > self.maximum:
            raise InvalidPassword(f"The password is too long; use at most {self.maximum} bytes.")
        if length < self.long_enough and raw.lower() in self.common:
            raise InvalidPassword(
                "The password is one that everybody tries first; choose another, or a longer one."
            )
        return password
