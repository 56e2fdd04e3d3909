"""Names whose values are secret."""

import re
from collections.abc import Iterable

from adapters.monitoring.masking.decoding import decoded

WORDS = (
    "pass",
    "pwd",
    "auth",
    "secret",
    "token",
    "cookie",
    "session",
    "sessid",
    "key",
    "code",
    "pepper",
    "cred",
    "otp",
    "jwt",
    "csrf",
    "xsrf",
    "bearer",
    "signature",
    "saml",
    "assertion",
)
"""Secret wherever they stand in a name."""

WHOLE_WORDS = ("sid", "pin", "pw", "sig", "mfa", "cvv", "cvc")
"""Too short for that: secret as a word of their own, as in `X-Sid` and `userPin`."""

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Words:
    """Finds them, in any case and encoding."""

    def __init__(self, words: Iterable[str] = WORDS) -> None:
        self._words = tuple(word.casefold() for word in words)
        self._whole = re.compile(rf"(?<![a-z])(?:{'|'.join(WHOLE_WORDS)})(?![a-z])")
        anywhere = "|".join(map(re.escape, self._words))
        self._last = re.compile(
            rf"(?:{anywhere}|(?<![a-z])(?:{'|'.join(WHOLE_WORDS)}))(?:w(?:or)?d|phrase)?"
        )

    def are_in(self, plain: str) -> bool:
        """Say whether this text, decoded, has one of them in it."""
        lowered = plain.casefold()
        if any(word in lowered for word in self._words):
            return True
        if not any(word in lowered for word in WHOLE_WORDS):
            return False
        return self._whole.search(_HUMP.sub(" ", plain).casefold()) is not None

    def end(self, plain: str) -> bool:
        """Say whether this text, decoded, ends with one of them, as `new-password` does and
        `tokens` does not.
        """
        tail = _HUMP.sub(" ", plain[-40:]).casefold()
        return any(found.end() == len(tail) for found in self._last.finditer(tail))

    def name(self, raw: str) -> bool:
        """Say whether the value of a field of this name is secret."""
        return self.are_in(decoded(raw))
