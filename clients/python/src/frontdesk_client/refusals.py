"""What guards answer to whom they do not let in, the same in every framework."""

from msgspec import Struct

from frontdesk_client.errors import Unavailable
from frontdesk_client.models import SignedIn


class Refusal(Struct, frozen=True):
    """Decide by `code`; the text may change."""

    status: int
    code: str
    detail: str
    headers: dict[str, str]


NOT_SIGNED_IN = Refusal(
    401, "not_signed_in", "Log in first.", {"WWW-Authenticate": 'Cookie realm="frontdesk"'}
)
ROLE_MISSING = Refusal(403, "role_missing", "You are signed in, but have no role for this.", {})


def unavailable(error: Unavailable) -> Refusal:
    """Nobody knows who is calling."""
    detail = "Nobody can be signed in at the moment; try again shortly."
    return Refusal(error.status, error.code, detail, {"Retry-After": "1"})


def let_in(found: SignedIn | None, roles: tuple[str, ...]) -> SignedIn | Refusal:
    """This caller, or why not, where somebody with one of these roles is let in. Without roles,
    everybody who is signed in.
    """
    if found is None:
        return NOT_SIGNED_IN
    if roles and not found.user.has_role(*roles):
        return ROLE_MISSING
    return found
