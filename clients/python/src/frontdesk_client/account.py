"""What people do with their own account."""

from typing import Any

from frontdesk_client.calls import Call, given
from frontdesk_client.models import (
    Account,
    Admitted,
    Ended,
    OwnEvents,
    OwnSession,
    Receipt,
    SignedIn,
)


def sign_up(
    username: str, password: str, *, invitation: str | None = None, cookie: bool = True
) -> Call[Admitted]:
    """Create an account and be signed in: by a cookie, or with `cookie=False` by a bearer token."""
    body = {"username": username, "password": password, **_session(cookie=cookie)}
    return Call("POST", "/api/user/signup", Admitted, body | given(invitation=invitation))


def log_in(username: str, password: str, *, cookie: bool = True) -> Call[Admitted]:
    """Open a session: by a cookie, or with `cookie=False` by a bearer token."""
    body = {"username": username, "password": password, **_session(cookie=cookie)}
    return Call("POST", "/api/user/login", Admitted, body)


def reset_password(code: str, password: str, *, cookie: bool = True) -> Call[Admitted]:
    """Choose a new password with a code that an operator gave, and be signed in."""
    body = {"code": code, "password": password, **_session(cookie=cookie)}
    return Call("POST", "/api/user/reset", Admitted, body)


def log_out() -> Call[None]:
    """End the session."""
    return Call("POST", "/api/user/logout", type(None))


def me() -> Call[Account]:
    """Read yourself."""
    return Call("GET", "/api/user", Account)


def session() -> Call[SignedIn]:
    """Who is signed in, with roles and metadata, and how long the session lasts."""
    return Call("GET", "/api/session", SignedIn)


def update(
    *,
    username: str | None = None,
    password: str | None = None,
    current_password: str | None = None,
    keep_access_tokens: bool | None = None,
) -> Call[Admitted]:
    """Change what is given. A new password ends all other sessions."""
    body = given(
        username=username,
        password=password,
        current_password=current_password,
        keep_access_tokens=keep_access_tokens,
    )
    return Call("PUT", "/api/user", Admitted, body)


def delete_account(*, current_password: str | None = None) -> Call[Receipt]:
    """Leave for good."""
    return Call("DELETE", "/api/user", Receipt, given(current_password=current_password))


def sessions() -> Call[list[OwnSession]]:
    """Where you are signed in, newest first."""
    return Call("GET", "/api/user/sessions", list[OwnSession])


def end_session(session_id: int) -> Call[Ended]:
    """End one of your sessions."""
    return Call("DELETE", f"/api/user/sessions/{session_id}", Ended)


def end_other_sessions() -> Call[Ended]:
    """End all your sessions but this one."""
    return Call("DELETE", "/api/user/sessions", Ended)


def events(*, before: int | None = None, limit: int = 50) -> Call[OwnEvents]:
    """A page of what happened to your account, newest first."""
    return Call("GET", "/api/user/events", OwnEvents, query=given(before=before, limit=limit))


def export() -> Call[dict[str, Any]]:
    """All that is held about you."""
    return Call("GET", "/api/user/export", dict[str, Any])


def healthz() -> Call[dict[str, Any]]:
    """Whether the process lives."""
    return Call("GET", "/healthz", dict[str, Any])


def readyz() -> Call[dict[str, Any]]:
    """Whether it can serve: `FrontdeskError` if not."""
    return Call("GET", "/readyz", dict[str, Any])


def _session(*, cookie: bool) -> dict[str, Any]:
    return {} if cookie else {"cookie": False}
