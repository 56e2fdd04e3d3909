"""`Authorization: Bearer fds_…`: the session of a program (RFC 6750 §2.1)."""

from collections.abc import Iterable

from domain.secrets import SessionToken

_OURS = b"bearer fds_"


def is_bearer_of_session(authorization: bytes) -> bool:
    """Say whether this is meant as a session of ours. Anything else in the field belongs to an
    access key, or to the application behind us.
    """
    return authorization[: len(_OURS)].lower() == _OURS


def session_in(authorizations: Iterable[bytes]) -> SessionToken | None:
    """The token in those that are meant as one; `None` if it has another shape, or if there are
    two.
    """
    given = set(authorizations)
    if len(given) != 1:
        return None
    return SessionToken.parse_bearer(given.pop().decode("latin-1").partition(" ")[2].strip())
