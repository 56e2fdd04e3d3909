"""What operators do: in a session of theirs, or with an access token as `token`."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from frontdesk_client.calls import Call, given
from frontdesk_client.models import (
    AccessToken,
    Account,
    Count,
    Ended,
    Feed,
    Invitation,
    ManagedUser,
    Outcome,
    Page,
    Receipt,
    ResetCode,
)

_USERS = "/api/ops/users"
Facts = dict[str, Any]


def set_up(code: str, username: str, password: str) -> Call[Account]:
    """Become the first operator, with the code that the service said at its start."""
    body = {"code": code, "username": username, "password": password}
    return Call("POST", "/api/ops/set-up", Account, body)


def operator() -> Call[Facts]:
    """Who you are as an operator, and your scopes."""
    return Call("GET", "/api/ops/me", Facts)


def about() -> Call[Facts]:
    """Version, node, uptime and data folder."""
    return Call("GET", "/api/ops/about", Facts)


def settings() -> Call[list[Facts]]:
    """The settings in effect, without secrets."""
    return Call("GET", "/api/ops/settings", list[Facts])


def create_user(username: str, password: str) -> Call[ManagedUser]:
    """Create an account for somebody else."""
    return Call("POST", _USERS, ManagedUser, {"username": username, "password": password})


def edit_user(
    user_id: int, version: int, *, username: str | None = None, password: str | None = None
) -> Call[ManagedUser]:
    """Change name or password; `version` is that of the row you have seen."""
    body = {"version": version, **given(username=username, password=password)}
    return Call("PATCH", f"{_USERS}/{user_id}", ManagedUser, body)


def set_roles(
    user_id: int,
    version: int,
    *,
    roles: Sequence[str] | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> Call[ManagedUser]:
    """Set all roles, all metadata, or both."""
    body = {"version": version, **given(roles=roles, metadata=metadata)}
    return Call("PUT", f"{_USERS}/{user_id}/roles", ManagedUser, body)


def disable_user(user_id: int, *, reason: str = "") -> Call[ManagedUser]:
    """Refuse this user's logins, and end all sessions. The reason goes on record."""
    return Call("POST", f"{_USERS}/{user_id}/disable", ManagedUser, {"reason": reason})


def enable_user(user_id: int) -> Call[ManagedUser]:
    """Accept this user's logins again."""
    return Call("POST", f"{_USERS}/{user_id}/enable", ManagedUser)


def promote_user(user_id: int) -> Call[ManagedUser]:
    """Make a user an operator: in person, moments after a login."""
    return Call("POST", f"{_USERS}/{user_id}/promote", ManagedUser)


def demote_operator(user_id: int) -> Call[ManagedUser]:
    """Make an operator an ordinary user."""
    return Call("POST", f"{_USERS}/{user_id}/demote", ManagedUser)


def invite_operator(*, note: str = "") -> Call[Invitation]:
    """Make an invitation for one operator, after a fresh login; its code is in the answer, once."""
    return Call("POST", "/api/ops/operators/invitations", Invitation, {"note": note})


def join_operators(invitation: str, username: str, password: str) -> Call[Account]:
    """Become an operator, with the code of such an invitation."""
    body = {"invitation": invitation, "username": username, "password": password}
    return Call("POST", "/api/ops/operators", Account, body)


def remove_user(user_id: int) -> Call[Receipt]:
    """Delete an account."""
    return Call("DELETE", f"{_USERS}/{user_id}", Receipt)


def change_users(
    ids: Sequence[int],
    action: str,
    *,
    reason: str | None = None,
    add: Sequence[str] | None = None,
    remove: Sequence[str] | None = None,
) -> Call[list[Outcome]]:
    """Do the same to up to 500 users: "disable", "enable", "end_sessions", or "change_roles" with
    roles to `add` and to `remove`.
    """
    body = {"ids": ids, "action": action, **given(reason=reason, add=add, remove=remove)}
    return Call("POST", f"{_USERS}/batch", list[Outcome], body)


