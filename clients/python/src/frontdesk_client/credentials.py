"""What of a request says who is calling."""

from collections.abc import Iterable

from msgspec import Struct

_COOKIES = ("sessionid", "__Host-sessionid", "__Secure-sessionid")
_BEARER, _PREFIX = "bearer", "fds_"
_MAX_CHARACTERS = 4_096


class Credentials(Struct, frozen=True):
    """A header field, to be handed on to Frontdesk: the session's cookie, or a bearer token of
    Frontdesk's, which counts alone. Nothing else that the caller sent leaves the application.
    """

    name: str
    value: str


def credentials_of(*, cookies: Iterable[str], authorizations: Iterable[str]) -> Credentials | None:
    """From the values of the fields `Cookie` and `Authorization`; `None` if nobody can be signed
    in with them: Frontdesk need not be asked.
    """
    found = _found(cookies, authorizations)
    if found is None or len(found.value) > _MAX_CHARACTERS:
        return None
    return found if found.value.isascii() and found.value.isprintable() else None


def _found(cookies: Iterable[str], authorizations: Iterable[str]) -> Credentials | None:
    bearers = [each for each in authorizations if _is_ours(each)]
    if bearers:
        # Several are none, as at Frontdesk.
        return Credentials("authorization", bearers[0]) if len(bearers) == 1 else None
    sent = [pair.strip() for value in cookies for pair in value.split(";")]
    ours = [pair for pair in sent if pair.partition("=")[0].strip() in _COOKIES]
    return Credentials("cookie", "; ".join(ours)) if ours else None


def _is_ours(authorization: str) -> bool:
    scheme, _, token = authorization.strip().partition(" ")
    return scheme.lower() == _BEARER and token.strip().startswith(_PREFIX)
