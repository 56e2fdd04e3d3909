"""What Frontdesk says of a session, asked and read."""

import msgspec

from frontdesk_client.credentials import Credentials
from frontdesk_client.errors import Unavailable
from frontdesk_client.models import SignedIn

PATH = "/api/session"
BODY_MAX_BYTES = 65_536
_NOT_SIGNED_IN = "not_signed_in"
_OK, _UNAUTHORIZED = 200, 401


class _Problem(msgspec.Struct):
    code: str


def fields(credentials: Credentials) -> list[tuple[str, str]]:
    """The header fields of the question."""
    return [
        (credentials.name, credentials.value),
        ("accept", "application/json"),
        ("user-agent", "frontdesk-client"),
    ]


def read(status: int, body: bytes) -> SignedIn | None:
    """Who is signed in; `None` if nobody is. Raises `Unavailable` for anything that Frontdesk would
    not say, as a page of a proxy: nobody is let in for it, and nobody sent away.
    """
    try:
        if status == _OK:
            return msgspec.json.decode(body, type=SignedIn)
        if status == _UNAUTHORIZED:
            problem = msgspec.json.decode(body, type=_Problem)
            if problem.code == _NOT_SIGNED_IN:
                return None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unavailable("Frontdesk answers what nobody understands.") from error
    raise Unavailable(f"Frontdesk answered {status}.")
