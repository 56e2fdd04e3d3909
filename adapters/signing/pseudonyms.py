"""Stand-ins for names nobody has."""

import hashlib
import hmac
from collections.abc import Callable

from domain.user import Username

_DIGITS = 32


class HmacPseudonyms:
    """Fits `domain.ports.Pseudonyms`: the first 128 bits of HMAC-SHA-256, in hexadecimal digits."""

    def __init__(self, key: Callable[[], bytes]) -> None:
        self._key = key

    def of(self, username: Username) -> str:
        text = username.key.encode("utf-8", "surrogatepass")
        return hmac.new(self._key(), b"name\0" + text, hashlib.sha256).hexdigest()[:_DIGITS]
