"""Secrets that open something: random, shown once, and stored only as a digest."""

import hashlib
import re
from dataclasses import dataclass, field
from typing import Protocol, Self, TypeVar
from urllib.parse import unquote

_LENGTH = 43
_SHAPE = re.compile(rf"[A-Za-z0-9_-]{{{_LENGTH}}}", re.ASCII)
_LIKE_ONE = re.compile(rf"[A-Za-z0-9_-]{{{_LENGTH},}}", re.ASCII)
_KEY_PREFIX, _SESSION_PREFIX = "fdk_", "fds_"
_INVITATION_PREFIX, _OPERATOR_PREFIX = "fdi_", "fdo_"
_DECODED_AT_MOST = 6


@dataclass(frozen=True, slots=True)
class Secret:
    """32 random bytes as 43 characters of base64url (ASVS 5.0 §7.2.3)."""

    value: str = field(repr=False)

    @classmethod
    def parse(cls, raw: str) -> Self | None:
        """Read what a client presents. Anything of another shape is `None`."""
        return cls(raw) if _SHAPE.fullmatch(raw) else None

    @property
    def digest(self) -> bytes:
        """SHA-256 of the secret: all that is ever stored."""
        return hashlib.sha256(self.value.encode()).digest()


@dataclass(frozen=True, slots=True)
class SessionToken(Secret):
    """The secret of a session: in the cookie of a browser, or sent by a program as a bearer token
    (RFC 6750). Neither opens the other's session: the digest of a bearer token is that of its text,
    with the prefix by which scanners find one that was published.
    """

    is_bearer: bool = False

    @classmethod
    def parse_bearer(cls, raw: str) -> Self | None:
        """Read what a program presents. Anything of another shape is `None`."""
        value = raw.removeprefix(_SESSION_PREFIX)
        return cls(value, is_bearer=True) if value != raw and _SHAPE.fullmatch(value) else None

    @property
    def text(self) -> str:
        """As it is handed out, once."""
        return _SESSION_PREFIX + self.value if self.is_bearer else self.value

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.text.encode()).digest()


@dataclass(frozen=True, slots=True)
class OneTimeCode(Secret):
    """A secret that works once."""


@dataclass(frozen=True, slots=True)
class AccessKey(Secret):
    """The secret of an access token. Its prefix lets scanners find one that was published."""

    @classmethod
    def parse(cls, raw: str) -> Self | None:
        """Read what a client presents. Anything of another shape is `None`."""
        value = raw.removeprefix(_KEY_PREFIX)
        return cls(value) if value != raw and _SHAPE.fullmatch(value) else None

    @property
    def text(self) -> str:
        """As it is shown, once."""
        return _KEY_PREFIX + self.value


@dataclass(frozen=True, slots=True)
class InvitationCode(Secret):
    """The secret of an invitation to sign up, with a prefix for the same reason."""

    @classmethod
    def parse(cls, raw: str) -> Self | None:
        """Read what a client presents. Anything of another shape is `None`."""
        value = raw.removeprefix(_INVITATION_PREFIX)
        return cls(value) if value != raw and _SHAPE.fullmatch(value) else None

    @property
    def text(self) -> str:
        """As it is shown, once."""
        return _INVITATION_PREFIX + self.value


@dataclass(frozen=True, slots=True)
class OperatorCode(Secret):
    """The secret of an invitation to be an operator, with another prefix: no sign-up takes it."""

    @classmethod
    def parse(cls, raw: str) -> Self | None:
        """Read what a client presents. Anything of another shape is `None`."""
        value = raw.removeprefix(_OPERATOR_PREFIX)
        return cls(value) if value != raw and _SHAPE.fullmatch(value) else None

    @property
    def text(self) -> str:
        """As it is shown, once."""
        return _OPERATOR_PREFIX + self.value


_Kind = TypeVar("_Kind", bound=Secret)


class Secrets(Protocol):
    """The only source of secrets."""

    def new(self, kind: type[_Kind]) -> _Kind:
        """A secret of this kind that nobody has seen or can guess."""


def hide_secrets(text: str) -> str:
    """The text with every run of 43 or more base64url characters, the shape of our secrets,
    replaced by `***`. Where one is percent-encoded, up to six times, the whole text is.
    """
    if len(text) < _LENGTH:
        return text
    shown = _LIKE_ONE.sub("***", text)
    before, plain, rounds = "", shown, 0
    while "%" in plain and plain != before and rounds < _DECODED_AT_MOST:
        before, plain, rounds = plain, unquote(plain), rounds + 1
        if _LIKE_ONE.search(plain):
            return "***"
    return shown
