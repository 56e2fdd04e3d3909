"""What happened to accounts, as it is remembered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.operator import AccessToken
from domain.session import Caller


class EventKind(StrEnum):
    """What happened. Stored and shown: a kind once used keeps its name for ever.

    * `signed_up`: a user created an account.
    * `account_created`: an operator, or the command line, created the account.
    * `logged_in`: a session was opened with name and password.
    * `login_refused`: name or password was wrong, or the account is disabled.
    * `confirmation_refused`: a sensitive change came with a wrong `current_password`.
    * `renamed`: the account has another name.
    * `password_changed`: the account has another password.
    * `reset_code_set`: an operator made a one-time code for a new password.
    * `password_reset`: the user chose a new password with such a code.
    * `sessions_ended`: sessions of the account ended.
    * `account_disabled`, `account_enabled`: an operator shut the account, or opened it again.
    * `account_deleted`: the account was deleted.
    * `roles_changed`, `metadata_changed`: an operator set what applications know of the user.
    * `throttle_reset`: an operator let the user try again at once.
    * `operator_set_up`: the user became the first operator, by the link of the start.
    * `operator_made`, `operator_demoted`: the user became an operator, or is none any more.
    * `token_created`, `token_revoked`: an access token was made, or ended.
    * `invitation_created`, `invitation_revoked`: an operator made an invitation, or took it back.
    * `invitation_used`: the account was created with an invitation.
    * `requests_forgotten`: an operator removed records of the request log.
    * `unknown`: what a newer version wrote, which works on the same database.
    """

    SIGNED_UP = "signed_up"
    LOGGED_IN = "logged_in"
    LOGIN_REFUSED = "login_refused"
    CONFIRMATION_REFUSED = "confirmation_refused"
    RENAMED = "renamed"
    PASSWORD_CHANGED = "password_changed"
    SESSIONS_ENDED = "sessions_ended"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    ACCOUNT_DELETED = "account_deleted"
    ACCOUNT_CREATED = "account_created"
    PASSWORD_RESET = "password_reset"
    RESET_CODE_SET = "reset_code_set"
    OPERATOR_SET_UP = "operator_set_up"
    OPERATOR_MADE = "operator_made"
    OPERATOR_DEMOTED = "operator_demoted"
    TOKEN_CREATED = "token_created"
    TOKEN_REVOKED = "token_revoked"
    REQUESTS_FORGOTTEN = "requests_forgotten"
    THROTTLE_RESET = "throttle_reset"
    ROLES_CHANGED = "roles_changed"
    METADATA_CHANGED = "metadata_changed"
    INVITATION_CREATED = "invitation_created"
    INVITATION_REVOKED = "invitation_revoked"
    INVITATION_USED = "invitation_used"
    UNKNOWN = "unknown"


class Refusal(StrEnum):
    """Why a login to an account that there is was refused. The caller is told neither."""

    WRONG_PASSWORD = "wrong_password"
    DISABLED = "disabled"
    """Whatever the password was: it was not looked at."""


class Ending(StrEnum):
    """Why sessions or access tokens ended."""

    LOGGED_OUT = "logged_out"
    REPLACED = "replaced"
    REVOKED = "revoked"
    EVICTED = "evicted"
    PASSWORD_CHANGED = "password_changed"
    DISABLED = "disabled"
    DEMOTED = "demoted"


Details = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `user_id` is whom it concerns; `None` for a name nobody has.

    `details` never hold a secret: names before and after, counts, reasons, a pseudonym. `actor_id`
    is the operator who did it, if it was not the user; `caller` is then the operator's.
    """

    kind: EventKind
    at: datetime
    user_id: int | None
    caller: Caller
    details: Details = field(default_factory=dict)
    actor_id: int | None = None


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event and its id, which is never reused. That ids grow in the order of commits is not
    promised: `EventFeed` is how to follow.
    """

    position: int
    event: Event


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events, newest first. `following` leads to the next page; `None` if this is the last."""

    events: list[StoredEvent]
    following: int | None


@dataclass(frozen=True, slots=True)
class EventFeed:
    """Some events in an order in which they can be followed. `next` is where to go on; nobody but
    the store knows what is in it.
    """

    events: list[StoredEvent]
    next: str

    def __len__(self) -> int:
        return len(self.events)


def sessions_ended(
    at: datetime,
    user_id: int,
    caller: Caller,
    *,
    count: int,
    why: Ending,
    actor_id: int | None = None,
) -> list[Event]:
    """The event for that many sessions ended; none if there were none."""
    details: dict[str, str | int] = {"count": count, "why": why.value}
    event = Event(EventKind.SESSIONS_ENDED, at, user_id, caller, details, actor_id)
    return [event] if count else []


def tokens_revoked(
    at: datetime,
    tokens: Sequence[AccessToken],
    caller: Caller,
    *,
    why: Ending,
    actor_id: int | None = None,
) -> list[Event]:
    """The events for access tokens that ended with something else."""
    return [
        Event(
            EventKind.TOKEN_REVOKED,
            at,
            token.user_id,
            caller,
            {"token": token.id, "name": token.name, "why": why.value},
            actor_id,
        )
        for token in tokens
    ]
