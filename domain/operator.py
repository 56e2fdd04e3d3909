"""Operators: who may look after everybody's accounts, and with what."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self
from urllib.parse import unquote

from domain.errors import FreshLoginRequired, InvalidTokenName, PersonRequired, ScopeMissing
from domain.network import Client
from domain.session import Session, SessionToken
from domain.user import User

TOKEN_NAME_MAX_CHARACTERS = 60
_KEY_PREFIX = "fdk_"
_SHORTEST_TOKEN = 43
_DECODED_AT_MOST = 6
_TOKENS = re.compile(r"[A-Za-z0-9_-]{43,}", re.ASCII)


class Scope(StrEnum):
    """What an access token can be allowed. An operator in person is allowed everything."""

    API_VIEW = "api.view"
    DATA_VIEW = "data.view"
    DATA_CREATE = "data.create"
    DATA_UPDATE = "data.update"
    DATA_DELETE = "data.delete"
    LOG_VIEW = "log.view"
    LOG_DELETE = "log.delete"
    METRICS_VIEW = "metrics.view"
    TOKEN_VIEW = "token.view"
    TOKEN_REVOKE = "token.revoke"


class Purpose(StrEnum):
    """What a one-time code is for."""

    SET_UP = "set_up"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Code(SessionToken):
    """A secret that works once, made like a session's token."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """The operator who made a code, as of an `auth_version`; by a program, its access token."""

    user_id: int
    auth_version: int
    token_id: int | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """What a one-time code allows, to whom (`None`: nobody yet), until when.

    It counts only while its `issuer` could still make it. The command line has none and needs none.
    """

    purpose: Purpose
    user_id: int | None
    expires_at: datetime
    issuer: Issuer | None = None

    def allows(self, purpose: Purpose, now: datetime) -> bool:
        """Say whether it is for this and not too old."""
        return self.purpose is purpose and now < self.expires_at


@dataclass(frozen=True, slots=True)
class AccessKey(SessionToken):
    """The secret of an access token. Its prefix lets scanners find one that was published."""

    @classmethod
    def parse(cls, raw: str) -> Self | None:
        """Read what a client presents. Anything that cannot be a key is `None`."""
        token = SessionToken.parse(raw.removeprefix(_KEY_PREFIX))
        return cls(token.value) if token and raw.startswith(_KEY_PREFIX) else None

    @property
    def text(self) -> str:
        """As it is shown, once."""
        return _KEY_PREFIX + self.value


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a program of this operator may do, until when. It ends with the operator's account."""

    id: int
    user_id: int
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Bearer:
    """An access token together with its user."""

    token: AccessToken
    user: User


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator at work: in person, in a session, or through a program with an access token.

    `is_fresh` says whether they logged in moments ago; for a program there is no such thing.
    """

    user: User
    session: Session | None
    token: AccessToken | None = None
    scopes: frozenset[Scope] = frozenset(Scope)
    is_fresh: bool = True

    @property
    def client(self) -> Client:
        """For whom queues take turns: an operator, wherever they are."""
        return Client("", "", user_id=self.user.id)

    @property
    def issuer(self) -> Issuer:
        """Who answers for a code made now."""
        token_id = self.token.id if self.token else None
        return Issuer(self.user.id, self.user.auth_version, token_id)

    def demand(self, scope: Scope) -> None:
        """Raise `ScopeMissing` without it."""
        if scope not in self.scopes:
            raise ScopeMissing(scope)

    def demand_fresh(self) -> None:
        """For what cannot be undone. Raises `FreshLoginRequired`."""
        if not self.is_fresh:
            raise FreshLoginRequired("Log in again and retry.")

    def demand_person(self) -> None:
        """For what would let a program get more than its scopes. Raises `PersonRequired`,
        `FreshLoginRequired`.
        """
        if self.session is None:
            raise PersonRequired
        self.demand_fresh()

    def demand_power_over(self, user: User) -> None:
        """A program that could change operators could become one. Raises `PersonRequired`,
        `FreshLoginRequired`.
        """
        if user.is_operator:
            self.demand_person()


def hide_tokens(text: str) -> str:
    """The text without whatever has the shape of a token, key or code of ours, wherever it stands,
    and without anything else as long without a break. Where one is percent-encoded, be it several
    times, nothing of the text is left.
    """
    if len(text) < _SHORTEST_TOKEN:
        return text
    shown = _TOKENS.sub("***", text)
    before, plain, rounds = "", shown, 0
    while "%" in plain and plain != before and rounds < _DECODED_AT_MOST:
        before, plain, rounds = plain, unquote(plain), rounds + 1
        if _TOKENS.search(plain):
            return "***"
    return shown


def parse_token_name(raw: str) -> str:
    """Accept the name of a new access token: visible characters and spaces. Raises
    `InvalidTokenName`.
    """
    name = raw.strip()
    if not 1 <= len(name) <= TOKEN_NAME_MAX_CHARACTERS:
        raise InvalidTokenName(f"Use 1 to {TOKEN_NAME_MAX_CHARACTERS} characters for the name.")
    if any(unicodedata.category(character).startswith("C") for character in name):
        raise InvalidTokenName("The name has an invisible character; leave it out.")
    if hide_tokens(name) != name:
        raise InvalidTokenName("The name looks like a secret; choose another.")
    return name
