"""Users, and what counts as a name."""

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from domain.errors import InvalidUsername
from domain.password import PasswordHash

USERNAME_MAX_CHARACTERS = 20

# Unicode general categories: control, format, unassigned, private use, surrogate, and the spaces.
# Unassigned ones are out because their normal form may change with the next Unicode version.
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})


@dataclass(frozen=True, slots=True)
class Username:
    """A name as its owner spells it.

    Names that differ only in case or Unicode form are the same name.
    """

    value: str

    @classmethod
    def parse(cls, raw: str) -> Self:
        """Accept a new username: 1 to 20 visible characters. Raises `InvalidUsername`.

        Names already stored are never parsed again, so that the rules may tighten.
        """
        spelling, compatible = unicodedata.normalize("NFC", raw), unicodedata.normalize("NFKC", raw)
        if not spelling:
            raise InvalidUsername("The username is empty; choose one.")
        if max(len(spelling), len(compatible)) > USERNAME_MAX_CHARACTERS:
            raise InvalidUsername(
                f"The username is too long; use at most {USERNAME_MAX_CHARACTERS} characters."
            )
        if any(
            unicodedata.category(character) in _FORBIDDEN_CATEGORIES for character in compatible
        ):
            raise InvalidUsername(
                "The username has a space or an invisible character; leave it out."
            )
        return cls(spelling)

    @property
    def key(self) -> str:
        """The form that must be unique: compatibility caseless, and stable when taken again."""
        folded = unicodedata.normalize("NFKC", self.value).casefold()
        return unicodedata.normalize("NFKC", folded)


@dataclass(frozen=True, slots=True)
class User:
    """An account. `auth_version` grows with every password change and so ends older sessions."""

    id: int
    username: Username
    password_hash: PasswordHash
    signup_time: datetime
    auth_version: int = 1

    def renamed(self, username: Username) -> Self:
        """The same account under another name."""
        return replace(self, username=username)

    def with_password(self, password_hash: PasswordHash) -> Self:
        """The same account with a new password; sessions opened before no longer count."""
        return replace(self, password_hash=password_hash, auth_version=self.auth_version + 1)

    def rehashed(self, password_hash: PasswordHash) -> Self:
        """The same account and password under a newer hash; sessions stay."""
        return replace(self, password_hash=password_hash)
