"""Passwords, their hashes, and what counts as one.

Rules after NIST SP 800-63B-4 §3.1.1: length only, no composition rules, no trimming, every byte
counts. Two spellings of one text (Unicode forms) are one password: NFC is compared.
"""

import unicodedata
from dataclasses import dataclass, field

from domain.errors import InvalidPassword

PASSWORD_MAX_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Password:
    """A password as somebody typed it. It never shows itself in logs or tracebacks."""

    value: str = field(repr=False)

    def to_bytes(self) -> bytes:
        """UTF-8 of the NFC form: what is measured and hashed.

        A text that stays too long in any form, for composing shrinks at most to a third, is left
        as it is: normalising takes time that grows with the square of its length.
        """
        raw = self.value.encode("utf-8", "surrogatepass")
        if len(raw) > 3 * PASSWORD_MAX_BYTES:
            return raw
        return unicodedata.normalize("NFC", self.value).encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class PasswordHash:
    """An opaque stored hash; only a `PasswordHasher` knows what is inside."""

    value: str = field(repr=False)


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
