"""From row to entity. One statement asks for a session with its user, wherever it is asked."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from adapters.persistence.tables import access_tokens, events, one_time_codes, sessions, users
from domain.events import Event, EventKind, Recorded
from domain.operator import AccessToken, Bearer, Grant, Purpose, Scope
from domain.password import PasswordHash
from domain.session import Origin, Session, SignedIn
from domain.user import User, Username

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_USER = (
    users.c.id,
    users.c.username,
    users.c.password_hash,
    users.c.signup_time,
    users.c.auth_version,
    users.c.disabled_at,
    users.c.is_operator,
    users.c.version,
)
SESSION = (
    sessions.c.id,
    sessions.c.user_id,
    sessions.c.auth_version,
    sessions.c.created_at,
    sessions.c.last_seen_at,
    sessions.c.expires_at,
    sessions.c.address,
    sessions.c.user_agent,
)

EVENT = (
    events.c.position,
    events.c.kind,
    events.c.at,
    events.c.user_id,
    events.c.address,
    events.c.user_agent,
    events.c.details,
    events.c.actor_id,
)
TOKEN = (
    access_tokens.c.id,
    access_tokens.c.user_id,
    access_tokens.c.name,
    access_tokens.c.scopes,
    access_tokens.c.created_at,
    access_tokens.c.expires_at,
    access_tokens.c.last_used_at,
)
GRANT = (one_time_codes.c.purpose, one_time_codes.c.user_id, one_time_codes.c.expires_at)

USER_BY_ID = select(*_USER).where(users.c.id == bindparam("id"))
USER_BY_KEY = select(*_USER).where(users.c.username_key == bindparam("key"))
_SIGNED_IN = (
    select(*SESSION, *_USER)
    .join_from(sessions, users, sessions.c.user_id == users.c.id)
    .where(sessions.c.auth_version == users.c.auth_version)
)
SIGNED_IN_BY_DIGEST = _SIGNED_IN.where(sessions.c.token_digest == bindparam("digest"))
SIGNED_IN_BY_ID = _SIGNED_IN.where(sessions.c.id == bindparam("id"))

_BEARER = select(*TOKEN, *_USER).join_from(
    access_tokens, users, access_tokens.c.user_id == users.c.id
)
BEARER_BY_DIGEST = _BEARER.where(access_tokens.c.digest == bindparam("digest"))
BEARER_BY_ID = _BEARER.where(access_tokens.c.id == bindparam("id"))
GRANT_BY_DIGEST = select(*GRANT).where(one_time_codes.c.digest == bindparam("digest"))


def to_micros(instant: datetime) -> int:
    """Whole microseconds since 1970."""
    return (instant - _EPOCH) // _MICROSECOND


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
    id_, user_id, auth_version, created, last_seen, expires, address, user_agent = row
    return Session(
        id_,
        user_id,
        auth_version,
        to_instant(created),
        to_instant(last_seen),
        to_instant(expires),
        Origin(address, user_agent),
    )


def to_signed_in(row: Sequence[Any]) -> SignedIn:
    """A row of `SIGNED_IN_BY_DIGEST`."""
    return SignedIn(to_session(row[: len(SESSION)]), to_user(row[len(SESSION) :]))


def to_recorded(row: Sequence[Any]) -> Recorded:
    """A row of the columns `EVENT`."""
    position, kind, at, user_id, address, user_agent, details, actor_id = row
    origin = Origin(address, user_agent)
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
    return Bearer(to_token(row[: len(TOKEN)]), to_user(row[len(TOKEN) :]))


def to_grant(row: Sequence[Any]) -> Grant:
    """A row of the columns `GRANT`."""
    purpose, user_id, expires_at = row
    return Grant(Purpose(purpose), user_id, to_instant(expires_at))


def to_instant(micros: Any) -> datetime:
    """The instant that many microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=micros)
