"""Users, and what counts as a name."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from domain.errors import InvalidUsername
from domain.labels import NO_METADATA, Metadata
from domain.password import PasswordHash

USERNAME_MAX_CHARACTERS = 20

# A spelling may be longer than what it composes to, but not without end: normalising takes time
# that grows with the square of a run of combining marks.
_SPELLING_MAX_CHARACTERS = 100

# Unicode general categories: control, format, unassigned, private use, surrogate, and the spaces.
# Unassigned ones are out because their normal form may change with the next Unicode version.
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})

# What those leave of Unicode's Default_Ignorable_Code_Point, and the braille blank: all invisible.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164"
    "\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)

_TOO_LONG = f"The username is too long; use at most {USERNAME_MAX_CHARACTERS} characters."


def has_invisible(text: str) -> bool:
    """Say whether a character of it cannot be seen; a plain space can."""
    plain = text.replace(" ", "")
    categories = {unicodedata.category(character) for character in plain}
    return bool(categories & _INVISIBLE_CATEGORIES or _INVISIBLE.search(plain))


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
        if len(raw) > _SPELLING_MAX_CHARACTERS:
            raise InvalidUsername(_TOO_LONG)
        spelling, compatible = unicodedata.normalize("NFC", raw), unicodedata.normalize("NFKC", raw)
        if not spelling:
            raise InvalidUsername("The username is empty; choose one.")
        if max(len(spelling), len(compatible)) > USERNAME_MAX_CHARACTERS:
            raise InvalidUsername(_TOO_LONG)
        if " " in compatible or has_invisible(compatible):
            raise InvalidUsername(
                "The username has a space or an invisible character; leave it out."
            )
        return cls(spelling)

    @property
    def key(self) -> str:
        """The form that must be unique: compatibility caseless, and stable when taken again.

        That of an endless spelling, which nobody can have, is the spelling.
        """
        if len(self.value) > _SPELLING_MAX_CHARACTERS:
            return self.value
        folded = unicodedata.normalize("NFKC", self.value).casefold()
        return unicodedata.normalize("NFKC", folded)


@dataclass(frozen=True, slots=True)
class User:
    """An account. `auth_version` grows with every password change and so ends older sessions.

    With a `disabled_at` it has no sessions, and gets none. Operators may use the operations API.
    `version` grows whenever the account is saved. `roles` and `metadata` are for applications.
    """

    id: int
    username: Username
    password_hash: PasswordHash
    signup_time: datetime
    auth_version: int = 1
    disabled_at: datetime | None = None
    is_operator: bool = False
    version: int = 1
    roles: tuple[str, ...] = ()
    metadata: Metadata = NO_METADATA

    @property
    def is_disabled(self) -> bool:
        """Say whether nobody can log in to it."""
        return self.disabled_at is not None

    def disabled(self, at: datetime) -> Self:
        """The same account, disabled since then."""
        return replace(self, disabled_at=at)

    def enabled(self) -> Self:
        """The same account, open to logins again."""
        return replace(self, disabled_at=None)

    def promoted(self) -> Self:
        """The same account, of an operator."""
        return replace(self, is_operator=True)

    def demoted(self) -> Self:
        """The same account, of an ordinary user."""
        return replace(self, is_operator=False)

    def renamed(self, username: Username) -> Self:
        """The same account under another name."""
        return replace(self, username=username)

    def with_password(self, password_hash: PasswordHash) -> Self:
        """The same account with a new password; sessions opened before no longer count."""
        return replace(self, password_hash=password_hash, auth_version=self.auth_version + 1)

    def rehashed(self, password_hash: PasswordHash) -> Self:
        """The same account and password under a newer hash; sessions stay."""
        return replace(self, password_hash=password_hash)
