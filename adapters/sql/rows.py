"""From row to entity. One statement asks for a session with its user, wherever it is asked."""

import json
from collections.abc import Sequence
from typing import Any

from adapters.sql.sqlite import to_instant
from domain.events import Event, EventKind, Recorded
from domain.operator import AccessToken, Bearer, Grant, Issuer, Purpose, Scope
from domain.password import PasswordHash
from domain.session import Origin, Session, SignedIn
from domain.user import User, Username

_USER = (
    "users.id",
    "users.username",
    "users.password_hash",
    "users.signup_time",
    "users.auth_version",
    "users.disabled_at",
    "users.is_operator",
    "users.version",
)
_SESSION = (
    "sessions.id",
    "sessions.user_id",
    "sessions.auth_version",
    "sessions.created_at",
    "sessions.last_seen_at",
    "sessions.expires_at",
    "sessions.address",
    "sessions.user_agent",
    "sessions.device",
)
_TOKEN = (
    "access_tokens.id",
    "access_tokens.user_id",
    "access_tokens.name",
    "access_tokens.scopes",
    "access_tokens.created_at",
    "access_tokens.expires_at",
    "access_tokens.last_used_at",
)
SESSION = ", ".join(_SESSION)
TOKEN = ", ".join(_TOKEN)
EVENT = "position, kind, at, user_id, address, user_agent, details, actor_id, device"
GRANT = "purpose, user_id, expires_at, issuer_id, issuer_auth_version, issuer_key_id"

_SELECT_USER = f"SELECT {', '.join(_USER)} FROM users"
USER_BY_ID = f"{_SELECT_USER} WHERE id = :id"
USER_BY_KEY = f"{_SELECT_USER} WHERE username_key = :key"

_SELECT_SIGNED_IN = f"""
    SELECT {", ".join(_SESSION + _USER)} FROM sessions
    JOIN users ON sessions.user_id = users.id AND sessions.auth_version = users.auth_version
"""
SIGNED_IN_BY_DIGEST = f"{_SELECT_SIGNED_IN} WHERE sessions.token_digest = :digest"
SIGNED_IN_WITH_DIGEST = _SELECT_SIGNED_IN.replace("SELECT ", "SELECT sessions.token_digest, ", 1)
SIGNED_IN_BY_ID = f"{_SELECT_SIGNED_IN} WHERE sessions.id = :id"

_SELECT_BEARER = f"""
    SELECT {", ".join(_TOKEN + _USER)} FROM access_tokens
    JOIN users ON access_tokens.user_id = users.id
"""
BEARER_BY_DIGEST = f"{_SELECT_BEARER} WHERE access_tokens.digest = :digest"
BEARER_BY_ID = f"{_SELECT_BEARER} WHERE access_tokens.id = :id"

GRANT_BY_DIGEST = f"SELECT {GRANT} FROM one_time_codes WHERE digest = :digest"


def to_user(row: Sequence[Any]) -> User:
    """A row of `USER_BY_ID` or `USER_BY_KEY`."""
    id_, username, password_hash, signup_time, auth_version, disabled_at, operator, version = row
    return User(
        id_,
        Username(username),
        PasswordHash(password_hash),
        to_instant(signup_time),
        auth_version,
        None if disabled_at is None else to_instant(disabled_at),
        bool(operator),
        version,
    )


def to_session(row: Sequence[Any]) -> Session:
    """A row of the columns `SESSION`."""
    id_, user_id, auth_version, created, last_seen, expires, address, user_agent, device = row
    return Session(
        id_,
        user_id,
        auth_version,
        to_instant(created),
        to_instant(last_seen),
        to_instant(expires),
        Origin(address, user_agent, device),
    )


def to_signed_in(row: Sequence[Any]) -> SignedIn:
    """A row of `SIGNED_IN_BY_DIGEST`."""
    return SignedIn(to_session(row[: len(_SESSION)]), to_user(row[len(_SESSION) :]))


def to_recorded(row: Sequence[Any]) -> Recorded:
    """A row of the columns `EVENT`."""
    position, kind, at, user_id, address, user_agent, details, actor_id, device = row
    origin = Origin(address, user_agent, device)
    event = Event(EventKind(kind), to_instant(at), user_id, origin, json.loads(details), actor_id)
    return Recorded(position, event)


def to_token(row: Sequence[Any]) -> AccessToken:
    """A row of the columns `TOKEN`."""
    id_, user_id, name, scopes, created, expires, used = row
    return AccessToken(
        id_,
        user_id,
        name,
        frozenset(map(Scope, scopes.split())),
        to_instant(created),
        to_instant(expires),
        None if used is None else to_instant(used),
    )


def to_bearer(row: Sequence[Any]) -> Bearer:
    """A row of `BEARER_BY_DIGEST`."""
    return Bearer(to_token(row[: len(_TOKEN)]), to_user(row[len(_TOKEN) :]))


def to_grant(row: Sequence[Any]) -> Grant:
    """A row of the columns `GRANT`."""
    purpose, user_id, expires_at, issuer_id, auth_version, token_id = row
    issuer = None if issuer_id is None else Issuer(issuer_id, auth_version, token_id)
    return Grant(Purpose(purpose), user_id, to_instant(expires_at), issuer)