def end_user_sessions(user_id: int) -> Call[Ended]:
    """End all sessions of this user."""
    return Call("DELETE", f"{_USERS}/{user_id}/sessions", Ended)


def end_user_session(user_id: int, session_id: int) -> Call[Ended]:
    """End one session of this user."""
    return Call("DELETE", f"{_USERS}/{user_id}/sessions/{session_id}", Ended)


def set_reset_code(user_id: int) -> Call[ResetCode]:
    """Make a code with which this user chooses a new password."""
    return Call("POST", f"{_USERS}/{user_id}/reset-code", ResetCode)


def throttle(user_id: int) -> Call[Facts]:
    """What holds this user back."""
    return Call("GET", f"{_USERS}/{user_id}/throttle", Facts)


def reset_throttle(user_id: int) -> Call[Facts]:
    """Let this user try again at once."""
    return Call("DELETE", f"{_USERS}/{user_id}/throttle", Facts)


def follow_events(
    *, after: str | None = None, limit: int = 100, wait: float | None = None
) -> Call[Feed]:
    """Events after the `next` of the answer before; `after="now"` says where to begin."""
    query = given(after=after, limit=limit, wait=wait)
    return Call("GET", "/api/ops/events", Feed, query=query)


def tokens(*, after: str | None = None, limit: int = 50) -> Call[Page]:
    """Access tokens of all operators, without the keys."""
    return Call("GET", "/api/ops/tokens", Page, query=given(after=after, limit=limit))


def create_token(name: str, scopes: Sequence[str], *, days: int = 90) -> Call[AccessToken]:
    """Make an access token for a program of yours."""
    body = {"name": name, "scopes": scopes, "days": days}
    return Call("POST", "/api/ops/tokens", AccessToken, body)


def revoke_token(token_id: int) -> Call[AccessToken]:
    """End an access token."""
    return Call("DELETE", f"/api/ops/tokens/{token_id}", AccessToken)


def invitations(*, after: str | None = None, limit: int = 50) -> Call[Page]:
    """Who is invited, without the codes."""
    return Call("GET", "/api/ops/invitations", Page, query=given(after=after, limit=limit))


def create_invitation(
    *, note: str = "", roles: Sequence[str] = (), uses: int = 1, days: int = 7
) -> Call[Invitation]:
    """Make an invitation; its code is in the answer, once."""
    body = {"note": note, "roles": roles, "uses": uses, "days": days}
    return Call("POST", "/api/ops/invitations", Invitation, body)


def revoke_invitation(invitation_id: int) -> Call[Invitation]:
    """Let nobody use an invitation any more."""
    return Call("DELETE", f"/api/ops/invitations/{invitation_id}", Invitation)


def tables() -> Call[list[Facts]]:
    """Which tables there are, with their columns."""
    return Call("GET", "/api/ops/tables", list[Facts])


def rows(
    table: str,
    *,
    filters: Sequence[str] = (),
    columns: str | None = None,
    sort: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Call[Page]:
    """A page of rows; a filter is as "username:eq:ada"."""
    query = given(columns=columns, sort=sort, after=after, limit=limit) | {"filter": list(filters)}
    return Call("GET", f"{_table(table)}/rows", Page, query=query)


def row(table: str, key: str | int) -> Call[Facts]:
    """One row."""
    return Call("GET", f"{_table(table)}/rows/{quote(str(key), safe='')}", Facts)


def count(table: str, *, filters: Sequence[str] = (), exact: bool | None = None) -> Call[Count]:
    """How many rows fit."""
    query = given(exact=exact) | {"filter": list(filters)}
    return Call("GET", f"{_table(table)}/count", Count, query=query)


def values(
    table: str, column: str, *, filters: Sequence[str] = (), limit: int | None = None
) -> Call[list[Facts]]:
    """The most frequent values of a column."""
    query = given(limit=limit) | {"filter": list(filters)}
    path = f"{_table(table)}/values/{quote(column, safe='')}"
    return Call("GET", path, list[Facts], query=query)


def _table(name: str) -> str:
    return f"/api/ops/tables/{quote(name, safe='')}"
