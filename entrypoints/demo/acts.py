"""What people did, one kind of act after the other; told in `lives`, written by `accounts`."""

from dataclasses import dataclass
from datetime import datetime

from domain.session import Caller
from entrypoints.demo.people import Person


@dataclass(frozen=True, slots=True)
class Visit:
    """A session. `number` counts from 0; it is used until `used_until`, and `ended` is when its
    user logged out or an operator shut the account.
    """

    number: int
    person: Person
    caller: Caller
    opened: datetime
    expires: datetime
    used_until: datetime
    ended: datetime | None = None

    def is_open(self, at: datetime) -> bool:
        """Whether there is such a session then."""
        return self.opened <= at < (self.ended or self.expires)

    def is_used(self, at: datetime) -> bool:
        """Whether its user may send something then."""
        return self.opened < at <= self.used_until


@dataclass(frozen=True, slots=True)
class SignedUp:
    """Somebody made an account, and with it a session."""

    at: datetime
    visit: Visit


@dataclass(frozen=True, slots=True)
class OperatorMade:
    """An operator was made at the command line."""

    at: datetime
    person: Person


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """After so many wrong passwords."""

    at: datetime
    visit: Visit
    refused_before: int = 0


@dataclass(frozen=True, slots=True)
class LoggedOut:
    """The session ended."""

    at: datetime
    visit: Visit


@dataclass(frozen=True, slots=True)
class Mistyped:
    """A wrong password; `person` is `None` for a name nobody has."""

    at: datetime
    name: str
    person: Person | None
    caller: Caller


@dataclass(frozen=True, slots=True)
class Guessed:
    """A stranger tried a password of this user."""

    at: datetime
    person: Person
    caller: Caller


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """In this session; all others of the user ended."""

    at: datetime
    visit: Visit


@dataclass(frozen=True, slots=True)
class Renamed:
    """By an operator, in this session of theirs."""

    at: datetime
    person: Person
    name: str
    by: Visit


@dataclass(frozen=True, slots=True)
class Disabled:
    """By an operator, in this session of theirs."""

    at: datetime
    person: Person
    by: Visit


@dataclass(frozen=True, slots=True)
class KeyMade:
    """An operator made an access token of this name for a program."""

    at: datetime
    name: str
    by: Visit


Act = (
    SignedUp
    | OperatorMade
    | LoggedIn
    | LoggedOut
    | Mistyped
    | Guessed
    | PasswordChanged
    | Renamed
    | Disabled
    | KeyMade
)
