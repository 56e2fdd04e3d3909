"""`Authorization: Bearer fds_…`: the session of a program (RFC 6750 §2.1)."""

import re
from collections.abc import Iterable

from domain.secrets import SessionToken

_OURS = re.compile(rb"[ \t]*bearer[ \t]+(fds_.*)", re.IGNORECASE | re.DOTALL)


def is_bearer_of_session(authorization: bytes) -> bool:
    """Say whether this is meant as a session of ours. Anything else in the field belongs to an
    access token, or to the application behind us.
    """
    return _OURS.match(authorization) is not None


def session_in(authorizations: Iterable[bytes]) -> SessionToken | None:
    """The token in those that are meant as one; `None` if it has another shape, or if there are
    two.
    """
    given = {found[1] for each in authorizations if (found := _OURS.match(each))}
    return SessionToken.parse_bearer(given.pop().decode("latin-1")) if len(given) == 1 else None
