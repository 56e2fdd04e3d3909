"""Operators: who may look after everybody's accounts, and with what."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.errors import (
    FreshLoginRequired,
    InvalidReason,
    InvalidTokenName,
    PersonRequired,
    ScopeMissing,
)
from domain.network import Client
from domain.secrets import AccessKey, OneTimeCode, hide_secrets
from domain.session import Session
from domain.user import User, has_invisible

TOKEN_NAME_MAX_CHARACTERS = 60
REASON_MAX_CHARACTERS = 200


class Scope(StrEnum):
    """What an access token allows. An operator with a session is allowed everything.

    * `api.view`: the OpenAPI document, and the settings in effect without secrets.
    * `data.view`: tables, rows, events, and the rate limits of users.
    * `data.create`: create users, and make invitations.
    * `data.update`: change, disable and enable users, make reset codes, reset rate limits.
    * `data.delete`: delete users, end sessions, revoke invitations.
    * `data.roles`: set roles and metadata of users; with `data.create`, invitations with roles.
    * `events.view`: follow the events, and nothing else.
    * `log.view`, `log.delete`: read the request log, or remove records of it.
    * `metrics.view`: metrics and nodes.
    * `token.view`, `token.revoke`: list access tokens, or revoke them.
    """

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
    DATA_ROLES = "data.roles"
    EVENTS_VIEW = "events.view"


class Purpose(StrEnum):
    """What a one-time code is for."""

    SET_UP = "set_up"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Issuer:
    """The operator who made a code, as of an `auth_version`; by a program, its access token."""

    user_id: int
    auth_version: int
    token_id: int | None = None


@dataclass(frozen=True, slots=True)
class StoredCode:
    """What a one-time code allows, to whom (`None`: nobody yet), until when.

    It counts only while its `issuer` could still make it. The command line has none and needs none.
    """

    purpose: Purpose
    user_id: int | None
    expires_at: datetime
    issuer: Issuer | None = None

    def allows(self, purpose: Purpose, now: datetime) -> bool:
        """Say whether it is for this and has not expired."""
        return self.purpose is purpose and now < self.expires_at


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A new one-time code with what it allows: the only moment the code itself is known."""

    code: OneTimeCode
    stored: StoredCode


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a program of this operator may do, until when. It ends with the operator's account,
    rights and password.
    """

    id: int
    user_id: int
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """Say whether it has not expired."""
        return now < self.expires_at


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new access token with its key: the only moment the key itself is known."""

    key: AccessKey
    token: AccessToken


@dataclass(frozen=True, slots=True)
class TokenWithUser:
    """An access token together with its user."""

    token: AccessToken
    user: User

    def is_live(self, now: datetime) -> bool:
        """Say whether the token may be used: it has not expired, and its user is not disabled."""
        return self.token.is_live(now) and not self.user.is_disabled


@dataclass(frozen=True, slots=True)
class Person:
    """An operator in person, in a session. `is_fresh` says whether they logged in moments ago."""

    session: Session
    is_fresh: bool


@dataclass(frozen=True, slots=True)
class Program:
    """A program of an operator, with an access token."""

    token: AccessToken


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator at work: in person, or through a program."""

    user: User
    acting: Person | Program

    @property
    def scopes(self) -> frozenset[Scope]:
        """What they may do."""
        return self.acting.token.scopes if isinstance(self.acting, Program) else frozenset(Scope)

    @property
    def client(self) -> Client:
        """For whom queues take turns: an operator, wherever they are."""
        return Client("", "", user_id=self.user.id)

    @property
    def issuer(self) -> Issuer:
        """Who answers for a code made now."""
        token_id = self.acting.token.id if isinstance(self.acting, Program) else None
        return Issuer(self.user.id, self.user.auth_version, token_id)

    def demand(self, *scopes: Scope) -> None:
        """Raise `ScopeMissing` with none of them."""
        if not self.scopes & set(scopes):
            raise ScopeMissing(scopes[0])

    def demand_fresh(self) -> None:
        """For what cannot be undone: a person has logged in moments ago. A program cannot log in;
        its scope is enough. Raises `FreshLoginRequired`.
        """
        if isinstance(self.acting, Person) and not self.acting.is_fresh:
            raise FreshLoginRequired("Log in again and retry.")

    def demand_person(self) -> None:
        """For what would let a program get more than its scopes. Raises `PersonRequired`,
        `FreshLoginRequired`.
        """
        if isinstance(self.acting, Program):
            raise PersonRequired
        self.demand_fresh()

    def demand_power_over(self, user: User) -> None:
        """A program that could change operators could become one. Raises `PersonRequired`,
        `FreshLoginRequired`.
        """
        if user.is_operator:
            self.demand_person()


def parse_reason(raw: str) -> str:
    """Accept why an operator does something: up to 200 visible characters and spaces, or nothing.
    Raises `InvalidReason`.
    """
    reason = raw.strip()
    if len(reason) > REASON_MAX_CHARACTERS:
        raise InvalidReason(f"Use at most {REASON_MAX_CHARACTERS} characters for the reason.")
    if has_invisible(reason):
        raise InvalidReason("The reason has an invisible character; leave it out.")
    if hide_secrets(reason) != reason:
        raise InvalidReason("The reason looks like a secret; choose another.")
    return reason


def parse_token_name(raw: str) -> str:
    """Accept the name of a new access token: visible characters and spaces. Raises
    `InvalidTokenName`.
    """
    name = raw.strip()
    if not 1 <= len(name) <= TOKEN_NAME_MAX_CHARACTERS:
        raise InvalidTokenName(f"Use 1 to {TOKEN_NAME_MAX_CHARACTERS} characters for the name.")
    if has_invisible(name):
        raise InvalidTokenName("The name has an invisible character; leave it out.")
    if hide_secrets(name) != name:
        raise InvalidTokenName("The name looks like a secret; choose another.")
    return name
